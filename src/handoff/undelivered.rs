//! Nobody is blamed for a lead that he has not been told of: until the task or the message is out, his clock stands still.

use anyhow::Result;

use super::Context;
use super::clock::{goes_on, pauses};
use super::effects::frozen_sla;
use crate::mutant;
use crate::sla::{PauseReason, Running};

/// Stops the clocks of reps whose task and message are both still to be delivered, and starts those of reps who have heard.
pub(crate) fn look(context: &Context<'_>) -> Result<()> {
    let untold = context.store.read().untold()?;
    let told = context.store.read().told()?;
    if (untold.is_empty() && told.is_empty()) || mutant::is("escalated untold") {
        return Ok(());
    }
    let why = PauseReason::Untold.name();
    context.store.write(|db| {
        for id in &untold {
            let handoff = db.handoff(*id)?;
            if let Some(assigned) = handoff.assigned {
                db.begin_pause(*id, handoff.round, why, assigned)?;
            }
        }
        for (id, at) in &told {
            db.end_pause(*id, why, at.unwrap_or(context.now))?;
            let handoff = db.handoff(*id)?;
            if let Some((sla, hours)) = frozen_sla(&handoff)?.zip(db.calendar(*id, handoff.round)?) {
                let (start, pauses) = (handoff.assigned.unwrap_or(handoff.created), pauses(db, &handoff)?);
                goes_on(db, &handoff, Running { sla: &sla, hours: &hours, start, pauses: &pauses })?;
            }
        }
        Ok(())
    })
}
