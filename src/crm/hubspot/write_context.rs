//! What writes and look-ups share: requests whose answers are classified, and what is known already.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::Client;
use super::config::Config;
use super::definitions::{Definitions, ask_options};
use super::outcome::{failed, outcome, read_outcome};
use super::owners;
use super::paths::Paths;
use super::present;
use super::record::{READ_AT_ONCE, id_text, results};
use super::stages::{self, STAGE_PROPERTY};
use super::tasks::KeyPlace;
use crate::connector::contact_cache::ContactCache;
use crate::connector::http::Failure;
use crate::connector::outcome::Outcome;
use crate::connector::owners::{OwnerDirectory, OwnerStatus};
use crate::model::{Delivery, Timestamp, Update};

/// What a write needs of the connector.
pub(super) struct WriteContext<'a> {
    pub client: &'a Client,
    pub config: &'a Config,
    pub owners: &'a mut OwnerDirectory,
    pub cache: &'a mut ContactCache,
    pub definitions: &'a mut Definitions,
    /// The time of the run.
    pub now: Timestamp,
}

/// Pages of one contact's tasks; five hundred stand on one.
const PAGES_MAX: u32 = 20;

impl WriteContext<'_> {
    pub(super) fn paths(&self) -> &Paths {
        &self.client.paths
    }

    /// One attempt to write.
    pub(super) fn write(&self, method: &Method, path: &str, body: &Value) -> Outcome {
        let sent = match *method {
            Method::POST => self.client.post(path, body),
            Method::PATCH => self.client.patch(path, body),
            _ => Err(Failure::NotSent(format!("nothing is written with {method}"))),
        };
        outcome(sent, self.now)
    }

    /// A read, repeated while that may help.
    pub(super) fn read(&self, path: &str, body: Option<&Value>) -> Outcome {
        read_outcome(self.client.ask_any(path, body), self.now)
    }

    /// A batch read whose answer has results.
    pub(super) fn read_results(&self, path: &str, body: &Value) -> Result<Value, Outcome> {
        let answer = self.read(path, Some(body)).answer()?;
        if answer.get("results").is_some_and(Value::is_array) {
            return Ok(answer);
        }
        let why = "HubSpot's answer has no results".to_owned();
        Err(Outcome::Failed(Delivery::NotSent { why }))
    }

    /// What contacts are associated with, of one kind: contact -> ids.
    pub(super) fn associated(
        &self,
        contacts: &[&str],
        kind: &str,
    ) -> Result<BTreeMap<String, Vec<String>>, Outcome> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let path = self.paths().associations("contacts", kind);
        for part in contacts.chunks(READ_AT_ONCE) {
            let mut inputs: Vec<Value> = part.iter().map(|id| json!({ "id": id })).collect();
            for _ in 0..PAGES_MAX {
                let answer = self.read_results(&path, &json!({ "inputs": inputs }))?;
                inputs.clear();
                for result in results(&answer) {
                    let Some(from) = result.pointer("/from/id").and_then(id_text) else { continue };
                    if let Some(after) = result.pointer("/paging/next/after").and_then(id_text) {
                        inputs.push(json!({"id": from, "after": after}));
                    }
                    let to = result.get("to").and_then(Value::as_array).into_iter().flatten();
                    let ids =
                        to.filter_map(|to| to.get("toObjectId").or_else(|| to.get("id")).and_then(id_text));
                    found.entry(from).or_default().extend(ids);
                }
                if inputs.is_empty() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Reads the contacts that are to be written to; with each, whether its owner is to be set.
    pub(super) fn verify(&mut self, contacts: &[(&str, bool)]) -> Result<(), Outcome> {
        let mut cache = std::mem::take(self.cache);
        let path = self.paths().batch("contacts", "read");
        let verified =
            cache.verify(contacts, |ids| present::read(ids, |body| self.read_results(&path, body)));
        *self.cache = cache;
        verified
    }

    /// Notes that an update went through: what was read of the contact before is no longer so.
    pub(super) fn wrote(&mut self, update: &Update) {
        let before = self.cache.details(&update.contact).ok().and_then(|details| details.stage.as_deref());
        let stage = update
            .set
            .get(STAGE_PROPERTY)
            .filter(|wanted| before.is_none_or(|before| stages::is_backward(before, wanted) != Some(true)));
        self.cache.wrote_to(&update.contact, stage.map(String::as_str));
    }

    pub(super) fn owner(&mut self, email: &str) -> Result<OwnerStatus, Outcome> {
        let list = |which| owners::list(self.client, which);
        self.owners.status(email, list).map_err(|error| failed(&error, self.now))
    }

    /// Whether a stage would be set back.
    pub(super) fn is_backward(&mut self, present: &str, wanted: &str) -> Result<bool, Outcome> {
        if let Some(answer) = stages::is_backward(present, wanted) {
            return Ok(answer);
        }
        let ask = |name: &str| ask_options(self.client, name, self.now);
        let stages = self.definitions.options.get(STAGE_PROPERTY, self.now, ask)?;
        Ok(stages::is_backward_in(&stages, present, wanted))
    }

    /// Why the account does not take a value; `None` when it does.
    pub(super) fn refuses(&mut self, name: &str, value: &str) -> Result<Option<String>, Outcome> {
        let ask = |name: &str| ask_options(self.client, name, self.now);
        self.definitions.options.refusal("HubSpot", (name, value), self.now, ask)
    }

    /// Where the keys of tasks go.
    pub(super) fn key_place(&mut self) -> Result<KeyPlace, Outcome> {
        self.definitions.key_place(self.client, self.config.handoff_key, self.now)
    }

    /// The portal has changed under us: look again.
    pub(super) fn forget_key_place(&mut self) {
        self.definitions.forget_key_place();
    }
}
