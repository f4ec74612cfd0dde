//! `[crm.hubspot]`: contacts out of HubSpot, tasks and changes into it.

mod batch;
mod client;
mod config;
mod desk;
mod engagements;
mod html;
mod look_up;
mod outcome;
mod owners;
mod pacer;
mod paths;
mod present;
mod problem;
mod properties;
mod signs;
mod stages;
mod tasks;
mod writes;

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use anyhow::{Result, bail};

use self::client::Client;
use self::config::Config;
use self::desk::{Desk, Remembered};
use self::owners::Owners;
use self::present::Present;
use super::{Activities, Connector, Crm, Keyed, Page, Walk, Walked, Watched};
use crate::endpoint;
use crate::model::{ContactId, Delivery, Field, LookUp, Record, Timestamp};
use crate::rules::{Findings, Table};

pub(super) const CONNECTOR: Connector = Connector {
    kind: "hubspot",
    check: |table, _, findings| drop(Config::read(table, findings)),
    connect: |table, _, memory| Ok(Box::new(HubSpot::new(table, memory)?)),
    default_property: properties::default_property,
    is_local: endpoint::is_local,
};

/// An account of HubSpot.
#[derive(Debug)]
struct HubSpot {
    config: Config,
    client: Client,
    owners: Owners,
    /// Contacts that were read in this process.
    present: HashMap<String, Present>,
    /// Contacts that were written to in this process.
    written: HashSet<String>,
    /// What a whole walk in this process knows of lately changed contacts, with the time of the change; `None`: no such walk.
    walked: Option<HashMap<String, String>>,
    remembered: Remembered,
}

impl HubSpot {
    fn new(table: &Table, memory: Option<&str>) -> Result<Self> {
        let config = Config::read(table, &mut Findings::default());
        let client = Client::new(&config)?;
        Ok(Self {
            config,
            client,
            owners: Owners::default(),
            present: HashMap::new(),
            written: HashSet::new(),
            walked: None,
            remembered: memory.and_then(|memory| serde_json::from_str(memory).ok()).unwrap_or_default(),
        })
    }

    fn desk(&mut self, now: Timestamp) -> Desk<'_> {
        Desk {
            client: &self.client,
            config: &self.config,
            owners: &mut self.owners,
            remembered: &mut self.remembered,
            present: &mut self.present,
            written: &mut self.written,
            now,
        }
    }
}

impl Crm for HubSpot {
    fn until(&mut self, deadline: Instant) {
        self.client.until(deadline);
    }

    fn account(&self) -> &str {
        self.config.portal.as_deref().unwrap_or(&self.config.base_url)
    }

    fn check(&mut self, _: &[&Field]) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn changes(&mut self, _: &Walk<'_>, _: &mut dyn FnMut(Page) -> Result<()>) -> Result<Walked> {
        bail!("[crm.hubspot] cannot be read yet")
    }

    fn read(&mut self, _: &[Field], _: &[ContactId]) -> Result<Option<Vec<Record>>> {
        Ok(None)
    }

    fn activity(&mut self, open: &[Watched]) -> Result<Activities> {
        engagements::activity(self, open)
    }

    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        writes::send(self, writes)
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        writes::look_up(self, writes)
    }

    fn memory(&self) -> Option<String> {
        serde_json::to_string(&self.remembered).ok()
    }

    fn link(&self, contact: &ContactId) -> Option<String> {
        let portal = self.config.portal.as_ref()?;
        let id = super::percent_encode(contact.as_str());
        Some(format!("https://app.hubspot.com/contacts/{portal}/record/0-1/{id}"))
    }
}
