//! `[chat.slack]`: its table.

use reqwest::Url;

use crate::connector::base_url::base_url_key;
use crate::rules::KeyKind::{TextThat, Word};
use crate::rules::{Findings, Reader, Relation, Table, TableSpec, key};

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

/// The rows of the table.
pub(super) static KEYS: TableSpec = TableSpec::new(
    "[chat.slack]",
    "Slack. The token comes from HANDOFF_SLACK_TOKEN, or the address of an incoming webhook from HANDOFF_SLACK_WEBHOOK.",
    &[
        base_url_key("Where the API is; without it, https://slack.com."),
        key("channel", TextThat(check_channel), "The channel that messages go to, such as \"#inbound\"."),
        key("to", Word(&[("rep", "a direct message to the rep")]), "Whom messages go to."),
        key(
            "accept",
            TextThat(check_emoji),
            "The reaction by which the rep accepts: the name of an emoji without colons.",
        )
        .default("white_check_mark"),
        key(
            "reject",
            TextThat(check_emoji),
            "The reaction by which the rep rejects; the reply in the thread is the reason.",
        )
        .default("x"),
    ],
)
.relations(&[Relation::OneOf {
    keys: &["channel", "to"],
    ask: "`channel = \"#…\"`, or `to = \"rep\"` for direct messages",
}]);

/// What is read from the environment.
pub(super) const VARIABLES: [(&str, &str); 3] = [
    ("HANDOFF_SLACK_TOKEN", "The bot token of Slack's app."),
    ("HANDOFF_SLACK_WEBHOOK", "The address of an incoming webhook of Slack, where there is no bot token."),
    (
        "HANDOFF_SLACK_SIGNING_SECRET",
        "The signing secret of Slack's app, which signs events; only `receive` reads it.",
    ),
];

impl Config {
    /// Reads the table and notes what is wrong with it.
    pub(super) fn read(table: &Table, findings: &mut Findings) -> Self {
        let reader = Reader::new(table, &KEYS, findings);
        let channel = reader.text("channel").map(|channel| Destination::Channel(channel.trim().to_owned()));
        let rep = reader.choice("to", &[("rep", Destination::Rep)]);
        let emoji = |key| reader.text(key).unwrap_or_default().to_owned();
        let (accept, reject) = (emoji("accept"), emoji("reject"));
        if accept == reject {
            let span = reader.place("reject").or_else(|| reader.place("accept")).unwrap_or_default();
            let message = "`accept` and `reject` are the same emoji; nobody could tell them apart";
            findings.error("H005", span, message);
        }
        Self {
            base_url: reader.text("base_url").and_then(|url| Url::parse(url).ok()),
            destination: channel.or(rep).unwrap_or(Destination::Rep),
            accept,
            reject,
        }
    }
}

fn check_channel(name: &str) -> Result<(), &'static str> {
    let is_blank = name.trim_matches(['#', ' ']).is_empty();
    if is_blank { Err("must be the name or id of a channel, such as \"#inbound\"") } else { Ok(()) }
}

fn check_emoji(name: &str) -> Result<(), &'static str> {
    let why = "must be the name of an emoji without colons, such as \"white_check_mark\"";
    if is_emoji_name(name) { Ok(()) } else { Err(why) }
}

/// Slack's API knows reactions by name: lower case letters, digits, `_`, `-`, `+`, `'`.
fn is_emoji_name(name: &str) -> bool {
    let allowed = |c: char| c.is_lowercase() || c.is_ascii_digit() || "_-+'".contains(c);
    !name.is_empty() && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Entry, Item, Node};

    fn findings(entries: &[(&str, &str)]) -> Vec<String> {
        let entry = |(key, text): &(&str, &str)| Entry {
            key: (*key).to_owned(),
            key_span: 0..0,
            item: Item { span: 0..0, node: Node::Text((*text).to_owned()) },
        };
        let table = Table { entries: entries.iter().map(entry).collect(), span: 0..0 };
        let mut findings = Findings::default();
        Config::read(&table, &mut findings);
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
