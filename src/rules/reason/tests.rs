//! What is reasoned agrees with evaluation, whatever the conditions and the contact.

use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::model::{Contact, ContactId, FieldId, Text, Timestamp, Value};
use crate::qualify::{Facts, Sum, holds};
use crate::rules::condition::{Keys, Leaf, Moment, Operand, Test};

/// One field of each kind, two of text.
const TEXT: FieldId = FieldId(0);
const OTHER_TEXT: FieldId = FieldId(1);
const NUMBER: FieldId = FieldId(2);
const FLAG: FieldId = FieldId(3);
const TIME: FieldId = FieldId(4);

const WORDS: [&str; 6] = ["a", "b", "ab", "ba", "abc", "cab"];
const RANGES: Ranges = Ranges { score: Some(Range { least: 0.0, most: 4.0 }), fit: None };

/// Few values, so that tests meet.
fn number() -> impl Strategy<Value = f64> {
    (-1..6_i32).prop_map(|number| f64::from(number) / 2.0 * 2.0)
}

fn time() -> impl Strategy<Value = Timestamp> {
    (0..6_i64).prop_map(|hours| now() - TimeDelta::hours(hours - 1))
}

fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn word() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(WORDS.to_vec()).prop_map(Into::into)
}

fn keys() -> impl Strategy<Value = Arc<Keys>> {
    prop::collection::hash_set(word(), 1..4).prop_map(Arc::new)
}

fn text_test() -> impl Strategy<Value = Test> {
    let pattern = prop::sample::select(vec!["^a", "b$", "a.*c"]);
    prop_oneof![
        word().prop_map(Test::EqualsText),
        word().prop_map(Test::NotEqualsText),
        keys().prop_map(Test::InTexts),
        keys().prop_map(Test::NotInTexts),
        word().prop_map(Test::Contains),
        prop::collection::vec(word(), 1..3).prop_map(Test::ContainsAny),
        prop::collection::vec(word(), 1..3).prop_map(Test::Has),
        prop::collection::vec(word(), 1..3).prop_map(Test::HasWord),
        word().prop_map(Test::StartsWith),
        word().prop_map(Test::EndsWith),
        pattern.prop_map(|pattern| Test::Matches(regex::Regex::new(pattern).unwrap())),
        any::<bool>().prop_map(Test::IsSet),
    ]
}

fn number_test() -> impl Strategy<Value = Test> {
    let numbers = || prop::collection::vec(number(), 1..3);
    prop_oneof![
        number().prop_map(Test::EqualsNumber),
        number().prop_map(Test::NotEqualsNumber),
        number().prop_map(Test::AtLeast),
        number().prop_map(Test::AtMost),
        number().prop_map(Test::Above),
        number().prop_map(Test::Below),
        (number(), number()).prop_map(|(a, b)| Test::Between(a.min(b), a.max(b))),
        numbers().prop_map(Test::InNumbers),
        numbers().prop_map(Test::NotInNumbers),
        any::<bool>().prop_map(Test::IsSet),
    ]
}

fn time_test() -> impl Strategy<Value = Test> {
    let span = || (1..5_i64).prop_map(TimeDelta::hours);
    prop_oneof![
        time().prop_map(Test::EqualsTime),
        time().prop_map(Test::NotEqualsTime),
        time().prop_map(|time| Test::Before(Moment::At(time))),
        time().prop_map(|time| Test::After(Moment::At(time))),
        Just(Test::After(Moment::Handoff)),
        Just(Test::Before(Moment::Handoff)),
        span().prop_map(Test::Within),
        span().prop_map(Test::OlderThan),
        any::<bool>().prop_map(Test::IsSet),
    ]
}

fn flag_test() -> impl Strategy<Value = Test> {
    prop_oneof![
        any::<bool>().prop_map(Test::EqualsBool),
        any::<bool>().prop_map(Test::NotEqualsBool),
        any::<bool>().prop_map(Test::IsSet),
    ]
}

