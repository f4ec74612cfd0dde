//! How the due time of a handoff came about, from what was frozen in it: the policy, the rep's calendar, the pauses.

use anyhow::Result;
use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::Serialize;

use super::case;
use crate::model::{Clock, Status, Timestamp};
use crate::rules::format_duration;
use crate::sla::{Counts, Interval, PauseReason, Stretch, clock_changes};
use crate::store::{Db, HandoffRow};

#[derive(Debug, Serialize)]
pub(crate) struct DueAccount {
    pub sla: String,
    pub within_seconds: i64,
    /// `working` or `wall`.
    pub clock: &'static str,
    pub rep: String,
    /// Of the rep.
    #[serde(serialize_with = "name")]
    pub timezone: Tz,
    pub start: Timestamp,
    pub stretches: Vec<Counted>,
    /// `None` while nobody knows: the clock stands still, or the rep never works so long.
    pub due: Option<Timestamp>,
}

/// A stretch of time, counted or not.
#[derive(Debug, Serialize)]
pub(crate) struct Counted {
    pub from: Timestamp,
    pub until: Timestamp,
    pub seconds: i64,
    pub counts: bool,
    /// Why it does not.
    pub why: Option<String>,
    /// That they change in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clocks: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn name<S: serde::Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

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
        clocks: clocks(clock.hours.timezone, (from, until)),
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

/// `the clocks go forward 1h on Sun 29 Mar`.
fn clocks(zone: Tz, stretch: Interval) -> Option<String> {
    let told = clock_changes(zone, stretch).map(|(at, by)| {
        let way = if by > TimeDelta::zero() { "forward" } else { "back" };
        let date = at.with_timezone(&zone).format("%a %-d %b");
        format!("the clocks go {way} {} on {date}", format_duration(by.abs()))
    });
    Some(told.collect::<Vec<_>>().join(", ")).filter(|told| !told.is_empty())
}
