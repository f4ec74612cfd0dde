//! Where alerts go. One file or folder a vendor behind one trait.

mod console;
mod file;
#[cfg(test)]
mod fixture;
mod slack;

use anyhow::Result;

use crate::connector::registry::{self, Registry};
use crate::connector::signed_request::{Received, Request};
use crate::connector::{Checked, ConnectOptions, Sink, When};
use crate::model::{Activity, Delivery, Timestamp};
use crate::rules::{Connection, ConnectorTable, Findings};

/// One line for each chat.
const CONNECTORS: [Connector; 3] = [console::CONNECTOR, file::CONNECTOR, slack::CONNECTOR];

/// The kinds of `[chat.KIND]`.
pub const KINDS: [&str; CONNECTORS.len()] =
    [console::CONNECTOR.kind, file::CONNECTOR.kind, slack::CONNECTOR.kind];

type Connector = registry::Connector<dyn Chat>;

static REGISTRY: Registry<dyn Chat> = Registry { room: "chat", connectors: &CONNECTORS };

/// Opens the chat of `[chat.KIND]`.
///
/// # Errors
/// Says what the definition or the environment lacks for it.
pub fn connect(connection: &Connection, options: &ConnectOptions<'_>) -> Result<Box<dyn Chat>> {
    REGISTRY.connect(connection, options)
}

/// Takes a request of the chat of `[chat.KIND]`.
///
/// # Errors
/// What the definition or the environment lacks for it.
pub(crate) fn receive(connection: &Connection, request: &Request) -> Result<Received> {
    REGISTRY.receive(connection, request)
}

/// The table of each kind.
pub fn tables() -> Vec<ConnectorTable> {
    REGISTRY.tables()
}

/// Notes what is wrong with `[chat.KIND]`; an unknown kind is the caller's finding.
pub fn check_config(connection: &Connection, findings: &mut Findings) {
    REGISTRY.check(connection, findings);
}

/// Whether nothing leaves this machine: the time may then be set for tests.
pub fn is_local(connection: &Connection) -> bool {
    REGISTRY.is_local(connection)
}

/// What a chat answers when it is handed an update or a task.
fn not_a_message() -> Delivery {
    Delivery::Refused { why: "this chat does not take such a write".to_owned() }
}

/// A chat. It is sent to on a thread of its own, beside the CRM.
pub trait Chat: Sink + Send {
    /// What reps did on the messages with these remote ids: reactions and replies.
    fn activity(&mut self, messages: &[Posted], when: When) -> Result<Vec<Activity>>;

    /// Whether [`Chat::activity`] can see anything.
    fn sees_activity(&self) -> bool {
        true
    }

    /// What `check --online` is to say: whether messages can be posted, and whether these people, by e-mail, are there.
    fn check(&mut self, _people: &[String], _when: When) -> Result<Checked> {
        Ok(Checked::default())
    }
}

/// A message that was posted for an open handoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The contact's id.
    pub contact: String,
    /// E-mails of those whose reactions count: the owner, the team and its manager.
    pub counts: Vec<String>,
    /// When the handoff was assigned.
    pub since: Timestamp,
    pub remote_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_a_table_is_sound_and_read() {
        registry::assert_rows(&REGISTRY);
    }
}