fn leaf() -> impl Strategy<Value = Condition> {
    let sum = prop::sample::select(vec![Operand::Field(NUMBER), Operand::Score, Operand::Fit]);
    let text = prop::sample::select(vec![Operand::Field(TEXT), Operand::Field(OTHER_TEXT)]);
    prop_oneof![
        (text, text_test()),
        (sum, number_test()),
        (Just(Operand::Field(TIME)), time_test()),
        (Just(Operand::Field(FLAG)), flag_test()),
    ]
    .prop_map(|(operand, test)| {
        let text = format!("{operand:?} {test:?}");
        Condition::Leaf(Box::new(Leaf { operand, test, text, span: 0..0 }))
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(3, 12, 4, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            3 => parts().prop_map(Condition::All),
            2 => parts().prop_map(Condition::Any),
            1 => inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

/// A contact, its score within the range, its fit, and the moment of its handoff.
#[derive(Clone, Debug)]
struct Case {
    contact: Contact,
    score: Sum,
    fit: Option<f64>,
    handed_off_at: Option<Timestamp>,
}

fn case() -> impl Strategy<Value = Case> {
    let or_not = |value: BoxedStrategy<Value>| {
        prop_oneof![
            1 => Just(Value::Missing),
            1 => Just(Value::Unreadable("not a number: 'x'".into())),
            4 => value,
        ]
    };
    let text = || word().prop_map(|word| Value::Text(Text::new(&word))).boxed();
    let values = (
        or_not(text()),
        or_not(text()),
        or_not(number().prop_map(Value::Number).boxed()),
        or_not(any::<bool>().prop_map(Value::Bool).boxed()),
        or_not(time().prop_map(Value::Time).boxed()),
    );
    let halves = |halves: i32| f64::from(halves) / 2.0;
    let score = prop_oneof![
        (0..9).prop_map(move |known| Sum::Known(halves(known))),
        (0..8_i32, 1..9_i32).prop_map(move |(low, more)| Sum::Unsure {
            earned: halves(low),
            low: halves(low),
            high: halves((low + more).min(8)),
        }),
    ];
    let sums = (score, prop::option::of(number()), prop::option::of(time()));
    (values, sums).prop_map(|((a, b, number, flag, time), (score, fit, handed_off_at))| Case {
        contact: Contact::new(ContactId::parse("1").unwrap(), Box::new([a, b, number, flag, time])),
        score,
        fit,
        handed_off_at,
    })
}

fn evaluated(condition: &Condition, case: &Case) -> bool {
    let facts = Facts {
        contact: &case.contact,
        score: case.score,
        fit: case.fit.map_or(Sum::Missing, Sum::Known),
        now: now(),
        handed_off_at: case.handed_off_at,
    };
    holds(condition, &facts)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn a_condition_that_is_said_never_to_hold_holds_for_no_contact(
        conditions in prop::collection::vec(condition(), 1..4),
        cases in prop::collection::vec(case(), 20),
    ) {
        if conflict(&conditions, &RANGES).is_some() {
            for case in cases {
                let all = conditions.iter().all(|condition| evaluated(condition, &case));
                prop_assert!(!all, "{case:?}");
            }
        }
    }

    #[test]
    fn the_tests_named_in_a_conflict_exclude_each_other(tests in prop::collection::vec(leaf(), 1..6)) {
        let Some(conflict) = conflict(&tests, &Ranges::default()) else { return Ok(()) };
        let named = |condition: &&Condition| matches!(condition, Condition::Leaf(leaf) if conflict.words.contains(&leaf.text));
        let named: Vec<Condition> = tests.iter().filter(named).cloned().collect();
        prop_assert!(super::conflict(&named, &Ranges::default()).is_some());
        prop_assert!(!conflict.is_first_of_several);
    }

    #[test]
    fn whoever_meets_a_covered_condition_meets_one_that_covers_it(
        (narrow, others) in (condition(), prop::collection::vec(condition(), 1..4)),
        cases in prop::collection::vec(case(), 20),
    ) {
        if is_covered(&narrow, &others, &RANGES) {
            for case in cases.iter().filter(|case| evaluated(&narrow, case)) {
                prop_assert!(others.iter().any(|other| evaluated(other, case)), "{case:?}");
            }
        }
    }

    #[test]
    fn a_condition_covers_itself_with_more_asked_and_is_covered_with_less(a in condition(), b in condition()) {
        let both = Condition::All(vec![a.clone(), b.clone()]);
        let either = Condition::Any(vec![b, a.clone()]);
        prop_assert!(is_covered(&a, [&a], &RANGES));
        prop_assert!(is_covered(&both, [&a], &RANGES));
        prop_assert!(is_covered(&a, [&either], &RANGES));
    }
}

/// For one operand the answer is exact, not only safe: what may hold does hold for somebody.
#[test]
fn tests_of_a_flag_or_of_a_score_that_may_hold_do_hold_for_somebody() {
    let leaf = |operand, test: &Test| {
        Condition::Leaf(Box::new(Leaf { operand, test: test.clone(), text: String::new(), span: 0..0 }))
    };
    let numbers = [
        Test::AtLeast(3.0),
        Test::Below(3.0),
        Test::EqualsNumber(2.5),
        Test::NotEqualsNumber(4.0),
        Test::Above(4.0),
        Test::IsSet(false),
    ];
    for (first, second) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (a, b))) {
        for inverted in [false, true] {
            let second = leaf(Operand::Score, second);
            let second = if inverted { Condition::Not(Box::new(second)) } else { second };
            let both = [leaf(Operand::Score, first), second];
            let somebody = (0..=40).any(|tenths| {
                let case = Case {
                    contact: Contact::new(ContactId::parse("1").unwrap(), Box::default()),
                    score: Sum::Known(f64::from(tenths) / 10.0),
                    fit: None,
                    handed_off_at: None,
                };
                both.iter().all(|condition| evaluated(condition, &case))
            });
            assert_eq!(conflict(&both, &RANGES).is_none(), somebody, "{both:?}");
        }
    }
}

#[test]
fn a_question_that_takes_too_long_is_left_open() {
    let leaf = |number: f64| {
        let test = Test::AtLeast(number);
        Condition::Leaf(Box::new(Leaf {
            operand: Operand::Field(NUMBER),
            test,
            text: String::new(),
            span: 0..0,
        }))
    };
    // Every choice leaves the next open, and only the very last test excludes them all.
    let pairs = (0..40).map(|pair| Condition::Any(vec![leaf(f64::from(pair)), leaf(f64::from(pair) + 0.5)]));
    let mut parts: Vec<Condition> = pairs.collect();
    assert_eq!(conflict(&parts, &Ranges::default()), None);
    let three = || vec![Condition::Not(Box::new(leaf(0.0))), leaf(41.0), Condition::Any(Vec::new())];
    parts.push(Condition::Any(vec![
        Condition::All(three()),
        Condition::All(three()),
        Condition::All(three()),
    ]));
    assert_eq!(conflict(&parts, &Ranges::default()), None);
    let empty: Vec<Condition> = (0..100_000).map(|_| Condition::Any(vec![Condition::always()])).collect();
    assert_eq!(conflict(&empty, &Ranges::default()), None);
}
