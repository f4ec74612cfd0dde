//! The nearest change that would flip a verdict.

use super::{Answer, Facts, answer};
use crate::rules::{Condition, Leaf};

/// One leaf that would have to come out the other way.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    pub leaf: &'a Leaf,
    /// What it would have to be.
    pub holds: bool,
}

/// The fewest leaves that would have to change for `condition` to come out as `wanted`; empty when it already does,
/// `None` when no change of leaves can do it (an `any` of nothing). Leaves are taken as independent of each other.
pub fn changes_to<'a>(condition: &'a Condition, wanted: bool, facts: &Facts<'_>) -> Option<Vec<Change<'a>>> {
    if answer(condition, facts) == Answer::of(wanted) {
        return Some(Vec::new());
    }
    match condition {
        Condition::Leaf(leaf) => Some(vec![Change { leaf, holds: wanted }]),
        Condition::Not(part) => changes_to(part, !wanted, facts),
        // Every part must come out so: all their changes together.
        Condition::All(parts) if wanted => every(parts, wanted, facts),
        Condition::Any(parts) if !wanted => every(parts, wanted, facts),
        // One part is enough: the cheapest.
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().filter_map(|part| changes_to(part, wanted, facts)).min_by_key(Vec::len)
        }
    }
}

fn every<'a>(parts: &'a [Condition], wanted: bool, facts: &Facts<'_>) -> Option<Vec<Change<'a>>> {
    let mut changes = Vec::new();
    for part in parts {
        changes.extend(changes_to(part, wanted, facts)?);
    }
    Some(changes)
}
