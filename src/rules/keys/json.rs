//! The rows as JSON Schema (draft-07).

use serde_json::{Map, Value, json};

use super::spec::{Bounds, Key, Kind, Literal, Relation, TableSpec};

/// A table that takes its keys and no other.
pub(in crate::rules) fn table_schema(spec: &TableSpec) -> Value {
    let properties: Map<String, Value> =
        spec.keys.iter().map(|key| (key.name.to_owned(), key_schema(key))).collect();
    let required: Vec<&str> = spec.keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let mut schema = json!({
        "description": spec.doc,
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    });
    let constraints: Vec<Value> =
        spec.relations.iter().flat_map(|relation| constraints(relation, spec)).collect();
    if !constraints.is_empty() {
        schema = with(schema, "allOf", Value::Array(constraints));
    }
    schema
}

fn key_schema(key: &Key) -> Value {
    let mut schema = match key.kind {
        Kind::Text | Kind::Email | Kind::TextThat(_) => json!({ "type": "string" }),
        Kind::Name => json!({ "type": "string", "pattern": r"\S" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Positive => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Kind::Count(Bounds { least, most, .. }) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Span(_) => reference("duration"),
        Kind::Day | Kind::Moment => json!({ "type": "string", "pattern": "[0-9]-[0-9]|[0-9]{10}" }),
        Kind::Word(words) => json!({ "enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>() }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Condition => reference("condition"),
        Kind::Table(spec) => table_schema(spec),
        Kind::Tables(spec) => {
            let least = u8::from(key.is_required);
            json!({ "type": "array", "items": table_schema(spec), "minItems": least })
        }
        // The connectors bring their own.
        Kind::Connector => json!({}),
        Kind::Special(special) => (special.schema)(),
    };
    if let Some(default) = key.default.and_then(|text| default_value(key.kind, text)) {
        schema = with(schema, "default", default);
    }
    described(key.doc, schema)
}

/// The default as the file spells it.
fn default_value(kind: Kind, text: &str) -> Option<Value> {
    let is_bare = matches!(kind, Kind::Flag | Kind::Number | Kind::Positive | Kind::Count(_));
    if is_bare { text.parse().ok() } else { Some(json!(text)) }
}

fn constraints(relation: &Relation, spec: &TableSpec) -> Vec<Value> {
    match *relation {
        Relation::Needs { keys, other, .. } => {
            let dependencies: Map<String, Value> =
                keys.iter().map(|key| ((*key).to_owned(), json!([other]))).collect();
            vec![json!({ "dependencies": dependencies })]
        }
        Relation::NeedsWhere { key, value, other } => {
            vec![json!({ "if": where_it_is(spec, key, value), "then": { "required": [other] } })]
        }
        Relation::OnlyWhere { keys, key, value, .. } => {
            let refused: Map<String, Value> =
                keys.iter().map(|key| ((*key).to_owned(), json!(false))).collect();
            vec![json!({ "if": where_it_is(spec, key, value), "else": { "properties": refused } })]
        }
        Relation::OneOf { keys, .. } => {
            let each: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
            vec![json!({ "oneOf": each })]
        }
        Relation::NotEmpty(_) => vec![json!({ "minProperties": 1 })],
    }
}

/// Holds for a table in which a key has a value, by default or because it says so.
fn where_it_is(spec: &TableSpec, key: &str, value: Literal) -> Value {
    let (json, text) = match value {
        Literal::Word(word) => (json!(word), word),
        Literal::Flag(flag) => (json!(flag), if flag { "true" } else { "false" }),
    };
    let is_default = spec.key(key).is_some_and(|key| key.default == Some(text));
    let required = if is_default { json!([]) } else { json!([key]) };
    json!({ "required": required, "properties": { key: { "const": json } } })
}

/// With a description. A `$ref` stands in an `anyOf` of one: Taplo shows no description beside `allOf` or a bare `$ref`.
pub(super) fn described(description: &str, schema: Value) -> Value {
    with(schema, "description", json!(description))
}

/// A schema with one more keyword.
pub(in crate::rules) fn with(mut schema: Value, keyword: &str, value: Value) -> Value {
    if let Some(keywords) = schema.as_object_mut() {
        keywords.insert(keyword.to_owned(), value);
    }
    schema
}

/// What the schema's definitions have under a name.
pub(super) fn reference(definition: &str) -> Value {
    json!({ "anyOf": [{ "$ref": format!("#/definitions/{definition}") }] })
}

/// A table whose keys are names of the user's own.
pub(super) fn map_of(value: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}
