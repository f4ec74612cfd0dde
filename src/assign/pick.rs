//! How one of several available members is picked.

use std::cmp::Reverse;

use super::RepLoad;
use crate::model::RepId;

/// A member who can take the handoff now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub rep: RepId,
    /// At least 1.
    pub weight: u32,
    pub credit: i64,
    pub load: RepLoad,
}

/// Smooth weighted round robin, as nginx does it: every candidate earns its weight, the richest is picked (the first of
/// equals) and pays what all earned. Weights 2 and 1 give A B A, A B A, …: never three in a row for A. Gives the pick and
/// everybody's new credit. Whoever is no candidate neither earns nor pays, so nobody is owed a flood on coming back.
pub(super) fn round_robin(candidates: &[Candidate]) -> Option<(RepId, Vec<(RepId, i64)>)> {
    let total = candidates.iter().fold(0_i64, |sum, member| sum.saturating_add(i64::from(member.weight)));
    let mut credits: Vec<(RepId, i64)> = candidates
        .iter()
        .map(|member| (member.rep, member.credit.saturating_add(i64::from(member.weight))))
        .collect();
    let richest = credits.iter_mut().min_by_key(|(_, credit)| Reverse(*credit))?;
    richest.1 = richest.1.saturating_sub(total);
    let picked = richest.0;
    Some((picked, credits))
}

