//! Whether a condition holds: yes, no, or unclear where a value is there and cannot be read. Nothing is parsed or allocated here: the rules come compiled, the values typed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an operator of another type than its field is refused when the rules load; should one get here, it is false"
)]

use chrono::TimeDelta;

use super::{Facts, Sum};
use crate::model::{Timestamp, Value};
use crate::rules::{Condition, Leaf, Moment, Operand, Test};

/// What a condition comes to. In this order `all` is the least of its parts and `any` the greatest (Kleene's logic).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    No,
    /// It hangs on a value that is there and cannot be read.
    Unclear,
    Yes,
}

impl Answer {
    pub fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Only what is certain holds.
    pub fn holds(self) -> bool {
        self == Self::Yes
    }

    /// In a tree.
    pub fn mark(self) -> &'static str {
        match self {
            Self::No => "✗",
            Self::Unclear => "?",
            Self::Yes => "✓",
        }
    }

    /// `None`: unclear.
    pub fn certain(self) -> Option<bool> {
        (self != Self::Unclear).then_some(self == Self::Yes)
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unclear => Self::Unclear,
            Self::Yes => Self::No,
        }
    }
}

/// Whether a condition holds for certain.
pub fn holds(condition: &Condition, facts: &Facts<'_>) -> bool {
    answer(condition, facts).holds()
}

/// What a condition comes to; stops at the first part that decides.
pub fn answer(condition: &Condition, facts: &Facts<'_>) -> Answer {
    match condition {
        Condition::All(parts) => least(parts.iter().map(|part| answer(part, facts))),
        Condition::Any(parts) => least(parts.iter().map(|part| answer(part, facts).not())).not(),
        Condition::Not(part) => answer(part, facts).not(),
        Condition::Leaf(leaf) => leaf_answer(leaf, facts),
    }
}

/// Yes of nothing.
fn least(answers: impl Iterator<Item = Answer>) -> Answer {
    let mut least = Answer::Yes;
    for answer in answers {
        if answer == Answer::No {
            return answer;
        }
        least = least.min(answer);
    }
    least
}

/// What one test comes to.
pub fn leaf_answer(leaf: &Leaf, facts: &Facts<'_>) -> Answer {
    match leaf.operand {
        Operand::Field(field) => value_answer(&leaf.test, facts.contact.value(field), facts),
        Operand::Score => sum_answer(&leaf.test, facts.score),
        Operand::Fit => sum_answer(&leaf.test, facts.fit),
    }
}

/// A missing value makes every test false, save `is_set = false`. Of one that cannot be read only that it is there is certain.
pub(super) fn value_answer(test: &Test, value: &Value, facts: &Facts<'_>) -> Answer {
    let holds = match (test, value) {
        (Test::IsSet(expected), _) => (*value != Value::Missing) == *expected,
        (_, Value::Unreadable(_)) => return Answer::Unclear,
        (_, Value::Number(number)) => number_holds(test, *number),
        (Test::EqualsBool(expected), Value::Bool(flag)) => flag == expected,
        (Test::NotEqualsBool(expected), Value::Bool(flag)) => flag != expected,
        (_, Value::Bool(_) | Value::Missing) => false,
        (_, Value::Text(written)) => test.takes_text(written.folded()),
        (_, Value::Time(time)) => time_holds(test, *time, facts),
    };
    Answer::of(holds)
}

/// What a test of a score or a fit comes to.
pub(super) fn sum_answer(test: &Test, sum: Sum) -> Answer {
    match (test, sum) {
        (Test::IsSet(expected), _) => Answer::of((sum != Sum::Missing) == *expected),
        (_, Sum::Missing) => Answer::No,
        (_, Sum::Known(number)) => Answer::of(number_holds(test, number)),
        (_, Sum::Unreadable) => Answer::Unclear,
        (_, Sum::Unsure { low, high, .. }) => between(test, low, high),
    }
}

/// What a test of a number between these two comes to: it is certain where no number in between comes out otherwise.
fn between(test: &Test, low: f64, high: f64) -> Answer {
    let is_within = |number: &f64| (low..=high).contains(number);
    let is_certain = match test {
        Test::Between(least, most) => {
            return between(&Test::AtLeast(*least), low, high).min(between(&Test::AtMost(*most), low, high));
        }
        Test::EqualsNumber(one) | Test::NotEqualsNumber(one) => !is_within(one),
        Test::InNumbers(many) | Test::NotInNumbers(many) => !many.iter().any(is_within),
        _ => number_holds(test, low) == number_holds(test, high),
    };
    if is_certain { Answer::of(number_holds(test, low)) } else { Answer::Unclear }
}

#[expect(
    clippy::float_cmp,
    reason = "equals on numbers means the same number; both sides were parsed, not computed"
)]
fn number_holds(test: &Test, number: f64) -> bool {
    match test {
        Test::EqualsNumber(expected) => number == *expected,
        Test::NotEqualsNumber(expected) => number != *expected,
        Test::AtLeast(least) => number >= *least,
        Test::AtMost(most) => number <= *most,
        Test::Above(bound) => number > *bound,
        Test::Below(bound) => number < *bound,
        Test::Between(least, most) => number >= *least && number <= *most,
        Test::InNumbers(numbers) => numbers.contains(&number),
        Test::NotInNumbers(numbers) => !numbers.contains(&number),
        _ => false,
    }
}

fn time_holds(test: &Test, time: Timestamp, facts: &Facts<'_>) -> bool {
    match test {
        Test::EqualsTime(expected) => time == *expected,
        Test::NotEqualsTime(expected) => time != *expected,
        Test::Before(moment) => resolve(*moment, facts).is_some_and(|moment| time < moment),
        Test::After(moment) => resolve(*moment, facts).is_some_and(|moment| time > moment),
        Test::Within(span) => {
            let age = facts.now - time;
            age >= TimeDelta::zero() && age <= *span
        }
        Test::OlderThan(span) => facts.now - time > *span,
        _ => false,
    }
}

fn resolve(moment: Moment, facts: &Facts<'_>) -> Option<Timestamp> {
    match moment {
        Moment::At(time) => Some(time),
        Moment::Handoff => facts.handed_off_at,
    }
}
