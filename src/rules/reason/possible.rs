//! What one operand may still be, once some tests of it must hold and others must not.

use super::sign::Sign;
use super::spans::{Spans, of_age, of_number, of_time};
use super::steps::Steps;
use super::texts::Texts;
use super::{Range, Ranges};
use crate::rules::condition::{Moment, Operand, Test};

/// The values that an operand may have. Of the kinds of value only the operand's own is ever narrowed, since loading
/// refuses operators of another.
#[derive(Clone, Debug)]
pub(super) struct Possible<'a> {
    missing: bool,
    unreadable: bool,
    /// Cleared when no value that can be read will do.
    readable: bool,
    numbers: Spans,
    times: Spans,
    /// How long ago a moment lies. Moments and ages are tied by the clock, which is not known here, so they are kept apart.
    ages: Spans,
    /// How long after the handoff a moment lies; kept apart likewise.
    since_handoff: Spans,
    /// Whether it may be yes, and whether it may be no.
    flags: [bool; 2],
    texts: Texts<'a>,
}

impl<'a> Possible<'a> {
    /// What an operand may be before any test. A sum from the CRM is a field.
    pub(super) fn new(operand: Operand, ranges: &Ranges) -> Self {
        let range = ranges.of(operand);
        let within = |Range { least, most }| Spans::between(of_number(least), of_number(most));
        Self {
            missing: range.is_none(),
            unreadable: matches!(operand, Operand::Field(_)),
            readable: true,
            numbers: range.map_or_else(Spans::all, within),
            times: Spans::all(),
            ages: Spans::all(),
            since_handoff: Spans::all(),
            flags: [true; 2],
            texts: Texts::default(),
        }
    }

    /// Keeps the values for which the test comes out so. A missing value fails every test but `is_set`, an unreadable one
    /// leaves every other unclear.
    pub(super) fn narrow(&mut self, test: &'a Test, sign: Sign) {
        let expected = sign.holds;
        if let Test::IsSet(set) = test {
            if *set == expected {
                self.missing = false;
            } else {
                self.unreadable = false;
                self.readable = false;
            }
            return;
        }
        self.missing &= !expected;
        self.unreadable &= sign.or_unclear;
        let spans = |spans: Spans| if expected { spans } else { spans.complement() };
        if let Some(numbers) = numbers(test) {
            self.numbers = self.numbers.intersect(&spans(numbers));
        } else if let Some(times) = times(test) {
            self.times = self.times.intersect(&spans(times));
        } else if let Some(ages) = ages(test) {
            self.ages = self.ages.intersect(&spans(ages));
        } else if let Some(since) = since_handoff(test) {
            self.since_handoff = self.since_handoff.intersect(&spans(since));
        } else if let Some(flag) = flag(test) {
            let is_yes = flag == expected;
            let [yes, no] = &mut self.flags;
            *yes &= is_yes;
            *no &= !is_yes;
        } else {
            self.texts.require(test, expected);
        }
    }

    /// Whether no value is left; false also when nobody can tell within `steps`.
    pub(super) fn is_empty(&self, steps: &mut Steps) -> bool {
        let may_be = self.missing || self.unreadable || (self.readable && self.has_readable(steps));
        !may_be
    }

    fn has_readable(&self, steps: &mut Steps) -> bool {
        !self.numbers.is_empty()
            && !self.times.is_empty()
            && !self.ages.is_empty()
            && !self.since_handoff.is_empty()
            && self.flags.contains(&true)
            && !self.texts.is_empty(steps)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other test is none of numbers")]
fn numbers(test: &Test) -> Option<Spans> {
    let points = |numbers: &[f64]| Spans::points(numbers.iter().map(|number| of_number(*number)));
    Some(match test {
        Test::EqualsNumber(number) => points(&[*number]),
        Test::NotEqualsNumber(number) => points(&[*number]).complement(),
        Test::InNumbers(numbers) => points(numbers),
        Test::NotInNumbers(numbers) => points(numbers).complement(),
        Test::AtLeast(least) => Spans::at_least(of_number(*least)),
        Test::Above(bound) => Spans::above(of_number(*bound)),
        Test::AtMost(most) => Spans::at_most(of_number(*most)),
        Test::Below(bound) => Spans::below(of_number(*bound)),
        Test::Between(least, most) => Spans::between(of_number(*least), of_number(*most)),
        _ => return None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other test is none of moments")]
fn times(test: &Test) -> Option<Spans> {
    let point = |time| Spans::points(std::iter::once(of_time(time)));
    Some(match test {
        Test::EqualsTime(time) => point(*time),
        Test::NotEqualsTime(time) => point(*time).complement(),
        Test::Before(Moment::At(time)) => Spans::below(of_time(*time)),
        Test::After(Moment::At(time)) => Spans::above(of_time(*time)),
        _ => return None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other test is none of ages")]
fn ages(test: &Test) -> Option<Spans> {
    Some(match test {
        Test::Within(span) => Spans::between(0, of_age(*span)),
        Test::OlderThan(span) => Spans::above(of_age(*span)),
        _ => return None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other test does not look at the handoff")]
fn since_handoff(test: &Test) -> Option<Spans> {
    match test {
        Test::Before(Moment::Handoff) => Some(Spans::below(0)),
        Test::After(Moment::Handoff) => Some(Spans::above(0)),
        _ => None,
    }
}

/// The flag that passes.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other test is none of flags")]
fn flag(test: &Test) -> Option<bool> {
    match test {
        Test::EqualsBool(flag) => Some(*flag),
        Test::NotEqualsBool(flag) => Some(!flag),
        _ => None,
    }
}
