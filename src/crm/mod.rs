//! Where contacts come from and tasks go to. One folder a vendor behind one trait; nothing outside knows a vendor's name.

mod file;
mod hubspot;

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::connector::signed_request::{Received, Request};
use crate::connector::{Checked, ConnectOptions, Sink, Unreadable};
use crate::model::{Account, Activity, ContactId, Field, Record, Timestamp, Written};
use crate::rules::{Connection, ConnectorTable, Findings, Table, TableSpec, did_you_mean};

/// One line for each CRM.
const CONNECTORS: [Connector; 2] = [file::CONNECTOR, hubspot::CONNECTOR];

/// The kinds of `[crm.KIND]`.
pub const KINDS: [&str; CONNECTORS.len()] = [file::CONNECTOR.kind, hubspot::CONNECTOR.kind];

type Connect = fn(&Table, &ConnectOptions<'_>) -> Result<Box<dyn Crm>>;

/// Called with a table that passed the check.
type Receive = fn(&Table, &Request) -> Result<Received>;

/// What a vendor's folder tells the rest.
struct Connector {
    kind: &'static str,
    /// Reads the vendor's table and notes what is wrong with it. The path is the folder of `rules.toml`.
    check: fn(&Table, &Path, &mut Findings),
    /// Called with a table that passed the check.
    connect: Connect,
    /// The property behind a standard field.
    default_property: fn(&str) -> Option<&'static str>,
    /// Whether everything it writes stays on this machine.
    is_local: fn(&Table) -> bool,
    /// The rows of the vendor's table.
    keys: &'static TableSpec,
    /// What it reads from the environment, each with one sentence.
    variables: &'static [(&'static str, &'static str)],
    /// Takes a request in which the service says that contacts changed; `None`: it says nothing by itself.
    receive: Option<Receive>,
}

fn find(kind: &str) -> Option<&'static Connector> {
    const { &CONNECTORS }.iter().find(|connector| connector.kind == kind)
}

/// Opens the CRM of `[crm.KIND]`.
///
/// # Errors
/// Says what the definition or the environment lacks for it.
pub fn connect(connection: &Connection, options: &ConnectOptions<'_>) -> Result<Box<dyn Crm>> {
    let Some(connector) = find(&connection.kind) else {
        let help = did_you_mean(&connection.kind, KINDS);
        bail!("there is no [crm.{}]; {help}", connection.kind);
    };
    let mut findings = Findings::default();
    (connector.check)(&connection.table, options.folder, &mut findings);
    if let Some(finding) = findings.as_slice().first() {
        bail!("rules.toml: {}; see `handoff check`", finding.message);
    }
    (connector.connect)(&connection.table, options)
}

/// Takes a request of the CRM of `[crm.KIND]`.
///
/// # Errors
/// What the definition or the environment lacks for it.
pub(crate) fn receive(connection: &Connection, request: &Request) -> Result<Received> {
    let Some(receive) = find(&connection.kind).and_then(|connector| connector.receive) else {
        bail!("[crm.{}] sends no requests: it is read by each run", connection.kind);
    };
    receive(&connection.table, request)
}

/// The table of each kind.
pub fn tables() -> Vec<ConnectorTable> {
    let table =
        |Connector { kind, keys, variables, .. }: &Connector| ConnectorTable { kind, keys, variables };
    const { &CONNECTORS }.iter().map(table).collect()
}

/// Notes what is wrong with `[crm.KIND]`; an unknown kind is the caller's finding.
pub fn check_config(connection: &Connection, findings: &mut Findings) {
    if let Some(connector) = find(&connection.kind) {
        (connector.check)(&connection.table, Path::new(""), findings);
    }
}

/// The property behind a standard field when `[fields]` does not map it.
pub fn default_property(kind: &str, field: &str) -> Option<&'static str> {
    // The domain is derived from the e-mail, by every connector.
    let source = if field == "email_domain" { "email" } else { field };
    find(kind).and_then(|connector| (connector.default_property)(source))
}

/// Whether nothing leaves this machine: the time may then be set for tests.
pub fn is_local(connection: &Connection) -> bool {
    find(&connection.kind).is_some_and(|connector| (connector.is_local)(&connection.table))
}

/// A CRM.
pub trait Crm: Sink {
    /// The account, asked of the service where it is not known yet: never while a transaction is open.
    ///
    /// # Errors
    /// Says why the account cannot be told now. It must not be guessed.
    fn account(&mut self) -> Result<Account>;

    /// What the source lacks of what the rules need, one sentence each with its place and the way out: files, columns.
    /// Every run asks, so it must cost nothing. [`Crm::changes`] takes a field that is not there as missing.
    fn check(&mut self, required: &[&Field]) -> Result<Vec<String>>;

    /// As [`Crm::check`], and whatever the service itself can say: permissions, properties, options, owners.
    fn check_online(&mut self, needs: &Needs<'_>) -> Result<Checked> {
        Ok(Checked { problems: self.check(needs.required)?, ..Checked::default() })
    }

