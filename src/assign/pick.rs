//! An available member, and the pick of the least loaded one.

use super::RepLoad;
use crate::model::{RepId, Turn};

/// A member who can take the handoff now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub rep: RepId,
    /// At least 1.
    pub weight: u32,
    pub turn: Turn,
    pub load: RepLoad,
}

/// Fewest open handoffs for the weight; of equals the one whose last assignment is longest ago, then the first listed.
/// A position among the candidates.
pub(super) fn least_loaded(candidates: &[Candidate]) -> Option<usize> {
    let least = candidates.iter().enumerate().min_by(|(_, a), (_, b)| {
        // a.open / a.weight against b.open / b.weight, without division.
        let left = u64::from(a.load.open) * u64::from(b.weight);
        let right = u64::from(b.load.open) * u64::from(a.weight);
        left.cmp(&right).then(a.load.last.cmp(&b.load.last))
    });
    least.map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn members(weights: &[u32]) -> Vec<Candidate> {
        let member = |(n, weight): (usize, &u32)| Candidate {
            rep: RepId(n),
            weight: *weight,
            turn: Turn::default(),
            load: RepLoad::default(),
        };
        weights.iter().enumerate().map(member).collect()
    }

    #[test]
    fn nobody_available_is_nobody_picked() {
        assert_eq!(least_loaded(&[]), None);
    }

    #[test]
    fn the_least_loaded_is_measured_against_the_weight() {
        let mut members = members(&[2, 1]);
        members[0].load.open = 3;
        members[1].load.open = 2;
        assert_eq!(least_loaded(&members), Some(0), "3/2 is less than 2/1");
        members[0].load.open = 4;
        members[0].load.last = Some(DateTime::UNIX_EPOCH + TimeDelta::hours(2));
        members[1].load.last = Some(DateTime::UNIX_EPOCH + TimeDelta::hours(1));
        assert_eq!(least_loaded(&members), Some(1), "equal, and longest ago");
        members[0].load.last = None;
        assert_eq!(least_loaded(&members), Some(0), "never is longest ago");
        members[1].load.last = None;
        assert_eq!(least_loaded(&members), Some(0), "first listed");
    }
}
