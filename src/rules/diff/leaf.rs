//! Single tests of conditions: whether two are the same, and what is different between two of one field.

use std::collections::BTreeSet;

use super::{Leaf, Operand, Rules, Test, came_and_went};
use crate::model::Reading;
use crate::rules::condition::Keys;
use crate::rules::definition::List;
use crate::rules::leaf_words::{keys, operator, rest, spelling, values};

/// The two definitions that leaves come from.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) old: &'a Rules,
    pub(super) new: &'a Rules,
}

impl Sides<'_> {
    /// Whether two operands are one field: read from the same place, or called the same (then the place is a change of
    /// the field, not of every test).
    pub(super) fn same_operand(self, old: Operand, new: Operand) -> bool {
        let (Operand::Field(before), Operand::Field(after)) = (old, new) else {
            return old == new;
        };
        let name = |rules: &Rules, id| rules.fields.get(id).map(|field| field.name.clone());
        before == after || name(self.old, before) == name(self.new, after)
    }

    pub(super) fn same_leaf(self, old: &Leaf, new: &Leaf) -> bool {
        if !self.same_operand(old.operand, new.operand) {
            return false;
        }
        let same_list = || {
            let (before, after) = (list(self.old, old), list(self.new, new));
            before.zip(after).is_some_and(|(before, after)| before.name == after.name)
                && operator(&old.test) == operator(&new.test)
        };
        same_test(&old.test, &new.test) || same_list() || (self.was_retyped(old, new) && old.text == new.text)
    }

    /// The field is read otherwise: the same words then make another test, and the change is the field's.
    fn was_retyped(self, old: &Leaf, new: &Leaf) -> bool {
        reading(self.old, old.operand) != reading(self.new, new.operand)
    }

    /// What is different between two tests of one field: `score at least 65 → 60`.
    pub(super) fn change(self, old: &Leaf, new: &Leaf) -> String {
        let (before, after) = (operator(&old.test), operator(&new.test));
        let (name, _) = new.text.split_once(' ').unwrap_or((&new.text, ""));
        if before != after {
            return format!("{} → {}", old.text, rest(&new.text, name));
        }
        let named = list(self.old, old).is_some() || list(self.new, new).is_some();
        if let Some((had, has)) = values(old).zip(values(new)).filter(|_| !named) {
            let came = has.difference(&had).map(|value| spelling(value, new)).collect();
            let went = had.difference(&has).map(|value| spelling(value, old)).collect();
            return format!("{name} {after}: {}", came_and_went(came, went));
        }
        let head = format!("{name} {after}");
        let (was, is) = (rest(&old.text, name), rest(&new.text, name));
        let (was, is) = (rest(was, before), rest(is, after));
        if was == is {
            format!("{head} another value that begins {is}")
        } else {
            format!("{head} {was} → {is}")
        }
    }
}

fn reading(rules: &Rules, operand: Operand) -> Option<&Reading> {
    match operand {
        Operand::Field(id) => rules.fields.get(id).map(|field| &field.reading),
        Operand::Score | Operand::Fit => None,
    }
}

/// The list of `[lists]` that a leaf looks into.
fn list<'r>(rules: &'r Rules, leaf: &Leaf) -> Option<&'r List> {
    let keys = keys(&leaf.test)?;
    rules.lists.iter().find(|list| list.looked_into(keys).is_some()).map(AsRef::as_ref)
}

/// Whether two tests hold for the same values. Texts are folded, so case and order say nothing.
pub(super) fn same_test(a: &Test, b: &Test) -> bool {
    let single = |keys: &Keys, text: &str| keys.len() == 1 && keys.contains(text);
    match (a, b) {
        (Test::InTexts(a), Test::InTexts(b)) | (Test::NotInTexts(a), Test::NotInTexts(b)) => a == b,
        (Test::InTexts(keys), Test::EqualsText(text)) | (Test::EqualsText(text), Test::InTexts(keys)) => {
            single(keys, text)
        }
        (Test::NotInTexts(keys), Test::NotEqualsText(text))
        | (Test::NotEqualsText(text), Test::NotInTexts(keys)) => single(keys, text),
        (Test::InNumbers(a), Test::InNumbers(b)) | (Test::NotInNumbers(a), Test::NotInNumbers(b)) => {
            let within = |a: &[f64], b: &[f64]| a.iter().all(|number| b.contains(number));
            within(a, b) && within(b, a)
        }
        (Test::ContainsAny(a), Test::ContainsAny(b))
        | (Test::Has(a), Test::Has(b))
        | (Test::HasWord(a), Test::HasWord(b)) => {
            let set = |parts: &[Box<str>]| parts.iter().cloned().collect::<BTreeSet<_>>();
            set(a) == set(b)
        }
        (Test::ContainsAny(parts), Test::Contains(part))
        | (Test::Contains(part), Test::ContainsAny(parts)) => parts.iter().all(|other| other == part),
        (Test::Matches(a), Test::Matches(b)) => a.as_str() == b.as_str(),
        (a, b) => same_plain(a, b),
    }
}

/// Tests with one plain argument.
#[expect(clippy::float_cmp, reason = "the same meaning is the same number; both were parsed, not computed")]
fn same_plain(a: &Test, b: &Test) -> bool {
    match (a, b) {
        (Test::EqualsText(a), Test::EqualsText(b))
        | (Test::NotEqualsText(a), Test::NotEqualsText(b))
        | (Test::Contains(a), Test::Contains(b))
        | (Test::StartsWith(a), Test::StartsWith(b))
        | (Test::EndsWith(a), Test::EndsWith(b)) => a == b,
        (Test::EqualsNumber(a), Test::EqualsNumber(b))
        | (Test::NotEqualsNumber(a), Test::NotEqualsNumber(b))
        | (Test::AtLeast(a), Test::AtLeast(b))
        | (Test::AtMost(a), Test::AtMost(b))
        | (Test::Above(a), Test::Above(b))
        | (Test::Below(a), Test::Below(b)) => a == b,
        (Test::Between(a, b), Test::Between(c, d)) => a == c && b == d,
        (Test::EqualsBool(a), Test::EqualsBool(b))
        | (Test::NotEqualsBool(a), Test::NotEqualsBool(b))
        | (Test::IsSet(a), Test::IsSet(b)) => a == b,
        (Test::EqualsBool(a), Test::NotEqualsBool(b)) | (Test::NotEqualsBool(a), Test::EqualsBool(b)) => {
            a != b
        }
        (Test::EqualsTime(a), Test::EqualsTime(b)) | (Test::NotEqualsTime(a), Test::NotEqualsTime(b)) => {
            a == b
        }
        (Test::Before(a), Test::Before(b)) | (Test::After(a), Test::After(b)) => a == b,
        (Test::Within(a), Test::Within(b)) | (Test::OlderThan(a), Test::OlderThan(b)) => a == b,
        _ => false,
    }
}
