//! The same answer as HubSpot gives it too: specification and recordings disagree on ids, on what may be null, and on keys.

use serde_json::{Value, json};

use super::http_server::Reply;

/// Ids become numbers, `false` and empty lists become null, and every object has a key that nobody knows.
pub(crate) fn loose(reply: Reply) -> Reply {
    let Reply::Answer { status, headers, body } = reply else { return reply };
    let body = match serde_json::from_slice(&body) {
        Ok(value) => loosened(value).to_string().into_bytes(),
        Err(_) => body,
    };
    Reply::Answer { status, headers, body }
}

fn loosened(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let looser = object.into_iter().map(|(key, value)| {
                let number = value.as_str().filter(|_| key == "id").and_then(|id| id.parse::<u64>().ok());
                let is_nothing = value == false || value.as_array().is_some_and(Vec::is_empty);
                let value = match number {
                    Some(number) => json!(number),
                    None if is_nothing && key != "results" => Value::Null,
                    None => loosened(value),
                };
                (key, value)
            });
            let mut looser: serde_json::Map<String, Value> = looser.collect();
            looser.insert("aKeyNobodyKnows".to_owned(), json!({"deep": [1, null]}));
            Value::Object(looser)
        }
        Value::Array(values) => values.into_iter().map(loosened).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
