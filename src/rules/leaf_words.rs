//! Single tests in words: the operator, and the values of those that take several.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::condition::{Keys, Leaf, Test};
use crate::model::fold;

/// Values that are named; the rest is counted.
const VALUES_SHOWN_MAX: usize = 40;

/// A leaf for a page: with all its values, where the leaf's own text leaves some out. What is left out there is known
/// only folded, and so in lower case.
pub(super) fn leaf_words(leaf: &Leaf) -> String {
    let (name, words) = leaf.text.split_once(' ').unwrap_or((&leaf.text, ""));
    let is_list = rest(words, operator(&leaf.test)).starts_with("list ");
    match values(leaf).filter(|values| !is_list && values.len() <= VALUES_SHOWN_MAX) {
        Some(values) => {
            let values: Vec<String> = values.iter().map(|value| spelling(value, leaf)).collect();
            format!("{name} {} {}", operator(&leaf.test), values.join(", "))
        }
        None => leaf.text.clone(),
    }
}

/// The text after its first words.
pub(super) fn rest<'t>(text: &'t str, words: &str) -> &'t str {
    text.strip_prefix(words).unwrap_or(text).trim_start()
}

pub(super) fn keys(test: &Test) -> Option<&Arc<Keys>> {
    if let Test::InTexts(keys) | Test::NotInTexts(keys) = test { Some(keys) } else { None }
}

/// The values of a test that takes several, folded.
pub(super) fn values(leaf: &Leaf) -> Option<BTreeSet<String>> {
    if let Some(keys) = keys(&leaf.test) {
        Some(keys.iter().map(ToString::to_string).collect())
    } else if let Test::ContainsAny(parts) | Test::Has(parts) | Test::HasWord(parts) = &leaf.test {
        Some(parts.iter().map(ToString::to_string).collect())
    } else if let Test::InNumbers(numbers) | Test::NotInNumbers(numbers) = &leaf.test {
        Some(numbers.iter().map(ToString::to_string).collect())
    } else {
        None
    }
}

/// A folded value as the definition spells it, where the leaf's words show it.
pub fn spelling(value: &str, leaf: &Leaf) -> String {
    let words = rest(&leaf.text, leaf.text.split_once(' ').map_or("", |(name, _)| name));
    let words = rest(words, operator(&leaf.test));
    let written = words.split(", ").find(|word| fold(word) == value);
    written.unwrap_or(value).to_owned()
}

/// The words of an operator, as a leaf's text has them after the field's name.
pub(super) fn operator(test: &Test) -> &'static str {
    match test {
        Test::EqualsText(_) | Test::EqualsNumber(_) | Test::EqualsBool(_) | Test::EqualsTime(_) => "is",
        Test::NotEqualsText(_)
        | Test::NotEqualsNumber(_)
        | Test::NotEqualsBool(_)
        | Test::NotEqualsTime(_) => "is not",
        Test::AtLeast(_) => "at least",
        Test::AtMost(_) => "at most",
        Test::Above(_) => "above",
        Test::Below(_) => "below",
        Test::Between(_, _) => "between",
        Test::InTexts(_) | Test::InNumbers(_) => "in",
        Test::NotInTexts(_) | Test::NotInNumbers(_) => "not in",
        Test::Contains(_) => "contains",
        Test::ContainsAny(_) => "contains any of",
        Test::Has(values) if values.len() == 1 => "has",
        Test::Has(_) => "has any of",
        Test::HasWord(words) if words.len() == 1 => "has the word",
        Test::HasWord(_) => "has a word of",
        Test::StartsWith(_) => "starts with",
        Test::EndsWith(_) => "ends with",
        Test::Matches(_) => "matches",
        Test::IsSet(true) => "is set",
        Test::IsSet(false) => "is not set",
        Test::Before(_) => "before",
        Test::After(_) => "after",
        Test::Within(_) => "within",
        Test::OlderThan(_) => "older than",
    }
}
