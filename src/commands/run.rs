//! The cron line: sync, evaluate, route, escalate. Each stage leaves the database consistent, so a run may end anywhere.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use super::evaluate::Scope;
use super::session::{Opening, Patience, Session, busy};
use super::{Outcome, Time, escalate, evaluate, route, sync};
use crate::chat::Chat;
use crate::cli::{Global, RunArgs};
use crate::crm::Crm;
use crate::isolate::isolated;
use crate::model::Timestamp;
use crate::monitor;
use crate::output::run_report::RunReport;
use crate::output::{Printer, Progress, report};
use crate::rules::Rules;
use crate::stop;
use crate::store::{RunRow, Store, is_database_error};
use crate::uptime::Uptime;

/// A run started by cron every minute ends before the next.
pub(super) const DEADLINE: Duration = Duration::from_secs(50);

/// Part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Sync,
    /// Every contact anew.
    SyncAll,
    Evaluate,
    Route,
    Escalate,
}

impl Stage {
    const fn name(self) -> &'static str {
        match self {
            Self::Sync | Self::SyncAll => "the reading of contacts",
            Self::Evaluate => "the judging",
            Self::Route => "the assigning and delivering",
            Self::Escalate => "the look at what reps did",
        }
    }
}

const ALL: [Stage; 4] = [Stage::Sync, Stage::Evaluate, Stage::Route, Stage::Escalate];

pub(super) fn command(global: &Global, args: &RunArgs, time: Time, printer: &mut Printer) -> Result<Outcome> {
    let deadline = Duration::from_secs(args.deadline);
    execute(global, &ALL, "run", args.include_existing, deadline, time, printer)
}

/// One stage as a command of its own.
pub(super) fn stages(
    global: &Global,
    stages: &[Stage],
    name: &str,
    time: Time,
    printer: &mut Printer,
) -> Result<Outcome> {
    execute(global, stages, name, false, DEADLINE, time, printer)
}

fn execute(
    global: &Global,
    stages: &[Stage],
    name: &str,
    include_existing: bool,
    deadline: Duration,
    time: Time,
    printer: &mut Printer,
) -> Result<Outcome> {
    // Cron leaves the work to the other run; who asked for a plan waits for it, and so does what no other run does.
    let waits = global.dry_run || stages.contains(&Stage::SyncAll);
    let patience = if waits { Patience::Seconds } else { Patience::None };
    let mut session = match Session::open(global, time, patience, deadline, printer)? {
        Opening::Open(session) => session,
        Opening::Refused => return Ok(Outcome::Refused),
        Opening::Busy => return Ok(busy(printer, name, patience)),
    };
    let mut report = RunReport::new(name, time.now, session.is_dry);
    if !do_stages(&mut session, stages, include_existing, &mut report, printer) {
        for problem in &report.problems {
            printer.error(problem);
        }
        if !session.is_dry {
            tell_monitor(&session, name, false, printer);
        }
        return Ok(Outcome::Unfinished);
    }
    finish(&mut session, &mut report, global, printer)
}

/// Does one stage after the other; what goes wrong is in the report. `false`: the database failed, and nothing more may be
/// done with it in this process.
fn do_stages(
    session: &mut Session,
    stages: &[Stage],
    include_existing: bool,
    report: &mut RunReport,
    printer: &Printer,
) -> bool {
    for stage in stages {
        if stop::is_asked() {
            report.problems.push("stopped by a signal; the next run goes on from here".to_owned());
            break;
        }
        let done = isolated(|| do_stage(session, *stage, include_existing, report, printer));
        // The stages that follow work on what the database has.
        let done = done.unwrap_or_else(|| Err(anyhow!("a bug in handoff ended {}", stage.name())));
        if let Err(error) = done {
            report.problems.push(format!("{error:#}"));
            // After a failed write the outcome of that commit is unknown until the file is opened again.
            if is_database_error(&error) {
                return false;
            }
        }
    }
    true
}

