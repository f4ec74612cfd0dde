//! The verdict alone and the full trace never disagree.

use proptest::prelude::*;

use super::random::{any_contact, definition};
use super::*;
use crate::qualify::{PartKind, StepKind, Trace, answer, evaluate, facts, trace};
use crate::rules::Condition;

/// The condition behind a part; `None` for `minimum_fit`, which has none.
fn condition_of(rules: &Rules, part: PartKind) -> Option<&Condition> {
    match part {
        PartKind::Disqualifier(index) => Some(&rules.disqualifiers[index].when),
        PartKind::Tier(index) => Some(&rules.tiers[index].when),
        PartKind::Icp => Some(&rules.icp.when),
        PartKind::Fit => None,
    }
}

fn nodes(condition: &Condition) -> usize {
    match condition {
        Condition::Leaf(_) => 1,
        Condition::Not(part) => 1 + nodes(part),
        Condition::All(parts) | Condition::Any(parts) => 1 + parts.iter().map(nodes).sum::<usize>(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_trace_gives_the_verdict_and_says_of_each_condition_what_it_is(
        definition in definition(), contact in any_contact(),
    ) {
        let rules = definition.into_rules();
        let mut seen = Trace::default();
        let traced = trace(&rules, &contact, now(), &mut seen);
        prop_assert_eq!(traced, evaluate(&rules, &contact, now()));
        prop_assert_eq!(seen.parts.len(), rules.disqualifiers.len() + rules.tiers.len() + 2);
        let facts = facts(&rules, &contact, now());
        for part in &seen.parts {
            let Some(condition) = condition_of(&rules, part.kind) else { continue };
            prop_assert_eq!(part.answer, answer(condition, &facts));
            let steps = seen.of(part);
            prop_assert_eq!(steps.len(), nodes(condition));
            prop_assert_eq!(steps[0].answer, part.answer);
            let leaves = steps.iter().filter(|step| matches!(step.kind, StepKind::Leaf { .. })).count();
            prop_assert_eq!(leaves, condition.leaves().len());
        }
    }

    #[test]
    fn a_trace_that_is_used_again_starts_afresh(
        definition in definition(), first in any_contact(), second in any_contact(),
    ) {
        let rules = definition.into_rules();
        let (mut used, mut fresh) = (Trace::default(), Trace::default());
        trace(&rules, &first, now(), &mut used);
        trace(&rules, &second, now(), &mut used);
        trace(&rules, &second, now(), &mut fresh);
        prop_assert_eq!(used.parts, fresh.parts);
        prop_assert_eq!(used.steps.len(), fresh.steps.len());
    }
}
