//! Records as they stand in HubSpot's answers, before they are known to be whole.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::model::Timestamp;

/// Records in one `batch/read`.
///
/// <https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/batch/post-crm-v3-objects-contacts-batch-read>
pub(super) const READ_AT_ONCE: usize = 100;

/// The body of a `batch/read`.
pub(super) fn batch_read(ids: &[&str], properties: &[&str]) -> Value {
    let inputs: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    json!({ "properties": properties, "inputs": inputs })
}

/// The records of a `batch/read` answer.
pub(super) fn results(answer: &Value) -> impl Iterator<Item = &Value> {
    answer.get("results").and_then(Value::as_array).into_iter().flatten()
}

/// An id as text: HubSpot answers with numbers in some places and with text in others.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// HubSpot's ids are numbers; anything else must not get into a path.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The id of the record that an answer, or one of its results, is about.
pub(super) fn record_id(record: &Value) -> Option<String> {
    record.get("id").and_then(id_text)
}

/// A property of a record; blank is the same as none.
pub(super) fn property<'a>(record: &'a Value, name: &str) -> Option<&'a str> {
    let value = record.get("properties")?.get(name)?.as_str()?.trim();
    (!value.is_empty()).then_some(value)
}

/// A moment in a property: ISO in CRM objects, milliseconds in some.
pub(super) fn time(record: &Value, name: &str) -> Option<Timestamp> {
    parse_time(record.get("properties")?.get(name)?)
}

pub(super) fn parse_time(value: &Value) -> Option<Timestamp> {
    let text = id_text(value)?;
    match text.trim().parse::<i64>() {
        Ok(millis) => DateTime::from_timestamp_millis(millis),
        Err(_) => DateTime::parse_from_rfc3339(text.trim()).ok().map(|at| at.with_timezone(&Utc)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_get_into_a_path() {
        assert!(is_id("101"));
        for hostile in ["", "../owners", "1?x", "1%2f", "123456789012345678901"] {
            assert!(!is_id(hostile), "{hostile}");
        }
    }
}
