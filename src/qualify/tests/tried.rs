//! What is said of a change is so once it is made: on rules and contacts at random, and case by case.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::random::{DATES, IS_TRIAL, PLAN, any_contact, definition, readable_contact};
use super::*;
use crate::model::{FieldId, Verdict};
use crate::qualify::{
    Answer, Becomes, Facts, Nearest, evaluate, facts, leaf_answer, nearest, unread, verdict,
};
use crate::rules::{Condition, Leaf, Operand, Test};

type Tests = [(Leaf, bool)];

fn come_out(tests: &Tests, operand: Operand, facts: &Facts<'_>) -> bool {
    let mut of_it = tests.iter().filter(|(leaf, _)| leaf.operand == operand);
    of_it.all(|(leaf, holds)| leaf_answer(leaf, facts) == Answer::of(*holds))
}

/// Fields of a contact, those that the CRM keeps among them.
const FIELDS: u16 = 32;

fn with(contact: &Contact, at: u16, value: &Value) -> Contact {
    let of_field = |other| if other == at { value } else { contact.value(FieldId(other)) }.clone();
    Contact::new(contact.id.clone(), (0..FIELDS).map(of_field).collect())
}

fn numbers() -> impl Iterator<Item = f64> {
    (1..50).map(|step| f64::from(step) * 2.5)
}

/// What a field could be, on both sides of everything that a test can ask for.
fn grid(field: FieldId, tests: &Tests) -> Vec<Value> {
    let mut grid = vec![Value::Missing];
    match field {
        PLAN => grid.extend(["gold", "silver", "tin", "old", "?"].map(|text| Kind::Text.read(text))),
        IS_TRIAL => grid.extend([true, false].map(Value::Bool)),
        field if DATES.contains(&field) => {
            let spans = tests.iter().filter_map(|(leaf, _)| {
                if let Test::Within(span) | Test::OlderThan(span) = leaf.test { Some(span) } else { None }
            });
            let over = chrono::TimeDelta::seconds(1);
            let times = spans.flat_map(|span| [now() - span, now() - span - over]);
            grid.extend(times.chain([now()]).map(Value::Time));
        }
        // The seats, and a fit that the CRM keeps.
        _ => grid.extend(numbers().map(Value::Number)),
    }
    grid
}

/// The contacts of whom these tests come out as said, and who else are the same; a number is no further from what it is than
/// it must be.
fn changed(contact: &Contact, tests: &Tests) -> Vec<Contact> {
    let mut contacts = vec![contact.clone()];
    for at in 0..FIELDS {
        let operand = Operand::Field(FieldId(at));
        if !tests.iter().any(|(leaf, _)| leaf.operand == operand) {
            continue;
        }
        let fits = |value: &Value| come_out(tests, operand, &facts_at(&with(contact, at, value), now()));
        let mut values: Vec<Value> = grid(FieldId(at), tests).into_iter().filter(fits).collect();
        if let Some(from) = contact.value(FieldId(at)).as_number() {
            let way = |value: &Value| value.as_number().map(|to| (to - from).abs());
            let least = values.iter().filter_map(way).reduce(f64::min);
            values.retain(|value| way(value).is_none() || way(value) == least);
        }
        let each =
            |contact: &Contact| values.iter().map(|value| with(contact, at, value)).collect::<Vec<_>>();
        contacts = contacts.iter().flat_map(each).collect();
    }
    contacts
}

/// The sum as the values make it, or as the tests of it want it.
fn sums(sum: Sum, tests: &Tests, operand: Operand, facts: &Facts<'_>) -> Vec<Sum> {
    let fits = |sum: &Sum| {
        let facts = match operand {
            Operand::Score => Facts { score: *sum, ..*facts },
            Operand::Fit | Operand::Field(_) => Facts { fit: *sum, ..*facts },
        };
        come_out(tests, operand, &facts)
    };
    if fits(&sum) { vec![sum] } else { numbers().map(Sum::Known).filter(fits).collect() }
}

