//! What a message looks like: Block Kit, within every limit by construction.
//! <https://docs.slack.dev/reference/block-kit/blocks>; that all text of a message together is limited to some 12,000
//! characters is not documented: <https://github.com/slackapi/bolt-js/issues/2509>.

use serde_json::{Value, json};

use super::text::{escaped, length, literal, markup};
use crate::model::{Brief, BriefLine, ChannelWords, Untrusted};

const HEADER_MAX: usize = 150;
const LABEL_MAX: usize = 60;
/// Of a section's 3,000 and a field's 2,000.
const LINE_MAX: usize = 1_000;
const STATE_MAX: usize = 600;
/// Lines up to here stand two in a row.
const SHORT: usize = 48;
const FIELDS_MAX: usize = 10;
const URL_MAX: usize = 3_000;

/// For the lines of a brief; with the header, the state and the rest a message stays below 8,000 and below 50 blocks.
const LINES_TEXT_MAX: usize = 6_000;
const LINES_BLOCKS_MAX: usize = 40;

/// The fallback for notifications and screen readers. Slack takes 40,000 and recommends 4,000.
const FALLBACK_MAX: usize = 3_000;

/// A message, ready to be posted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    /// mrkdwn; shown where blocks are not.
    pub(super) text: String,
    pub(super) blocks: Vec<Value>,
}

/// Somebody as mrkdwn: a mention, or the name.
pub(super) fn mention(user: Option<&str>, name: &str) -> String {
    user.map_or_else(|| escaped(name, LABEL_MAX), |id| format!("<@{id}>"))
}

/// How a handoff stands: as mrkdwn made by us, or as text that came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Markup(String),
    Literal(Untrusted),
}

/// A handoff's message.
pub(super) fn handoff(brief: &Brief, state: &State, hint: Option<&str>, words: &ChannelWords) -> Content {
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": title(brief, words.untitled), "emoji": false } }),
        section(state.to_object()),
    ];
    blocks.extend(lines(&brief.lines, words));
    blocks.extend(brief.link.as_deref().and_then(|link| button(link, words.open_record)));
    blocks.extend(hint.map(|hint| json!({ "type": "context", "elements": [mrkdwn(hint)] })));
    Content { text: fallback(brief, state), blocks }
}

/// A follow-up.
pub(super) fn follow_up(mention: Option<&str>, text: &Untrusted) -> Content {
    let gap = if mention.is_some() { " " } else { "" };
    let text = format!("{}{gap}{}", mention.unwrap_or_default(), markup(text, FALLBACK_MAX - LABEL_MAX));
    Content { blocks: vec![section(mrkdwn(&text))], text }
}

fn title(brief: &Brief, untitled: &str) -> String {
    let title = literal(&brief.title, HEADER_MAX);
    // A header must not be empty.
    if title.is_empty() { untitled.to_owned() } else { title }
}

fn fallback(brief: &Brief, state: &State) -> String {
    let mut text = format!("{}\n{}", markup(&brief.title, HEADER_MAX), state.to_markup());
    for line in &brief.lines {
        let line = format!("\n{}: {}", escaped(&line.label, LABEL_MAX), markup(&line.text, LINE_MAX));
        if length(&text) + length(&line) > FALLBACK_MAX {
            break;
        }
        text.push_str(&line);
    }
    text
}

/// Short lines two in a row, long ones across; what does not fit is said to be missing.
fn lines(lines: &[BriefLine], words: &ChannelWords) -> Vec<Value> {
    let mut blocks = Vec::new();
    let mut row: Vec<Value> = Vec::new();
    let mut room = LINES_TEXT_MAX;
    for (index, line) in lines.iter().enumerate() {
        let text = format!("*{}*\n{}", label(line), markup(&line.text, LINE_MAX));
        let size = length(&text);
        if size > room || blocks.len() >= LINES_BLOCKS_MAX {
            flush(&mut row, &mut blocks);
            let more = (words.more_lines)(lines.len() - index);
            blocks.push(json!({ "type": "context", "elements": [mrkdwn(&more)] }));
            return blocks;
        }
        room -= size;
        if length(line.text.as_written()) <= SHORT {
            row.push(mrkdwn(&text));
            if row.len() == FIELDS_MAX {
                flush(&mut row, &mut blocks);
            }
        } else {
            flush(&mut row, &mut blocks);
            blocks.push(section(mrkdwn(&text)));
        }
    }
    flush(&mut row, &mut blocks);
    blocks
}

/// A label comes from handoff itself, but bold text must not be empty nor end early.
fn label(line: &BriefLine) -> String {
    let label = escaped(&line.label.replace('*', ""), LABEL_MAX);
    if label.is_empty() { "…".to_owned() } else { label }
}

fn flush(row: &mut Vec<Value>, blocks: &mut Vec<Value>) {
    if !row.is_empty() {
        blocks.push(json!({ "type": "section", "fields": std::mem::take(row) }));
    }
}

