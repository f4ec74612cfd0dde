//! The cron line: reads, judges, assigns, delivers, escalates.

use std::time::Duration;

use anyhow::Result;

use super::{ExitStatus, Opening, Patience, Time, busy, open_session};
use crate::cli::{Global, RunArgs};
use crate::handoff::report::RunReport;
use crate::monitor;
use crate::output::{Printer, Progress, report};
use crate::pipeline::{self, FULL_RESYNC, Pass, RUN, Run, Scope, Session};
use crate::rules::Severity;
use crate::stop;

/// A run started by cron every minute ends before the next.
pub(super) const DEADLINE: Duration = Duration::from_secs(50);

pub(super) fn command(
    global: &Global,
    args: &RunArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let scope = Scope { all: false, include_existing: args.include_existing };
    let work = Work { name: "run", passes: &RUN, scope, deadline: Duration::from_secs(args.deadline) };
    work.execute(global, time, printer)
}

/// One pass as a command of its own.
pub(super) fn pass(
    name: &'static str,
    pass: Pass,
    global: &Global,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let work = Work { name, passes: &[pass], scope: Scope::default(), deadline: DEADLINE };
    work.execute(global, time, printer)
}

struct Work<'a> {
    name: &'static str,
    passes: &'a [Pass],
    scope: Scope,
    deadline: Duration,
}

impl Work<'_> {
    fn execute(&self, global: &Global, time: Time, printer: &mut Printer) -> Result<ExitStatus> {
        // Cron leaves the work to the other run; what no other run does waits for it.
        let waits = self.passes.contains(&FULL_RESYNC);
        let patience = if waits { Patience::Seconds } else { Patience::None };
        let mut session = match open_session(global, time, patience, self.deadline, printer)? {
            Opening::Open(session) => session,
            Opening::Refused => return Ok(ExitStatus::Refused),
            Opening::Busy => return Ok(busy(printer, self.name, patience)),
        };
        let report = RunReport::new(self.name, time.now, session.is_dry);
        go_through(&mut session, self.passes, self.scope, report, global, printer)
    }
}

/// Does the passes, records the run, tells the monitor, prints.
pub(super) fn go_through(
    session: &mut Session,
    passes: &[Pass],
    scope: Scope,
    mut report: RunReport,
    global: &Global,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let mut progress = Progress::new(printer, "reading contacts");
    let mut show = |share, count| progress.at(share, count);
    let is_whole = Run { session, report: &mut report, scope, progress: &mut show }.passes(passes);
    progress.finish();
    if !is_whole {
        report.problems.iter().for_each(|problem| printer.error(problem));
        if !session.is_dry {
            tell_monitor(session, &report.command, false, printer);
        }
        return Ok(ExitStatus::Unfinished);
    }
    report.warnings.extend(session.chat.as_mut().map(|chat| chat.warnings()).unwrap_or_default());
    let lost = session.rules.calendars.iter().filter(|finding| finding.severity == Severity::Error);
    report.lost = lost.map(|finding| finding.message.clone()).collect();
    let is_good = report.is_good();
    let mut told = None;
    if !session.is_dry {
        told = pipeline::record(session, &report)?;
        tell_monitor(session, &report.command, is_good, printer);
    }
    report::print(&report, told.as_deref(), &session.store, global, printer)?;
    Ok(if is_good { ExitStatus::Done } else { ExitStatus::Unfinished })
}

/// A monitor that does not hear is worth a word, and no reason to call the run bad. Who asked the run to stop does not wait
/// for it.
fn tell_monitor(session: &Session, command: &str, is_good: bool, printer: &mut Printer) {
    let heartbeat = session.rules.heartbeat.as_deref().filter(|_| command == "run" && !stop::is_asked());
    if let Some(Err(error)) = heartbeat.map(|url| monitor::ping(url, is_good)) {
        printer.warn(&format!("the heartbeat was not heard: {error:#}"));
    }
}
