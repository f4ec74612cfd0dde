//! Whether a condition holds. Nothing is parsed or allocated here: the rules come compiled, the values typed.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an operator of another type than its field is refused when the rules load; should one get here, it is false"
)]

use chrono::TimeDelta;

use super::Facts;
use crate::model::{Timestamp, Value};
use crate::rules::{Condition, Leaf, Moment, Operand, Test};

/// Whether a condition holds; stops at the first part that decides.
pub fn holds(condition: &Condition, facts: &Facts<'_>) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(part, facts)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, facts)),
        Condition::Not(part) => !holds(part, facts),
        Condition::Leaf(leaf) => leaf_holds(leaf, facts),
    }
}

/// Whether one test holds.
pub fn leaf_holds(leaf: &Leaf, facts: &Facts<'_>) -> bool {
    match leaf.operand {
        Operand::Field(field) => value_holds(&leaf.test, facts.contact.value(field), facts),
        Operand::Score => sum_holds(&leaf.test, facts.score),
        Operand::Fit => sum_holds(&leaf.test, facts.fit),
    }
}

/// A missing or unreadable value makes every test false, save `is_set = false`.
fn value_holds(test: &Test, value: &Value, facts: &Facts<'_>) -> bool {
    if let Test::IsSet(expected) = test {
        return value.is_set() == *expected;
    }
    match value {
        Value::Missing | Value::Unreadable(_) => false,
        Value::Number(number) => number_holds(test, *number),
        Value::Bool(flag) => match test {
            Test::EqualsBool(expected) => flag == expected,
            Test::NotEqualsBool(expected) => flag != expected,
            _ => false,
        },
        Value::Text(written) => test.takes_text(written.folded()),
        Value::Time(time) => time_holds(test, *time, facts),
    }
}

fn sum_holds(test: &Test, sum: Option<f64>) -> bool {
    match (test, sum) {
        (Test::IsSet(expected), _) => sum.is_some() == *expected,
        (_, Some(number)) => number_holds(test, number),
        (_, None) => false,
    }
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
