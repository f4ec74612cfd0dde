//! Writes to the outside, as they are planned, frozen and delivered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ChannelWords, Timestamp, Untrusted};

/// One write. It is frozen as JSON when it is planned: every attempt sends the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "snake_case")]
pub enum Write {
    Update(Update),
    Task(Task),
    Message(Message),
    Reply(Reply),
    Mark(Mark),
}

/// What a write left outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub remote_id: String,
    /// When it was known to be there.
    pub at: Timestamp,
}

/// Sets the owner and fields of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub contact: String,
    /// The new owner's e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// CRM property -> value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, String>,
}

/// A task for the owner, in the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub contact: String,
    /// The owner's e-mail.
    pub owner: String,
    pub due: Timestamp,
    pub priority: String,
    pub brief: Brief,
}

/// The alert in the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub contact: String,
    pub mention: Mention,
    pub brief: Brief,
}

/// A follow-up to a message: a reminder, an escalation, an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub contact: String,
    /// The key of the message it belongs to.
    pub thread: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<Mention>,
    /// Where to, when not the thread's own channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    pub text: Untrusted,
    /// The context, for whoever cannot see the message itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Brief>,
}

/// Shows on the handoff's message how it stands. Setting it again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub contact: String,
    /// The key of the message.
    pub thread: String,
    /// One line: `accepted by Ana Silva`.
    pub state: Untrusted,
    /// What the message says.
    pub brief: Brief,
}

/// A person to alert. The chat finds the user by e-mail; the name stands in when it cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    pub email: String,
    pub name: String,
}

/// The context a rep gets, most important first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    pub title: Untrusted,
    pub lines: Vec<BriefLine>,
    /// Link to the record in the CRM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BriefLine {
    pub label: String,
    pub text: Untrusted,
}

/// Labels of the lines that name others in the same task. They stand here and not with the other words, because these lines
/// are found again by them when one of the others is erased.
pub const COMPANIONS: [&str; 2] = ["Together with", "And"];

/// Longest line of a brief as plain text.
const LINE_CHARS_MAX: usize = 240;

impl Brief {
    /// Plain text for files and terminals.
    pub fn to_text(&self, words: &ChannelWords) -> String {
        let mut lines = vec![self.title.for_terminal(LINE_CHARS_MAX)];
        lines.extend(
            self.lines
                .iter()
                .map(|line| format!("{}: {}", line.label, line.text.for_terminal(LINE_CHARS_MAX))),
        );
        lines.extend(self.link.iter().map(|link| format!("{}: {link}", words.record)));
        lines.join("\n")
    }
}

/// Which write, without its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EffectKind {
    Update,
    Task,
    Message,
    Reply,
    Mark,
}

impl Write {
    pub fn kind(&self) -> EffectKind {
        match self {
            Self::Update(_) => EffectKind::Update,
            Self::Task(_) => EffectKind::Task,
            Self::Message(_) => EffectKind::Message,
            Self::Reply(_) => EffectKind::Reply,
            Self::Mark(_) => EffectKind::Mark,
        }
    }

    /// Whether it makes somebody the contact's owner.
    pub fn sets_owner(&self) -> bool {
        matches!(self, Self::Update(update) if update.owner.is_some())
    }

    /// The contact it concerns.
    pub fn contact(&self) -> &str {
        match self {
            Self::Update(update) => &update.contact,
            Self::Task(task) => &task.contact,
            Self::Message(message) => &message.contact,
            Self::Reply(reply) => &reply.contact,
            Self::Mark(mark) => &mark.contact,
        }
    }
}

impl Write {
    /// The same write without what it says of the person; `contact` is the id that stays.
    #[must_use]
    pub fn without_person(mut self, contact: &str) -> Self {
        let contact = contact.to_owned();
        match &mut self {
            Self::Update(update) => {
                update.contact = contact;
                update.set.clear();
            }
            Self::Task(task) => (task.contact, task.brief) = (contact, Brief::default()),
            Self::Message(message) => (message.contact, message.brief) = (contact, Brief::default()),
            Self::Reply(reply) => {
                (reply.contact, reply.text, reply.brief) = (contact, Untrusted::default(), None);
            }
            Self::Mark(mark) => {
                (mark.contact, mark.state, mark.brief) = (contact, Untrusted::default(), Brief::default());
            }
        }
        self
    }
}

impl Write {
    /// The same write without the names of others in the same task.
    #[must_use]
    pub fn without_companions(mut self) -> Self {
        let brief = match &mut self {
            Self::Task(task) => Some(&mut task.brief),
            Self::Message(message) => Some(&mut message.brief),
            Self::Mark(mark) => Some(&mut mark.brief),
            Self::Reply(reply) => reply.brief.as_mut(),
            Self::Update(_) => None,
        };
        if let Some(brief) = brief {
            brief.lines.retain(|line| !COMPANIONS.contains(&line.label.as_str()));
        }
        self
    }
}

impl EffectKind {
    pub const ALL: [Self; 5] = [Self::Update, Self::Task, Self::Message, Self::Reply, Self::Mark];

    pub fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Task => "task",
            Self::Message => "message",
            Self::Reply => "reply",
            Self::Mark => "mark",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the CRM takes it; the chat takes the others.
    pub fn is_crm(self) -> bool {
        matches!(self, Self::Update | Self::Task)
    }
}

/// What became of one attempt to deliver a write. What is not certain is [`Delivery::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is there; `remote_id` finds it again.
    Done { remote_id: String },
    /// Certainly did not happen; may be sent again.
    NotSent { why: String },
    /// Certainly did not happen; not before `until`, if the service said so.
    Throttled { until: Option<Timestamp>, why: String },
    /// Certainly did not happen: the credentials may do no such thing, whatever the record, until somebody lets them.
    Forbidden { why: String },
    /// Refused for good: this write will never be taken.
    Refused { why: String },
    /// The credentials are no good: nothing more can be sent in this run.
    Unauthorized { why: String },
    /// May have happened: looked up by its key before anything is sent again.
    Unknown { why: String },
}

impl Delivery {
    /// Why it is not there, or not known to be; `None` when it is.
    pub fn into_why(self) -> Option<String> {
        match self {
            Self::Done { .. } => None,
            Self::NotSent { why }
            | Self::Throttled { why, .. }
            | Self::Forbidden { why }
            | Self::Refused { why }
            | Self::Unauthorized { why }
            | Self::Unknown { why } => Some(why),
        }
    }
}

/// What a look-up by key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookUp {
    Found {
        remote_id: String,
    },
    /// Certainly not there, or a second one would be refused or change nothing.
    Absent,
    /// Not seen, by a service that may show late what it has.
    Unseen,
    /// This sink keeps nothing that could be looked up.
    Impossible,
    /// The look-up itself failed; try again later.
    Failed {
        why: String,
    },
}
