//! Where alerts go. One file or folder a vendor behind one trait.

mod console;
mod file;
#[cfg(test)]
mod fixture;
mod slack;

use std::path::Path;

use anyhow::{Result, bail};

use crate::connector::signed_request::{Received, Request};
use crate::connector::{Checked, ConnectOptions, Sink, When};
use crate::model::{Activity, Delivery, Timestamp};
use crate::rules::{Connection, ConnectorTable, Findings, Table, TableSpec, did_you_mean};

/// One line for each chat.
const CONNECTORS: [Connector; 3] = [console::CONNECTOR, file::CONNECTOR, slack::CONNECTOR];

/// The kinds of `[chat.KIND]`.
pub const KINDS: [&str; CONNECTORS.len()] =
    [console::CONNECTOR.kind, file::CONNECTOR.kind, slack::CONNECTOR.kind];

type Connect = fn(&Table, &ConnectOptions<'_>) -> Result<Box<dyn Chat>>;

/// What a vendor's file tells the rest.
struct Connector {
    kind: &'static str,
    /// Reads the vendor's table and notes what is wrong with it. The path is the folder of `rules.toml`.
    check: fn(&Table, &Path, &mut Findings),
    /// Called with a table that passed the check.
    connect: Connect,
    /// Whether everything it writes stays on this machine.
    is_local: fn(&Table) -> bool,
    /// The rows of the vendor's table.
    keys: &'static TableSpec,
    /// What it reads from the environment, each with one sentence.
    variables: &'static [(&'static str, &'static str)],
    /// Takes a request in which the service says what somebody did; `None`: it says nothing by itself.
    receive: Option<fn(&Request) -> Result<Received>>,
}

fn find(kind: &str) -> Option<&'static Connector> {
    const { &CONNECTORS }.iter().find(|connector| connector.kind == kind)
}

/// Opens the chat of `[chat.KIND]`.
///
/// # Errors
/// Says what the definition or the environment lacks for it.
pub fn connect(connection: &Connection, options: &ConnectOptions<'_>) -> Result<Box<dyn Chat>> {
    let Some(connector) = find(&connection.kind) else {
        let help = did_you_mean(&connection.kind, KINDS);
        bail!("there is no [chat.{}]; {help}", connection.kind);
    };
    let mut findings = Findings::default();
    (connector.check)(&connection.table, options.folder, &mut findings);
    if let Some(finding) = findings.as_slice().first() {
        bail!("rules.toml: {}; see `handoff check`", finding.message);
    }
    (connector.connect)(&connection.table, options)
}

/// Takes a request of the chat of `[chat.KIND]`.
///
/// # Errors
/// What the environment lacks for it.
pub(crate) fn receive(connection: &Connection, request: &Request) -> Result<Received> {
    let Some(receive) = find(&connection.kind).and_then(|connector| connector.receive) else {
        bail!("[chat.{}] sends no requests", connection.kind);
    };
    receive(request)
}

/// The table of each kind.
pub fn tables() -> Vec<ConnectorTable> {
    let table =
        |Connector { kind, keys, variables, .. }: &Connector| ConnectorTable { kind, keys, variables };
    const { &CONNECTORS }.iter().map(table).collect()
}

/// Notes what is wrong with `[chat.KIND]`; an unknown kind is the caller's finding.
pub fn check_config(connection: &Connection, findings: &mut Findings) {
    if let Some(connector) = find(&connection.kind) {
        (connector.check)(&connection.table, Path::new(""), findings);
    }
}

/// Whether nothing leaves this machine: the time may then be set for tests.
pub fn is_local(connection: &Connection) -> bool {
    find(&connection.kind).is_some_and(|connector| (connector.is_local)(&connection.table))
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
