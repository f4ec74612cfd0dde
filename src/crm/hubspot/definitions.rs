//! What the account's properties allow, asked once a day: where the keys of tasks go, and which options a property has.

use std::collections::BTreeMap;
use std::thread;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Client;
use super::config::HandoffKey;
use super::outcome::read_outcome;
use super::properties::LEAD_STATUS;
use super::stages::{Options, STAGE_PROPERTY};
use super::tasks::{KEY_PROPERTY, KeyPlace};
use crate::connector::outcome::Outcome;
use crate::model::Timestamp;

/// Kept between runs. Losing it costs requests and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Definitions {
    key_place: Option<Learned<KeyPlace>>,
    /// By the name of a contact's property.
    options: BTreeMap<String, Learned<Options>>,
}

/// Something with the time when it was learned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Learned<T> {
    at: Timestamp,
    what: T,
    #[serde(skip)]
    in_this_process: bool,
}

const BELIEVED_FOR: TimeDelta = TimeDelta::days(1);

impl<T: Clone> Learned<T> {
    fn new(what: T, at: Timestamp) -> Self {
        Self { at, what, in_this_process: true }
    }

    fn believed(&self, now: Timestamp) -> Option<T> {
        ((now - self.at).abs() < BELIEVED_FOR).then(|| self.what.clone())
    }
}

impl Definitions {
    /// Where the keys of tasks go: `rules.toml` says it, or the account does.
    pub(super) fn key_place(
        &mut self,
        client: &Client,
        setting: HandoffKey,
        now: Timestamp,
    ) -> Result<KeyPlace, Outcome> {
        match setting {
            HandoffKey::Property => return Ok(KeyPlace::Property),
            HandoffKey::Marker => return Ok(KeyPlace::Body),
            HandoffKey::Auto => {}
        }
        if let Some(place) = self.key_place.as_ref().and_then(|learned| learned.believed(now)) {
            return Ok(place);
        }
        self.learn_key_place(ask(client, "tasks", KEY_PROPERTY, now), now)
    }

    fn learn_key_place(&mut self, answer: Outcome, now: Timestamp) -> Result<KeyPlace, Outcome> {
        let place = match answer.answer() {
            Ok(definition) if is_unique(&definition) => KeyPlace::Property,
            Ok(_) | Err(Outcome::Missing { .. } | Outcome::Forbidden { .. }) => KeyPlace::Body,
            Err(unread) => return Err(unread),
        };
        self.key_place = Some(Learned::new(place, now));
        Ok(place)
    }

    /// The account has changed under us: look again.
    pub(super) fn forget_key_place(&mut self) {
        self.key_place = None;
    }

    /// The options of a contact's property; none where it takes any value, or the token may not know.
    pub(super) fn options(
        &mut self,
        client: &Client,
        name: &str,
        now: Timestamp,
    ) -> Result<Options, Outcome> {
        if let Some(options) = self.options.get(name).and_then(|learned| learned.believed(now)) {
            return Ok(options);
        }
        self.learn_options(name, ask(client, "contacts", name, now), now)
    }

    fn learn_options(&mut self, name: &str, answer: Outcome, now: Timestamp) -> Result<Options, Outcome> {
        let options = match answer.answer() {
            Ok(definition) => Options::of_property(&definition),
            Err(Outcome::Missing { .. } | Outcome::Forbidden { .. }) => Options::default(),
            Err(unread) => return Err(unread),
        };
        self.options.insert(name.to_owned(), Learned::new(options.clone(), now));
        Ok(options)
    }

    /// Whether a property takes a value. What an earlier run learned may have changed since: a no is asked again.
    pub(super) fn takes(
        &mut self,
        client: &Client,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Outcome> {
        if self.options(client, name, now)?.takes(value) {
            return Ok(None);
        }
        let is_old = self.options.get(name).is_some_and(|learned| !learned.in_this_process);
        if is_old {
            self.options.remove(name);
        }
        let options = self.options(client, name, now)?;
        Ok((!options.takes(value)).then(|| options.refusal(name, value)))
    }

    /// Learns what the writes of a first handoff will need, all at the same time. What fails is asked again, and told, then.
    pub(super) fn prefetch(&mut self, client: &Client, setting: HandoffKey, now: Timestamp) {
        let place = self.key_place.as_ref().and_then(|learned| learned.believed(now));
        let asks_place = setting == HandoffKey::Auto && place.is_none();
        let is_open = |name: &&str| self.options.get(*name).is_none_or(|known| known.believed(now).is_none());
        let names: Vec<&str> = [STAGE_PROPERTY, LEAD_STATUS].into_iter().filter(is_open).collect();
        let (place, options) = thread::scope(|scope| {
            let place = asks_place.then(|| scope.spawn(|| ask(client, "tasks", KEY_PROPERTY, now)));
            let ask_options = |name| (name, scope.spawn(move || ask(client, "contacts", name, now)));
            let options: Vec<_> = names.into_iter().map(ask_options).collect();
            let options = options.into_iter().filter_map(|(name, answer)| Some((name, answer.join().ok()?)));
            (place.and_then(|place| place.join().ok()), options.collect::<Vec<_>>())
        });
        place.map(|answer| self.learn_key_place(answer, now).ok());
        for (name, answer) in options {
            self.learn_options(name, answer, now).ok();
        }
    }
}

fn ask(client: &Client, kind: &str, name: &str, now: Timestamp) -> Outcome {
    let name = crate::model::percent_encode(name);
    let path = format!("{}/{name}", client.paths.properties(kind));
    read_outcome(client.ask_any(&path, None), now)
}

/// Only a property that HubSpot keeps unique guards against a second task.
pub(super) fn is_unique(definition: &Value) -> bool {
    let is = |name: &str| definition.get(name).and_then(Value::as_bool);
    is("hasUniqueValue") == Some(true) && is("archived") != Some(true)
}
