//! What writes and look-ups share: requests whose answers are classified, and what is known already.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Client;
use super::config::{Config, HandoffKey};
use super::engagements::Looks;
use super::outcome::{Outcome, outcome, read_outcome};
use super::owners::{Owner, Owners};
use super::paths::Paths;
use super::present::{self, Present};
use super::stages::{self, STAGE_PROPERTY, Stages};
use super::tasks::{KEY_PROPERTY, KeyPlace};
use crate::http::Failure;
use crate::model::{Timestamp, Update};

/// What is kept between runs. Losing it costs requests and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Remembered {
    key_place: Option<Learned<KeyPlace>>,
    stages: Option<Learned<Stages>>,
    pub looks: Looks,
}

/// Something with the time when it was learned; it is believed for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Learned<T> {
    at: Timestamp,
    what: T,
}

const BELIEVED_FOR: TimeDelta = TimeDelta::days(1);

/// What writes need of the connector.
pub(super) struct Desk<'a> {
    pub client: &'a Client,
    pub config: &'a Config,
    pub owners: &'a mut Owners,
    pub remembered: &'a mut Remembered,
    /// Contacts that were read in this process.
    pub present: &'a mut HashMap<String, Present>,
    /// Contacts that were written to in this process.
    pub written: &'a mut HashSet<String>,
    /// The time of the run.
    pub now: Timestamp,
}

static GONE: Present = Present::Gone;

impl Desk<'_> {
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
        outcome(self.client, sent, self.now)
    }

    /// A read, repeated while that may help.
    pub(super) fn read(&self, path: &str, body: Option<&Value>) -> Outcome {
        read_outcome(self.client.ask(path, body), self.now)
    }

    /// Reads contacts, save those that were read in this process.
    pub(super) fn read_present(&mut self, contacts: &[&str]) -> Result<(), Outcome> {
        let mut ids: Vec<&str> =
            contacts.iter().copied().filter(|id| !self.present.contains_key(*id)).collect();
        ids.sort_unstable();
        ids.dedup();
        let path = self.paths().batch("contacts", "read");
        let (client, now) = (self.client, self.now);
        present::read(self.present, &ids, |body| read_outcome(client.ask(&path, Some(body)), now))
    }

    pub(super) fn present(&self, contact: &str) -> &Present {
        self.present.get(contact).unwrap_or(&GONE)
    }

    /// Notes that an update went through: what was read of the contact before is no longer so.
    pub(super) fn wrote(&mut self, update: &Update) {
        self.written.insert(update.contact.clone());
        let Some(wanted) = update.set.get(STAGE_PROPERTY) else { return };
        if let Some(Present::There { stage, .. }) = self.present.get_mut(&update.contact) {
            let is_backward =
                stage.as_deref().is_some_and(|stage| stages::is_backward(stage, wanted) == Some(true));
            if !is_backward {
                *stage = Some(wanted.clone());
            }
        }
    }

    pub(super) fn owner(&mut self, email: &str) -> Result<Owner, Outcome> {
        self.owners.find(self.client, email, self.now)
    }

    /// Whether a stage would be set back.
    pub(super) fn is_backward(&mut self, present: &str, wanted: &str) -> Result<bool, Outcome> {
        if let Some(answer) = stages::is_backward(present, wanted) {
            return Ok(answer);
        }
        let stages = match self.believed(self.remembered.stages.as_ref()) {
            Some(stages) => stages,
            None => {
                let path = format!("{}/{STAGE_PROPERTY}", self.paths().properties("contacts"));
                let stages = match self.read(&path, None) {
                    Outcome::Accepted(definition) => Stages::of_property(&definition).unwrap_or_default(),
                    other => return Err(other),
                };
                self.remembered.stages = Some(Learned { at: self.now, what: stages.clone() });
                stages
            }
        };
        Ok(stages::is_backward_in(&stages, present, wanted))
    }

    /// Where the keys of tasks go: asked once a day, unless `rules.toml` says it.
    pub(super) fn key_place(&mut self) -> Result<KeyPlace, Outcome> {
        match self.config.handoff_key {
            HandoffKey::Property => return Ok(KeyPlace::Property),
            HandoffKey::Marker => return Ok(KeyPlace::Body),
            HandoffKey::Auto => {}
        }
        if let Some(place) = self.believed(self.remembered.key_place.as_ref()) {
            return Ok(place);
        }
        let path = format!("{}/{KEY_PROPERTY}", self.paths().properties("tasks"));
        let place = match self.read(&path, None) {
            Outcome::Accepted(definition) if is_unique(&definition) => KeyPlace::Property,
            Outcome::Accepted(_) | Outcome::Missing { .. } | Outcome::Forbidden { .. } => KeyPlace::Body,
            other => return Err(other),
        };
        self.remembered.key_place = Some(Learned { at: self.now, what: place });
        Ok(place)
    }

    /// The portal has changed under us: look again.
    pub(super) fn forget_key_place(&mut self) {
        self.remembered.key_place = None;
    }

    fn believed<T: Clone>(&self, learned: Option<&Learned<T>>) -> Option<T> {
        let learned = learned?;
        let age = self.now - learned.at;
        (age >= TimeDelta::zero() && age < BELIEVED_FOR).then(|| learned.what.clone())
    }
}

/// Only a property that HubSpot keeps unique guards against a second task.
pub(super) fn is_unique(definition: &Value) -> bool {
    let is = |name: &str| definition.get(name).and_then(Value::as_bool);
    is("hasUniqueValue") == Some(true) && is("archived") != Some(true)
}
