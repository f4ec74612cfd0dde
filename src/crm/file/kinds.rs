//! What the activity file calls the kinds of acts, and how its times are read.

use std::collections::HashMap;

use crate::model::{ActivityKind, Reading, fold};
use crate::rules::{Entry, Finding, Item, Special, Table};

/// How the file is to be read.
#[derive(Debug)]
pub(super) struct Says {
    pub(super) times: Reading,
    /// What it calls the kinds, folded.
    pub(super) kinds: Kinds,
}

pub(super) type Kinds = HashMap<Box<str>, ActivityKind>;

pub(super) fn known_kinds() -> String {
    ActivityKind::ALL.map(ActivityKind::name).join(", ")
}

/// `activity_kinds = { Anruf = "call" }`.
pub(super) static KINDS: Special = Special {
    words: "a table: what the file says = what it means",
    check: |key, item| {
        let error = |item: &Item, why: String| Some(Finding::error("H005", item.span.clone(), why));
        let Some(table) = item.as_table() else {
            return error(item, format!("`{key}` must be a table such as {{ Anruf = \"call\" }}"));
        };
        let is_known = |item: &Item| item.as_text().is_some_and(|kind| ActivityKind::parse(kind).is_some());
        let unknown = table.entries.iter().find(|entry| !is_known(&entry.item))?;
        error(&unknown.item, format!("`{key}`: '{}' must be one of {}", unknown.key, known_kinds()))
    },
    schema: || {
        let kinds = ActivityKind::ALL.map(ActivityKind::name);
        serde_json::json!({ "type": "object", "additionalProperties": { "enum": kinds } })
    },
    tables: &[],
};

/// The table of kinds, after its check.
pub(super) fn kinds(table: Option<&Table>) -> Kinds {
    let entries = table.map(|table| table.entries.iter()).into_iter().flatten();
    let kind = |entry: &Entry| Some((fold(&entry.key).into(), ActivityKind::parse(entry.item.as_text()?)?));
    entries.filter_map(kind).collect()
}
