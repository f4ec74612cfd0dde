//! What reps were seen to do on the contacts of open handoffs, remembered until the handoff is closed.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::contact_cache::ContactCache;
use super::{Activities, Unreadable, Watched};
use crate::isolate::{A_BUG, isolated};
use crate::model::{Activity, ActivityKind, Timestamp};
use crate::mutant;

/// Acts remembered of one contact: the first decides, a few more are for the history.
const ACTS_MAX: usize = 20;

/// An act, before it is known whose contact it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signal {
    pub(crate) at: Timestamp,
    pub(crate) kind: ActivityKind,
    pub(crate) seen_in: String,
    /// Whether it is certainly the owner's; otherwise somebody of the account did it.
    pub(crate) by_owner: bool,
}

/// A signal on one of the contacts; `None`: a bug showed over what may be one.
pub(crate) type WatchedSignal<'a> = (&'a Watched, Option<Signal>);

/// What a record shows of a contact.
pub(crate) fn signals_of<S: IntoIterator<Item = Signal>>(
    watched: &Watched,
    signals: impl FnOnce() -> S,
) -> Vec<WatchedSignal<'_>> {
    let signals = isolated(|| {
        mutant::trip("reading an act", watched.contact.as_str());
        signals().into_iter().map(|signal| (watched, Some(signal))).collect()
    });
    signals.unwrap_or_else(|| vec![(watched, None)])
}

/// What was seen on contacts, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ActivityCache(BTreeMap<String, ContactActivity>);

/// The last look at a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ContactActivity {
    /// When the contact had last changed then; `None`: not looked at yet.
    modified: Option<i64>,
    /// Whose acts were looked for.
    owner: String,
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
    fn add(&mut self, signal: Signal, owner: &str) {
        let Signal { at, kind, seen_in, by_owner } = signal;
        if self.acts.len() < ACTS_MAX && self.acts.iter().all(|act| act.seen_in != seen_in) {
            let by = if by_owner { owner.to_owned() } else { String::new() };
            self.acts.push(Act { at, kind: kind.name().to_owned(), by, seen_in });
        }
    }
}

impl ActivityCache {
    /// Forgets whose handoff is closed; who is to be looked at: whoever changed since the last look, or that cannot be told.
    pub(crate) fn begin<'a>(&mut self, open: &[&'a Watched], contacts: &ContactCache) -> Vec<&'a Watched> {
        self.0.retain(|contact, _| open.iter().any(|watched| watched.contact.as_str() == contact));
        let is_news = |watched: &&&Watched| {
            let contact = watched.contact.as_str();
            let look = self.0.get(contact).and_then(|known| Some((known.modified?, &known.owner)));
            // Where nobody looked yet and something was written moments ago, nobody can have done anything.
            look.map_or(!contacts.wrote_lately(contact), |(modified, owner)| {
                contacts.may_have_changed(contact, modified) || *owner != watched.owner
            })
        };
        open.iter().filter(is_news).copied().collect()
    }

    /// Whether something was seen there already.
    pub(crate) fn has(&self, contact: &str, place: &str) -> bool {
        self.0.get(contact).is_some_and(|known| known.acts.iter().any(|act| act.seen_in == place))
    }

    /// Keeps what a look saw that came to its end: one that failed half-way is done again. `modified` is when those who were
    /// looked at last changed.
    pub(crate) fn end(
        &mut self,
        looked_at: &[&Watched],
        modified: &HashMap<String, i64>,
        seen: Vec<WatchedSignal<'_>>,
        bad: &mut Vec<Unreadable>,
    ) {
        let mut unread = HashSet::new();
        for (watched, signal) in seen {
            let contact = watched.contact.as_str();
            match signal {
                Some(signal) => self.0.entry(contact.to_owned()).or_default().add(signal, &watched.owner),
                None => drop(unread.insert(contact)),
            }
        }
        bad.extend(unread.iter().map(|contact| Unreadable {
            place: format!("what was done on contact {contact}"),
            reason: A_BUG.to_owned(),
        }));
        for watched in looked_at.iter().filter(|watched| !unread.contains(watched.contact.as_str())) {
            let known = self.0.entry(watched.contact.as_str().to_owned()).or_default();
            known.modified = Some(modified.get(watched.contact.as_str()).copied().unwrap_or_default());
            known.owner.clone_from(&watched.owner);
        }
    }

    /// Everything that was seen, as the rest of the program knows it.
    pub(crate) fn activities(&self, open: &[&Watched], bad: Vec<Unreadable>) -> Activities {
        let acts = open.iter().flat_map(|watched| {
            let contact = watched.contact.as_str();
            let acts = self.0.get(contact).map(|known| known.acts.as_slice()).unwrap_or_default();
            acts.iter().filter_map(move |act| {
                Some(Activity {
                    at: act.at,
                    contact: contact.to_owned(),
                    by: act.by.clone(),
                    kind: ActivityKind::parse(&act.kind)?,
                    note: None,
                    seen_in: act.seen_in.clone(),
                })
            })
        });
        Activities { acts: acts.collect(), bad }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContactId;

    #[test]
    fn a_bug_over_what_was_done_on_a_contact_is_told_and_hides_nobody_else_s_acts() {
        mutant::choose("reading an act");
        let since = Timestamp::UNIX_EPOCH;
        let kind = ActivityKind::TaskDeleted;
        let signal = || Some(Signal { at: since, kind, seen_in: "task 7".to_owned(), by_owner: false });
        for (id, is_bad) in [("1", false), (mutant::TRIPS, true), ("3", false)] {
            let watched = Watched {
                contact: ContactId::parse(id).unwrap(),
                email: None,
                owner: "ana@us.example".to_owned(),
                since,
                task: None,
            };
            let signals: Vec<bool> =
                signals_of(&watched, signal).iter().map(|(_, signal)| signal.is_none()).collect();
            assert_eq!(signals, [is_bad], "{id}");
        }
    }
}
