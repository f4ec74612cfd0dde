//! What Slack would refuse, and what nobody may smuggle into a message.

use serde_json::Value;

/// What is wrong with a message, if anything.
pub(crate) fn of_message(body: &Value, users: &[String]) -> Vec<String> {
    let mut wrong = Vec::new();
    let text = body["text"].as_str().unwrap_or_default();
    if text.trim().is_empty() || length(text) > 4_000 {
        wrong.push(format!("text has {} characters", length(text)));
    }
    check_markup(text, users, &mut wrong);
    check_metadata(&body["metadata"], &mut wrong);
    let none = Vec::new();
    let blocks = body["blocks"].as_array().unwrap_or(&none);
    if blocks.len() > 50 {
        wrong.push(format!("{} blocks", blocks.len()));
    }
    let mut total = 0;
    for block in blocks {
        check_block(block, &mut wrong);
        each_text(block, &mut |object| {
            let text = object["text"].as_str().unwrap_or_default();
            total += length(text);
            match object["type"].as_str() {
                Some("mrkdwn") => check_markup(text, users, &mut wrong),
                Some("plain_text") if object.get("verbatim").is_none() => {}
                other => wrong.push(format!("a text of type {other:?}")),
            }
            if text.is_empty() {
                wrong.push("an empty text".to_owned());
            }
        });
    }
    if total > 8_000 {
        wrong.push(format!("{total} characters in blocks"));
    }
    wrong
}

fn check_metadata(metadata: &Value, wrong: &mut Vec<String>) {
    let key = metadata["event_payload"]["key"].as_str().unwrap_or_default();
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let only = serde_json::json!({ "event_type": "handoff_v1", "event_payload": { "key": key } });
    if !is_key || *metadata != only {
        wrong.push(format!("metadata holds more than a key: {metadata}"));
    }
}

fn check_block(block: &Value, wrong: &mut Vec<String>) {
    let size = |value: &Value| length(value["text"].as_str().unwrap_or_default());
    let array = |key: &str| block[key].as_array().cloned().unwrap_or_default();
    match block["type"].as_str().unwrap_or_default() {
        "header" => {
            let is_plain = block["text"]["type"] == "plain_text";
            if !is_plain || !(1..=150).contains(&size(&block["text"])) {
                wrong.push(format!("header: {block}"));
            }
        }
        "section" => {
            let fields = array("fields");
            let is_text = block.get("text").is_some_and(|text| (1..=3_000).contains(&size(text)));
            let are_fields =
                (1..=10).contains(&fields.len()) && fields.iter().all(|field| size(field) <= 2_000);
            if !(is_text || are_fields) {
                wrong.push(format!("section: {block}"));
            }
        }
        "context" if (1..=10).contains(&array("elements").len()) => {}
        "actions" if (1..=25).contains(&array("elements").len()) => {
            for button in array("elements") {
                let fits = size(&button["text"]) <= 75
                    && length(button["url"].as_str().unwrap_or_default()) <= 3_000;
                if !fits || button["text"]["type"] != "plain_text" {
                    wrong.push(format!("button: {button}"));
                }
            }
        }
        other => wrong.push(format!("block of type {other}")),
    }
}

/// Everything between `<` and `>` must be a mention of a user that there is.
fn check_markup(text: &str, users: &[String], wrong: &mut Vec<String>) {
    for part in text.split('<').skip(1) {
        let inside = part.split('>').next().unwrap_or_default();
        let is_mention = inside.strip_prefix('@').is_some_and(|id| users.iter().any(|user| user == id));
        if !is_mention {
            wrong.push(format!("markup <{inside}>"));
        }
    }
    if text.split('<').map(|part| part.matches('>').count()).any(|count| count > 1) {
        wrong.push(format!("a stray > in {text}"));
    }
    for part in text.split('&').skip(1) {
        if !["amp;", "lt;", "gt;"].iter().any(|entity| part.starts_with(entity)) {
            wrong.push(format!("a stray & in {text}"));
        }
    }
}

/// Calls with every text object.
fn each_text(value: &Value, take: &mut dyn FnMut(&Value)) {
    match value {
        Value::Object(object) => {
            if object.get("text").is_some_and(Value::is_string) {
                take(value);
            }
            object.values().for_each(|value| each_text(value, take));
        }
        Value::Array(values) => values.iter().for_each(|value| each_text(value, take)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}
