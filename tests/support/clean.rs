//! What a text may not hold that somebody is shown.

/// What hostile texts want to see at the start of a line of its own.
pub(crate) const FORGED: &str = "error: FORGED";

/// Characters that steer a terminal or reorder a line.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// U+200C and U+200D belong to a word or an emoji where they stand between two of its characters.
fn joins(text: &[char], at: usize) -> bool {
    let is_of_word =
        |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|c| !c.is_ascii() && !steers(*c));
    matches!(text[at], '\u{200c}' | '\u{200d}') && is_of_word(at.checked_sub(1)) && is_of_word(Some(at + 1))
}

pub(crate) fn assert_clean(what: &str, text: &str) {
    let characters: Vec<char> = text.chars().collect();
    let found = (0..characters.len()).filter(|at| steers(characters[*at]) && !joins(&characters, *at));
    let found: Vec<char> = found.map(|at| characters[at]).collect();
    assert!(found.is_empty(), "{what} has {found:?}:\n{text:?}");
    let forged = text.lines().find(|line| line.starts_with(FORGED));
    assert!(forged.is_none(), "{what} has a line of its own:\n{text}");
}

pub(crate) fn each_text(value: &serde_json::Value, look: &mut dyn FnMut(&str)) {
    match value {
        serde_json::Value::String(text) => look(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| each_text(item, look)),
        serde_json::Value::Object(entries) => {
            for (key, value) in entries {
                look(key);
                each_text(value, look);
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}
