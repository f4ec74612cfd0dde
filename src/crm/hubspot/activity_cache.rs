//! What reps were seen to do on the contacts of open handoffs, remembered until the handoff is closed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::signals::Signal;
use crate::crm::Watched;
use crate::model::{Activity, ActivityKind, Timestamp};

/// Acts remembered of one contact: the first decides, a few more are for the history.
const ACTS_MAX: usize = 20;

/// What was seen on a contact, by its id.
pub(super) type ActivityCache = BTreeMap<String, ContactActivity>;

/// The last look at a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ContactActivity {
    /// When the contact had last changed then; `None`: not looked at yet.
    pub(super) modified: Option<i64>,
    /// Whose acts were looked for.
    pub(super) owner: String,
    acts: Vec<Act>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Act {
    at: Timestamp,
    kind: String,
    by: String,
    seen_in: String,
}

impl ContactActivity {
    /// Whether something was seen there already.
    pub(super) fn has(&self, place: &str) -> bool {
        self.acts.iter().any(|act| act.seen_in == place)
    }

    pub(super) fn add(&mut self, signal: Signal, owner: &str) {
        if self.has(&signal.seen_in) || self.acts.len() >= ACTS_MAX {
            return;
        }
        let by = if signal.by_owner { owner.to_owned() } else { String::new() };
        self.acts.push(Act {
            at: signal.at,
            kind: signal.kind.name().to_owned(),
            by,
            seen_in: signal.seen_in,
        });
    }
}

/// Remembered acts as the rest of the program knows them.
pub(super) fn acts(cache: &ActivityCache, watched: &Watched) -> Vec<Activity> {
    let contact = watched.contact.as_str();
    let acts = cache.get(contact).map(|activity| activity.acts.as_slice()).unwrap_or_default();
    let activity = |act: &Act| {
        Some(Activity {
            at: act.at,
            contact: contact.to_owned(),
            by: act.by.clone(),
            kind: ActivityKind::parse(&act.kind)?,
            note: None,
            seen_in: act.seen_in.clone(),
        })
    };
    acts.iter().filter_map(activity).collect()
}
