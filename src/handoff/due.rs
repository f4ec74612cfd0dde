//! How the due time of a handoff came about, from what was frozen in it: the policy, the rep's calendar, the pauses.

use anyhow::Result;

use super::case;
use crate::handoff::due_account::{Counted, DueAccount};
use crate::model::{Clock, Status, Timestamp};
use crate::sla::{Counts, PauseReason, Stretch};
use crate::store::{Db, HandoffRow};

/// `None` of a handoff that nobody has, or without an SLA.
pub(crate) fn account(db: Db<'_>, handoff: &HandoffRow, now: Timestamp) -> Result<Option<DueAccount>> {
    let is_unassigned = matches!(handoff.status, Status::Held | Status::Waiting);
    if is_unassigned || handoff.assigned.is_none() {
        return Ok(None);
    }
    let Some(clock) = case::clock(db, handoff)? else { return Ok(None) };
    let (running, start) = (clock.running(), clock.start);
    let seconds = |from: Timestamp, until: Timestamp| until.timestamp() - from.timestamp();
    let stretches = running.account(now).into_iter().map(|Stretch { from, until, counts }| Counted {
        from,
        until,
        seconds: seconds(from, until),
        counts: counts == Counts::Yes,
        why: reason(counts),
    });
    Ok(Some(DueAccount {
        sla: clock.sla.name.clone(),
        within_seconds: clock.sla.respond_within.num_seconds(),
        clock: match clock.sla.clock {
            Clock::Working => "working",
            Clock::Wall => "wall",
        },
        rep: handoff.owner.clone().unwrap_or_default(),
        timezone: clock.hours.timezone,
        start,
        stretches: stretches.collect(),
        due: running.plan().map(|plan| plan.due),
    }))
}

/// Why a stretch does not count.
fn reason(counts: Counts) -> Option<String> {
    let text = match counts {
        Counts::Yes => return None,
        Counts::Paused(PauseReason::Waiting) => "the CRM's fields said waiting",
        Counts::Paused(PauseReason::Acknowledged) => "the rep had touched it",
        Counts::Paused(PauseReason::Undelivered) => "neither task nor message had reached the rep",
        Counts::Holiday(name) if name.is_empty() => "holiday",
        Counts::Holiday(name) => return Some(format!("holiday, {name}")),
        Counts::Absence => "absence",
        Counts::Weekend => "weekend",
        Counts::NoShift => "no shift that day",
        Counts::Night => "night",
        Counts::BetweenShifts => "between shifts",
    };
    Some(text.to_owned())
}
