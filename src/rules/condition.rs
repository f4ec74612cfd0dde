//! Compiled conditions: a tree whose leaves test one operand. Everything that can be prepared is prepared here, so that
//! evaluation parses and allocates nothing.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use chrono::TimeDelta;
use regex::Regex;

use crate::model::{FieldId, Timestamp};

/// Folded texts, for membership.
pub type Keys = HashSet<Box<str>>;

/// A tree of tests. `All` of nothing holds; `Any` of nothing does not.
#[derive(Clone, Debug)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Leaf(Box<Leaf>),
}

/// One test of one operand.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub operand: Operand,
    pub test: Test,
    /// For people, with the field's name: `score at least 65`.
    pub text: String,
    /// Byte range of the operator's value in the file, for those who propose another one.
    pub span: Range<usize>,
}

/// What a leaf looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operand {
    Field(FieldId),
    /// The sum of `[[score.points]]`; a score that the CRM keeps is a field.
    Score,
    /// The sum of `[[icp.points]]`; a fit that the CRM keeps is a field.
    Fit,
}

/// An operator with its prepared argument. Texts are folded.
#[derive(Clone, Debug)]
pub enum Test {
    EqualsText(Box<str>),
    EqualsNumber(f64),
    EqualsBool(bool),
    EqualsTime(Timestamp),
    NotEqualsText(Box<str>),
    NotEqualsNumber(f64),
    NotEqualsBool(bool),
    NotEqualsTime(Timestamp),
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    /// Both ends included.
    Between(f64, f64),
    InTexts(Arc<Keys>),
    NotInTexts(Arc<Keys>),
    InNumbers(Vec<f64>),
    NotInNumbers(Vec<f64>),
    Contains(Box<str>),
    ContainsAny(Vec<Box<str>>),
    /// One of the values between semicolons is one of these.
    Has(Vec<Box<str>>),
    /// One of these is in the text as a whole word, or as words beside each other.
    HasWord(Vec<Box<str>>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Matches(Regex),
    IsSet(bool),
    Before(Moment),
    After(Moment),
    /// At most this long ago, and not in the future.
    Within(TimeDelta),
    /// Longer ago than this.
    OlderThan(TimeDelta),
}

/// The argument of `before` and `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    At(Timestamp),
    /// `"handoff"`: the assignment of the handoff in question. Only in `[outcome]`.
    Handoff,
}

/// What CRMs write between the several values of one field.
pub(super) const VALUE_SEPARATOR: char = ';';

/// Whether one of the values between semicolons is this one.
pub fn has_value(text: &str, value: &str) -> bool {
    text.split(VALUE_SEPARATOR).any(|part| part.trim() == value)
}

/// Whether a phrase stands in a text with no letter or digit right beside it that would go on its words.
pub fn has_word(text: &str, phrase: &str) -> bool {
    let goes_on = |inside: Option<char>, beside: Option<char>| {
        inside.is_some_and(char::is_alphanumeric) && beside.is_some_and(char::is_alphanumeric)
    };
    let starts = |(at, _): &(usize, char)| text.get(*at..).is_some_and(|rest| rest.starts_with(phrase));
    text.char_indices().filter(starts).any(|(at, first)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + phrase.len()..).and_then(|after| after.chars().next());
        !goes_on(Some(first), before) && !goes_on(phrase.chars().next_back(), after)
    })
}

impl Test {
    /// Whether a folded text passes; false for a test of another kind of value.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other test is one of texts")]
    pub fn takes_text(&self, folded: &str) -> bool {
        match self {
            Self::EqualsText(expected) => folded == &**expected,
            Self::NotEqualsText(expected) => folded != &**expected,
            Self::InTexts(keys) => keys.contains(folded),
            Self::NotInTexts(keys) => !keys.contains(folded),
            Self::Contains(part) => folded.contains(&**part),
            Self::ContainsAny(parts) => parts.iter().any(|part| folded.contains(&**part)),
            Self::Has(values) => values.iter().any(|value| has_value(folded, value)),
            Self::HasWord(words) => words.iter().any(|word| has_word(folded, word)),
            Self::StartsWith(start) => folded.starts_with(&**start),
            Self::EndsWith(end) => folded.ends_with(&**end),
            Self::Matches(regex) => regex.is_match(folded),
            _ => false,
        }
    }
}

impl Condition {
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    pub fn is_always(&self) -> bool {
        matches!(self, Self::All(parts) if parts.is_empty())
    }

    /// Every leaf, left to right.
    pub fn leaves(&self) -> Vec<&Leaf> {
        let mut leaves = Vec::new();
        self.collect_leaves(&mut leaves);
        leaves
    }

    fn collect_leaves<'a>(&'a self, leaves: &mut Vec<&'a Leaf>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect_leaves(leaves)),
            Self::Not(part) => part.collect_leaves(leaves),
            Self::Leaf(leaf) => leaves.push(leaf),
        }
    }
}