fn button(link: &str, name: &str) -> Option<Value> {
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    let is_clean = !link.chars().any(|c| c.is_whitespace() || c.is_control());
    (is_web && is_clean && length(link) <= URL_MAX).then(|| {
        json!({ "type": "actions", "elements": [{
            "type": "button", "action_id": "open_record", "url": link,
            "text": { "type": "plain_text", "text": name, "emoji": false },
        }] })
    })
}

fn section(text: Value) -> Value {
    let mut section = json!({ "type": "section" });
    if let Some(object) = section.as_object_mut() {
        object.insert("text".to_owned(), text);
    }
    section
}

/// `verbatim`: nothing that looks like an address becomes a link.
fn mrkdwn(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

impl State {
    fn to_object(&self) -> Value {
        match self {
            Self::Markup(text) => mrkdwn(text),
            Self::Literal(text) => {
                json!({ "type": "plain_text", "text": literal(text, STATE_MAX), "emoji": false })
            }
        }
    }

    fn to_markup(&self) -> String {
        match self {
            Self::Markup(text) => text.clone(),
            Self::Literal(text) => markup(text, STATE_MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::handoff::words::CHANNEL;

    fn brief(lines: Vec<(String, String)>) -> Brief {
        let lines =
            lines.into_iter().map(|(label, text)| BriefLine { label, text: Untrusted::new(text) }).collect();
        Brief { title: Untrusted::new("Ann & Bo"), lines, link: Some("https://crm.example/c/1".to_owned()) }
    }

    #[test]
    fn a_message_has_the_title_whom_it_waits_for_and_the_lines() {
        let brief = brief(vec![("Company".to_owned(), "A <b> & Co".to_owned())]);
        let state = State::Markup((CHANNEL.waiting_for)(&mention(Some("U1"), "Ana")));
        let content = handoff(&brief, &state, None, &CHANNEL);
        assert_eq!(content.text, "Ann &amp; Bo\nWaiting for <@U1>\nCompany: A &lt;b&gt; &amp; Co");
        insta::assert_snapshot!(Value::from(content.blocks), @r#"[{"text":{"emoji":false,"text":"Ann & Bo","type":"plain_text"},"type":"header"},{"text":{"text":"Waiting for <@U1>","type":"mrkdwn","verbatim":true},"type":"section"},{"fields":[{"text":"*Company*\nA &lt;b&gt; &amp; Co","type":"mrkdwn","verbatim":true}],"type":"section"},{"elements":[{"action_id":"open_record","text":{"emoji":false,"text":"Open the record","type":"plain_text"},"type":"button","url":"https://crm.example/c/1"}],"type":"actions"}]"#);
    }

    proptest! {
            #[test]
            fn nothing_in_any_brief_is_markup(title in any::<String>(), lines in prop::collection::vec(any::<(String, String)>(), 0..12)) {
                let mut brief = brief(lines);
                brief.title = Untrusted::new(title.as_str());
                let state = State::Literal(Untrusted::new(title));
                let content = handoff(&brief, &state, None, &CHANNEL);
                let shown = content.text.clone() + &Value::from(content.blocks).to_string();
                let entities: usize = ["&amp;", "&lt;", "&gt;"].iter().map(|entity| content.text.matches(entity).count()).sum();
                prop_assert!(!content.text.contains(['<', '>']), "{}", content.text);
                prop_assert_eq!(content.text.matches('&').count(), entities);
    let obeyed = ['\u{202e}', '\u{200b}', '\u{7}'];
                prop_assert!(!shown.contains(obeyed));
            }
        }

    #[test]
    fn no_brief_is_too_long() {
        for (count, size) in [(0, 0), (200, 5), (200, 40), (60, 240), (30, 100_000)] {
            let lines = (0..count).map(|n| (format!("Label {n}"), "&".repeat(size))).collect();
            let state = State::Literal(Untrusted::new("x".repeat(9_000)));
            let content =
                handoff(&brief(lines), &state, Some(&(CHANNEL.how_to_answer)("heart", "x")), &CHANNEL);
            assert!(content.blocks.len() <= 50, "{count} {size}: {}", content.blocks.len());
            let text: usize = content.blocks.iter().map(text_length).sum();
            assert!(text <= 8_000, "{count} {size}: {text}");
            assert!(length(&content.text) <= 4_000);
        }
    }

    /// All text anywhere in a block.
    fn text_length(value: &Value) -> usize {
        match value {
            Value::Object(object) => object
                .iter()
                .map(|(key, value)| match value.as_str() {
                    Some(text) if key == "text" => length(text),
                    _ => text_length(value),
                })
                .sum(),
            Value::Array(values) => values.iter().map(text_length).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        }
    }

    #[test]
    fn only_a_web_address_becomes_a_button() {
        for link in ["javascript:alert(1)", "https://a b", "slack://x"] {
            assert_eq!(button(link, "Open"), None, "{link}");
        }
        assert_eq!(button(&format!("https://{}", "x".repeat(3_000)), "Open"), None);
    }
}
