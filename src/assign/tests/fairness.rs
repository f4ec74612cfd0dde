//! Whole runs over teams of all sorts: only the free are picked, everybody else is told.

use proptest::prelude::*;

use super::scene::{away, contact, lead, loads, monday, rep, rules, team};
use crate::assign::{Lead, Routing, SkipReason, Skipped, assign};
use crate::model::RepId;
use crate::rules::{Pick, Rules, shifts};

/// What may keep a member from the handoff.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trait {
    Free,
    Away,
    OffShift,
    Full,
    Unskilled,
    Lapsed,
}

fn any_trait() -> impl Strategy<Value = Trait> {
    prop::sample::select(vec![
        Trait::Free,
        Trait::Free,
        Trait::Away,
        Trait::OffShift,
        Trait::Full,
        Trait::Unskilled,
        Trait::Lapsed,
    ])
}

/// A team of members with these traits and weights.
fn cast(traits: &[Trait], weights: &[u32], pick: Pick) -> (Rules, Vec<(RepId, SkipReason)>) {
    let mut rules = rules();
    rules.reps = (0..traits.len()).map(|n| rep(&format!("rep{n}"))).collect();
    rules.teams = vec![team("all", weights)];
    rules.teams[0].pick = pick;
    rules.routes[0].skills = vec!["pt".to_owned()];
    let mut lapsed = Vec::new();
    for (n, what) in traits.iter().enumerate() {
        rules.reps[n].skills = vec!["pt".to_owned()];
        match what {
            Trait::Free => {}
            Trait::Away => away(&mut rules, n, "2026-11-30"),
            Trait::OffShift => rules.reps[n].hours.shifts = shifts("tue 09:00-17:00").unwrap(),
            Trait::Full => rules.reps[n].max_open = Some(0),
            Trait::Unskilled => rules.reps[n].skills.clear(),
            Trait::Lapsed => lapsed.push((RepId(n), SkipReason::LetItLapse)),
        }
    }
    (rules, lapsed)
}

proptest! {
    #[test]
    fn over_a_run_only_the_free_are_picked_and_all_others_are_told(
        members in prop::collection::vec((any_trait(), 1..6_u32), 1..7),
        is_round_robin in any::<bool>(),
        turns in 1..40_usize,
    ) {
        let (traits, weights): (Vec<Trait>, Vec<u32>) = members.into_iter().unzip();
        let pick = if is_round_robin { Pick::RoundRobin } else { Pick::LeastLoaded };
        let (rules, lapsed) = cast(&traits, &weights, pick);
        let contact = contact(&[]);
        let lead = Lead { skipped: &lapsed, ..lead(&contact) };
        let barred: Vec<String> = (0..traits.len())
            .filter(|n| traits[*n] != Trait::Free)
            .map(|n| format!("rep{n}@acme.example"))
            .collect();
        let mut loads = loads(&vec![0; traits.len()]);
        for _ in 0..turns {
            let routing = assign(&rules, &lead, &loads, monday());
            prop_assert_eq!(&routing, &assign(&rules, &lead, &loads, monday()), "deterministic");
            let over = match &routing {
                Routing::Assigned(assignment) => {
                    prop_assert_eq!(traits[assignment.rep.0], Trait::Free);
                    loads.record(assignment, monday());
                    &assignment.skipped
                }
                Routing::Waiting(waiting) => {
                    prop_assert!(!traits.contains(&Trait::Free));
                    &waiting.skipped
                }
            };
            let is_free = |skipped: &&Skipped| matches!(skipped.reason, SkipReason::Owed(_) | SkipReason::HasOpen(_));
            let (free, told): (Vec<_>, Vec<_>) = over.iter().partition(is_free);
            let mut told: Vec<&str> = told.iter().map(|passed| passed.rep.as_str()).collect();
            told.sort_unstable();
            prop_assert_eq!(&told, &barred);
            let all_free = traits.iter().filter(|what| **what == Trait::Free).count();
            prop_assert_eq!(free.len(), all_free.saturating_sub(1), "everybody who was considered is told");
            let owed = (0..traits.len()).map(|n| loads.turn(0, RepId(n)).owed);
            prop_assert_eq!(owed.sum::<i64>(), 0);
        }
        // From equal loads, least loaded keeps open handoffs in proportion to the weights, too.
        for a in 0..traits.len() {
            for b in 0..traits.len() {
                if traits[a] == Trait::Free && traits[b] == Trait::Free && !is_round_robin {
                    let open = |n: usize| loads.load(RepId(n)).open;
                    prop_assert!(open(a).saturating_sub(1) * weights[b] <= open(b) * weights[a]);
                }
            }
        }
    }
}
