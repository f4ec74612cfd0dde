//! `[chat.slack]`: its table.

use reqwest::Url;
use serde_json::{Value, json};

use crate::connector::base_url;
use crate::rules::{Findings, Item, Node, Reader, Table, schema};

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// An id, or a name.
    Channel(String),
    /// Direct messages to whoever is meant.
    Rep,
}

/// What the table says.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) base_url: Option<Url>,
    pub(super) destination: Destination,
    /// Names of reactions.
    pub(super) accept: String,
    pub(super) reject: String,
}

const ACCEPT: &str = "white_check_mark";
const REJECT: &str = "x";

impl Config {
    /// Of a table that passed [`check`].
    pub(super) fn read(table: &Table) -> Self {
        let mut reader = Reader::new(table, "[chat.slack]");
        let mut findings = Findings::default();
        let base_url = base_url::read_base_url(&mut reader, &mut findings);
        let mut text = |key| reader.text(key, &mut findings).map(str::trim);
        let channel = text("channel").map(|channel| Destination::Channel(channel.to_owned()));
        Self {
            base_url,
            destination: channel.unwrap_or(Destination::Rep),
            accept: text("accept").unwrap_or(ACCEPT).to_owned(),
            reject: text("reject").unwrap_or(REJECT).to_owned(),
        }
    }
}

/// The JSON Schema of the table.
pub(super) fn schema() -> Value {
    let mut table = schema::table(
        "Slack. The token comes from HANDOFF_SLACK_TOKEN, or the address of an incoming webhook from HANDOFF_SLACK_WEBHOOK.",
        &[],
        &json!({
            "base_url": schema::text("By default https://slack.com."),
            "channel": schema::text("The channel that messages go to, such as \"#inbound\"."),
            "to": { "description": "A direct message to the rep.", "enum": ["rep"] },
            "accept": schema::text("The reaction by which the rep accepts: the name of an emoji without colons; by default white_check_mark."),
            "reject": schema::text("The reaction by which the rep rejects; the reply in the thread is the reason. By default x."),
        }),
    );
    if let Some(table) = table.as_object_mut() {
        let either = json!([{ "required": ["channel"] }, { "required": ["to"] }]);
        table.insert("oneOf".to_owned(), either);
    }
    table
}

/// Notes what is wrong with the table.
pub(super) fn check(table: &Table, findings: &mut Findings) {
    let mut reader = Reader::new(table, "[chat.slack]");
    base_url::read_base_url(&mut reader, findings);
    let channel = reader.item("channel");
    let to = reader.item("to");
    match (channel, to) {
        (None, None) => {
            let message = "[chat.slack] needs `channel = \"#…\"`, or `to = \"rep\"` for direct messages";
            findings.error("H004", table.span.clone(), message);
        }
        (Some(_), Some(to)) => {
            let message = "`to` and `channel` exclude each other; keep one of them";
            findings.error("H005", to.span.clone(), message);
        }
        (Some(channel), None) if !is_text(channel, |name| !name.trim_matches(['#', ' ']).is_empty()) => {
            let message = "`channel` must be the name or id of a channel, such as \"#inbound\"";
            findings.error("H005", channel.span.clone(), message);
        }
        (None, Some(to)) if !is_text(to, |word| word == "rep") => {
            findings.error("H005", to.span.clone(), "`to` can only be \"rep\"");
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
    let accept = reader.item("accept");
    let reject = reader.item("reject");
    for (key, item) in [("accept", accept), ("reject", reject)] {
        if let Some(item) = item.filter(|item| !is_text(item, is_emoji_name)) {
            let message =
                format!("`{key}` must be the name of an emoji without colons, such as \"white_check_mark\"");
            findings.error("H005", item.span.clone(), message);
        }
    }
    let name = |item: Option<&Item>, default: &str| match item.map(|item| &item.node) {
        Some(Node::Text(name)) => name.clone(),
        _ => default.to_owned(),
    };
    if let Some(item) = reject.or(accept).filter(|_| name(accept, ACCEPT) == name(reject, REJECT)) {
        let message = "`accept` and `reject` are the same emoji; nobody could tell them apart";
        findings.error("H005", item.span.clone(), message);
    }
    reader.finish(findings);
}

fn is_text(item: &Item, fits: impl Fn(&str) -> bool) -> bool {
    matches!(&item.node, Node::Text(text) if fits(text))
}

/// Slack's API knows reactions by name: lower case letters, digits, `_`, `-`, `+`, `'`.
fn is_emoji_name(name: &str) -> bool {
    let allowed = |c: char| c.is_lowercase() || c.is_ascii_digit() || "_-+'".contains(c);
    !name.is_empty() && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Entry;

    fn findings(entries: &[(&str, &str)]) -> Vec<String> {
        let entry = |(key, text): &(&str, &str)| Entry {
            key: (*key).to_owned(),
            key_span: 0..0,
            item: Item { span: 0..0, node: Node::Text((*text).to_owned()) },
        };
        let table = Table { entries: entries.iter().map(entry).collect(), span: 0..0 };
        let mut findings = Findings::default();
        check(&table, &mut findings);
        let messages = findings.as_slice().iter().map(|finding| finding.message.clone());
        messages.collect()
    }

    #[test]
    fn a_message_needs_one_place_to_go() {
        for (entries, fine) in [
            (&[("channel", "#inbound")][..], true),
            (&[("to", "rep")], true),
            (&[], false),
            (&[("channel", "#")], false),
            (&[("to", "manager")], false),
            (&[("channel", "#inbound"), ("to", "rep")], false),
        ] {
            let messages = findings(entries);
            assert_eq!(messages.is_empty(), fine, "{entries:?}: {messages:?}");
        }
    }

    #[test]
    fn reactions_are_names_and_differ() {
        let with = |accept, reject| {
            findings(&[("channel", "#inbound"), ("accept", accept), ("reject", reject)]).is_empty()
        };
        assert!(with("white_check_mark", "+1"));
        assert!(!with(":white_check_mark:", "x"));
        assert!(!with("✅", "x"));
        assert!(!with("x", "x"));
    }
}
