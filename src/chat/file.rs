//! `[chat.file]`: messages as JSON Lines, in the same kind of log as the tasks of `[crm.file]`.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::{Chat, Connector, Posted};
use crate::connector::append_log::{AppendLog, Entry};
use crate::connector::{Capabilities, Certainty, Keyed, Sink, When};
use crate::model::{Activity, Delivery, LookUp, Mention, Timestamp, Write};
use crate::rules::{Findings, KeyKind, Reader, Table, TableSpec, key};

pub(super) const CONNECTOR: Connector = Connector {
    kind: "file",
    check: |table, _, findings| drop(read_path(table, findings)),
    connect: |table, options| Ok(Box::new(FileChat::new(table, options.folder)?)),
    default_property: |_| None,
    is_local: |_| true,
    keys: &KEYS,
    variables: &[],
    receive: None,
};

struct FileChat {
    messages: AppendLog,
}

/// What stands in the file for one message.
#[derive(Serialize)]
struct Line<'a> {
    key: &'a str,
    at: Timestamp,
    contact: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mention: Option<&'a Mention>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

static KEYS: TableSpec = TableSpec::new(
    "[chat.file]",
    "Messages in a file.",
    &[key("path", KeyKind::Text, "The file, beside the definition: one message a line.").required()],
);

fn read_path(table: &Table, findings: &mut Findings) -> Option<String> {
    Reader::new(table, &KEYS, findings).text("path").map(str::to_owned)
}

impl FileChat {
    fn new(table: &Table, folder: &Path) -> Result<Self> {
        let path = read_path(table, &mut Findings::default()).context("[chat.file] needs `path`")?;
        Ok(Self { messages: AppendLog::new(folder.join(path)) })
    }
}

impl Sink for FileChat {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        let lines: Vec<Option<Entry>> = writes.iter().map(entry).collect();
        let entries: Vec<Entry> = lines.iter().flatten().cloned().collect();
        let mut answers = self.messages.append(&entries).into_iter();
        let answer =
            |line: Option<Entry>| line.and_then(|_| answers.next()).unwrap_or_else(super::not_a_message);
        lines.into_iter().map(answer).collect()
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        self.messages.look_up(writes.iter().map(|keyed| keyed.key))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            applies_late: false,
            certainty: Certainty::Keyed,
            shows_state: false,
            tells_endings: false,
        }
    }
}

impl Chat for FileChat {
    fn sees_activity(&self) -> bool {
        false
    }

    fn activity(&mut self, _messages: &[Posted], _when: When) -> Result<Vec<Activity>> {
        Ok(Vec::new())
    }
}

fn entry(keyed: &Keyed<'_>) -> Option<Entry> {
    let line = match keyed.write {
        Write::Message(message) => Line {
            key: keyed.key,
            at: keyed.at,
            contact: &message.contact,
            kind: "message",
            thread: None,
            mention: Some(&message.mention),
            channel: None,
            text: message.brief.to_text(keyed.words),
            link: message.brief.link.as_deref(),
        },
        Write::Reply(reply) => Line {
            key: keyed.key,
            at: keyed.at,
            contact: &reply.contact,
            kind: "reply",
            thread: Some(&reply.thread),
            mention: reply.mention.as_ref(),
            channel: reply.channel.as_deref(),
            text: reply.text.as_written().to_owned(),
            link: None,
        },
        Write::Update(_) | Write::Task(_) | Write::Mark(_) => return None,
    };
    Entry::new(keyed.key, &line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::fixture::{keyed, message, reply};

    #[test]
    fn a_message_and_its_reply_are_lines_that_belong_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/messages.jsonl");
        let mut chat = FileChat { messages: AppendLog::new(path.clone()) };
        let (message, reply) = (message("A demo request"), reply("m1", "Still waiting"));
        let deliveries = chat.send(&[keyed("m1", &message), keyed("r1", &reply)]);
        assert_eq!(deliveries[1], Delivery::Done { remote_id: "messages.jsonl:r1".to_owned() });
        let text = std::fs::read_to_string(path).unwrap();
        insta::assert_snapshot!(text, @r#"
        {"key":"m1","at":"1970-01-01T00:00:00Z","contact":"c1","kind":"message","mention":{"email":"ana@acme.example","name":"Ana Silva"},"text":"A demo request\nCompany: Fintech Lda\nRecord: https://crm.example/contacts/c1","link":"https://crm.example/contacts/c1"}
        {"key":"r1","at":"1970-01-01T00:00:00Z","contact":"c1","kind":"reply","thread":"m1","text":"Still waiting"}
        "#);
    }

    #[test]
    fn a_message_that_was_sent_is_found_by_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("messages.jsonl");
        let message = message("A demo request");
        let keyed = keyed("m1", &message);
        let connect = || FileChat { messages: AppendLog::new(path.clone()) };
        assert_eq!(connect().look_up(&[keyed]), [LookUp::Absent]);
        connect().send(&[keyed]);
        let found = connect().look_up(&[keyed]);
        assert!(matches!(&found[0], LookUp::Found { remote_id } if remote_id == "messages.jsonl:m1"));
    }
}
