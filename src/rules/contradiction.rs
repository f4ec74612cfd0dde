//! Whether the tests on one field can hold together.

use super::condition::{Moment, Test};
use crate::model::Timestamp;

/// The words of two tests that exclude each other, if there are such.
pub(super) fn contradict<'a>(
    tests: impl Iterator<Item = (&'a Test, &'a str)> + Clone,
) -> Option<(&'a str, &'a str)> {
    let mut rest = tests;
    while let Some((first, first_words)) = rest.next() {
        for (second, second_words) in rest.clone() {
            if exclude(first, second) {
                return Some((first_words, second_words));
            }
        }
    }
    None
}

fn exclude(a: &Test, b: &Test) -> bool {
    match (a, b) {
        (Test::IsSet(false), Test::IsSet(set)) | (Test::IsSet(set), Test::IsSet(false)) => *set,
        // Every other test needs a value.
        (Test::IsSet(false), _) | (_, Test::IsSet(false)) => true,
        (Test::Within(near), Test::OlderThan(far)) | (Test::OlderThan(far), Test::Within(near)) => {
            near <= far
        }
        _ => {
            let numbers = Interval::of_numbers(a).zip(Interval::of_numbers(b));
            let times = Interval::of_times(a).zip(Interval::of_times(b));
            numbers.is_some_and(|(a, b)| !a.meets(&b))
                || times.is_some_and(|(a, b)| !a.meets(&b))
                || texts_exclude(a, b)
                || texts_exclude(b, a)
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a test that is not looked at here excludes nothing")]
fn texts_exclude(a: &Test, b: &Test) -> bool {
    let Test::EqualsText(text) = a else {
        return false;
    };
    match b {
        Test::EqualsText(other) => text != other,
        Test::NotEqualsText(other) => text == other,
        Test::InTexts(keys) => !keys.contains(text),
        Test::NotInTexts(keys) => keys.contains(text),
        Test::Contains(part) => !text.contains(&**part),
        Test::StartsWith(part) => !text.starts_with(&**part),
        Test::EndsWith(part) => !text.ends_with(&**part),
        _ => false,
    }
}

/// An end of an interval; `open` does not belong to it.
#[derive(Clone, Copy)]
struct End<T> {
    at: T,
    open: bool,
}

/// The values that pass a test, when these are an interval.
struct Interval<T> {
    low: Option<End<T>>,
    high: Option<End<T>>,
}

impl<T: Copy + PartialOrd> Interval<T> {
    fn from(low: T, open: bool) -> Self {
        Self { low: Some(End { at: low, open }), high: None }
    }

    fn up_to(high: T, open: bool) -> Self {
        Self { low: None, high: Some(End { at: high, open }) }
    }

    fn between(low: T, high: T) -> Self {
        Self { low: Some(End { at: low, open: false }), high: Some(End { at: high, open: false }) }
    }

    fn meets(&self, other: &Self) -> bool {
        let reaches = |low: Option<End<T>>, high: Option<End<T>>| match low.zip(high) {
            Some((low, high)) => low.at < high.at || (low.at == high.at && !low.open && !high.open),
            None => true,
        };
        reaches(self.low, other.high) && reaches(other.low, self.high)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a test that is no interval is not looked at here")]
impl Interval<f64> {
    fn of_numbers(test: &Test) -> Option<Self> {
        match test {
            Test::EqualsNumber(number) => Some(Self::between(*number, *number)),
            Test::AtLeast(low) => Some(Self::from(*low, false)),
            Test::Above(low) => Some(Self::from(*low, true)),
            Test::AtMost(high) => Some(Self::up_to(*high, false)),
            Test::Below(high) => Some(Self::up_to(*high, true)),
            Test::Between(low, high) => Some(Self::between(*low, *high)),
            _ => None,
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a test that is no interval is not looked at here")]
impl Interval<Timestamp> {
    fn of_times(test: &Test) -> Option<Self> {
        match test {
            Test::EqualsTime(time) => Some(Self::between(*time, *time)),
            Test::After(Moment::At(time)) => Some(Self::from(*time, true)),
            Test::Before(Moment::At(time)) => Some(Self::up_to(*time, true)),
            _ => None,
        }
    }
}
