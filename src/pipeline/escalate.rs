//! Does what the SLAs say about handoffs on which nobody has acted.

use anyhow::Result;

use super::session::Session;
use crate::handoff::report::RunReport;
use crate::handoff::steps::do_due_steps;

pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    let due = session.store.read().handoffs_with_due_steps(session.now)?;
    if !due.is_empty() {
        session.learn_account();
    }
    do_due_steps(&session.context(), due, report)
}
