//! What writes and look-ups share: requests whose answers are classified, and what is known already.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::activity_cache::ActivityCache;
use super::client::Client;
use super::config::Config;
use super::definitions::Definitions;
use super::outcome::{failed, outcome, read_outcome};
use super::owners;
use super::paths::Paths;
use super::present::{self, Present};
use super::reader::Contacts;
use super::record::{READ_AT_ONCE, id_text, results};
use super::stages::{self, STAGE_PROPERTY};
use super::tasks::KeyPlace;
use super::wire::Object;
use crate::connector::http::Failure;
use crate::connector::outcome::Outcome;
use crate::connector::owners::{OwnerDirectory, OwnerStatus};
use crate::model::{Delivery, Timestamp, Update};

/// What is kept between runs. Losing it costs requests and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Persisted {
    pub definitions: Definitions,
    #[serde(alias = "looks")]
    pub activity: ActivityCache,
}

/// What the writes of one process go by.
#[derive(Debug, Default)]
pub(super) struct ContactCache {
    /// Contacts that were read in this process.
    present: HashMap<String, CachedContact>,
    /// Contacts whose owner changed between two reads of this process.
    overtaken: HashSet<String>,
    /// Contacts that were written to in this process.
    pub written: HashSet<String>,
    /// Lately changed contacts with the time of the change, by a walk that came to its end in this process.
    pub walked: Option<HashMap<String, i64>>,
    /// The service's clock at the walk.
    pub now: Option<Timestamp>,
    pub persisted: Persisted,
}

/// A contact, as it was when it was read.
#[derive(Debug)]
struct CachedContact {
    at: Instant,
    present: Present,
}

/// An owner is not set by a copy that is older: somebody may have set another meanwhile.
const GOOD_FOR: Duration = Duration::from_secs(2);

/// More are not kept, but read again before they are written.
const PRESENT_MAX: usize = 10_000;

impl ContactCache {
    pub(super) fn new(persisted: Persisted) -> Self {
        Self { persisted, ..Self::default() }
    }

    /// Keeps what a read of contacts says that writes need.
    pub(super) fn keep(&mut self, contacts: &Contacts) {
        let objects = contacts.objects();
        if self.present.len() + objects.len() > PRESENT_MAX {
            self.present.clear();
        }
        let present = |contact: &Object| {
            let company = contacts.company(contact.id());
            (contact.id().to_owned(), Present::of(contact, company))
        };
        self.see(objects.iter().map(present).collect());
    }

    /// Keeps what was read, and whose owner has changed since the read before.
    fn see(&mut self, read: HashMap<String, Present>) {
        let at = Instant::now();
        for (contact, mut present) in read {
            let before = self.present.get(&contact);
            // A company that the contact itself does not name was learned from associations.
            present.keep_company(before.map(|before| &before.present));
            let owner = present.owner();
            if owner.is_some() && before.is_some_and(|before| before.present.owner() != owner) {
                self.overtaken.insert(contact.clone());
            }
            self.present.insert(contact, CachedContact { at, present });
        }
    }

    /// Learns what the writes of a first handoff will need.
    pub(super) fn prefetch(&mut self, client: &Client, config: &Config) {
        if let Some(now) = self.now {
            self.persisted.definitions.prefetch(client, config.handoff_key, now);
        }
    }
}

/// A walk that meets more cannot tell what is news: everything is looked at again.
const WALKED_MAX: usize = 20_000;

/// What a walk knows of changed contacts: whoever it does not know has not changed lately. Once an hour, with the sweep, all
/// the open ones are looked at: not every act has to move its contact.
impl ContactCache {
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
pub(super) struct WriteContext<'a> {
    pub client: &'a Client,
    pub config: &'a Config,
    pub owners: &'a mut OwnerDirectory,
    pub cache: &'a mut ContactCache,
    /// The time of the run.
    pub now: Timestamp,
}

/// Pages of one contact's tasks; five hundred stand on one.
const PAGES_MAX: u32 = 20;

static GONE: Present = Present::Gone;

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

    /// Reads contacts, save those that were read in this process; for those whose owner is to be set, that is moments ago.
    pub(super) fn read_present(&mut self, contacts: &[(&str, bool)]) -> Result<(), Outcome> {
        let is_old = |(contact, sets_owner): &(&str, bool)| {
            let seen = self.cache.present.get(*contact);
            seen.is_none_or(|seen| *sets_owner && seen.at.elapsed() > GOOD_FOR)
        };
        let mut ids: Vec<&str> =
            contacts.iter().copied().filter(is_old).map(|(contact, _)| contact).collect();
        ids.sort_unstable();
        ids.dedup();
        let path = self.paths().batch("contacts", "read");
        let (client, now) = (self.client, self.now);
        let mut read = HashMap::new();
        let outcome =
            present::read(&mut read, &ids, |body| read_outcome(client.ask_any(&path, Some(body)), now));
        self.cache.see(read);
        outcome
    }

    pub(super) fn present(&self, contact: &str) -> &Present {
        self.cache.present.get(contact).map_or(&GONE, |seen| &seen.present)
    }

    /// The owner that somebody set while this run was about to set this one.
    pub(super) fn overtaken_by(&self, contact: &str, wanted: &str) -> Option<&str> {
        let owner = self.present(contact).owner().filter(|owner| *owner != wanted)?;
        self.cache.overtaken.contains(contact).then_some(owner)
    }

    pub(super) fn wrote_to(&mut self, contact: &str) {
        self.cache.written.insert(contact.to_owned());
    }

    /// Notes that an update went through: what was read of the contact before is no longer so.
    pub(super) fn wrote(&mut self, update: &Update) {
        self.wrote_to(&update.contact);
        let Some(CachedContact { present: Present::There { stage, .. }, .. }) =
            self.cache.present.get_mut(&update.contact)
        else {
            return;
        };
        if let Some(wanted) = update.set.get(STAGE_PROPERTY) {
            let is_backward =
                stage.as_deref().is_some_and(|stage| stages::is_backward(stage, wanted) == Some(true));
            if !is_backward {
                *stage = Some(wanted.clone());
            }
        }
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
        let definitions = &mut self.cache.persisted.definitions;
        let stages = definitions.options(self.client, STAGE_PROPERTY, self.now)?;
        Ok(stages::is_backward_in(&stages, present, wanted))
    }

    /// Why the account does not take a value; `None` when it does.
    pub(super) fn refuses(&mut self, name: &str, value: &str) -> Result<Option<String>, Outcome> {
        self.cache.persisted.definitions.takes(self.client, name, value, self.now)
    }

    /// Where the keys of tasks go.
    pub(super) fn key_place(&mut self) -> Result<KeyPlace, Outcome> {
        let definitions = &mut self.cache.persisted.definitions;
        definitions.key_place(self.client, self.config.handoff_key, self.now)
    }

    /// The portal has changed under us: look again.
    pub(super) fn forget_key_place(&mut self) {
        self.cache.persisted.definitions.forget_key_place();
    }
}
