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

/// Ways that are kept at each node of a condition.
const WAYS_MAX: usize = 16;

/// The fewest leaves that would have to change for `condition` to come out as `wanted`; empty when it already does,
/// `None` when no change of leaves can do it (an `any` of nothing). Leaves are taken as independent of each other.
pub fn changes_to<'a>(condition: &'a Condition, wanted: bool, facts: &Facts<'_>) -> Option<Vec<Change<'a>>> {
    ways_to(condition, wanted, facts).into_iter().next()
}

/// The same with other ways to it, those with the fewest changes first.
pub(super) fn ways_to<'a>(condition: &'a Condition, wanted: bool, facts: &Facts<'_>) -> Vec<Vec<Change<'a>>> {
    if answer(condition, facts) == Answer::of(wanted) {
        return vec![Vec::new()];
    }
    match condition {
        Condition::Leaf(leaf) => vec![vec![Change { leaf, holds: wanted }]],
        Condition::Not(part) => ways_to(part, !wanted, facts),
        // Every part must come out so: all their changes together.
        Condition::All(parts) if wanted => every(parts, wanted, facts),
        Condition::Any(parts) if !wanted => every(parts, wanted, facts),
        // One part is enough.
        Condition::All(parts) | Condition::Any(parts) => {
            fewest(parts.iter().flat_map(|part| ways_to(part, wanted, facts)).collect())
        }
    }
}

fn every<'a>(parts: &'a [Condition], wanted: bool, facts: &Facts<'_>) -> Vec<Vec<Change<'a>>> {
    parts.iter().fold(vec![Vec::new()], |ways, part| {
        let of_part = ways_to(part, wanted, facts);
        fewest(ways.iter().flat_map(|way| of_part.iter().map(|more| [&way[..], more].concat())).collect())
    })
}

fn fewest(mut ways: Vec<Vec<Change<'_>>>) -> Vec<Vec<Change<'_>>> {
    ways.sort_by_key(Vec::len);
    ways.truncate(WAYS_MAX);
    ways
}
