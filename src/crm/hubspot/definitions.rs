//! What the account's properties allow, asked once a day: where the keys of tasks go, and which options a property has.

use std::thread;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::Client;
use super::config::HandoffKey;
use super::outcome::read_outcome;
use super::properties::LEAD_STATUS;
use super::stages::{self, STAGE_PROPERTY};
use super::tasks::{KEY_PROPERTY, KeyPlace};
use crate::connector::outcome::Outcome;
use crate::connector::property::{Learned, OptionCache, Options};
use crate::model::Timestamp;

/// Kept between runs. Losing it costs requests and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Definitions {
    key_place: Option<Learned<KeyPlace>>,
    /// Of contacts.
    pub(super) options: OptionCache,
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
        if let Some(place) = self.key_place.as_ref().and_then(|learned| learned.get(now)) {
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

    /// Learns what the writes of a first handoff will need, all at the same time. What fails is asked again, and told, then.
    pub(super) fn prefetch(&mut self, client: &Client, setting: HandoffKey, now: Timestamp) {
        let place = self.key_place.as_ref().and_then(|learned| learned.get(now));
        let asks_place = setting == HandoffKey::Auto && place.is_none();
        let names = [STAGE_PROPERTY, LEAD_STATUS].into_iter().filter(|name| !self.options.knows(name, now));
        let (place, options) = thread::scope(|scope| {
            let place = asks_place.then(|| scope.spawn(|| ask(client, "tasks", KEY_PROPERTY, now)));
            let ask_options = |name| (name, scope.spawn(move || ask_options(client, name, now)));
            let options: Vec<_> = names.map(ask_options).collect();
            let options = options.into_iter().filter_map(|(name, answer)| Some((name, answer.join().ok()?)));
            (place.and_then(|place| place.join().ok()), options.collect::<Vec<_>>())
        });
        place.map(|answer| self.learn_key_place(answer, now).ok());
        for (name, answer) in options {
            self.options.learn(name, answer, now).ok();
        }
    }
}

/// Asks for the options of a contact's property.
pub(super) fn ask_options(client: &Client, name: &str, now: Timestamp) -> Result<Options, Outcome> {
    ask(client, "contacts", name, now).answer().map(|definition| stages::options_of(&definition))
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
