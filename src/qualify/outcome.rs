//! What became of a handoff: the first touch, and acceptance or rejection, from what reps did and what the CRM says.

use super::{Facts, holds};
use crate::model::{Activity, ActivityKind, Timestamp, Value};
use crate::rules::{Condition, Outcome};

/// A sign of what the rep did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    pub at: Timestamp,
    /// Who did it, when the source says.
    pub by: Option<String>,
    /// How it was seen.
    pub how: String,
    /// Of a rejection.
    pub reason: Option<String>,
}

/// The signs that count, if there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    pub touched: Option<Sign>,
    /// Acceptance or rejection, whichever came first.
    pub ended: Option<(Ending, Sign)>,
    /// Outcome conditions that still hold from before the handoff, as bits: 1 touched, 2 accepted, 4 rejected, 256 waiting.
    pub held_before: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Accepted,
    Rejected,
}

/// Bits of [`Signs::held_before`].
const TOUCHED: u32 = 1;
const ACCEPTED: u32 = 2;
const REJECTED: u32 = 4;
const WAITING: u32 = 256;

/// Outcome conditions with their bits.
fn conditions(outcome: &Outcome) -> [(u32, Option<&Condition>); 4] {
    [
        (TOUCHED, outcome.touched.as_ref()),
        (ACCEPTED, outcome.accepted.as_ref()),
        (REJECTED, outcome.rejected.as_ref()),
        (WAITING, outcome.waiting.as_ref()),
    ]
}

/// The conditions that hold, as bits. `facts.handed_off_at` is the assignment.
pub fn outcomes_holding(outcome: &Outcome, facts: &Facts<'_>) -> u32 {
    conditions(outcome)
        .into_iter()
        .filter(|(_, condition)| condition.is_some_and(|condition| holds(condition, facts)))
        .map(|(bit, _)| bit)
        .sum()
}

/// Whether the outcome says waiting, and not merely still does from before the assignment.
pub fn waits(outcome: &Outcome, facts: &Facts<'_>, held_before: u32) -> bool {
    outcomes_holding(outcome, facts) & !held_before & WAITING != 0
}

/// The conditions for a touch that hold since `lapsed`, when an acknowledgement expired, as a bit: they say nothing new.
pub fn touch_holding(outcome: &Outcome, facts: &Facts<'_>, lapsed: Timestamp) -> u32 {
    outcomes_holding(outcome, &Facts { handed_off_at: Some(lapsed), ..*facts }) & TOUCHED
}

/// Reads the signs. `activity` is of this contact and since the assignment. A condition that held already at the
/// assignment (`held_before`) says nothing until it has ceased to hold in between.
pub fn signs(outcome: &Outcome, facts: &Facts<'_>, held_before: u32, activity: &[Activity]) -> Signs {
    let holding = outcomes_holding(outcome, facts);
    let news = holding & !held_before;
    let seen = |bit: u32, what: &str| -> Option<Sign> {
        let how = format!("the CRM's fields say {what}");
        (news & bit != 0).then_some(Sign { at: facts.now, by: None, how, reason: None })
    };
    let mut touched: Vec<Sign> = activity.iter().map(sign).collect();
    touched.extend(seen(TOUCHED, "touched"));
    let mut ended: Vec<(Ending, Sign)> = activity
        .iter()
        .filter_map(|act| match act.kind {
            ActivityKind::Accepted => Some((Ending::Accepted, sign(act))),
            ActivityKind::Rejected => Some((Ending::Rejected, sign(act))),
            ActivityKind::TaskCompleted
            | ActivityKind::Call
            | ActivityKind::Email
            | ActivityKind::Meeting
            | ActivityKind::Contacted
            | ActivityKind::Moved => None,
        })
        .collect();
    ended.extend(seen(ACCEPTED, "accepted").map(|sign| (Ending::Accepted, sign)));
    ended.extend(seen(REJECTED, "rejected").map(|sign| (Ending::Rejected, sign)));
    let ended = ended.into_iter().min_by_key(|(_, sign)| sign.at).map(|(ending, mut sign)| {
        if ending == Ending::Rejected && sign.reason.is_none() {
            sign.reason = reason(outcome, facts);
        }
        (ending, sign)
    });
    Signs {
        touched: touched.into_iter().min_by_key(|sign| sign.at),
        ended,
        held_before: held_before & holding,
    }
}

fn sign(act: &Activity) -> Sign {
    Sign {
        at: act.at,
        by: Some(crate::model::one_line(&act.by, 120)).filter(|by| !by.is_empty()),
        how: format!("{} in {}", act.kind.name(), act.seen_in),
        reason: match act.kind {
            ActivityKind::Rejected => act.note.as_deref().map(|note| crate::model::one_line(note, 200)),
            ActivityKind::TaskCompleted
            | ActivityKind::Call
            | ActivityKind::Email
            | ActivityKind::Meeting
            | ActivityKind::Contacted
            | ActivityKind::Moved
            | ActivityKind::Accepted => None,
        },
    }
}

/// The reason that the CRM's field gives.
fn reason(outcome: &Outcome, facts: &Facts<'_>) -> Option<String> {
    match facts.contact.value(outcome.reason?) {
        Value::Text(text) => Some(text.shown(200)),
        Value::Missing | Value::Unreadable(_) => None,
        other @ (Value::Number(_) | Value::Bool(_) | Value::Time(_)) => Some(other.shown()),
    }
}
