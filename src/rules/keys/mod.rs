//! One table of keys: of each key of `rules.toml` its name, kind, bounds, default, release and one sentence. From its rows
//! follow the findings about unknown, missing and misshapen keys, the JSON Schema, the reference, and the comparison of
//! plain values. A connector's table has its rows in the connector's folder. A row is a line: rustfmt would wrap it.

mod check;
mod example;
mod handling;
mod json;
mod judging;
mod operators;
mod people;
mod root;
mod settings;
mod spec;
mod special;
mod words;

#[cfg(test)]
pub(crate) mod tests;

pub(super) use check::{check, problem};
pub(super) use json::{table_schema, with};
pub use operators::{OPERATORS, Operator, Takes};
pub(super) use operators::{operator_names, test_schema};
pub use root::definition_tables;
pub(super) use root::{EXAMPLES, ROOT, SEGMENT};
pub(super) use settings::web_address;
pub use spec::{Bounds, ConnectorTable, Difference, Key, Kind, Literal, Relation, Special, TableSpec, key};
pub(super) use special::{CALENDAR, LIST_FILE, LOAD, PROPERTY, TARGETS, step_at};
