//! Plain values: compared by the rows of their tables, so that a key is compared as soon as it has a row.

use super::or_none;
use crate::rules::definition::Rules;
use crate::rules::finding::Findings;
use crate::rules::keys::{Difference, Key, Kind, ROOT};
use crate::rules::reader::Reader;
use crate::rules::values::{format_duration, scalar};

/// A plain value that is another now.
pub(super) struct Changed {
    /// What the value is called: `at most open`.
    pub(super) what: &'static str,
    pub(super) old: String,
    pub(super) new: String,
}

/// A definition as it was read.
pub(super) fn root(rules: &Rules) -> Reader<'_> {
    Reader::new(&rules.document, &ROOT, &mut Findings::default())
}

/// Each of `things`, which were read from `[[key]]`, with its table.
pub(super) fn with_tables<'a, T>(
    things: &'a [T],
    rules: &'a Rules,
    key: &'static str,
) -> Vec<(&'a T, Reader<'a>)> {
    things.iter().zip(root(rules).tables(key)).collect()
}

/// What is different between two tables with the same rows.
pub(super) fn changes(old: Reader<'_>, new: Reader<'_>) -> Vec<Changed> {
    let mut changes = Vec::new();
    for key in old.keys() {
        let Difference::Plain(what) = key.diff else { continue };
        let (Some(old), Some(new)) = (shown(old, key), shown(new, key)) else { continue };
        if old != new {
            changes.push(Changed { what, old, new });
        }
    }
    changes
}

/// A value in words, its default when it is not there; `None` when it is no plain value.
fn shown(reader: Reader<'_>, key: &'static Key) -> Option<String> {
    let name = key.name;
    let value = match key.kind {
        Kind::Text | Kind::TextThat(_) => reader.text(name).map(str::to_owned),
        Kind::Name => reader.name(name).map(|(text, _)| text.to_owned()),
        Kind::Email => reader.email(name).map(|(email, _)| email),
        Kind::Flag => reader.flag(name).map(|flag| if flag { "yes" } else { "no" }.to_owned()),
        Kind::Number | Kind::Positive => reader.number(name).map(|number| number.to_string()),
        Kind::Count(_) => reader.count(name).map(|count| count.to_string()),
        Kind::Span(_) => reader.duration(name).map(format_duration),
        Kind::Day => reader.day(name).map(|day| day.to_string()),
        Kind::Moment => reader.item(name).and_then(|item| scalar(&item.node)),
        Kind::Word(words) => reader.text(name).map(str::trim).map(|text| {
            let meaning = words.iter().find(|(word, meaning)| *word == text && !meaning.is_empty());
            meaning.map_or(text, |(_, meaning)| meaning).to_owned()
        }),
        Kind::Texts
        | Kind::Condition
        | Kind::Table(_)
        | Kind::Tables(_)
        | Kind::Connector
        | Kind::Special(_) => return None,
    };
    Some(or_none(value))
}