fn is_so(rules: &Rules, contact: &Contact, said: &Nearest) -> bool {
    changed(contact, &said.tests).iter().any(|contact| {
        let facts = facts(rules, contact, now());
        let scores = sums(facts.score, &said.tests, Operand::Score, &facts);
        let fits = sums(facts.fit, &said.tests, Operand::Fit, &facts);
        scores.iter().any(|score| {
            fits.iter().any(|fit| {
                let facts = Facts { score: *score, fit: *fit, ..facts };
                said.becomes.is(verdict(rules, &facts))
            })
        })
    })
}

#[test]
fn whatever_is_said_of_a_change_is_so() {
    let mut runner = TestRunner::deterministic();
    let mut said: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..600 {
        let rules = definition().new_tree(&mut runner).unwrap().current().into_rules();
        let contact = any_contact().new_tree(&mut runner).unwrap().current();
        let facts = facts(&rules, &contact, now());
        for nearest in nearest(&rules, verdict(&rules, &facts), &facts) {
            let Rules { disqualifiers, tiers, icp, score, .. } = &rules;
            let all = (disqualifiers, tiers, icp, score);
            assert!(is_so(&rules, &contact, &nearest), "{nearest:?} of {contact:?} by {all:?}");
            let becomes = match nearest.becomes {
                Becomes::NotDisqualified => "not disqualified",
                Becomes::NotIn(_) => "in no tier",
                Becomes::QualifiedIn(_) => "qualified",
            };
            *said.entry(becomes).or_default() += 1;
        }
    }
    assert!(said.len() == 3 && said.values().all(|times| *times > 25), "{said:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn a_verdict_is_clear_once_what_is_named_can_be_read(
        definition in definition(), contact in any_contact(), other in readable_contact(),
    ) {
        let rules = definition.into_rules();
        let before = facts(&rules, &contact, now());
        let Verdict::Unclear { .. } = verdict(&rules, &before) else { return Ok(()) };
        let parts = rules.disqualifiers.iter().map(|rule| rule.when.clone());
        let named = unread(&rules, &Condition::Any(parts.collect()), &before);
        prop_assert!(!named.is_empty());
        let mut mended = contact.clone();
        for (field, _) in named {
            let id = rules.fields.find(&field.name).unwrap();
            mended = with(&mended, id.0, other.value(id));
        }
        let after = evaluate(&rules, &mended, now()).verdict;
        prop_assert!(!matches!(after, Verdict::Unclear { .. }), "{:?}", after);
    }
}

/// What is said of a contact, in words.
fn said(text: &str, raw: &[(&str, &str)]) -> Vec<String> {
    let rules = rules_of(text);
    let contact = contact(&rules, raw);
    let facts = facts(&rules, &contact, now());
    let found = nearest(&rules, verdict(&rules, &facts), &facts).into_iter();
    let words = |nearest: Nearest| {
        let tests = nearest
            .tests
            .iter()
            .map(|(leaf, holds)| format!("{}{}", if *holds { "" } else { "no " }, leaf.text));
        format!("{:?}: {}", nearest.becomes, tests.collect::<Vec<_>>().join(", "))
    };
    found.map(words).collect()
}

fn said_with(when: &str, more: &str, raw: &[(&str, &str)]) -> Vec<String> {
    said(&(BASE.replace("seats.at_least = 5", when) + more), raw)
}

const OUT: &str = "[[disqualify]]\nname = 'Out'\nwhen = ";

#[test]
fn a_disqualifier_of_the_same_field_is_seen() {
    let small = format!("{OUT}{{ seats.at_most = 9 }}\n");
    assert!(said_with("seats.at_least = 5", &small, &[]).is_empty());
    assert_eq!(said_with("seats.at_least = 10", &small, &[]), ["QualifiedIn(0): seats at least 10"]);
}