fn do_stage(
    session: &mut Session,
    stage: Stage,
    include_existing: bool,
    report: &mut RunReport,
    printer: &Printer,
) -> Result<()> {
    match stage {
        Stage::Sync | Stage::SyncAll => {
            let mut progress = Progress::new(printer, "reading contacts");
            let synced = sync::stage(session, stage == Stage::SyncAll, &mut progress);
            progress.finish();
            let synced = synced?;
            report.warnings.extend(sync::missed(&synced));
            report.synced = Some(synced);
        }
        // After a sync that failed, contacts may have changed unseen: nobody is judged until it works again.
        Stage::Evaluate if report.problems.is_empty() => {
            evaluate::stage(session, Scope { all: false, include_existing }, report)?;
        }
        Stage::Evaluate => {}
        Stage::Route => route::stage(session, report)?,
        Stage::Escalate => escalate::stage(session, report)?,
    }
    Ok(())
}

/// Records the run, tells the monitor, prints.
pub(super) fn finish(
    session: &mut Session,
    report: &mut RunReport,
    global: &Global,
    printer: &mut Printer,
) -> Result<Outcome> {
    report.problems.extend(report.delivered.lacking());
    report.warnings.extend(session.chat.as_mut().map(|chat| chat.warnings()).unwrap_or_default());
    let is_good = report.is_good();
    if !session.is_dry {
        record(session, report)?;
        tell_monitor(session, &report.command, is_good, printer);
    }
    report::print(report, &session.store, global, printer)?;
    Ok(if is_good { Outcome::Done } else { Outcome::Unfinished })
}

/// Keeps that the run was, and what the connectors learned in it.
fn record(session: &Session, report: &RunReport) -> Result<()> {
    let summary = serde_json::json!({
        "synced": report.synced, "evaluated": report.evaluated, "handed_off": report.handed_off.len(),
        "waiting": report.waiting.len(), "problems": report.problems,
    });
    let row = RunRow {
        command: report.command.clone(),
        started: report.at,
        finished: report.at,
        good: report.is_good(),
        summary: summary.to_string(),
    };
    let is_whole_run = row.good && report.command == "run";
    session.store.write(|db| {
        db.record_run(&row)?;
        if is_whole_run { db.end_of_restore(session.now) } else { Ok(()) }
    })?;
    session.remember()
}

/// What a run works with when it is given, not opened.
pub struct World {
    pub rules: Rules,
    pub store: Store,
    pub crm: Box<dyn Crm>,
    pub chat: Option<Box<dyn Chat>>,
    pub now: Timestamp,
    pub deadline: Instant,
    /// How long the machine has been up.
    pub uptime: Box<Uptime>,
    /// Every contact is read anew, as by `handoff sync --all`.
    pub is_anew: bool,
}

/// `handoff run` over a world that is given: the simulation in `tests/` brings its own CRM, chat and time. From here on it
/// is the code that cron starts. Prints nothing, takes no lock, and gives what went wrong and the store for another run.
pub fn run_in(world: World) -> Result<(Vec<String>, Store)> {
    let World { rules, store, crm, chat, now, deadline, uptime, is_anew } = world;
    let mut session = Session::given(rules, store, crm, chat, now, deadline, uptime);
    let mut report = RunReport::new("run", now, false);
    let stages = ALL.map(|stage| if is_anew && stage == Stage::Sync { Stage::SyncAll } else { stage });
    if !do_stages(&mut session, &stages, false, &mut report, &Printer::silent()) {
        bail!("{}", report.problems.join("; "));
    }
    record(&session, &report)?;
    Ok((report.problems, session.store))
}

/// A monitor that does not hear is worth a word, and no reason to call the run bad. Who asked the run to stop does not wait
/// for it.
fn tell_monitor(session: &Session, command: &str, is_good: bool, printer: &mut Printer) {
    let heartbeat = session.rules.heartbeat.as_deref().filter(|_| command == "run" && !stop::is_asked());
    if let Some(Err(error)) = heartbeat.map(|url| monitor::ping(url, is_good)) {
        printer.warn(&format!("the heartbeat was not heard: {error:#}"));
    }
}