    /// Walks the contacts that changed, page after page. `take` stores a page and its cursor in one transaction; a page
    /// that it refuses ends the walk.
    fn changes(&mut self, sync: &Sync<'_>, take: &mut dyn FnMut(Page) -> Result<()>) -> Result<SyncOutcome>;

    /// Reads contacts again, just before something is written to them. `None`: nothing has changed since
    /// [`Crm::changes`] in this process, so what was stored is current.
    fn read(&mut self, fields: &[Field], ids: &[ContactId]) -> Result<Option<Reread>>;

    /// What reps did on the contacts of open handoffs; `now` is the time of the run.
    fn activity(&mut self, open: &[Watched], now: Timestamp) -> Result<Activities>;

    /// A mark of everything that [`Crm::activity`] reads, taken without reading it: as long as it is the same, reps have
    /// done nothing. `None`: it can only be read.
    ///
    /// # Errors
    /// Says what cannot be looked at.
    fn activity_mark(&self) -> Result<Option<String>> {
        Ok(None)
    }

    /// What the service's clock says now, where it can be seen.
    fn clock(&self) -> Option<Timestamp> {
        None
    }

    /// What the account should have for the best guarantees and has not, in words: `init --crm` offers to create it.
    fn lacks(&mut self) -> Result<Option<String>> {
        Ok(None)
    }

    /// Creates what it lacks.
    fn equip(&mut self) -> Result<()> {
        Ok(())
    }
}

/// What the rules need of a CRM.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// Fields that must be there.
    pub required: &'a [&'a Field],
    /// Properties of the contact and the values that handoff sets them to.
    pub written: &'a [(&'a str, &'a str)],
    /// Fields and the texts, folded, that conditions compare them with.
    pub compared: &'a [(&'a Field, &'a str)],
    /// E-mails of the reps.
    pub owners: &'a [&'a str],
}

/// What a sync of changed contacts is to read.
#[derive(Clone, Copy, Debug)]
pub struct Sync<'a> {
    /// Which values each [`Record`] carries, and in which order.
    pub fields: &'a [Field],
    /// Where the last sync ended; `None`: all contacts there are.
    pub cursor: Option<&'a str>,
    /// All contacts there are, wherever the last sync ended; a full resync that is on goes on.
    pub full_resync: bool,
    /// The sync stops at the next page after this, and goes on in the next run.
    pub deadline: Instant,
}

/// How a sync ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncOutcome {
    /// Everything that changed has been read.
    Complete,
    /// The time was over; the cursor says where to go on.
    Partial,
}

/// An open handoff, as far as a connector needs it to find what the rep did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    pub contact: ContactId,
    pub email: Option<String>,
    /// The owner's e-mail.
    pub owner: String,
    pub since: Timestamp,
    /// The handoff's task, when it was written.
    pub task: Option<Written>,
}

/// Part of a walk over changed contacts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub records: Vec<Record>,
    /// Contacts that could not be read.
    pub bad: Vec<Unreadable>,
    /// Where a later walk begins when everything up to and including this page is stored; opaque to everybody else.
    /// `None`: not here, only at a later page.
    pub cursor: Option<String>,
    /// The walk goes over the whole source: what was set aside earlier and is not met again is mended.
    pub is_whole_walk: bool,
    /// Read anew: earlier walks had read all that changed before this, in milliseconds since 1970.
    pub read_before: Option<i64>,
    /// How much of the source has been walked, 0 to 1, when the connector can tell.
    pub progress: Option<f64>,
}

/// What reps did, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activities {
    pub acts: Vec<Activity>,
    /// Rows or objects that could not be read.
    pub bad: Vec<Unreadable>,
}

/// What a second look at contacts saw. One that is in neither is gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reread {
    pub records: Vec<Record>,
    /// Contacts, by their id, of which it cannot be told now how they are, with the reason.
    pub unreadable: HashMap<String, String>,
}

impl From<Vec<Record>> for Reread {
    fn from(records: Vec<Record>) -> Self {
        Self { records, unreadable: HashMap::new() }
    }
}

/// The part of an e-mail after its last `@`, for sources that do not have it as a property.
pub fn email_domain(email: &str) -> Option<&str> {
    let (_, domain) = email.rsplit_once('@')?;
    let domain = domain.trim();
    (!domain.is_empty()).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::file::fixture::table;
    use super::*;

    fn connection(kind: &str, entries: &[(&str, &str)]) -> Connection {
        Connection { kind: kind.to_owned(), table: table(entries) }
    }

    fn options() -> ConnectOptions<'static> {
        ConnectOptions::new(Path::new("."), Instant::now())
    }

    fn refusal(kind: &str, entries: &[(&str, &str)]) -> String {
        let connected = connect(&connection(kind, entries), &options());
        connected.err().unwrap().to_string()
    }

    #[test]
    fn a_crm_that_cannot_be_connected_says_why_and_what_to_do() {
        insta::assert_snapshot!(refusal("hubspt", &[]), @"there is no [crm.hubspt]; did you mean 'hubspot'?");
        insta::assert_snapshot!(refusal("file", &[]), @"rules.toml: [crm.file] needs `contacts`; see `handoff check`");
        insta::assert_snapshot!(refusal("hubspot", &[]), @"[crm.hubspot] needs the token of a service key in the environment variable HANDOFF_HUBSPOT_TOKEN");
    }

    #[test]
    fn files_are_connected_under_the_name_of_the_contacts() {
        let crm = connect(&connection("file", &[("contacts", "data/leads.csv")]), &options());
        assert_eq!(crm.unwrap().account().unwrap().id, "leads.csv");
    }

    #[test]
    fn only_files_and_servers_on_this_machine_are_local() {
        assert!(is_local(&connection("file", &[])));
        assert!(is_local(&connection("hubspot", &[("base_url", "http://127.0.0.1:8080")])));
        assert!(!is_local(&connection("hubspot", &[])));
        assert!(!is_local(&connection("nimble", &[])));
    }

    #[test]
    fn a_standard_field_has_a_property_in_every_crm() {
        assert_eq!(default_property("hubspot", "score"), Some("hubspotscore"));
        assert_eq!(default_property("hubspot", "email_domain"), Some("email"));
        assert_eq!(default_property("file", "company.employees"), Some("employees"));
        assert_eq!(default_property("file", "pricing_views"), None);
        assert_eq!(KINDS, CONNECTORS.map(|connector| connector.kind));
    }
}
