//! What writes and look-ups share: requests whose answers are classified, and what is known already.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Client;
use super::config::{Config, HandoffKey};
use super::engagements::Looks;
use super::outcome::{Outcome, failed, outcome, read_outcome};
use super::paths::Paths;
use super::present::{self, Present};
use super::roster::{Roster, Standing};
use super::stages::{self, STAGE_PROPERTY, Stages};
use super::tasks::{KEY_PROPERTY, KeyPlace};
use super::wire::Object;
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

/// What the writes of one process go by.
#[derive(Debug, Default)]
pub(super) struct Writing {
    /// Contacts that were read in this process.
    pub present: HashMap<String, Present>,
    /// Contacts that were written to in this process.
    pub written: HashSet<String>,
    /// Lately changed contacts with the time of the change, by a walk that came to its end in this process.
    pub walked: Option<HashMap<String, i64>>,
    pub remembered: Remembered,
}

/// More are not kept, but read again before they are written.
const PRESENT_MAX: usize = 10_000;

impl Writing {
    pub(super) fn new(remembered: Remembered) -> Self {
        Self { remembered, ..Self::default() }
    }

    /// Keeps what a read of contacts says that writes need.
    pub(super) fn saw(&mut self, contacts: &[Object]) {
        if self.present.len() + contacts.len() > PRESENT_MAX {
            self.present.clear();
        }
        self.present.extend(contacts.iter().map(|contact| (contact.id().to_owned(), Present::of(contact))));
    }
}

/// A walk that meets more cannot tell what is news: everything is looked at again.
const WALKED_MAX: usize = 20_000;

/// What a walk knows of changed contacts: whoever it does not know has not changed lately.
impl Writing {
    /// Begins with what the walk before it read last: a run that ended between walk and look is made up for.
    pub(super) fn begin_walk<'a>(&mut self, recent: impl Iterator<Item = (&'a str, i64)>) {
        self.walked = Some(HashMap::new());
        self.met(recent);
    }

    pub(super) fn met<'a>(&mut self, contacts: impl Iterator<Item = (&'a str, i64)>) {
        let Some(walked) = &mut self.walked else { return };
        walked.extend(contacts.map(|(id, modified)| (id.to_owned(), modified)));
        if walked.len() > WALKED_MAX {
            self.walked = None;
        }
    }

    pub(super) fn end_walk(&mut self, is_whole: bool) {
        if !is_whole {
            self.walked = None;
        }
    }
}

/// What a write needs of the connector.
pub(super) struct Desk<'a> {
    pub client: &'a Client,
    pub config: &'a Config,
    pub roster: &'a mut Roster,
    pub writing: &'a mut Writing,
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
        read_outcome(self.client, self.client.ask_any(path, body), self.now)
    }

    /// Reads contacts, save those that were read in this process.
    pub(super) fn read_present(&mut self, contacts: &[&str]) -> Result<(), Outcome> {
        let mut ids: Vec<&str> =
            contacts.iter().copied().filter(|id| !self.writing.present.contains_key(*id)).collect();
        ids.sort_unstable();
        ids.dedup();
        let path = self.paths().batch("contacts", "read");
        let (client, now) = (self.client, self.now);
        present::read(&mut self.writing.present, &ids, |body| {
            read_outcome(client, client.ask_any(&path, Some(body)), now)
        })
    }

    pub(super) fn present(&self, contact: &str) -> &Present {
        self.writing.present.get(contact).unwrap_or(&GONE)
    }

    pub(super) fn wrote_to(&mut self, contact: &str) {
        self.writing.written.insert(contact.to_owned());
    }

    /// Notes that an update went through: what was read of the contact before is no longer so.
    pub(super) fn wrote(&mut self, update: &Update) {
        self.wrote_to(&update.contact);
        let Some(wanted) = update.set.get(STAGE_PROPERTY) else { return };
        if let Some(Present::There { stage, .. }) = self.writing.present.get_mut(&update.contact) {
            let is_backward =
                stage.as_deref().is_some_and(|stage| stages::is_backward(stage, wanted) == Some(true));
            if !is_backward {
                *stage = Some(wanted.clone());
            }
        }
    }

    pub(super) fn owner(&mut self, email: &str) -> Result<Standing, Outcome> {
        self.roster.standing(self.client, email).map_err(|error| failed(&error, self.now))
    }

    /// Whether a stage would be set back.
    pub(super) fn is_backward(&mut self, present: &str, wanted: &str) -> Result<bool, Outcome> {
        if let Some(answer) = stages::is_backward(present, wanted) {
            return Ok(answer);
        }
        let stages = if let Some(stages) = self.believed(self.writing.remembered.stages.as_ref()) {
            stages
        } else {
            let path = format!("{}/{STAGE_PROPERTY}", self.paths().properties("contacts"));
            let definition = self.read(&path, None).answer()?;
            let stages = Stages::of_property(&definition).unwrap_or_default();
            self.writing.remembered.stages = Some(Learned { at: self.now, what: stages.clone() });
            stages
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
        if let Some(place) = self.believed(self.writing.remembered.key_place.as_ref()) {
            return Ok(place);
        }
        let path = format!("{}/{KEY_PROPERTY}", self.paths().properties("tasks"));
        let place = match self.read(&path, None).answer() {
            Ok(definition) if is_unique(&definition) => KeyPlace::Property,
            Ok(_) | Err(Outcome::Missing { .. } | Outcome::Forbidden { .. }) => KeyPlace::Body,
            Err(unread) => return Err(unread),
        };
        self.writing.remembered.key_place = Some(Learned { at: self.now, what: place });
        Ok(place)
    }

    /// The portal has changed under us: look again.
    pub(super) fn forget_key_place(&mut self) {
        self.writing.remembered.key_place = None;
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
