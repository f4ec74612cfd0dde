//! The third answer, against a naive one: what is certain stays so whatever the values are that cannot be read.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::random::{any_contact, definition, readable_contact};
use super::*;
use crate::model::{FieldId, Verdict};
use crate::qualify::{Answer, Facts, answer, evaluate, facts, leaf_answer};
use crate::rules::Condition;

/// The ways in which a condition can come out, each test that is unclear taken for both.
fn ways(condition: &Condition, facts: &Facts<'_>) -> BTreeSet<bool> {
    let of_parts = |parts: &[Condition], decides: bool| {
        let parts: Vec<BTreeSet<bool>> = parts.iter().map(|part| ways(part, facts)).collect();
        let mut found = BTreeSet::new();
        if parts.iter().any(|part| part.contains(&decides)) {
            found.insert(decides);
        }
        if parts.iter().all(|part| part.contains(&!decides)) {
            found.insert(!decides);
        }
        found
    };
    match condition {
        Condition::All(parts) => of_parts(parts, false),
        Condition::Any(parts) => of_parts(parts, true),
        Condition::Not(part) => ways(part, facts).into_iter().map(|way| !way).collect(),
        Condition::Leaf(leaf) => match leaf_answer(leaf, facts) {
            Answer::Yes => [true].into(),
            Answer::No => [false].into(),
            Answer::Unclear => [true, false].into(),
        },
    }
}

fn naive(condition: &Condition, facts: &Facts<'_>) -> Answer {
    let ways = ways(condition, facts);
    match (ways.contains(&true), ways.contains(&false)) {
        (true, true) => Answer::Unclear,
        (holds, _) => Answer::of(holds),
    }
}

/// The contact, with the other's values where its own cannot be read.
fn mended(contact: &Contact, other: &Contact) -> Contact {
    let value = |at: u16| {
        let is_unread = matches!(contact.value(FieldId(at)), Value::Unreadable(_));
        if is_unread { other } else { contact }.value(FieldId(at)).clone()
    };
    Contact::new(contact.id.clone(), (0..5).map(value).collect())
}

fn conditions(rules: &Rules) -> Vec<&Condition> {
    let judged = rules.disqualifiers.iter().map(|rule| &rule.when);
    judged.chain(rules.tiers.iter().map(|tier| &tier.when)).chain([&rules.icp.when]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn what_is_certain_stays_so_whatever_cannot_be_read_turns_out_to_be(
        definition in definition(), contact in any_contact(), other in readable_contact(),
    ) {
        let rules = definition.into_rules();
        let mended = mended(&contact, &other);
        let (before, after) = (facts(&rules, &contact, now()), facts(&rules, &mended, now()));
        for condition in conditions(&rules) {
            prop_assert_eq!(answer(condition, &before), naive(condition, &before));
            prop_assert_ne!(answer(condition, &after), Answer::Unclear);
            if answer(condition, &before) != Answer::Unclear {
                prop_assert_eq!(answer(condition, &before), answer(condition, &after), "{:?}", condition);
            }
        }
    }

    #[test]
    fn an_unclear_disqualifier_decides_where_none_holds_for_certain(
        definition in definition(), contact in any_contact(),
    ) {
        let rules = definition.into_rules();
        let facts = facts(&rules, &contact, now());
        let came: Vec<Answer> = rules.disqualifiers.iter().map(|rule| naive(&rule.when, &facts)).collect();
        let first = |wanted| came.iter().position(|answer| *answer == wanted);
        let verdict = evaluate(&rules, &contact, now()).verdict;
        match (first(Answer::Yes), first(Answer::Unclear)) {
            (Some(by), _) => prop_assert_eq!(verdict, Verdict::Disqualified { by }),
            (None, Some(by)) => prop_assert_eq!(verdict, Verdict::Unclear { by }),
            (None, None) => {
                let tier = rules.tiers.iter().position(|tier| naive(&tier.when, &facts) == Answer::Yes);
                let named = match verdict {
                    Verdict::Qualified { tier } | Verdict::OutsideIcp { tier } => Some(tier),
                    Verdict::NotYet => None,
                    Verdict::Disqualified { .. } | Verdict::Unclear { .. } => {
                        return Err(TestCaseError::fail(format!("{verdict:?}")));
                    }
                };
                prop_assert_eq!(named, tier);
            }
        }
    }
}

/// Two points that hang on an unreadable number, and 50 that do not.
fn score_rules(when: &str, points: &str) -> Rules {
    let sheet = format!(
        "[score]\nfrom = 'rules'\n[[score.points]]\nname = 'Trial'\nwhen = {{ is_trial = true }}\npoints = 50\n\
         [[score.points]]\nname = 'Seats'\nwhen = {{ seats.at_least = 5 }}\npoints = {points}\n\
         [[score.points]]\nname = 'Plan'\nwhen = {{ plan = 'gold' }}\npoints = 100\n"
    );
    rules_of(&(BASE.replace("seats.at_least = 5", when) + &sheet))
}

#[test]
fn a_score_is_unclear_only_where_the_unread_points_could_flip_it() {
    for (when, points, expected) in [
        ("score.at_least = 50", "20", Answer::Yes),
        ("score.at_least = 60", "20", Answer::Unclear),
        ("score.at_least = 71", "20", Answer::No),
        ("score.at_least = 50", "-20", Answer::Unclear),
        ("score.at_least = 30", "-20", Answer::Yes),
        ("score.below = 60", "20", Answer::Unclear),
        ("score.below = 71", "20", Answer::Yes),
        ("score.between = [40, 80]", "20", Answer::Yes),
        ("score.between = [60, 80]", "20", Answer::Unclear),
        ("score.between = [80, 90]", "20", Answer::No),
        ("score = 50", "20", Answer::Unclear),
        ("score = 40", "20", Answer::No),
        ("score.not_in = [40, 80]", "20", Answer::Yes),
        ("score.is_set = true", "20", Answer::Yes),
        ("not = { score.at_least = 60 }", "20", Answer::Unclear),
    ] {
        let rules = score_rules(when, points);
        let contact = contact(&rules, &[("is_trial", "yes"), ("seats", "many")]);
        let facts = facts(&rules, &contact, now());
        assert_eq!(answer(&rules.tiers[0].when, &facts), expected, "{when} with {points}");
        assert_eq!(facts.score.number(), Some(50.0), "unread points do not count");
    }
}
