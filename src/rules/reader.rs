//! Reads one table by its rows.

use std::ops::Range;

use chrono::{NaiveDate, TimeDelta};

use super::finding::Findings;
use super::item::{Entry, Item, Table};
use super::keys::{Key, Kind, TableSpec, check, problem};
use super::values::{as_number, parse_duration, read_day, read_time};
use crate::model::{Timestamp, fold};

/// One table and its rows. All that is wrong with it is noted when it is opened; from then on a value is there only when it
/// is sound, and a key that has no row is never there.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    table: &'a Table,
    spec: &'static TableSpec,
}

impl<'a> Reader<'a> {
    pub fn new(table: &'a Table, spec: &'static TableSpec, findings: &mut Findings) -> Self {
        Self::called(table, spec, spec.name, findings)
    }

    /// A table that findings call by a name of its own: `[lists] emea`.
    pub fn called(table: &'a Table, spec: &'static TableSpec, name: &str, findings: &mut Findings) -> Self {
        check(table, spec, name, findings);
        Self { table, spec }
    }

    pub fn span(&self) -> Range<usize> {
        self.table.span.clone()
    }

    pub fn keys(&self) -> &'static [Key] {
        self.spec.keys
    }

    /// What stands at a key, sound or not.
    pub fn entry(&self, key: &'static str) -> Option<&'a Entry> {
        self.row(key)?;
        self.table.get(key)
    }

    /// Where the value of a key stands.
    pub fn place(&self, key: &'static str) -> Option<Range<usize>> {
        self.entry(key).map(|entry| entry.item.span.clone())
    }

    /// The value of a key, when it is sound.
    pub fn item(&self, key: &'static str) -> Option<&'a Item> {
        let (row, entry) = self.row(key).zip(self.table.get(key))?;
        problem(row, &entry.item).is_none().then_some(&entry.item)
    }

    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        let default = || self.default(key);
        self.item(key).and_then(Item::as_text).or_else(default)
    }

    /// A text without the space around it, and its place.
    pub fn name(&self, key: &'static str) -> Option<(&'a str, Range<usize>)> {
        let item = self.item(key)?;
        Some((item.as_text()?.trim(), item.span.clone()))
    }

    /// An e-mail address in lower case, and its place.
    pub fn email(&self, key: &'static str) -> Option<(String, Range<usize>)> {
        let (text, span) = self.name(key)?;
        Some((fold(text).into_owned(), span))
    }

    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let default = || self.default(key)?.parse().ok();
        self.item(key).and_then(Item::as_flag).or_else(default)
    }

    pub fn number(&self, key: &'static str) -> Option<f64> {
        let default = || self.default(key)?.parse().ok();
        self.item(key).and_then(as_number).or_else(default)
    }

    /// A whole number.
    pub fn count(&self, key: &'static str) -> Option<u32> {
        let default = || self.default(key)?.parse().ok();
        let integer = self.item(key).and_then(Item::as_integer);
        integer.and_then(|number| u32::try_from(number).ok()).or_else(default)
    }

    /// A span of time.
    pub fn duration(&self, key: &'static str) -> Option<TimeDelta> {
        parse_duration(self.text(key)?).ok()
    }

    pub fn day(&self, key: &'static str) -> Option<NaiveDate> {
        self.item(key).and_then(read_day)
    }

    pub fn moment(&self, key: &'static str) -> Option<Timestamp> {
        self.item(key).and_then(read_time)
    }

    /// What a word means. Every word of the row has its meaning here.
    pub fn choice<T: Clone>(&self, key: &'static str, meanings: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?.trim();
        meanings.iter().find(|(word, _)| *word == text).map(|(_, meaning)| meaning.clone())
    }

    /// The texts of a list, each with its place.
    pub fn texts(&self, key: &'static str) -> impl Iterator<Item = (&'a str, Range<usize>)> + use<'a> {
        let items = self.item(key).and_then(Item::as_list).unwrap_or_default();
        items.iter().filter_map(|item| Some((item.as_text()?, item.span.clone())))
    }

    /// A table whose entries have names of their own, or a condition.
    pub fn table(&self, key: &'static str) -> Option<&'a Table> {
        self.item(key).and_then(Item::as_table)
    }

    /// The table at a key, with its rows.
    pub fn nested(&self, key: &'static str) -> Option<Self> {
        let Kind::Table(spec) = self.row(key)?.kind else { return None };
        Some(Self { table: self.table(key)?, spec })
    }

    /// As [`Reader::nested`]; one that is not there is an empty one, so that its defaults count.
    #[must_use]
    pub fn section(&self, key: &'static str) -> Self {
        static EMPTY: Table = Table { entries: Vec::new(), span: 0..0 };
        let spec =
            if let Some(Key { kind: Kind::Table(spec), .. }) = self.row(key) { spec } else { self.spec };
        Self { table: self.table(key).unwrap_or(&EMPTY), spec }
    }

    /// The tables of `[[key]]`.
    pub fn tables(&self, key: &'static str) -> Vec<Self> {
        let Some(Key { kind: Kind::Tables(spec), .. }) = self.row(key) else { return Vec::new() };
        let items = self.item(key).and_then(Item::as_list).unwrap_or_default();
        items.iter().filter_map(Item::as_table).map(|table| Self { table, spec }).collect()
    }

    fn default(&self, key: &'static str) -> Option<&'static str> {
        self.spec.key(key)?.default
    }

    fn row(&self, key: &'static str) -> Option<&'static Key> {
        #[cfg(test)]
        asked::note(self.spec, key);
        self.spec.key(key)
    }
}

/// Which rows the tests of this thread have read.
#[cfg(test)]
pub(super) mod asked {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use super::TableSpec;

    thread_local! {
        static ASKED: RefCell<BTreeSet<(&'static str, &'static str)>> = const { RefCell::new(BTreeSet::new()) };
    }

    pub(super) fn note(spec: &'static TableSpec, key: &'static str) {
        assert!(spec.key(key).is_some(), "{} has no row for `{key}`", spec.name);
        ASKED.with_borrow_mut(|asked| asked.insert((spec.name, key)));
    }

    /// Whether any reader has read the row.
    pub(in crate::rules) fn was(spec: &TableSpec, key: &str) -> bool {
        ASKED.with_borrow(|asked| asked.iter().any(|(table, name)| *table == spec.name && *name == key))
    }
}
