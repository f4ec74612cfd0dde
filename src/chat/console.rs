//! `[chat.console]`: messages as text on standard output, for a try-out. Nothing is kept that could be looked up.

use std::io::{self, Write as _};

use anyhow::Result;

use super::{Chat, Connector, Posted};
use crate::connector::{Capabilities, Certainty, Keyed, Sink, When};
use crate::model::{Activity, ChannelWords, Delivery, LookUp, Mention, Write, one_line};
use crate::rules::{Findings, Reader, Table, TableSpec};

pub(super) const CONNECTOR: Connector = Connector {
    kind: "console",
    check: |table, _, findings| check(table, findings),
    connect: |_, _| Ok(Box::new(Console::new(Box::new(io::stdout())))),
    default_property: |_| None,
    is_local: |_| true,
    keys: &KEYS,
    variables: &[],
    receive: None,
};

/// Longest line shown of a message.
const LINE_CHARS_MAX: usize = 500;

struct Console {
    out: Box<dyn io::Write + Send>,
}

static KEYS: TableSpec = TableSpec::new("[chat.console]", "Messages on standard output, for a try-out.", &[]);

fn check(table: &Table, findings: &mut Findings) {
    Reader::new(table, &KEYS, findings);
}

impl Console {
    fn new(out: Box<dyn io::Write + Send>) -> Self {
        Self { out }
    }

    fn show(&mut self, keyed: &Keyed<'_>) -> Delivery {
        let Some(text) = render(keyed.write, keyed.words) else {
            return super::not_a_message();
        };
        let shown = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        match shown {
            Ok(()) => Delivery::Done { remote_id: format!("console:{}", keyed.key) },
            // Part of it may have been seen.
            Err(error) => Delivery::Unknown { why: format!("standard output: {error}") },
        }
    }
}

impl Sink for Console {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        writes.iter().map(|keyed| self.show(keyed)).collect()
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        writes.iter().map(|_| LookUp::Impossible).collect()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            applies_late: false,
            certainty: Certainty::Blind,
            shows_state: false,
            tells_endings: false,
        }
    }
}

impl Chat for Console {
    fn sees_activity(&self) -> bool {
        false
    }

    fn activity(&mut self, _messages: &[Posted], _when: When) -> Result<Vec<Activity>> {
        Ok(Vec::new())
    }
}

/// The message, whom it is for, and a blank line; `None` for what is no message.
fn render(write: &Write, words: &ChannelWords) -> Option<String> {
    let (text, mention) = match write {
        Write::Message(message) => (message.brief.to_text(words), Some(&message.mention)),
        Write::Reply(reply) => (reply.text.for_terminal(LINE_CHARS_MAX), reply.mention.as_ref()),
        Write::Update(_) | Write::Task(_) | Write::Mark(_) => return None,
    };
    let mut lines: Vec<String> = text.lines().map(|line| one_line(line, LINE_CHARS_MAX)).collect();
    lines.extend(
        mention.map(|Mention { email, name }| one_line(&format!("→ {name} <{email}>"), LINE_CHARS_MAX)),
    );
    Some(format!("{}\n\n", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::fixture::{keyed, message, reply};
    use crate::handoff::words::CHANNEL;

    #[test]
    fn a_message_is_shown_with_whom_it_is_for() {
        let shown = render(&message("Ann \u{1b}[2Jasked for a demo"), &CHANNEL).unwrap();
        insta::assert_snapshot!(shown, @r"
        Ann [2Jasked for a demo
        Company: Fintech Lda
        Record: https://crm.example/contacts/c1
        → Ana Silva <ana@acme.example>
        ");
        assert_eq!(render(&reply("m1", "Still waiting"), &CHANNEL).unwrap(), "Still waiting\n\n");
    }

    #[test]
    fn a_broken_pipe_leaves_it_open_what_was_seen() {
        struct Closed;
        impl io::Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let message = message("A demo request");
        let keyed = keyed("m1", &message);
        let mut console = Console::new(Box::new(Closed));
        assert!(matches!(console.send(&[keyed])[0], Delivery::Unknown { .. }));
        assert_eq!(console.look_up(&[keyed]), [LookUp::Impossible]);
    }
}
