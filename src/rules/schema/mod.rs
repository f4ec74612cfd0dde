//! The JSON Schema of `rules.toml` (draft-07, which Taplo and Even Better TOML read): what an editor offers, explains and
//! underlines. It knows structure: keys, types, operators and their values. What names mean, only `check` knows.

mod condition;

use serde_json::{Map, Value, json};

use super::keys::{PROPERTY, ROOT, TableSpec, table_schema, with};

/// The tables of connectors, by kind; handed in, so that this room knows no vendor.
#[derive(Clone, Debug)]
pub struct ConnectorTables {
    /// Each `[crm.KIND]`.
    pub crm: Vec<(&'static str, &'static TableSpec)>,
    /// Each `[chat.KIND]`.
    pub chat: Vec<(&'static str, &'static TableSpec)>,
}

/// The schema of a whole definition.
pub fn schema(connectors: &ConnectorTables) -> Value {
    let kinds = |tables: &[(&'static str, &'static TableSpec)]| {
        let kinds = tables.iter().map(|(kind, spec)| ((*kind).to_owned(), table_schema(spec)));
        json!({
            "type": "object",
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": kinds.collect::<Map<String, Value>>(),
        })
    };
    let mut schema = table_schema(&ROOT);
    for (connector, kinds) in [("crm", kinds(&connectors.crm)), ("chat", kinds(&connectors.chat))] {
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
