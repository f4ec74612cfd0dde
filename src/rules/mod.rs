//! `rules.toml`: from text to a compiled, checked [`Rules`], or to findings with their places.

mod argument;
mod catalogue;
mod codes;
mod compile;
mod condition;
mod days_off;
mod definition;
mod diff;
mod example;
mod examples;
mod feed;
mod fields;
mod files;
mod finding;
mod hours;
mod ics;
mod item;
mod keys;
mod leaf_words;
mod list_file;
mod lists;
mod load;
mod operator;
mod outcome;
mod pages;
mod parse;
mod people;
mod points;
mod reachable;
mod reader;
mod readings;
mod reason;
mod register;
mod routes;
pub mod schema;
mod segment;
mod settings;
mod slas;
mod source;
mod suggest;
mod syntax;
mod territory;
mod tiers;
mod values;
mod words;
mod zone_hint;

#[cfg(test)]
mod tests;

pub use codes::{CHAT_DISAGREES, CODES, CRM_DISAGREES, EXAMPLE_FAILS, NOBODY_ON_SHIFT};
pub use condition::{Condition, Keys, Leaf, Moment, Operand, Test, has_value, has_word};
pub use definition::{
    Agreement, Connection, Decay, Disqualifier, Icp, Limits, List, Member, NobodyAvailable, OffShift,
    Outcome, OutcomeEvent, Pick, PointSheet, Points, Priority, Route, RouteTarget, Rules, Team, Tier,
};
pub use diff::{Change, Diff, diff};
pub use example::{Escalated, Example, Expectation, GivenLoad};
pub use examples::load_examples;
pub use feed::{Feed, Feeds};
pub use fields::Fields;
pub use finding::{Finding, Findings, Severity};
pub use hours::{absence, shifts};
pub use ics::{Calendar, Whose};
pub use item::{Entry, Item, Node, Table};
#[cfg(test)]
pub(crate) use keys::tests::{assert_read, assert_sound};
pub use keys::{
    Bounds, ConnectorTable, Difference, Key, Kind as KeyKind, Literal, OPERATORS, Operator, Relation,
    Special, TableSpec, Takes, definition_tables, key,
};
pub use leaf_words::spelling;
pub use lists::is_free_mail;
pub use load::{Connectors, load};
pub use pages::{Page, page};
pub use reader::Reader;
pub use readings::SourceDefaults;
pub use segment::{segment, segment_source};
pub use source::{Source, folder};
pub use suggest::{did_you_mean, nearest};
pub use values::format_duration;
pub use words::{
    absence_words, ack_words, action_words, at_words, clock_words, condition_words, holiday_words,
    one_lead_words, pick_words, repeat_words, shift_words, target_words,
};