/// Fewest open handoffs for the weight; of equals the one whose last assignment is longest ago, then the first listed.
pub(super) fn least_loaded(candidates: &[Candidate]) -> Option<&Candidate> {
    candidates.iter().min_by(|a, b| {
        // a.open / a.weight against b.open / b.weight, without division.
        let left = u64::from(a.load.open) * u64::from(b.weight);
        let right = u64::from(b.load.open) * u64::from(a.weight);
        left.cmp(&right).then(a.load.last.cmp(&b.load.last))
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use proptest::prelude::*;

    use super::*;

    fn members(weights: &[u32]) -> Vec<Candidate> {
        let member = |(n, weight): (usize, &u32)| Candidate {
            rep: RepId(n),
            weight: *weight,
            credit: 0,
            load: RepLoad::default(),
        };
        weights.iter().enumerate().map(member).collect()
    }

    /// Picks once among those whose bit is set, and keeps the credits.
    fn turn(members: &mut [Candidate], eligible: usize) -> Option<RepId> {
        let is_in = |member: &Candidate| eligible & (1 << member.rep.0) != 0;
        let candidates: Vec<Candidate> = members.iter().copied().filter(is_in).collect();
        let (picked, credits) = round_robin(&candidates)?;
        for (rep, credit) in credits {
            members[rep.0].credit = credit;
        }
        Some(picked)
    }

    fn sequence(weights: &[u32], turns: usize) -> String {
        let mut members = members(weights);
        let letter = |rep: RepId| char::from(b'A' + u8::try_from(rep.0).unwrap());
        (0..turns).map(|_| letter(turn(&mut members, usize::MAX).unwrap())).collect()
    }

    #[test]
    fn turns_follow_the_weights_and_are_spread_out() {
        assert_eq!(sequence(&[1, 1, 1], 6), "ABCABC");
        assert_eq!(sequence(&[2, 1], 6), "ABAABA");
        assert_eq!(sequence(&[5, 1, 1], 7), "AABACAA");
    }

    #[test]
    fn nobody_available_is_nobody_picked() {
        assert_eq!(round_robin(&[]), None);
        assert_eq!(least_loaded(&[]), None);
    }

    #[test]
    fn who_comes_back_from_an_absence_gets_no_flood() {
        let mut members = members(&[1, 1]);
        for _ in 0..50 {
            turn(&mut members, 0b01);
        }
        let after: Vec<usize> = (0..4).map(|_| turn(&mut members, 0b11).unwrap().0).collect();
        assert_eq!(after, [0, 1, 0, 1]);
    }

    #[test]
    fn counters_at_the_end_of_their_range_still_pick() {
        let mut members = members(&[u32::MAX, 1]);
        members[0].credit = i64::MAX;
        members[1].credit = i64::MIN;
        assert_eq!(turn(&mut members, 0b11), Some(RepId(0)));
        assert_eq!(turn(&mut members, 0b10), Some(RepId(1)));
    }

    #[test]
    fn the_least_loaded_is_measured_against_the_weight() {
        let mut members = members(&[2, 1]);
        members[0].load.open = 3;
        members[1].load.open = 2;
        assert_eq!(least_loaded(&members).unwrap().rep, RepId(0), "3/2 is less than 2/1");
        members[0].load.open = 4;
        members[0].load.last = Some(DateTime::UNIX_EPOCH + TimeDelta::hours(2));
        members[1].load.last = Some(DateTime::UNIX_EPOCH + TimeDelta::hours(1));
        assert_eq!(least_loaded(&members).unwrap().rep, RepId(1), "equal, and longest ago");
        members[0].load.last = None;
        assert_eq!(least_loaded(&members).unwrap().rep, RepId(0), "never is longest ago");
        members[1].load.last = None;
        assert_eq!(least_loaded(&members).unwrap().rep, RepId(0), "first listed");
    }

    proptest! {
        /// With total weight W and n turns, a credit is n * weight - W * picks. The richest holds more than nothing when it
        /// pays W, so every credit stays above -W: nobody is ever a whole turn ahead of its share. Credits sum to zero, so
        /// one of k members is less than k - 1 turns behind, and of two members less than one; after W turns all are even.
        #[test]
        fn nobody_gets_a_turn_more_than_its_share_of_any_prefix(
            weights in prop::collection::vec(1..20_u32, 1..6),
            turns in 1..300_usize,
        ) {
            let mut members = members(&weights);
            let total: i64 = weights.iter().copied().map(i64::from).sum();
            let others = i64::try_from(weights.len()).unwrap() - 1;
            let mut picks = vec![0_i64; weights.len()];
            for n in 1..=turns {
                picks[turn(&mut members, usize::MAX).unwrap().0] += 1;
                prop_assert_eq!(members.iter().map(|member| member.credit).sum::<i64>(), 0);
                for member in &members {
                    let share = i64::try_from(n).unwrap() * i64::from(member.weight);
                    let ahead = picks[member.rep.0] * total - share;
                    prop_assert!(ahead < total, "{:?} of {:?} after {}", picks, weights, n);
                    prop_assert!(-ahead <= others * (total - 1), "{:?} of {:?} after {}", picks, weights, n);
                    prop_assert!(i64::try_from(n).unwrap() % total != 0 || ahead == 0);
                }
            }
        }

        #[test]
        fn equals_never_differ_by_more_than_one_in_any_window(
            count in 1..6_usize,
            skipped in 0..20_usize,
            turns in 1..60_usize,
        ) {
            let mut members = members(&vec![1; count]);
            let mut picks = vec![0; count];
            for _ in 0..skipped {
                turn(&mut members, usize::MAX);
            }
            for _ in 0..turns {
                picks[turn(&mut members, usize::MAX).unwrap().0] += 1;
                prop_assert!(picks.iter().max().unwrap() - picks.iter().min().unwrap() <= 1);
            }
        }

        #[test]
        fn only_the_eligible_are_picked_and_only_their_credits_move(
            weights in prop::collection::vec(1..20_u32, 1..6),
            eligible in prop::collection::vec(0..64_usize, 1..100),
        ) {
            let mut members = members(&weights);
            for eligible in eligible {
                let before = members.clone();
                let picked = turn(&mut members, eligible);
                let is_anybody = (0..weights.len()).any(|n| eligible & (1 << n) != 0);
                prop_assert_eq!(picked.is_some(), is_anybody);
                prop_assert!(picked.is_none_or(|rep| eligible & (1 << rep.0) != 0));
                for (old, new) in before.iter().zip(&members) {
                    prop_assert!(eligible & (1 << old.rep.0) != 0 || old == new);
                }
                prop_assert_eq!(members.iter().map(|member| member.credit).sum::<i64>(), 0);
            }
        }
    }
}
