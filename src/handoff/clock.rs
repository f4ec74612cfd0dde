//! What stops the SLA clock of a handoff and starts it again: a touch, an outcome that says waiting, a touch that expires.

use anyhow::Result;

use super::Context;
use super::effects::{self, frozen_sla};
use crate::handoff::report::{Acted, RunReport};
use crate::model::{Activity, Sla, Status, Timestamp, Untrusted, WorkingTime};
use crate::qualify::{Facts, Sign, SoFar, facts, signs, touch_holding, waits};
use crate::sla::{Change, Pause, PauseReason, Running};
use crate::store::{Db, HandoffRow, Layouts, OpenHandoff, PauseRow};

/// Of the signs of a touch the one that is news: the first of this owner, or the first since the last one expired.
pub(crate) fn touch(
    context: &Context<'_>,
    handoff: &HandoffRow,
    facts: &Facts<'_>,
    acts: &[Activity],
    seen: Option<Sign>,
) -> Option<Sign> {
    if handoff.status != Status::Assigned {
        return None;
    }
    let Some(lapsed) = handoff.lapsed else { return seen };
    let newer: Vec<Activity> = acts.iter().filter(|act| act.at > lapsed).cloned().collect();
    let facts = Facts { handed_off_at: Some(lapsed), ..*facts };
    let so_far = SoFar { held_before: handoff.held_before, is_accepted: false };
    signs(&context.rules.outcome, &facts, so_far, &newer).touched
}

/// Stops and starts the clocks of the open handoffs.
pub(crate) fn look(context: &Context<'_>, open: &[OpenHandoff], report: &mut RunReport) -> Result<()> {
    if context.rules.outcome.waiting.is_none() && !context.store.read().is_any_paused()? {
        return Ok(());
    }
    let layouts = Layouts::new(context.rules.fields.all());
    context.store.write(|db| {
        for handoff in open {
            let handoff = db.handoff(handoff.row.id)?;
            if !matches!(handoff.status, Status::Assigned | Status::Touched) {
                continue;
            }
            let Some((sla, hours)) = frozen_sla(&handoff)?.zip(db.calendar(handoff.id, handoff.round)?)
            else {
                continue;
            };
            let row = db.contact(handoff.contact, &layouts)?;
            let facts =
                Facts { handed_off_at: handoff.assigned, ..facts(context.rules, &row.contact, context.now) };
            Clock { context, db, handoff: &handoff, facts: &facts, sla: &sla, hours: &hours }.look(report)?;
        }
        Ok(())
    })
}

/// What was to come comes later by the pauses, once there is none any more.
pub(crate) fn goes_on(db: Db<'_>, handoff: &HandoffRow, running: Running<'_>) -> Result<()> {
    if running.is_paused() {
        return Ok(());
    }
    let plan = running.plan();
    let steps: Vec<(u32, Timestamp)> =
        plan.iter().flat_map(|plan| &plan.steps).map(|step| (step.n, step.at)).collect();
    db.move_times(handoff.id, handoff.round, plan.map(|plan| plan.due), &steps)
}

struct Clock<'a> {
    context: &'a Context<'a>,
    db: Db<'a>,
    handoff: &'a HandoffRow,
    facts: &'a Facts<'a>,
    sla: &'a Sla,
    hours: &'a WorkingTime,
}

impl Clock<'_> {
    fn look(&self, report: &mut RunReport) -> Result<()> {
        let waits = waits(&self.context.rules.outcome, self.facts, self.handoff.held_before);
        let is_settled = |pauses: &[Pause]| {
            self.handoff.status == Status::Touched && pauses.iter().all(|pause| pause.until.is_some())
        };
        let mut pauses = pauses(self.db, self.handoff)?;
        if is_settled(&pauses) {
            // Touched for good: there is no clock to stop.
            return Ok(());
        }
        let mut has_changed = false;
        while let Some(change) = self.running(&pauses).change(waits, self.context.now) {
            self.record(change, report)?;
            pauses = self::pauses(self.db, self.handoff)?;
            has_changed = true;
        }
        if has_changed { goes_on(self.db, self.handoff, self.running(&pauses)) } else { Ok(()) }
    }

    fn running<'b>(&'b self, pauses: &'b [Pause]) -> Running<'b> {
        let start = self.handoff.assigned.unwrap_or(self.handoff.created);
        Running { sla: self.sla, hours: self.hours, start, pauses }
    }

    fn record(&self, change: Change, report: &mut RunReport) -> Result<()> {
        let Self { db, handoff, .. } = self;
        let (what, at, how) = match change {
            Change::Waits => {
                let now = self.context.now;
                db.begin_pause(handoff.id, handoff.round, PauseReason::Waiting.name(), now)?;
                ("waiting", now, "the CRM's fields say waiting: the clock stands still")
            }
            Change::Resumes => {
                let now = self.context.now;
                db.end_pause(handoff.id, PauseReason::Waiting.name(), now)?;
                ("resumed", now, "the CRM's fields no longer say waiting: the clock goes on")
            }
            Change::Lapses(at) => {
                db.end_pause(handoff.id, PauseReason::Acknowledged.name(), at)?;
                let old = touch_holding(&self.context.rules.outcome, self.facts, at);
                db.lapse(handoff.id, at, handoff.held_before | old)?;
                ("touch expired", at, "neither accepted nor rejected: the clock goes on")
            }
        };
        db.add_event(handoff.id, at, what, None, Some(how))?;
        let contact = effects::who(self.context.rules, self.facts).name();
        let acted =
            Acted { handoff: handoff.id, contact, what: what.to_owned(), detail: Untrusted::new(how) };
        report.outcomes.push(acted);
        Ok(())
    }
}

/// The pauses of the present assignment.
pub(crate) fn pauses(db: Db<'_>, handoff: &HandoffRow) -> Result<Vec<Pause>> {
    let pause =
        |row: PauseRow| Some(Pause { why: PauseReason::parse(&row.why)?, from: row.from, until: row.until });
    Ok(db.pauses(handoff.id, handoff.round)?.into_iter().filter_map(pause).collect())
}
