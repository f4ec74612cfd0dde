//! Sends failed effects again.

use anyhow::Result;

use super::session::{Opening, Patience, Session, busy};
use super::{Outcome, Time, recheck, run};
use crate::cli::Global;
use crate::output::Printer;
use crate::output::run_report::RunReport;

pub(super) fn command(global: &Global, time: Time, printer: &mut Printer) -> Result<Outcome> {
    let mut session = match Session::open(global, time, Patience::Seconds, run::DEADLINE, printer)? {
        Opening::Open(session) => session,
        Opening::Refused => return Ok(Outcome::Refused),
        Opening::Busy => return Ok(busy(printer, "retry", Patience::Seconds)),
    };
    let now = session.now;
    let again = session.store.write(|db| db.retry_failed(now))?;
    let mut report = RunReport::new("retry", now, session.is_dry);
    report.notes.push(format!("{again} refused writes are sent again"));
    recheck::stage(&mut session, &mut report)?;
    let delivered = session.deliver()?;
    report.delivered.add(delivered);
    run::finish(&mut session, &mut report, global, printer)
}
