//! Sets of numbers, moments or ages, as spans of whole numbers that keep their order.

use chrono::TimeDelta;

use crate::model::Timestamp;

/// A value's position in the order of its kind.
pub(super) type Rank = i128;

/// Disjoint spans in order, each from a rank up to and without another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spans(Vec<(Rank, Rank)>);

impl Spans {
    pub(super) fn all() -> Self {
        Self(vec![(Rank::MIN, Rank::MAX)])
    }

    pub(super) fn at_least(rank: Rank) -> Self {
        Self(vec![(rank, Rank::MAX)])
    }

    pub(super) fn above(rank: Rank) -> Self {
        Self::at_least(rank + 1)
    }

    pub(super) fn below(rank: Rank) -> Self {
        Self(vec![(Rank::MIN, rank)])
    }

    pub(super) fn at_most(rank: Rank) -> Self {
        Self::below(rank + 1)
    }

    /// Both ends included.
    pub(super) fn between(least: Rank, most: Rank) -> Self {
        Self::among([(least, most + 1)].into_iter().collect())
    }

    pub(super) fn points(ranks: impl Iterator<Item = Rank>) -> Self {
        Self::among(ranks.map(|rank| (rank, rank + 1)).collect())
    }

    /// Any spans, in any order.
    fn among(mut spans: Vec<(Rank, Rank)>) -> Self {
        spans.retain(|(from, until)| from < until);
        spans.sort_unstable();
        let mut merged: Vec<(Rank, Rank)> = Vec::with_capacity(spans.len());
        for (from, until) in spans {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                Some(_) | None => merged.push((from, until)),
            }
        }
        Self(merged)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn complement(&self) -> Self {
        let mut from = Rank::MIN;
        let mut rest = Vec::with_capacity(self.0.len() + 1);
        for (start, end) in &self.0 {
            rest.push((from, *start));
            from = *end;
        }
        rest.push((from, Rank::MAX));
        Self::among(rest)
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.0.as_slice(), other.0.as_slice());
        let mut both = Vec::new();
        while let ([first_a, rest_a @ ..], [first_b, rest_b @ ..]) = (a, b) {
            both.push((first_a.0.max(first_b.0), first_a.1.min(first_b.1)));
            if first_a.1 <= first_b.1 {
                a = rest_a;
            } else {
                b = rest_b;
            }
        }
        Self::among(both)
    }
}

/// IEEE 754 keeps the order of its numbers in their bits, the negative ones backwards; 0 and −0 are one number.
pub(super) fn of_number(number: f64) -> Rank {
    let magnitude = Rank::from(number.abs().to_bits());
    if number < 0.0 { -magnitude } else { magnitude }
}

/// A leap second counts up to two thousand million nanoseconds, and comes before the next.
pub(super) fn of_time(time: Timestamp) -> Rank {
    Rank::from(time.timestamp()) * 2_000_000_000 + Rank::from(time.timestamp_subsec_nanos())
}

pub(super) fn of_age(age: TimeDelta) -> Rank {
    Rank::from(age.num_seconds()) * 1_000_000_000 + Rank::from(age.subsec_nanos())
}
