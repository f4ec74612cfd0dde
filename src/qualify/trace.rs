//! A condition evaluated in full: every leaf with what it saw, as a flat list in reading order.

use super::Facts;
use super::holds::leaf_holds;
use crate::model::Value;
use crate::rules::{Condition, Leaf, Operand};

/// One node of a traced condition.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// How deep in the tree: 0 is the condition itself.
    pub depth: u16,
    pub kind: StepKind<'a>,
    pub holds: bool,
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
    Sum(Option<f64>),
}

impl Seen<'_> {
    /// For people: the value, or why there is none.
    pub fn shown(self) -> String {
        match self {
            Self::Value(value) => value.shown(),
            Self::Sum(Some(sum)) => shown_sum(sum),
            Self::Sum(None) => "missing".to_owned(),
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

/// Appends every node of `condition` to `steps` and says whether it holds. Nothing is skipped: a reader wants to see
/// also what would not have been needed.
pub(super) fn record<'a>(
    condition: &'a Condition,
    facts: &Facts<'a>,
    depth: u16,
    steps: &mut Vec<Step<'a>>,
) -> bool {
    let place = steps.len();
    let deeper = depth.saturating_add(1);
    let (kind, parts): (StepKind<'a>, &'a [Condition]) = match condition {
        Condition::Leaf(leaf) => {
            let holds = leaf_holds(leaf, facts);
            let seen = seen(leaf, facts);
            steps.push(Step { depth, kind: StepKind::Leaf { leaf, seen }, holds });
            return holds;
        }
        Condition::All(parts) => (StepKind::All, parts),
        Condition::Any(parts) => (StepKind::Any, parts),
        Condition::Not(part) => (StepKind::Not, std::slice::from_ref(part)),
    };
    steps.push(Step { depth, kind, holds: false });
    let mut held = 0;
    for part in parts {
        held += usize::from(record(part, facts, deeper, steps));
    }
    let holds = match condition {
        Condition::All(_) => held == parts.len(),
        Condition::Any(_) => held > 0,
        Condition::Not(_) => held == 0,
        Condition::Leaf(leaf) => leaf_holds(leaf, facts),
    };
    if let Some(step) = steps.get_mut(place) {
        step.holds = holds;
    }
    holds
}
