//! Reasoning over conditions without contacts: whether one can ever hold, and whether one takes all that others leave.
//!
//! Every answer is on the safe side: 'never' is said only when no contact at any time could make the condition hold.
//! What is not looked at, or takes too many steps, may hold.

mod possible;
mod search;
mod sign;
mod spans;
mod steps;
mod texts;

#[cfg(test)]
mod tests;

use super::condition::{Condition, Operand};
use super::definition::PointSheet;
use search::{Literal, Search};

/// What sums of points can come to; `None`: any number, or none at all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ranges {
    pub(super) score: Option<Range>,
    pub(super) fit: Option<Range>,
}

impl Ranges {
    fn of(&self, operand: Operand) -> Option<Range> {
        match operand {
            Operand::Field(_) => None,
            Operand::Score => self.score,
            Operand::Fit => self.fit,
        }
    }
}

/// Both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Range {
    /// The sums a sheet can make. Decay only draws points towards 0. `None` when they are beyond what a number can hold.
    pub(super) fn of(sheet: &PointSheet) -> Option<Self> {
        let points = || sheet.points.iter().map(|points| points.points);
        let capped = |sum: f64| sheet.cap.map_or(sum, |cap| sum.min(cap));
        let least = capped(points().map(|points| points.min(0.0)).sum());
        let most = capped(points().map(|points| points.max(0.0)).sum());
        (least.is_finite() && most.is_finite()).then_some(Self { least, most })
    }
}

/// Why conditions never hold at once.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conflict {
    /// Of tests that exclude each other; empty when the conditions exclude everybody without a test.
    pub(super) words: Vec<String>,
    /// What the sum that they look at can come to, when that is known.
    pub(super) range: Option<Range>,
    /// There are several ways to meet the conditions, and this is why the first of them fails.
    pub(super) is_first_of_several: bool,
}

/// Why conditions never hold at once; `None` when they may.
pub(super) fn conflict(conditions: &[Condition], ranges: &Ranges) -> Option<Conflict> {
    let mut search = Search::new(ranges);
    let literals: Vec<Literal<'_>> = conditions.iter().map(Literal::is).collect();
    if search.may_hold(&literals) {
        return None;
    }
    let tests = search.first_conflict;
    let words = tests.iter().map(
        |(leaf, sign)| {
            if sign.holds { leaf.text.clone() } else { format!("not ({})", leaf.text) }
        },
    );
    let range = tests.first().and_then(|(leaf, _)| ranges.of(leaf.operand));
    Some(Conflict { words: words.collect(), range, is_first_of_several: search.has_chosen })
}

/// Whether everything that a condition could take is taken by at least one of `others`, which take nothing that is unclear.
pub(super) fn is_covered<'a>(
    condition: &'a Condition,
    others: impl IntoIterator<Item = &'a Condition>,
    ranges: &'a Ranges,
) -> bool {
    let mut literals = vec![Literal::is(condition)];
    literals.extend(others.into_iter().map(Literal::is_not));
    !Search::new(ranges).may_hold(&literals)
}
