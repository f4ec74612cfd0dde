//! `[crm.hubspot]`: contacts out of HubSpot, tasks and changes into it.

mod batch;
mod bulk;
mod client;
mod columns;
mod companies;
mod config;
mod definitions;
mod engagements;
mod html;
mod limits;
mod look_up;
mod memory;
mod online;
mod outcome;
mod own_tasks;
mod owners;
mod paths;
mod portal;
mod present;
mod problem;
mod properties;
mod reader;
mod receive;
mod record;
mod scopes;
mod search;
mod setup;
mod signals;
mod stages;
mod tasks;
#[cfg(test)]
mod tests;
mod walk;
mod wire;
mod write_context;
mod writes;

use std::sync::{Arc, OnceLock};

use anyhow::Result;

use self::client::Client;
use self::companies::Companies;
use self::config::Config;
use self::definitions::Definitions;
use self::memory::Memory;
use self::portal::Portal;
use self::write_context::WriteContext;
use super::{Activities, Connector, Crm, Needs, Page, Reread, Sync, SyncOutcome, Watched};
use crate::connector::activity_cache::ActivityCache;
use crate::connector::contact_cache::ContactCache;
use crate::connector::owners::OwnerDirectory;
use crate::connector::{Capabilities, Certainty, Checked, ConnectOptions, Identity, Keyed, Sink, base_url};
use crate::model::{Account, ContactId, Delivery, Field, LookUp, RecordLinks, Timestamp};
use crate::rules::{Findings, Table};

pub(super) const CONNECTOR: Connector = Connector {
    kind: "hubspot",
    check: |table, _, findings| drop(Config::read(table, findings)),
    connect: |table, options| Ok(Box::new(HubSpot::new(table, options)?)),
    default_property: properties::default_property,
    is_local: base_url::is_local,
    keys: &config::KEYS,
    variables: &config::VARIABLES,
    receive: Some(receive::receive),
};

/// An account of HubSpot.
#[derive(Debug)]
struct HubSpot {
    config: Config,
    client: Arc<Client>,
    /// Asked for at most once.
    portal: Arc<OnceLock<Portal>>,
    owners: OwnerDirectory,
    companies: Arc<Companies>,
    cache: ContactCache,
    definitions: Definitions,
    activity: ActivityCache,
    /// The service's clock, when this run's window was opened by it.
    window_opened: Option<Timestamp>,
}

impl HubSpot {
    fn new(table: &Table, options: &ConnectOptions<'_>) -> Result<Self> {
        let config = Config::read(table, &mut Findings::default());
        let client = Client::new(&config, options)?;
        Ok(Self::with(config, client, options.memory))
    }

    fn with(config: Config, client: Client, memory: Option<&str>) -> Self {
        let memory = Memory::read(memory, &config.base_url, &client.fingerprint());
        let known = config.portal.clone().map(Portal::Number).or(memory.portal);
        Self {
            client: Arc::new(client),
            portal: Arc::new(known.map_or_else(OnceLock::new, OnceLock::from)),
            owners: memory.owners,
            companies: Arc::new(Companies::new(memory.link)),
            cache: ContactCache::default(),
            definitions: memory.definitions,
            activity: memory.activity,
            window_opened: None,
            config,
        }
    }

    /// What a write needs; `now` is the time of the run.
    fn context(&mut self, now: Timestamp) -> WriteContext<'_> {
        WriteContext {
            client: &self.client,
            config: &self.config,
            owners: &mut self.owners,
            cache: &mut self.cache,
            definitions: &mut self.definitions,
            now,
        }
    }
}

impl Sink for HubSpot {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        writes::send(self, writes)
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        writes::look_up(self, writes)
    }

    /// Findable in every account; with the key property, the service itself refuses a second task too.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            applies_late: true,
            certainty: Certainty::Findable,
            shows_state: false,
            tells_endings: false,
        }
    }

    fn memory(&self) -> Option<String> {
        let memory = Memory {
            base_url: self.config.base_url.clone(),
            token: self.client.fingerprint(),
            portal: self.portal.get().cloned(),
            owners: self.owners.clone(),
            link: self.companies.link(),
            definitions: self.definitions.clone(),
            activity: self.activity.clone(),
        };
        serde_json::to_string(&memory).ok()
    }
}

impl Crm for HubSpot {
    /// The account's number. Where the token may not know it, the service's name: nothing that may change from run to run.
    fn account(&mut self) -> Result<Account> {
        let number = Portal::learn(&self.portal, &self.client)?.number();
        let link = |number| format!("https://app.hubspot.com/contacts/{number}/record/0-1/{{id}}");
        Ok(Account {
            id: number.unwrap_or(&self.config.host).to_owned(),
            links: RecordLinks::new(number.map(link)),
        })
    }

    fn identity(&mut self) -> Result<Identity> {
        let number = Portal::learn(&self.portal, &self.client)?.number();
        Ok(Identity { account: number.map(str::to_owned), file: None })
    }

    fn clock(&self) -> Option<Timestamp> {
        self.client.clock()
    }

    /// Everything there is to check is asked of the service, and not in every run.
    fn check(&mut self, _: &[&Field]) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn check_online(&mut self, needs: &Needs<'_>) -> Result<Checked> {
        self.ask_whether(needs)
    }

    fn changes(&mut self, sync: &Sync<'_>, take: &mut dyn FnMut(Page) -> Result<()>) -> Result<SyncOutcome> {
        self.walk(sync, take)
    }

    fn changed_last(&mut self, most: usize) -> Result<Option<Vec<ContactId>>> {
        search::changed_last(&self.client, most).map(Some)
    }

    fn read(&mut self, fields: &[Field], ids: &[ContactId]) -> Result<Option<Reread>> {
        self.read_again(fields, ids).map(Some)
    }

    fn activity(&mut self, open: &[Watched], now: Timestamp) -> Result<Activities> {
        engagements::activity(self, open, now)
    }

    fn lacks(&mut self) -> Result<Option<String>> {
        self.lack()
    }

    fn equip(&mut self) -> Result<()> {
        self.create_key_property()
    }
}
