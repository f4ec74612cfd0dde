//! What a row of the table of keys says, and what keys of one table say of each other.

use chrono::TimeDelta;
use serde_json::Value;

use crate::rules::finding::Finding;
use crate::rules::item::Item;

/// The release that a key came with when its row names no other.
const FIRST_RELEASE: &str = "0.1";

/// One table of `rules.toml`: its keys, and no other.
#[derive(Debug)]
pub struct TableSpec {
    /// As findings and the reference call it: `[limits]`, `[[rep]]`, `` `step` ``.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// What one looks like, for who writes something else: `{ team = "inbound" }`.
    pub like: Option<&'static str>,
    pub keys: &'static [Key],
    pub relations: &'static [Relation],
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// One sentence.
    pub doc: &'static str,
    pub is_required: bool,
    /// The value when the key is not there, spelled as in the file but without quotes.
    pub default: Option<&'static str>,
    /// The release that the key came with.
    pub since: &'static str,
    pub diff: Difference,
}

/// How `handoff diff` words a change of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// `at most open 25 → 30`.
    Plain(&'static str),
    /// By code of its own in `diff/`: the value is no plain one, or its change moves contacts.
    Own,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Text,
    /// A text that is not blank.
    Name,
    Email,
    /// A text that the function takes; else why not, to follow the key: `must be a web address`. It takes no empty text.
    TextThat(fn(&str) -> Result<(), &'static str>),
    Flag,
    Number,
    /// A number above 0.
    Positive,
    /// A whole number.
    Count(Bounds),
    /// A span of time such as `5m`; the bounds are seconds.
    Span(Bounds),
    /// A day such as 2026-10-01.
    Day,
    /// A date and time.
    Moment,
    /// One of these words; beside each, what it means.
    Word(&'static [(&'static str, &'static str)]),
    Texts,
    Condition,
    Table(&'static TableSpec),
    /// `[[name]]`, or a list of inline tables.
    Tables(&'static TableSpec),
    /// `[crm]` or `[chat]`: one table of those that the connectors bring.
    Connector,
    Special(&'static Special),
}

/// The least and the most, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub least: u32,
    pub most: u32,
    /// Why, as the help of a finding; may be empty.
    pub why: &'static str,
}

/// A value whose shape no other key has.
#[derive(Debug)]
pub struct Special {
    /// In the reference: `a list of dates or calendars`.
    pub words: &'static str,
    /// What is wrong with the value itself. What names in it mean is looked at where they are used.
    pub check: fn(key: &str, item: &Item) -> Option<Finding>,
    pub schema: fn() -> Value,
    /// The tables that may stand in it.
    pub tables: &'static [&'static TableSpec],
}

/// What a connector brings: its table, and what it reads from the environment.
#[derive(Clone, Copy, Debug)]
pub struct ConnectorTable {
    /// As in `[crm.KIND]`.
    pub kind: &'static str,
    pub keys: &'static TableSpec,
    /// Each with one sentence.
    pub variables: &'static [(&'static str, &'static str)],
}

/// What keys of one table say of each other.
#[derive(Clone, Copy, Debug)]
pub enum Relation {
    /// Each of `keys` needs `other`.
    Needs {
        keys: &'static [&'static str],
        other: &'static str,
        /// Follows the finding: ` to know when a day begins`.
        why: &'static str,
        help: &'static str,
    },
    /// `other` must be there where `key` has this value.
    NeedsWhere { key: &'static str, value: Literal, other: &'static str },
    /// `keys` may be there only where `key` has this value, by default or because it says so.
    OnlyWhere {
        keys: &'static [&'static str],
        key: &'static str,
        value: Literal,
        /// Follows the key: ` has no effect`.
        why: &'static str,
        help: &'static str,
    },
    /// Exactly one of `keys`; `ask` follows `needs` where there is none.
    OneOf { keys: &'static [&'static str], ask: &'static str },
    /// At least one key; else this is the finding.
    NotEmpty(&'static str),
}

/// A value that a relation looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    Word(&'static str),
    Flag(bool),
}

impl TableSpec {
    pub const fn new(name: &'static str, doc: &'static str, keys: &'static [Key]) -> Self {
        Self { name, doc, like: None, keys, relations: &[] }
    }

    #[must_use]
    pub const fn like(mut self, like: &'static str) -> Self {
        self.like = Some(like);
        self
    }

    #[must_use]
    pub const fn relations(mut self, relations: &'static [Relation]) -> Self {
        self.relations = relations;
        self
    }

    /// The tables that stand in this one.
    pub fn nested(&self) -> impl Iterator<Item = &'static Self> {
        let inside = |key: &'static Key| -> &'static [&'static Self] {
            if let Kind::Special(special) = key.kind {
                special.tables
            } else if let Kind::Table(spec) | Kind::Tables(spec) = &key.kind {
                std::slice::from_ref(spec)
            } else {
                &[]
            }
        };
        self.keys.iter().flat_map(inside).copied()
    }

    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A row; what it does not say has a method.
pub const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        doc,
        is_required: false,
        default: None,
        since: FIRST_RELEASE,
        diff: Difference::Plain(name),
    }
}

impl Key {
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// The release that brought the key.
    #[must_use]
    pub const fn since(mut self, release: &'static str) -> Self {
        self.since = release;
        self
    }

    /// What `handoff diff` calls the value, where it is not the key.
    #[must_use]
    pub const fn called(mut self, words: &'static str) -> Self {
        self.diff = Difference::Plain(words);
        self
    }

    /// `handoff diff` words its changes by code of its own.
    #[must_use]
    pub const fn own_diff(mut self) -> Self {
        self.diff = Difference::Own;
        self
    }
}

impl Bounds {
    pub fn least_span(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.least))
    }

    pub fn most_span(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.most))
    }

    #[must_use]
    pub const fn at_least(least: u32) -> Self {
        Self { least, most: u32::MAX, why: "" }
    }

    #[must_use]
    pub const fn at_most(self, most: u32) -> Self {
        Self { most, ..self }
    }

    #[must_use]
    pub const fn because(self, why: &'static str) -> Self {
        Self { why, ..self }
    }
}
