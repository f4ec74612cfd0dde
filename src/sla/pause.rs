//! What makes the clock of a handoff stand still: the outcome says waiting, the rep acknowledged it by a touch, or has not
//! been told of it.

use super::calendar::{Interval, add_working};
use super::plan::{Plan, plan_around, running};
use crate::model::{Sla, Timestamp, WorkingTime};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseReason {
    /// `[outcome] waiting` holds.
    Waiting,
    /// The rep touched it, and the SLA says when that expires.
    Acknowledged,
    /// Neither the task nor the message has reached the rep.
    Undelivered,
}

impl PauseReason {
    /// The word in the database and in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Acknowledged => "acknowledged",
            Self::Undelivered => "undelivered",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Acknowledged, Self::Undelivered]
            .into_iter()
            .find(|reason| reason.name() == name)
    }
}

/// A time in which the clock stands still; while it lasts, without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    pub why: PauseReason,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

impl Pause {
    pub(super) fn interval(&self) -> Interval {
        (self.from, self.until.unwrap_or(Timestamp::MAX_UTC))
    }
}

/// What a look at the handoff changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The outcome says waiting from now on.
    Waits,
    /// It no longer does.
    Resumes,
    /// The acknowledgement expired at this moment, and nothing had come of it.
    Lapses(Timestamp),
}

/// The clock of one assignment.
#[derive(Clone, Copy, Debug)]
pub struct Running<'a> {
    pub sla: &'a Sla,
    pub hours: &'a WorkingTime,
    pub start: Timestamp,
    pub pauses: &'a [Pause],
}

impl Running<'_> {
    fn open(&self, why: PauseReason) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.why == why && pause.until.is_none())
    }

    /// What changes at `now`, the outcome saying waiting or not.
    pub fn change(&self, waits: bool, now: Timestamp) -> Option<Change> {
        match (waits, self.open(PauseReason::Waiting)) {
            (true, None) => Some(Change::Waits),
            (false, Some(_)) => Some(Change::Resumes),
            (true, Some(_)) | (false, None) => {
                self.acknowledged_until().filter(|end| *end <= now).map(Change::Lapses)
            }
        }
    }

    /// When the acknowledgement expires; that clock, too, stands still while the outcome says waiting.
    pub fn acknowledged_until(&self) -> Option<Timestamp> {
        let acknowledged = self.open(PauseReason::Acknowledged)?;
        let waits = self.pauses.iter().filter(|pause| pause.why == PauseReason::Waiting);
        let still: Vec<Interval> = waits.map(Pause::interval).collect();
        add_working(&running(self.sla.clock, self.hours, &still), acknowledged.from, self.sla.ack_expires?)
    }

    pub fn is_paused(&self) -> bool {
        self.pauses.iter().any(|pause| pause.until.is_none())
    }

    /// Due time and steps, moved on by the working time of the pauses. What was due before a pause stays where it was.
    pub fn plan(&self) -> Option<Plan> {
        let still: Vec<Interval> = self.pauses.iter().map(Pause::interval).collect();
        plan_around(self.sla, self.hours, self.start, &still)
    }
}

#[cfg(test)]
mod tests;
