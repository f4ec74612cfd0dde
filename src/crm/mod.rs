//! Where contacts come from and tasks go to. One folder a vendor behind one trait; nothing outside knows a vendor's name.

mod file;
mod hubspot;

use anyhow::Result;

use crate::connector::registry::{self, Registry};
use crate::connector::signed_request::{Received, Request};
pub use crate::connector::{Activities, Needs, Page, Reread, Sync, SyncOutcome, Watched};
use crate::connector::{Checked, ConnectOptions, Identity, Sink};
use crate::model::{Account, ContactId, Field, Timestamp, address};
use crate::rules::{Connection, ConnectorTable, Findings};

/// One line for each CRM.
const CONNECTORS: [Connector; 2] = [file::CONNECTOR, hubspot::CONNECTOR];

/// The kinds of `[crm.KIND]`.
pub const KINDS: [&str; CONNECTORS.len()] = [file::CONNECTOR.kind, hubspot::CONNECTOR.kind];

type Connector = registry::Connector<dyn Crm>;

static REGISTRY: Registry<dyn Crm> = Registry { room: "crm", connectors: &CONNECTORS };

/// Opens the CRM of `[crm.KIND]`.
///
/// # Errors
/// Says what the definition or the environment lacks for it.
pub fn connect(connection: &Connection, options: &ConnectOptions<'_>) -> Result<Box<dyn Crm>> {
    REGISTRY.connect(connection, options)
}

/// Takes a request of the CRM of `[crm.KIND]`.
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

/// Notes what is wrong with `[crm.KIND]`; an unknown kind is the caller's finding.
pub fn check_config(connection: &Connection, findings: &mut Findings) {
    REGISTRY.check(connection, findings);
}

/// The property behind a standard field when `[fields]` does not map it.
pub fn default_property(kind: &str, field: &str) -> Option<&'static str> {
    // The domain is derived from the e-mail, by every connector.
    let source = if field == "email_domain" { "email" } else { field };
    REGISTRY.default_property(kind, source)
}

/// The standard fields that a file of contacts has, each with its column.
///
/// # Errors
/// The file cannot be read.
pub fn fields_in(path: &std::path::Path) -> Result<Vec<(&'static str, String)>> {
    file::fields_in(path)
}

/// Whether nothing leaves this machine: the time may then be set for tests.
pub fn is_local(connection: &Connection) -> bool {
    REGISTRY.is_local(connection)
}

/// A CRM.
pub trait Crm: Sink {
    /// The account, asked of the service where it is not known yet: never while a transaction is open.
    ///
    /// # Errors
    /// Says why the account cannot be told now. It must not be guessed.
    fn account(&mut self) -> Result<Account>;

    /// What tells this account from another: a database belongs to one.
    ///
    /// # Errors
    /// As [`Crm::account`].
    fn identity(&mut self) -> Result<Identity> {
        Ok(Identity { account: Some(self.account()?.id), file: None })
    }

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

    /// The contacts that changed last, so many at most, for a look at what they are like. `None`: [`Crm::changes`] over all of
    /// them costs no more.
    ///
    /// # Errors
    /// The service does not say.
    fn changed_last(&mut self, _most: usize) -> Result<Option<Vec<ContactId>>> {
        Ok(None)
    }

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

/// The part of an e-mail after its last `@`, for sources that do not have it as a property.
pub fn email_domain(email: &str) -> Option<&str> {
    let (_, domain) = address(email).rsplit_once('@')?;
    let domain = domain.trim();
    (!domain.is_empty()).then_some(domain)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Instant;

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
    fn every_row_of_a_table_is_sound_and_read() {
        registry::assert_rows(&REGISTRY);
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
