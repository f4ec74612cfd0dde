//! Whether any text passes several tests at once.

use std::sync::Arc;

use regex::Regex;

use super::steps::Steps;
use crate::rules::condition::{Keys, Test};

/// Tests of one text, each with whether it must hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts<'a>(Vec<(&'a Test, bool)>);

/// The texts a test accepts, when these can be counted.
enum Countable<'a> {
    One(&'a str),
    Many(&'a Arc<Keys>),
}

/// What every text that passes a pattern has for sure.
#[derive(Clone, Copy)]
enum Sure<'a> {
    Start(&'a str),
    End(&'a str),
    Part(&'a str),
    /// One of its values.
    Value(&'a str),
    Word(&'a str),
    Match(&'a Regex),
}

impl<'a> Texts<'a> {
    pub(super) fn require(&mut self, test: &'a Test, expected: bool) {
        self.0.push((test, expected));
    }

    /// Whether no text passes; false also when nobody can tell within `steps`.
    pub(super) fn is_empty(&self, steps: &mut Steps) -> bool {
        let countable = self.0.iter().filter_map(|(test, expected)| countable(test, *expected));
        match countable.min_by_key(Countable::len) {
            Some(Countable::One(text)) => !self.accept(text),
            Some(Countable::Many(keys)) => {
                if self.excludes_list(keys) {
                    return true;
                }
                let is_in_time = steps.spend(keys.len().saturating_mul(self.0.len()));
                is_in_time && !keys.iter().any(|text| self.accept(text))
            }
            None => self.patterns_exclude(),
        }
    }

    fn accept(&self, text: &str) -> bool {
        self.0.iter().all(|(test, expected)| test.takes_text(text) == *expected)
    }

    /// The very list that must hold must not hold as well.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other test has a list")]
    fn excludes_list(&self, list: &Arc<Keys>) -> bool {
        self.0.iter().any(|(test, expected)| match test {
            Test::InTexts(keys) => !expected && Arc::ptr_eq(keys, list),
            Test::NotInTexts(keys) => *expected && Arc::ptr_eq(keys, list),
            _ => false,
        })
    }

    /// Of infinitely many texts: no way to meet one pattern that another pattern does not rule out.
    fn patterns_exclude(&self) -> bool {
        let required = || self.0.iter().filter(|(_, expected)| *expected).map(|(test, _)| *test);
        required().any(|test| {
            let is_refused = |way: Sure<'_>| {
                self.0.iter().any(
                    |(other, expected)| {
                        if *expected { clashes(way, other) } else { implies(way, other) }
                    },
                )
            };
            let ways = ways(test);
            !ways.is_empty() && ways.into_iter().all(is_refused)
        })
    }
}

impl Countable<'_> {
    fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(keys) => keys.len(),
        }
    }
}

fn countable(test: &Test, expected: bool) -> Option<Countable<'_>> {
    match (test, expected) {
        // A list that is empty has a finding of its own, and may well be filled tomorrow.
        (Test::InTexts(keys) | Test::NotInTexts(keys), _) if keys.is_empty() => None,
        (Test::EqualsText(only), true) | (Test::NotEqualsText(only), false) => Some(Countable::One(only)),
        (Test::InTexts(keys), true) | (Test::NotInTexts(keys), false) => Some(Countable::Many(keys)),
        _ => None,
    }
}

/// The ways to meet a pattern; none when there is nothing to say of them.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other test leaves no text for sure")]
fn ways(test: &Test) -> Vec<Sure<'_>> {
    match test {
        Test::StartsWith(start) => vec![Sure::Start(start)],
        Test::EndsWith(end) => vec![Sure::End(end)],
        Test::Contains(part) => vec![Sure::Part(part)],
        Test::ContainsAny(parts) => parts.iter().map(|part| Sure::Part(part)).collect(),
        Test::Has(values) => values.iter().map(|value| Sure::Value(value)).collect(),
        Test::HasWord(words) => words.iter().map(|word| Sure::Word(word)).collect(),
        Test::Matches(regex) => vec![Sure::Match(regex)],
        _ => Vec::new(),
    }
}

/// Whether a text cannot be so and pass the test.
fn clashes(way: Sure<'_>, test: &Test) -> bool {
    match (way, test) {
        (Sure::Start(a), Test::StartsWith(b)) => !a.starts_with(&**b) && !b.starts_with(a),
        (Sure::End(a), Test::EndsWith(b)) => !a.ends_with(&**b) && !b.ends_with(a),
        _ => false,
    }
}

/// Whether a text that is so passes the test for sure.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing follows for other tests")]
fn implies(way: Sure<'_>, test: &Test) -> bool {
    let known = match way {
        Sure::Start(known)
        | Sure::End(known)
        | Sure::Part(known)
        | Sure::Value(known)
        | Sure::Word(known) => known,
        Sure::Match(known) => {
            return matches!(test, Test::Matches(regex) if regex.as_str() == known.as_str());
        }
    };
    match test {
        Test::Contains(part) => known.contains(&**part),
        Test::ContainsAny(parts) => parts.iter().any(|part| known.contains(&**part)),
        Test::Has(values) => {
            matches!(way, Sure::Value(known) if values.iter().any(|value| &**value == known))
        }
        Test::HasWord(words) => matches!(way, Sure::Word(known) if words.iter().any(|word| &**word == known)),
        Test::StartsWith(start) => matches!(way, Sure::Start(known) if known.starts_with(&**start)),
        Test::EndsWith(end) => matches!(way, Sure::End(known) if known.ends_with(&**end)),
        _ => false,
    }
}
