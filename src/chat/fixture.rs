//! What the tests of this folder send.

use std::time::Instant;

use crate::connector::Keyed;
use crate::handoff::words::CHANNEL;
use crate::model::{Brief, BriefLine, Mention, Message, Reply, Untrusted, Write};

pub(super) fn message(title: &str) -> Write {
    Write::Message(Message {
        contact: "c1".to_owned(),
        mention: Mention { email: "ana@acme.example".to_owned(), name: "Ana Silva".to_owned() },
        brief: Brief {
            title: Untrusted::new(title),
            lines: vec![BriefLine { label: "Company".to_owned(), text: Untrusted::new("Fintech Lda") }],
            link: Some("https://crm.example/contacts/c1".to_owned()),
        },
    })
}

pub(super) fn reply(thread: &str, text: &str) -> Write {
    Write::Reply(Reply {
        contact: "c1".to_owned(),
        thread: thread.to_owned(),
        mention: None,
        channel: None,
        text: Untrusted::new(text),
        brief: None,
    })
}

pub(super) fn keyed<'a>(key: &'a str, write: &'a Write) -> Keyed<'a> {
    let at = chrono::DateTime::UNIX_EPOCH;
    Keyed { key, write, at, begun: at, thread: None, deadline: Instant::now(), words: &CHANNEL }
}
