//! Conditions: fields with values or operators, and `all`, `any`, `not` around them. Standard fields take the operators of
//! their type; a field of `[fields]` takes them all, since its type stands elsewhere in the file.

use serde_json::{Map, Value, json};

use super::Definitions;
use crate::model::STANDARD_FIELDS;

const COMPANY: &str = "company.";

pub(super) fn definitions() -> Definitions {
    let mut definitions = Map::new();
    let mut add = |name: &str, schema: Value| drop(definitions.insert(name.to_owned(), schema));
    add("condition", condition());
    add("company", company());
    add("text_test", test(&json!({ "type": "string", "pattern": r"\S" }), &text_operators()));
    add("number_test", test(&json!({ "type": "number" }), &number_operators()));
    add("bool_test", test(&json!({ "type": "boolean" }), &plain_operators(&json!({ "type": "boolean" }))));
    add("datetime_test", test(&json!({ "type": "string" }), &time_operators()));
    add("any_test", test(&json!({ "type": ["string", "number", "boolean"] }), &any_operators()));
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
        json!({ "description": "This condition does not hold.", "allOf": [branch] }),
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
            (name.to_owned(), json!({ "description": description, "allOf": [{ "$ref": format!("#/definitions/{kind}_test") }] }))
        })
        .collect()
}

/// A bare value, which stands for `equals`, or operators.
fn test(value: &Value, operators: &Map<String, Value>) -> Value {
    let table = json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": false,
        "properties": operators,
    });
    json!({ "anyOf": [value, table] })
}

fn described(schema: &Value, description: &str) -> Value {
    let mut schema = schema.clone();
    super::set(&mut schema, "description", Value::from(description));
    schema
}

/// What every type of field takes.
fn plain_operators(value: &Value) -> Map<String, Value> {
    let operators = [
        ("equals", described(value, "The field has this value. `field = value` says the same.")),
        ("not_equals", described(value, "The field has another value. A missing one does not count.")),
        ("is_set", json!({ "description": "Whether the field has a value.", "type": "boolean" })),
    ];
    operators.map(|(name, schema)| (name.to_owned(), schema)).into_iter().collect()
}

fn with(mut operators: Map<String, Value>, more: &[(&str, Value)]) -> Map<String, Value> {
    operators.extend(more.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())));
    operators
}

fn several(of: &Value, description: &str) -> Value {
    json!({ "description": description, "type": "array", "minItems": 1, "items": of })
}

fn text_operators() -> Map<String, Value> {
    let text = json!({ "type": "string", "pattern": r"\S" });
    let word = |description: &str| described(&text, description);
    with(
        plain_operators(&text),
        &[
            ("in", several(&text, "The field has one of these values.")),
            ("not_in", several(&text, "The field has none of these values.")),
            ("in_list", word("The field's value is in this list of [lists].")),
            ("not_in_list", word("The field's value is not in this list of [lists].")),
            ("contains", word("This is part of the value.")),
            ("contains_any", several(&text, "At least one of these is part of the value.")),
            ("starts_with", word("The value starts with this.")),
            ("ends_with", word("The value ends with this.")),
            ("matches", word("A regular expression, anchored only where it says so.")),
        ],
    )
}

fn number_operators() -> Map<String, Value> {
    let number = json!({ "type": "number" });
    let bound = |description: &str| described(&number, description);
    with(
        plain_operators(&number),
        &[
            ("at_least", bound("This or more.")),
            ("at_most", bound("This or less.")),
            ("above", bound("More than this.")),
            ("below", bound("Less than this.")),
            (
                "between",
                json!({ "description": "[lowest, highest], both included.", "type": "array", "minItems": 2, "maxItems": 2, "items": number }),
            ),
            ("in", several(&number, "The field has one of these values.")),
            ("not_in", several(&number, "The field has none of these values.")),
        ],
    )
}

fn time_operators() -> Map<String, Value> {
    let moment = json!({ "type": "string" });
    with(
        plain_operators(&moment),
        &[
            ("before", described(&moment, "Before this date or time; in [outcome] also \"handoff\".")),
            ("after", described(&moment, "After this date or time; in [outcome] also \"handoff\".")),
            ("within", super::duration("At most this long ago, and not in the future.")),
            ("older_than", super::duration("Longer ago than this.")),
        ],
    )
}

/// Every operator, with the values that it takes on some type of field.
fn any_operators() -> Map<String, Value> {
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    let mut operators = text_operators();
    operators.extend(number_operators());
    operators.extend(time_operators());
    operators.extend(plain_operators(&scalar));
    let either = json!({ "type": ["string", "number"] });
    with(
        operators,
        &[
            ("in", several(&either, "The field has one of these values.")),
            ("not_in", several(&either, "The field has none of these values.")),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::rules::operator::OPERATORS;

    #[test]
    fn every_operator_is_known_and_no_other() {
        let mut known: Vec<String> = any_operators().keys().cloned().collect();
        let mut operators = OPERATORS.map(str::to_owned);
        known.sort();
        operators.sort();
        assert_eq!(known, operators);
    }

    #[test]
    fn every_type_of_field_has_its_tests() {
        let definitions = definitions();
        for kind in [Kind::Text, Kind::Number, Kind::Bool, Kind::DateTime] {
            assert!(definitions.contains_key(&format!("{}_test", kind.name())), "{}", kind.name());
        }
    }
}
