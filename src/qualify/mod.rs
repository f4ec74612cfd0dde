//! Contact + rules + now -> verdict. Pure: no clock, no I/O.

use crate::model::{Contact, Timestamp};
use crate::rules::Condition;

/// What conditions look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub contact: &'a Contact,
    pub score: Option<f64>,
    pub fit: Option<f64>,
    pub now: Timestamp,
    /// The assignment of the handoff in question; only `[outcome]` asks for it.
    pub handed_off_at: Option<Timestamp>,
}

/// Whether a condition holds.
pub fn holds(condition: &Condition, facts: &Facts<'_>) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(part, facts)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, facts)),
        Condition::Not(part) => !holds(part, facts),
        Condition::Leaf(_leaf) => false,
    }
}
