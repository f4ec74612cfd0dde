//! A condition evaluated in full: every leaf with what it saw, as a flat list in reading order.

use super::holds::leaf_answer;
use super::{Answer, Facts, Sum};
use crate::model::Value;
use crate::rules::{Condition, Leaf, Operand};

/// One node of a traced condition.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// How deep in the tree: 0 is the condition itself.
    pub depth: u16,
    pub kind: StepKind<'a>,
    pub answer: Answer,
}

#[derive(Clone, Copy, Debug)]
pub enum StepKind<'a> {
    All,
    Any,
    Not,
    Leaf { leaf: &'a Leaf, seen: Seen<'a> },
}

/// What a leaf saw.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    Value(&'a Value),
    /// A score or a fit, which may come from the rules.
    Sum(Sum),
}

impl Seen<'_> {
    /// For people: the value, or why there is none.
    pub fn shown(self) -> String {
        match self {
            Self::Value(value) => value.shown(),
            Self::Sum(Sum::Known(sum)) => shown_sum(sum),
            Self::Sum(Sum::Unsure { earned, low, high }) => {
                let (earned, low, high) = (shown_sum(earned), shown_sum(low), shown_sum(high));
                format!("{earned}, or from {low} to {high} with values that cannot be read")
            }
            Self::Sum(Sum::Unreadable) => "a number that cannot be read".to_owned(),
            Self::Sum(Sum::Missing) => "missing".to_owned(),
        }
    }
}

/// A score or fit for people: at most one decimal.
pub(super) fn shown_sum(sum: f64) -> String {
    let rounded = (sum * 10.0).round() / 10.0;
    format!("{rounded}")
}

/// What a leaf looks at, for a contact.
pub fn seen<'a>(leaf: &Leaf, facts: &Facts<'a>) -> Seen<'a> {
    match leaf.operand {
        Operand::Field(field) => Seen::Value(facts.contact.value(field)),
        Operand::Score => Seen::Sum(facts.score),
        Operand::Fit => Seen::Sum(facts.fit),
    }
}

/// Appends every node of `condition` to `steps` and says what it comes to. Nothing is skipped: a reader wants to see
/// also what would not have been needed.
pub(super) fn record<'a>(
    condition: &'a Condition,
    facts: &Facts<'a>,
    depth: u16,
    steps: &mut Vec<Step<'a>>,
) -> Answer {
    let place = steps.len();
    let deeper = depth.saturating_add(1);
    let (kind, parts): (StepKind<'a>, &'a [Condition]) = match condition {
        Condition::Leaf(leaf) => {
            let answer = leaf_answer(leaf, facts);
            let seen = seen(leaf, facts);
            steps.push(Step { depth, kind: StepKind::Leaf { leaf, seen }, answer });
            return answer;
        }
        Condition::All(parts) => (StepKind::All, parts),
        Condition::Any(parts) => (StepKind::Any, parts),
        Condition::Not(part) => (StepKind::Not, std::slice::from_ref(part)),
    };
    steps.push(Step { depth, kind, answer: Answer::No });
    let (mut least, mut greatest) = (Answer::Yes, Answer::No);
    for part in parts {
        let answer = record(part, facts, deeper, steps);
        (least, greatest) = (least.min(answer), greatest.max(answer));
    }
    let answer = match condition {
        Condition::All(_) => least,
        Condition::Any(_) => greatest,
        Condition::Not(_) => greatest.not(),
        Condition::Leaf(leaf) => leaf_answer(leaf, facts),
    };
    if let Some(step) = steps.get_mut(place) {
        step.answer = answer;
    }
    answer
}