#[test]
fn of_several_ways_the_first_that_works_is_named() {
    let trial = format!("{OUT}{{ is_trial = true }}\n");
    let when = "any = [{ is_trial = true }, { seats.at_least = 5, plan = 'gold' }]";
    assert_eq!(said_with(when, &trial, &[]), ["QualifiedIn(0): seats at least 5, plan is gold"]);
}

#[test]
fn the_icp_and_the_tier_ask_one_value_of_a_field() {
    let icp = "[icp]\nwhen = { seats.at_least = 20 }\n";
    assert_eq!(
        said_with("seats.at_least = 5", icp, &[]),
        ["QualifiedIn(0): seats at least 5, seats at least 20"]
    );
    assert!(said_with("seats.between = [5, 9]", icp, &[]).is_empty());
    assert!(said_with("not = { seats.at_least = 5 }", icp, &[("seats", "7")]).is_empty());
}

#[test]
fn points_that_a_change_brings_are_counted() {
    let points = "[score]\nfrom = 'rules'\n[[score.points]]\nname = 'Trial'\nwhen = { is_trial = true }\npoints = 50\n";
    let high = format!("{points}{OUT}{{ score.at_least = 50 }}\n");
    assert!(said_with("is_trial = true", &high, &[]).is_empty());
    assert_eq!(said_with("is_trial = true", points, &[]), ["QualifiedIn(0): is_trial is yes"]);
}

#[test]
fn every_disqualifier_that_holds_is_named() {
    let two =
        format!("{OUT}{{ is_trial = true }}\n[[disqualify]]\nname = 'Old'\nwhen = {{ plan = 'old' }}\n");
    let raw = [("is_trial", "yes"), ("plan", "old")];
    assert_eq!(
        said_with("seats.at_least = 5", &two, &raw),
        ["NotDisqualified: no is_trial is yes, no plan is old"]
    );
    let both =
        format!("{OUT}{{ is_trial = true }}\n[[disqualify]]\nname = 'Paid'\nwhen = {{ is_trial = false }}\n");
    assert!(said_with("seats.at_least = 5", &both, &raw).is_empty());
}

#[test]
fn an_address_brings_its_domain_and_a_value_that_is_only_there_may_be_any() {
    let free = format!("{OUT}{{ email_domain = 'free.example' }}\n");
    let when = "email.ends_with = '@free.example'";
    assert!(said_with(when, &free, &[]).is_empty());
    assert_eq!(
        said_with("email_domain = 'acme.example'", &free, &[]),
        ["QualifiedIn(0): email_domain is acme.example"]
    );
    let few = format!("{OUT}{{ seats.below = 3 }}\n");
    assert!(said_with("seats.is_set = true", &few, &[]).is_empty());
    assert_eq!(said_with("seats.is_set = true", "", &[]), ["QualifiedIn(0): seats is set"]);
}

#[test]
fn every_text_of_a_list_must_do() {
    let gold = format!("{OUT}{{ plan = 'gold' }}\n");
    assert!(said_with("plan.in = ['gold', 'tin']", &gold, &[]).is_empty());
    assert_eq!(said_with("plan.in = ['gold', 'tin']", "", &[]), ["QualifiedIn(0): plan in gold, tin"]);
    assert_eq!(said_with("plan.matches = '\\b(vp|cto)\\b'", "", &[]).len(), 1);
}

#[test]
fn the_dates_that_points_decay_from_move_with_them() {
    let points = "[score]\nfrom = 'rules'\n[[score.points]]\nname = 'Visit'\nwhen = { seen_at.is_set = true }\npoints = 50\n\
                  half_life = '7d'\nsince = 'seen_at'\n";
    let when = "seen_at.within = '7d', score.below = 40";
    assert!(said_with(when, points, &[("seen_at", "2026-01-01T00:00:00Z")]).is_empty());
}
