//! The rows of the operators of conditions.

use serde_json::{Map, Value, json};

use super::json::{described, reference};
use crate::model::Kind;

/// An operator.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    pub name: &'static str,
    pub takes: Takes,
    /// One sentence.
    pub doc: &'static str,
}

/// What stands beside an operator, and so which fields it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A value of the field's own type.
    Own,
    /// Several of them; of texts and numbers.
    Several,
    Flag,
    Text,
    Texts,
    Number,
    TwoNumbers,
    Moment,
    Span,
}

const fn row(name: &'static str, takes: Takes, doc: &'static str) -> Operator {
    Operator { name, takes, doc }
}

/// Every operator, as it is spelled.
pub static OPERATORS: [Operator; 25] = [
    row("equals", Takes::Own, "The field has this value. `field = value` says the same."),
    row("not_equals", Takes::Own, "The field has another value. A missing one does not count."),
    row("at_least", Takes::Number, "This or more."),
    row("at_most", Takes::Number, "This or less."),
    row("above", Takes::Number, "More than this."),
    row("below", Takes::Number, "Less than this."),
    row("between", Takes::TwoNumbers, "`[lowest, highest]`, both included."),
    row("in", Takes::Several, "The field has one of these values."),
    row("not_in", Takes::Several, "The field has none of these values."),
    row("in_list", Takes::Text, "The field's value is in this list of [lists]."),
    row("not_in_list", Takes::Text, "The field's value is not in this list of [lists]."),
    row("contains", Takes::Text, "This is part of the value."),
    row("contains_any", Takes::Texts, "At least one of these is part of the value."),
    row("has", Takes::Text, "One of the field's values, which stand between semicolons, is this."),
    row(
        "has_any",
        Takes::Texts,
        "One of the field's values, which stand between semicolons, is one of these.",
    ),
    row(
        "has_word",
        Takes::Text,
        "This is in the value as a whole word: `cto` is in CTO, and not in Director.",
    ),
    row("has_any_word", Takes::Texts, "At least one of these is in the value as a whole word."),
    row("starts_with", Takes::Text, "The value starts with this."),
    row("ends_with", Takes::Text, "The value ends with this."),
    row("matches", Takes::Text, "A regular expression, anchored only where it says so."),
    row("is_set", Takes::Flag, "Whether the field has a value."),
    row("before", Takes::Moment, "Before this date or time; in [outcome] also \"handoff\"."),
    row("after", Takes::Moment, "After this date or time; in [outcome] also \"handoff\"."),
    row("within", Takes::Span, "At most this long ago, and not in the future."),
    row("older_than", Takes::Span, "Longer ago than this."),
];

/// The names, in the order of the table.
pub(in crate::rules) fn operator_names() -> impl Iterator<Item = &'static str> {
    OPERATORS.iter().map(|operator| operator.name)
}

impl Takes {
    /// The types of field that an operator with such a value is for.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Own | Self::Flag => &[Kind::Text, Kind::Number, Kind::Bool, Kind::DateTime],
            Self::Several => &[Kind::Text, Kind::Number],
            Self::Text | Self::Texts => &[Kind::Text],
            Self::Number | Self::TwoNumbers => &[Kind::Number],
            Self::Moment | Self::Span => &[Kind::DateTime],
        }
    }

    /// For the reference.
    pub fn words(self) -> &'static str {
        match self {
            Self::Own => "a value of the field's type",
            Self::Several => "a list of such values",
            Self::Flag => "true or false",
            Self::Text => "a text",
            Self::Texts => "a list of texts",
            Self::Number => "a number",
            Self::TwoNumbers => "two numbers",
            Self::Moment => "a date, or a date and time",
            Self::Span => "a span of time",
        }
    }

    fn schema(self, own: &Value) -> Value {
        let text = || value_schema(Some(Kind::Text));
        let list = |of: &Value| json!({ "type": "array", "minItems": 1, "items": of });
        match self {
            Self::Own => own.clone(),
            Self::Several => list(own),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Text => text(),
            Self::Texts => list(&text()),
            Self::Number => json!({ "type": "number" }),
            Self::TwoNumbers => {
                json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": "number" } })
            }
            Self::Moment => json!({ "type": "string" }),
            Self::Span => reference("duration"),
        }
    }
}

/// A test of a field of one kind, or of one whose kind is not known here: a bare value, which stands for `equals`, or
/// operators.
pub(in crate::rules) fn test_schema(kind: Option<Kind>) -> Value {
    let own = value_schema(kind);
    let fits = |operator: &&Operator| kind.is_none_or(|kind| operator.takes.kinds().contains(&kind));
    let operators: Map<String, Value> = OPERATORS
        .iter()
        .filter(fits)
        .map(|operator| (operator.name.to_owned(), described(operator.doc, operator.takes.schema(&own))))
        .collect();
    let table = json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": false,
        "properties": operators,
    });
    json!({ "anyOf": [own, table] })
}

fn value_schema(kind: Option<Kind>) -> Value {
    match kind {
        Some(Kind::Text) => json!({ "type": "string", "pattern": r"\S" }),
        Some(Kind::Number) => json!({ "type": "number" }),
        Some(Kind::Bool) => json!({ "type": "boolean" }),
        Some(Kind::DateTime) => json!({ "type": "string" }),
        None => json!({ "type": ["string", "number", "boolean"] }),
    }
}
