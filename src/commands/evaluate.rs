//! Judges contacts: those that are due, or all of them to see what a changed definition would do.

use anyhow::Result;

use super::run::{DEADLINE, go_through, pass};
use super::{ExitStatus, Opening, Patience, Time, busy, open_session};
use crate::cli::{EvaluateArgs, Global};
use crate::handoff::report::RunReport;
use crate::output::Printer;
use crate::pipeline::{EVALUATE, EVALUATE_AND_HAND_OFF, Scope};

pub(super) fn command(
    global: &Global,
    args: &EvaluateArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    if !args.all {
        return pass("evaluate", EVALUATE, global, time, printer);
    }
    // Without --apply it is a dry run: the same code, on a copy.
    let global = Global {
        dry_run: global.dry_run || !args.apply,
        db: global.db.clone(),
        rules: global.rules.clone(),
        ..*global
    };
    let mut session = match open_session(&global, time, Patience::Seconds, DEADLINE, printer)? {
        Opening::Open(session) => session,
        Opening::Refused => return Ok(ExitStatus::Refused),
        Opening::Busy => return Ok(busy(printer, "evaluate", Patience::Seconds)),
    };
    let report = RunReport::new("evaluate", time.now, session.is_dry);
    let scope = Scope { all: true, include_existing: true };
    go_through(&mut session, &[EVALUATE_AND_HAND_OFF], scope, report, &global, printer)
}
