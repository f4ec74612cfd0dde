//! `[chat.slack]`: messages with a bot token, threads, states and reactions; or through an incoming webhook, messages only.

mod blocks;
mod client;
mod config;
mod history;
mod limits;
mod memory;
mod message_ref;
mod online;
mod outcome;
mod people;
mod post;
mod reactions;
mod receive;
#[cfg(test)]
mod tests;
mod text;
mod webhook;

use std::collections::HashSet;

use anyhow::{Result, bail};

use self::client::Client;
use self::config::Config;
use self::memory::Memory;
use self::message_ref::MessageRef;
use self::webhook::Webhook;
use super::{Chat, Connector, Posted};
use crate::connector::{Capabilities, Certainty, Checked, ConnectOptions, Keyed, Sink, When, base_url};
use crate::model::{Activity, Delivery, LookUp};
use crate::rules::{Findings, Table};
use crate::secret::Secret;

pub(super) const CONNECTOR: Connector = Connector {
    kind: "slack",
    check: |table, _, findings| drop(Config::read(table, findings)),
    connect,
    default_property: |_| None,
    is_local: base_url::is_local,
    keys: &config::KEYS,
    variables: &config::VARIABLES,
    receive: Some(|_, request| receive::receive(request)),
};

/// With a token, when there is one; else through the webhook.
fn connect(table: &Table, options: &ConnectOptions<'_>) -> Result<Box<dyn Chat>> {
    let config = Config::read(table, &mut Findings::default());
    if let Some(token) = Secret::from_env("HANDOFF_SLACK_TOKEN")? {
        let client = Client::new(config.base_url.clone(), token)?;
        return Ok(Box::new(Slack::with(config, client, options.memory)));
    }
    if let Some(url) = Secret::from_env("HANDOFF_SLACK_WEBHOOK")? {
        return Ok(Box::new(Webhook::new(url, base_url::is_local(table))?));
    }
    bail!(
        "[chat.slack] needs a bot token in the environment variable HANDOFF_SLACK_TOKEN, or the address of an incoming \
         webhook in HANDOFF_SLACK_WEBHOOK (or the path of a file with it in either name with _FILE added)"
    )
}

/// Slack with a bot token.
struct Slack {
    config: Config,
    client: Client,
    memory: Memory,
    warnings: Vec<String>,
    /// Posted by this run.
    fresh: HashSet<MessageRef>,
    /// Why nobody can be looked up in this run.
    nameless: Option<String>,
}

impl Slack {
    fn with(config: Config, client: Client, memory: Option<&str>) -> Self {
        let memory = Memory::read(memory, &client);
        let (warnings, fresh) = (Vec::new(), HashSet::new());
        Self { config, client, memory, warnings, fresh, nameless: None }
    }

    /// Once in a run is enough.
    fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

impl Sink for Slack {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        self.send_all(writes)
    }

    fn prefetch(&mut self, coming: &[Keyed<'_>]) {
        self.look_up_people(coming);
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        self.find_all(writes)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            applies_late: true,
            certainty: Certainty::Findable,
            shows_state: true,
            tells_endings: false,
        }
    }

    fn memory(&self) -> Option<String> {
        self.memory.to_text()
    }

    fn warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }
}

impl Chat for Slack {
    fn activity(&mut self, messages: &[Posted], when: When) -> Result<Vec<Activity>> {
        self.read_activity(messages, when)
    }

    fn check(&mut self, people: &[String], when: When) -> Result<Checked> {
        Ok(self.check_all(people, when))
    }
}
