//! Does what the SLAs say about handoffs on which nobody has acted.

use anyhow::Result;

use super::session::Session;
use crate::handoff::report::RunReport;
use crate::handoff::steps::do_steps;

pub(super) fn stage(session: &Session, report: &mut RunReport) -> Result<()> {
    do_steps(&session.context(), report)
}
