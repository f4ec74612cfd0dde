//! Rules and contacts at random, close enough to each other that conditions hold about as often as not.

use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::model::{FieldId, Text};
use crate::rules::{Condition, Decay, Disqualifier, Leaf, Operand, PointSheet, Points, Priority, Test, Tier};

/// The fields of [`BASE`] by kind, in a contact of [`contact`].
pub(super) const PLAN: FieldId = FieldId(0);
const SEATS: FieldId = FieldId(1);
pub(super) const IS_TRIAL: FieldId = FieldId(2);
pub(super) const DATES: [FieldId; 2] = [FieldId(3), FieldId(4)];

/// What a definition decides on; put into [`Rules`] by [`Definition::into_rules`].
#[derive(Clone, Debug)]
pub(super) struct Definition {
    disqualifiers: Vec<Condition>,
    tiers: Vec<Condition>,
    icp: Condition,
    minimum_fit: Option<f64>,
    score: Option<PointSheet>,
    fit: Option<PointSheet>,
}

impl Definition {
    pub(super) fn into_rules(self) -> Rules {
        // In the order of their ids.
        let mut rules = rules(
            "plan = 'gold', seats.at_least = 5, is_trial = true, seen_at.is_set = true, asked_at.is_set = true",
        );
        let disqualifier = |when| Disqualifier { name: "out".to_owned(), span: 0..0, when };
        let tier =
            |when| Tier { name: "tier".to_owned(), span: 0..0, when, sla: None, priority: Priority::Low };
        rules.disqualifiers = self.disqualifiers.into_iter().map(disqualifier).collect();
        rules.tiers = self.tiers.into_iter().map(tier).collect();
        rules.icp.when = self.icp;
        rules.icp.minimum_fit = self.minimum_fit;
        rules.icp.points = self.fit;
        rules.score = self.score;
        rules
    }
}

fn leaf(operand: Operand, test: Test) -> Condition {
    let words = format!("{operand:?} {test:?}");
    Condition::Leaf(Box::new(Leaf { operand, test, text: words, span: 0..0 }))
}

/// Never 0: a sum that decays comes as near to it as floating point can tell, and the moment means nothing.
fn number() -> impl Strategy<Value = f64> {
    (1..24_u32).prop_map(|fives| f64::from(fives) * 5.0)
}

fn number_test() -> impl Strategy<Value = Test> {
    prop_oneof![
        number().prop_map(Test::AtLeast),
        number().prop_map(Test::AtMost),
        number().prop_map(Test::Above),
        number().prop_map(Test::Below),
        (number(), number()).prop_map(|(one, other)| Test::Between(one.min(other), one.max(other))),
        any::<bool>().prop_map(Test::IsSet),
    ]
}

/// From a minute to a few months.
fn span() -> impl Strategy<Value = TimeDelta> {
    prop_oneof![1..600_i64, 600..200_000_i64].prop_map(TimeDelta::minutes)
}

fn text_test() -> impl Strategy<Value = Test> {
    let word = || prop::sample::select(vec!["gold", "silver", "old"]).prop_map(Box::<str>::from);
    prop_oneof![
        word().prop_map(Test::EqualsText),
        word().prop_map(Test::NotEqualsText),
        word().prop_map(Test::Contains),
        word().prop_map(Test::EndsWith),
    ]
}

fn date_test() -> impl Strategy<Value = Test> {
    prop_oneof![
        span().prop_map(Test::Within),
        span().prop_map(Test::OlderThan),
        any::<bool>().prop_map(Test::IsSet),
    ]
}

fn field_leaf() -> impl Strategy<Value = Condition> {
    prop_oneof![
        text_test().prop_map(|test| leaf(Operand::Field(PLAN), test)),
        number_test().prop_map(|test| leaf(Operand::Field(SEATS), test)),
        any::<bool>().prop_map(|flag| leaf(Operand::Field(IS_TRIAL), Test::EqualsBool(flag))),
        (prop::sample::select(DATES.to_vec()), date_test())
            .prop_map(|(date, test)| leaf(Operand::Field(date), test)),
    ]
}

fn sum_leaf() -> impl Strategy<Value = Condition> {
    prop_oneof![
        number_test().prop_map(|test| leaf(Operand::Score, test)),
        number_test().prop_map(|test| leaf(Operand::Fit, test)),
    ]
}

fn tree(leaves: impl Strategy<Value = Condition> + 'static) -> impl Strategy<Value = Condition> {
    leaves.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Condition::All),
            vec(inner.clone(), 0..4).prop_map(Condition::Any),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

/// Conditions as tiers have them.
fn condition() -> impl Strategy<Value = Condition> {
    tree(prop_oneof![2 => field_leaf(), 1 => sum_leaf()])
}

fn sheet() -> impl Strategy<Value = PointSheet> {
    let decay = (span(), prop::sample::select(DATES.to_vec()))
        .prop_map(|(half_life, since)| Decay { half_life, since });
    let points = (tree(field_leaf()), -6..12_i32, prop::option::of(decay)).prop_map(|(when, tens, decay)| {
        Points { name: String::new(), when, points: f64::from(tens) * 10.0, decay }
    });
    (prop::option::of(number()), vec(points, 1..4)).prop_map(|(cap, points)| PointSheet { cap, points })
}

pub(super) fn definition() -> impl Strategy<Value = Definition> {
    (
        vec(condition(), 0..3),
        vec(condition(), 1..4),
        condition(),
        prop::option::of(number()),
        prop::option::of(sheet()),
        prop::option::of(sheet()),
    )
        .prop_map(|(disqualifiers, tiers, icp, minimum_fit, score, fit)| Definition {
            disqualifiers,
            tiers,
            icp,
            minimum_fit,
            score,
            fit,
        })
}

/// Mostly in the past months, sometimes ahead.
fn date() -> impl Strategy<Value = Value> {
    prop_oneof![-200_000..0_i64, -600..600_i64]
        .prop_map(|minutes| Value::Time(now() + TimeDelta::minutes(minutes)))
}

pub(super) fn any_contact() -> impl Strategy<Value = Contact> {
    contact_of(2)
}

/// A contact of whom every value is there and can be read.
pub(super) fn readable_contact() -> impl Strategy<Value = Contact> {
    contact_of(0)
}

/// A contact without some values: none of them, or one in four.
fn contact_of(nothing: u32) -> impl Strategy<Value = Contact> {
    let or_nothing = move |values: BoxedStrategy<Value>| {
        let rest = prop_oneof![Just(Value::Missing), Just(Value::Unreadable("not that".into()))];
        prop_oneof![6 => values.clone(), nothing.max(1) => if nothing > 0 { rest.boxed() } else { values }]
    };
    let plan =
        prop::sample::select(vec!["Gold", "silver", "tin"]).prop_map(|text| Value::Text(Text::new(text)));
    (
        or_nothing(plan.boxed()),
        or_nothing(number().prop_map(Value::Number).boxed()),
        or_nothing(any::<bool>().prop_map(Value::Bool).boxed()),
        or_nothing(date().boxed()),
        or_nothing(date().boxed()),
    )
        .prop_map(|(plan, seats, is_trial, seen_at, asked_at)| {
            let values = [plan, seats, is_trial, seen_at, asked_at];
            Contact::new(ContactId::parse("1").unwrap(), values.into())
        })
}
