//! Sends failed effects again.

use anyhow::Result;

use super::run::{DEADLINE, go_through};
use super::{ExitStatus, Opening, Patience, Time, busy, open_session};
use crate::cli::Global;
use crate::handoff::report::RunReport;
use crate::output::Printer;
use crate::pipeline::{DELIVER, Scope};

pub(super) fn command(global: &Global, time: Time, printer: &mut Printer) -> Result<ExitStatus> {
    let mut session = match open_session(global, time, Patience::Seconds, DEADLINE, printer)? {
        Opening::Open(session) => session,
        Opening::Refused => return Ok(ExitStatus::Refused),
        Opening::Busy => return Ok(busy(printer, "retry", Patience::Seconds)),
    };
    let now = session.now;
    let again = session.store.write(|db| db.retry_failed(now))?;
    let mut report = RunReport::new("retry", now, session.is_dry);
    report.notes.push(format!("{again} refused writes are sent again"));
    go_through(&mut session, &[DELIVER], Scope::default(), report, global, printer)
}
