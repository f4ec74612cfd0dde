//! What stops the SLA clock of a handoff and starts it again: a touch, an outcome that says waiting, a touch that expires, a
//! task and message that have not reached the rep.

use anyhow::Result;

use super::Context;
use super::case::{self, Case, CaseClock, pauses};
use super::report::RunReport;
use crate::model::{Activity, Status, Timestamp};
use crate::mutant;
use crate::qualify::{Facts, Sign, SoFar, signs, touch_holding, waits};
use crate::sla::{Change, Pause, PauseReason, Running};
use crate::store::{Db, HandoffRow};

/// Stops the clocks of reps whose task and message are both still to be delivered, and starts those of reps who have heard:
/// nobody is blamed for a lead that never reached them.
pub(crate) fn wait_for_delivery(context: &Context<'_>, db: Db<'_>) -> Result<()> {
    if mutant::is("escalated undelivered") {
        return Ok(());
    }
    let why = PauseReason::Undelivered.name();
    for id in db.clocks_to_stop()? {
        let handoff = db.handoff(id)?;
        if let Some(assigned) = handoff.assigned {
            db.begin_pause(id, handoff.round, why, assigned)?;
        }
    }
    for (id, at) in db.clocks_to_start()? {
        db.end_pause(id, why, at.unwrap_or(context.now))?;
        let handoff = db.handoff(id)?;
        if let Some(clock) = case::clock(db, &handoff)? {
            go_on(db, &handoff, clock.running())?;
        }
    }
    Ok(())
}

/// What is later than now, by a clock that was ahead, is of now: times are counted from here.
pub(crate) fn count_anew(db: Db<'_>, now: Timestamp) -> Result<()> {
    for id in db.bring_back(now)? {
        let handoff = db.handoff(id)?;
        if let Some(clock) = case::clock(db, &handoff)? {
            go_on(db, &handoff, clock.running())?;
        }
    }
    Ok(())
}

impl Case<'_> {
    /// Of the signs of a touch the one that is news: the first of this owner, or the first since the last one expired.
    pub(super) fn new_touch(&self, acts: &[Activity], seen: Option<Sign>) -> Option<Sign> {
        if self.handoff.status != Status::Assigned {
            return None;
        }
        let Some(lapsed) = self.handoff.lapsed else { return seen };
        let newer: Vec<Activity> = acts.iter().filter(|act| act.at > lapsed).cloned().collect();
        let facts = Facts { handed_off_at: Some(lapsed), ..self.facts() };
        let so_far = SoFar { held_before: self.handoff.held_before, is_accepted: false };
        signs(&self.rules().outcome, &facts, so_far, &newer).touched
    }

    /// Stops the clock and starts it again, as what the CRM says and the time call for.
    pub(super) fn keep_time(&self, report: &mut RunReport) -> Result<()> {
        if !matches!(self.handoff.status, Status::Assigned | Status::Touched) {
            return Ok(());
        }
        let Some(mut clock) = self.clock()? else { return Ok(()) };
        let is_settled = |pauses: &[Pause]| {
            self.handoff.status == Status::Touched && pauses.iter().all(|pause| pause.until.is_some())
        };
        if is_settled(&clock.pauses) {
            // Touched for good: there is no clock to stop.
            return Ok(());
        }
        let waits = waits(&self.rules().outcome, &self.facts(), self.handoff.held_before);
        let mut has_changed = false;
        while let Some(change) = clock.running().change(waits, self.now()) {
            self.change_clock(change, report)?;
            clock = CaseClock { pauses: pauses(self.db, &self.handoff)?, ..clock };
            has_changed = true;
        }
        if has_changed { go_on(self.db, &self.handoff, clock.running()) } else { Ok(()) }
    }

    fn change_clock(&self, change: Change, report: &mut RunReport) -> Result<()> {
        let Self { db, handoff, .. } = self;
        let (what, at, how) = match change {
            Change::Waits => {
                let now = self.now();
                db.begin_pause(handoff.id, handoff.round, PauseReason::Waiting.name(), now)?;
                ("waiting", now, "the CRM's fields say waiting: the clock stands still")
            }
            Change::Resumes => {
                let now = self.now();
                db.end_pause(handoff.id, PauseReason::Waiting.name(), now)?;
                ("resumed", now, "the CRM's fields no longer say waiting: the clock goes on")
            }
            Change::Lapses(at) => {
                db.end_pause(handoff.id, PauseReason::Acknowledged.name(), at)?;
                let old = touch_holding(&self.rules().outcome, &self.facts(), at);
                db.lapse(handoff.id, at, handoff.held_before | old)?;
                ("touch expired", at, "neither accepted nor rejected: the clock goes on")
            }
        };
        db.add_event(handoff.id, at, what, None, Some(how))?;
        report.outcomes.push(self.acted(what, how));
        Ok(())
    }
}

/// What was to come comes later by the pauses, once there is none any more.
fn go_on(db: Db<'_>, handoff: &HandoffRow, running: Running<'_>) -> Result<()> {
    if running.is_paused() {
        return Ok(());
    }
    let plan = running.plan();
    let steps: Vec<(u32, Timestamp)> =
        plan.iter().flat_map(|plan| &plan.steps).map(|step| (step.n, step.at)).collect();
    db.move_times(handoff.id, handoff.round, plan.map(|plan| plan.due), &steps)
}
