//! Conditions: fields with values or operators, and `all`, `any`, `not` around them. Standard fields take the operators of
//! their type; a field of `[fields]` takes them all, since its type stands elsewhere in the file.

use serde_json::{Map, Value, json};

use crate::model::{Kind, STANDARD_FIELDS};
use crate::rules::keys::test_schema;

const COMPANY: &str = "company.";

pub(super) fn definitions() -> Map<String, Value> {
    let mut definitions = Map::new();
    definitions.insert("condition".to_owned(), condition());
    definitions.insert("company".to_owned(), company());
    definitions.insert("any_test".to_owned(), test_schema(None));
    for kind in [Kind::Text, Kind::Number, Kind::Bool, Kind::DateTime] {
        definitions.insert(format!("{}_test", kind.name()), test_schema(Some(kind)));
    }
    definitions
}

fn condition() -> Value {
    let branch = json!({ "$ref": "#/definitions/condition" });
    let mut properties = fields_of(false);
    properties.insert(
        "all".to_owned(),
        json!({ "description": "All of these conditions hold.", "type": "array", "items": branch }),
    );
    properties.insert(
        "any".to_owned(),
        json!({ "description": "At least one of these conditions holds.", "type": "array", "minItems": 1, "items": branch }),
    );
    properties.insert(
        "not".to_owned(),
        json!({ "description": "This condition does not hold.", "anyOf": [branch] }),
    );
    properties.insert("company".to_owned(), json!({ "$ref": "#/definitions/company" }));
    json!({
        "description": "Fields with a value, or with operators. All of it must hold. Text compares without case; a missing value makes every test false, save `is_set = false`.",
        "type": "object",
        "properties": properties,
        "additionalProperties": { "$ref": "#/definitions/any_test" },
    })
}

fn company() -> Value {
    json!({
        "description": "Fields of the company that the contact belongs to.",
        "type": ["object", "string"],
        "properties": fields_of(true),
        "additionalProperties": { "$ref": "#/definitions/any_test" },
    })
}

/// The standard fields of the contact or of its company.
fn fields_of(company: bool) -> Map<String, Value> {
    let fields = STANDARD_FIELDS.iter().filter(|field| field.name.starts_with(COMPANY) == company);
    fields
        .map(|field| {
            let name = field.name.strip_prefix(COMPANY).unwrap_or(field.name);
            let kind = field.kind.name();
            let of = if company { "of the company " } else { "" };
            let description = format!("Standard field {of}({kind}).");
            (name.to_owned(), json!({ "description": description, "anyOf": [{ "$ref": format!("#/definitions/{kind}_test") }] }))
        })
        .collect()
}
