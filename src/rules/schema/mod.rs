//! The JSON Schema of `rules.toml` (draft-07, which Taplo and Even Better TOML read): what an editor offers, explains and
//! underlines. It knows structure: keys, types, operators and their values. What names mean, only `check` knows.

mod condition;

use serde_json::{Map, Value, json};

use super::keys::{ConnectorTable, PROPERTY, ROOT, table_schema, with};

/// The schema of a whole definition; the tables of connectors are handed in, so that this room knows no vendor.
pub fn schema(crm: &[ConnectorTable], chat: &[ConnectorTable]) -> Value {
    let kinds = |tables: &[ConnectorTable]| {
        let kinds = tables.iter().map(|table| (table.kind.to_owned(), table_schema(table.keys)));
        json!({
            "type": "object",
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": kinds.collect::<Map<String, Value>>(),
        })
    };
    let mut schema = table_schema(&ROOT);
    for (connector, kinds) in [("crm", kinds(crm)), ("chat", kinds(chat))] {
        if let Some(property) = schema.pointer_mut(&format!("/properties/{connector}")) {
            let description = property.get("description").cloned().unwrap_or_default();
            *property = with(kinds, "description", description);
        }
    }
    let description = format!("{} `handoff check` finds what this schema cannot.", ROOT.doc);
    schema = with(schema, "description", json!(description));
    schema = with(schema, "$schema", json!("http://json-schema.org/draft-07/schema#"));
    schema = with(schema, "title", json!("handoff rules.toml"));
    with(schema, "definitions", Value::Object(definitions()))
}

/// What several keys take, by name.
fn definitions() -> Map<String, Value> {
    let mut definitions = condition::definitions();
    definitions.insert(
        "duration".to_owned(),
        json!({
            "description": "A span of time: \"90s\", \"5m\", \"8h\", \"30d\", \"2w\", or several in a row such as \"1h30m\".",
            "type": "string",
            "pattern": r"^\s*([0-9]+[smhdw]\s*)+$",
        }),
    );
    definitions.insert(
        "property".to_owned(),
        json!({
            "description": "The CRM's property: its name, or a table with its name and its type.",
            "anyOf": [{ "type": "string", "pattern": r"\S" }, table_schema(&PROPERTY)],
        }),
    );
    definitions.insert("value".to_owned(), json!({ "type": ["string", "number", "boolean"] }));
    definitions
}
