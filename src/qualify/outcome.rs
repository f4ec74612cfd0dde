//! What became of a handoff: the first touch, and how it ended, from what reps did and what the CRM says.

use super::{Facts, holds};
use crate::model::{Activity, ActivityKind, Status, Timestamp, Value, one_line};
use crate::rules::{Outcome, OutcomeEvent};

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
    /// Somebody did it, by a task or a reaction or in a file; `false`: the CRM's fields say so of this contact.
    pub is_act: bool,
}

/// The signs that count, if there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    pub touched: Option<Sign>,
    /// What ended it: whichever came first.
    pub ended: Option<(Ending, Sign)>,
    /// When the rep last showed a sign.
    pub last: Option<Timestamp>,
    /// Outcome conditions that still hold from before the handoff, as bits by their position in [`OutcomeEvent::SEEN`].
    pub held_before: u32,
}

/// How a handoff ends by what somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Accepted,
    Rejected,
    Recycled,
    Converted,
    Lost,
}

impl Ending {
    fn of_event(event: OutcomeEvent) -> Option<Self> {
        match event {
            OutcomeEvent::Accepted => Some(Self::Accepted),
            OutcomeEvent::Rejected => Some(Self::Rejected),
            OutcomeEvent::Recycled => Some(Self::Recycled),
            OutcomeEvent::Converted => Some(Self::Converted),
            OutcomeEvent::Lost => Some(Self::Lost),
            OutcomeEvent::HandedOff | OutcomeEvent::Touched | OutcomeEvent::Stale => None,
        }
    }

    fn of_act(kind: ActivityKind) -> Option<Self> {
        match kind {
            ActivityKind::Accepted => Some(Self::Accepted),
            ActivityKind::Rejected => Some(Self::Rejected),
            ActivityKind::Recycled => Some(Self::Recycled),
            ActivityKind::Converted => Some(Self::Converted),
            ActivityKind::Lost => Some(Self::Lost),
            ActivityKind::TaskCompleted
            | ActivityKind::TaskDeleted
            | ActivityKind::Call
            | ActivityKind::Email
            | ActivityKind::Meeting
            | ActivityKind::Contacted
            | ActivityKind::Moved => None,
        }
    }

    pub fn status(self) -> Status {
        match self {
            Self::Accepted => Status::Accepted,
            Self::Rejected => Status::Rejected,
            Self::Recycled => Status::Recycled,
            Self::Converted => Status::Converted,
            Self::Lost => Status::Lost,
        }
    }

    pub fn event(self) -> OutcomeEvent {
        match self {
            Self::Accepted => OutcomeEvent::Accepted,
            Self::Rejected => OutcomeEvent::Rejected,
            Self::Recycled => OutcomeEvent::Recycled,
            Self::Converted => OutcomeEvent::Converted,
            Self::Lost => OutcomeEvent::Lost,
        }
    }

    /// Whether sales gave the contact back: it cools down, and somebody may say why.
    pub fn is_given_back(self) -> bool {
        matches!(self, Self::Rejected | Self::Recycled | Self::Lost)
    }

    /// Whether it can follow an acceptance.
    fn follows_acceptance(self) -> bool {
        matches!(self, Self::Recycled | Self::Converted | Self::Lost)
    }
}

/// The conditions that hold, as bits. `facts.handed_off_at` is the assignment.
pub fn outcomes_holding(outcome: &Outcome, facts: &Facts<'_>) -> u32 {
    let bit = |event: &OutcomeEvent| outcome.when.get(event).is_some_and(|when| holds(when, facts));
    let waiting = outcome.waiting.as_ref().is_some_and(|when| holds(when, facts));
    let events: u32 = bits().filter(|(event, _)| bit(event)).map(|(_, bit)| bit).sum();
    if waiting { events | WAITING } else { events }
}

/// Whether the CRM says that the contact converted since the handoff started.
pub fn has_converted(outcome: &Outcome, facts: &Facts<'_>, held_before: u32) -> bool {
    let is_news = |(event, bit)| event == OutcomeEvent::Converted && held_before & bit == 0;
    bits().any(is_news) && outcome.when.get(&OutcomeEvent::Converted).is_some_and(|when| holds(when, facts))
}

/// Above the bits of [`OutcomeEvent::SEEN`].
const WAITING: u32 = 1 << 16;

/// Whether the outcome says waiting, and not merely still does from before the assignment.
pub fn waits(outcome: &Outcome, facts: &Facts<'_>, held_before: u32) -> bool {
    outcomes_holding(outcome, facts) & !held_before & WAITING != 0
}

/// The condition for a touch, as a bit, when it holds by what was there before `lapsed`, when a touch expired.
pub fn touch_holding(outcome: &Outcome, facts: &Facts<'_>, lapsed: Timestamp) -> u32 {
    let holding = outcomes_holding(outcome, &Facts { handed_off_at: Some(lapsed), ..*facts });
    bits().filter(|(event, _)| *event == OutcomeEvent::Touched).map(|(_, bit)| holding & bit).sum()
}

fn bits() -> impl Iterator<Item = (OutcomeEvent, u32)> {
    OutcomeEvent::SEEN.into_iter().zip((0..).map(|position| 1 << position))
}

/// What is known of a handoff when its signs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoFar {
    /// A condition that held already at the start says nothing until it has ceased to hold in between.
    pub held_before: u32,
    /// Sales took it: only what comes of it counts.
    pub is_accepted: bool,
}

/// Reads the signs. `activity` is of this contact and since the assignment, or since the acceptance.
pub fn signs(outcome: &Outcome, facts: &Facts<'_>, so_far: SoFar, activity: &[Activity]) -> Signs {
    let holding = outcomes_holding(outcome, facts);
    let news = holding & !so_far.held_before;
    let seen = |event: OutcomeEvent| Sign {
        at: facts.now,
        by: None,
        how: format!("the CRM's fields say {}", event.name()),
        reason: None,
        is_act: false,
    };
    let fields: Vec<OutcomeEvent> =
        bits().filter(|(_, bit)| news & bit != 0).map(|(event, _)| event).collect();
    let mut touched: Vec<Sign> = activity.iter().map(sign).collect();
    let last = touched.iter().map(|sign| sign.at).max();
    touched.extend(fields.iter().filter(|event| **event == OutcomeEvent::Touched).map(|event| seen(*event)));
    let acts = activity.iter().filter_map(|act| Some((Ending::of_act(act.kind)?, sign(act))));
    let fields = fields.into_iter().filter_map(|event| Some((Ending::of_event(event)?, seen(event))));
    let ended = acts
        .chain(fields)
        .filter(|(ending, _)| !so_far.is_accepted || ending.follows_acceptance())
        .min_by_key(|(_, sign)| sign.at)
        .map(|(ending, mut sign)| {
            if ending.is_given_back() && sign.reason.is_none() {
                sign.reason = reason(outcome, facts);
            }
            (ending, sign)
        });
    Signs {
        touched: touched.into_iter().min_by_key(|sign| sign.at),
        ended,
        last,
        held_before: so_far.held_before & holding,
    }
}

fn sign(act: &Activity) -> Sign {
    let is_given_back = Ending::of_act(act.kind).is_some_and(Ending::is_given_back);
    Sign {
        at: act.at,
        by: Some(one_line(&act.by, 120)).filter(|by| !by.is_empty()),
        how: format!("{} in {}", act.kind.name(), act.seen_in),
        reason: act.note.as_deref().filter(|_| is_given_back).map(|note| one_line(note, 200)),
        is_act: true,
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
