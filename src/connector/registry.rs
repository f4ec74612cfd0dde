//! The connectors of one room behind its trait, `dyn Crm` or `dyn Chat`: found by the kind that `rules.toml` names.

use std::path::Path;

use anyhow::{Result, bail};

use super::ConnectOptions;
use super::signed_request::{Received, Request};
use crate::rules::{Connection, ConnectorTable, Findings, Table, TableSpec, did_you_mean};
#[cfg(test)]
use crate::rules::{assert_read, assert_sound};

/// What a vendor's folder tells the rest.
#[derive(Debug)]
pub(crate) struct Connector<T: ?Sized> {
    pub(crate) kind: &'static str,
    /// Reads the vendor's table and notes what is wrong with it. The path is the folder of `rules.toml`.
    pub(crate) check: fn(&Table, &Path, &mut Findings),
    /// Called with a table that passed the check.
    pub(crate) connect: fn(&Table, &ConnectOptions<'_>) -> Result<Box<T>>,
    /// The property behind a standard field of contacts; none of a chat.
    pub(crate) default_property: fn(&str) -> Option<&'static str>,
    /// Whether everything it writes stays on this machine.
    pub(crate) is_local: fn(&Table) -> bool,
    /// The rows of the vendor's table.
    pub(crate) keys: &'static TableSpec,
    /// What it reads from the environment, each with one sentence.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// Takes a request in which the service says that something happened; `None`: it says nothing by itself.
    pub(crate) receive: Option<fn(&Table, &Request) -> Result<Received>>,
}

/// All connectors of a room.
#[derive(Debug)]
pub(crate) struct Registry<T: ?Sized + 'static> {
    /// `crm` or `chat`, as tables are named.
    pub(crate) room: &'static str,
    pub(crate) connectors: &'static [Connector<T>],
}

impl<T: ?Sized> Registry<T> {
    fn find(&self, kind: &str) -> Option<&Connector<T>> {
        self.connectors.iter().find(|connector| connector.kind == kind)
    }

    /// # Errors
    /// Says what the definition or the environment lacks for it.
    pub(crate) fn connect(&self, connection: &Connection, options: &ConnectOptions<'_>) -> Result<Box<T>> {
        let Connection { kind, table } = connection;
        let Some(connector) = self.find(kind) else {
            let help = did_you_mean(kind, self.connectors.iter().map(|connector| connector.kind));
            bail!("there is no [{}.{kind}]; {help}", self.room);
        };
        let mut findings = Findings::default();
        (connector.check)(table, options.folder, &mut findings);
        if let Some(finding) = findings.as_slice().first() {
            bail!("rules.toml: {}; see `handoff check`", finding.message);
        }
        (connector.connect)(table, options)
    }

    /// # Errors
    /// What the definition or the environment lacks for it.
    pub(crate) fn receive(&self, connection: &Connection, request: &Request) -> Result<Received> {
        let Some(receive) = self.find(&connection.kind).and_then(|connector| connector.receive) else {
            bail!("[{}.{}] sends no requests: each run asks it", self.room, connection.kind);
        };
        receive(&connection.table, request)
    }

    /// The table of each kind.
    pub(crate) fn tables(&self) -> Vec<ConnectorTable> {
        let table =
            |Connector { kind, keys, variables, .. }: &Connector<T>| ConnectorTable { kind, keys, variables };
        self.connectors.iter().map(table).collect()
    }

    /// Notes what is wrong with a table; an unknown kind is the caller's finding.
    pub(crate) fn check(&self, connection: &Connection, findings: &mut Findings) {
        if let Some(connector) = self.find(&connection.kind) {
            (connector.check)(&connection.table, Path::new(""), findings);
        }
    }

    pub(crate) fn default_property(&self, kind: &str, field: &str) -> Option<&'static str> {
        self.find(kind).and_then(|connector| (connector.default_property)(field))
    }

    /// Whether nothing leaves this machine: the time may then be set for tests.
    pub(crate) fn is_local(&self, connection: &Connection) -> bool {
        self.find(&connection.kind).is_some_and(|connector| (connector.is_local)(&connection.table))
    }
}

/// What holds of the rows of every connector's table.
#[cfg(test)]
pub(crate) fn assert_rows<T: ?Sized>(registry: &Registry<T>) {
    for connector in registry.connectors {
        assert_sound(connector.keys);
        (connector.check)(&Table::default(), Path::new(""), &mut Findings::default());
        assert_read(connector.keys);
    }
}
