//! The JSON Schema of `rules.toml` (draft-07, which Taplo and Even Better TOML read): what an editor offers, explains and
//! underlines. It knows structure: keys, types, operators and their values. What names mean, only `check` knows.

mod condition;
mod handling;
mod people;
mod settings;

use serde_json::{Map, Value, json};

/// The tables of connectors, each with its own schema; handed in, so that this room knows no vendor.
#[derive(Clone, Debug)]
pub struct ConnectorSchemas {
    /// Kind and schema of each `[crm.KIND]`.
    pub crm: Vec<(&'static str, Value)>,
    /// Kind and schema of each `[chat.KIND]`.
    pub chat: Vec<(&'static str, Value)>,
}

/// The schema of a whole definition.
pub fn schema(connectors: &ConnectorSchemas) -> Value {
    let mut definitions = condition::definitions();
    definitions.append(&mut settings::definitions());
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "handoff rules.toml",
        "description": "When a lead passes from marketing to sales: the definition that both sides agreed on. `handoff check` finds what this schema cannot.",
        "type": "object",
        "additionalProperties": false,
        "required": ["version", "crm", "rep", "mql", "route"],
        "properties": properties(connectors),
        "definitions": definitions,
    })
}

fn properties(connectors: &ConnectorSchemas) -> Value {
    json!({
        "version": { "description": "The version of this language.", "type": "integer", "enum": [1] },
        "definition": settings::agreement(),
        "crm": settings::connection("Where contacts come from and tasks go to: exactly one connector. Tokens come from the environment, never from here.", &connectors.crm),
        "chat": settings::connection("Where alerts go: exactly one connector. Without it there are only the CRM's tasks.", &connectors.chat),
        "fields": settings::fields(),
        "lists": settings::lists(),
        "score": handling::score(),
        "disqualify": list_of("Who is never handed off. The first that holds ends the evaluation.", &handling::disqualifier()),
        "mql": at_least_one("MQL tiers, tried in the order of the file. The first that holds gives the handoff its SLA and its priority.", &handling::tier()),
        "icp": handling::icp(),
        "rep": at_least_one("Salespeople.", &people::rep()),
        "team": list_of("Pools of reps.", &people::team()),
        "route": at_least_one("Who takes a handoff: tried in the order of the file, the first whose condition holds and whose target exists. The last takes everybody else.", &people::route()),
        "sla": list_of("How long a rep has, and what happens as the time runs.", &handling::sla()),
        "outcome": handling::outcome(),
        "limits": settings::limits(),
        "bursts": settings::bursts(),
        "duplicates": settings::duplicates(),
        "monitor": settings::monitor(),
        "example": list_of("The definition's own tests: `handoff check` and `handoff test` run them.", &settings::example()),
    })
}

/// A table that takes these keys and no other.
pub fn table(description: &str, required: &[&str], properties: &Value) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

/// A text.
pub fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

/// A text that is not blank.
fn name(description: &str) -> Value {
    json!({ "description": description, "type": "string", "pattern": r"\S" })
}

/// One of some words; the first is the default.
fn choice(description: &str, words: &[&str]) -> Value {
    json!({ "description": description, "enum": words, "default": words.first() })
}

fn number(description: &str) -> Value {
    json!({ "description": description, "type": "number" })
}

/// A whole number of at least one.
fn count(description: &str) -> Value {
    json!({ "description": description, "type": "integer", "minimum": 1, "maximum": u32::MAX })
}

fn texts(description: &str) -> Value {
    json!({ "description": description, "type": "array", "items": { "type": "string" } })
}

/// What `definitions` has under a name, with a description of its own here. One of one rather than all of one: Taplo shows
/// no description beside `allOf`.
fn reference(definition: &str, description: &str) -> Value {
    json!({ "description": description, "anyOf": [{ "$ref": format!("#/definitions/{definition}") }] })
}

/// A span of time such as `5m`.
pub fn duration(description: &str) -> Value {
    reference("duration", description)
}

fn condition(description: &str) -> Value {
    reference("condition", description)
}

fn list_of(description: &str, items: &Value) -> Value {
    json!({ "description": description, "type": "array", "items": items })
}

fn at_least_one(description: &str, items: &Value) -> Value {
    let mut list = list_of(description, items);
    set(&mut list, "minItems", json!(1));
    list
}

/// Adds one keyword to a schema.
fn set(schema: &mut Value, keyword: &str, value: Value) {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(keyword.to_owned(), value);
    }
}

/// Schemas by name.
type Definitions = Map<String, Value>;
