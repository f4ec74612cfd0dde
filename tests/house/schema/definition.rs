//! A definition as JSON, as an editor's schema sees it; what `check` finds in it; and where its keys and values stand.

use std::ops::Range;
use std::path::Path;

use handoff::rules::{Connectors, Source, load};
use handoff::{chat, crm};
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What `check` finds statically.
pub(crate) struct Checked {
    pub(crate) codes: Vec<&'static str>,
    pub(crate) shown: String,
}

pub(crate) fn check(path: &Path, text: &str) -> Checked {
    let connectors = Connectors {
        crm: &crm::KINDS,
        chat: &chat::KINDS,
        default_property: crm::default_property,
        check_crm: crm::check_config,
        check_chat: chat::check_config,
    };
    let source = Source::of(path, text);
    let (_, findings) = load(&source, &connectors, "2026-11-23T10:00:00Z".parse().unwrap());
    let found = findings.as_slice();
    let shown: Vec<String> =
        found.iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect();
    Checked { codes: found.iter().map(|finding| finding.code).collect(), shown: shown.join("; ") }
}

/// Whether a definition is badly built: that is for a schema to see, and the rest is not.
pub(crate) fn structural(codes: &[&str]) -> bool {
    codes.iter().any(|code| ["H002", "H003", "H004", "H013"].contains(code))
}

/// `None` when it is not TOML. Dates are texts, as they are for editors.
pub(crate) fn as_json(text: &str) -> Option<Value> {
    let document = DeTable::parse(text).ok()?;
    Some(table(document.get_ref()))
}

fn table(table: &DeTable<'_>) -> Value {
    let entries = table.iter().map(|(key, value)| (key.get_ref().to_string(), value_of(value.get_ref())));
    Value::Object(entries.collect::<Map<_, _>>())
}

fn value_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => {
            json!(i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX))
        }
        DeValue::Float(number) => json!(number.as_str().parse::<f64>().unwrap_or(f64::MAX)),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Datetime(moment) => json!(moment.to_string()),
        DeValue::Array(items) => items.iter().map(|item| value_of(item.get_ref())).collect(),
        DeValue::Table(entries) => table(entries),
    }
}

/// What stands at a span.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Key,
    Value,
}

/// Every key, and every value that is no table, with its bytes.
pub(crate) fn keys_and_values(text: &str) -> Vec<(Place, Range<usize>)> {
    let mut places = Vec::new();
    collect(DeTable::parse(text).unwrap().get_ref(), &mut places);
    places
}

fn collect(table: &DeTable<'_>, places: &mut Vec<(Place, Range<usize>)>) {
    for (key, value) in table {
        places.push((Place::Key, key.span()));
        collect_value(value, places);
    }
}

fn collect_value(value: &Spanned<DeValue<'_>>, places: &mut Vec<(Place, Range<usize>)>) {
    match value.get_ref() {
        DeValue::Table(entries) => collect(entries, places),
        DeValue::Array(items) if items.iter().any(|item| matches!(item.get_ref(), DeValue::Table(_))) => {
            items.iter().for_each(|item| collect_value(item, places));
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => places.push((Place::Value, value.span())),
    }
}
