//! Contact + rules + now -> verdict, with the conditions and the values seen. Pure: no clock, no I/O, no store.

mod change;
mod company;
mod compared;
mod crossing;
mod evaluate;
mod holds;
mod moves;
mod nearest;
mod outcome;
mod points;
mod sum;
mod trace;
mod trial;
mod unread;
mod until;

pub use change::{Change, changes_to};
pub use company::{company_fields, company_keys};
pub use compared::compared;
pub use crossing::{Crossing, Past, crossing};
pub use evaluate::{Evaluation, Part, PartKind, Trace, evaluate, facts, trace, verdict};
pub use holds::{Answer, answer, holds, leaf_answer};
pub use moves::Moves;
pub use nearest::{Becomes, Nearest, nearest};
pub use outcome::{Ending, Sign, Signs, SoFar, has_converted, outcomes_holding, signs, touch_holding, waits};
pub use points::{PointsSeen, sum, sum_seen};
pub use sum::Sum;
pub use trace::{Seen, Step, StepKind, seen};
pub use unread::unread;
pub use until::Timers;

use crate::model::{Contact, Timestamp};

/// What conditions look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub contact: &'a Contact,
    pub score: Sum,
    pub fit: Sum,
    pub now: Timestamp,
    /// The assignment of the handoff in question; only `[outcome]` asks for it.
    pub handed_off_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
