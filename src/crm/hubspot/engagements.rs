//! What reps did on the contacts of open handoffs, read for all of them at once: their tasks in every run, and the rest only of
//! contacts that changed since the last look. What was seen once is remembered until the handoff is closed.

use std::collections::{HashMap, HashSet};
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, bail};
use serde_json::json;

use super::HubSpot;
use super::activity_cache::{ActivityCache, ContactActivity, acts};
use super::own_tasks::read_tasks;
use super::properties::LAST_MODIFIED;
use super::record::{self, READ_AT_ONCE, batch_read, is_id, record_id, results};
use super::signals::{self, ENGAGEMENTS, Engagement, WatchedSignal, signals_of};
use super::write_context::WriteContext;
use crate::connector::Unreadable;
use crate::connector::outcome::Outcome;
use crate::connector::owners::OwnerStatus;
use crate::crm::{Activities, Watched};
use crate::isolate::A_BUG;
use crate::model::{Delivery, Timestamp};

/// Contacts in one read with history.
///
/// <https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/batch/post-crm-v3-objects-contacts-batch-read>
const HISTORY_AT_ONCE: usize = 50;

/// Reads what reps did.
pub(super) fn activity(hub: &mut HubSpot, open: &[Watched], now: Timestamp) -> Result<Activities> {
    let open: Vec<&Watched> = open.iter().filter(|watched| is_id(watched.contact.as_str())).collect();
    let mut cache = std::mem::take(&mut hub.cache.persisted.activity);
    cache.retain(|contact, _| open.iter().any(|watched| watched.contact.as_str() == contact));
    let to_look_at: Vec<&Watched> = open
        .iter()
        .copied()
        .filter(|watched| is_news(hub, cache.get(watched.contact.as_str()), watched))
        .collect();
    let mut bad = Vec::new();
    let looked = look(&mut hub.context(now), &open, &to_look_at, &mut cache, &mut bad);
    hub.cache.persisted.activity = cache;
    if let Err(unread) = looked {
        bail!("cannot see what reps did: {}", unread.into_why());
    }
    let acts = open.iter().flat_map(|watched| acts(&hub.cache.persisted.activity, watched)).collect();
    Ok(Activities { acts, bad })
}

/// Whether a contact has to be looked at: it changed since the last look, or that cannot be told.
fn is_news(hub: &HubSpot, activity: Option<&ContactActivity>, watched: &Watched) -> bool {
    let contact = watched.contact.as_str();
    let Some(activity) = activity.filter(|activity| activity.modified.is_some()) else {
        // Written moments ago: nobody can have done anything yet.
        return !hub.cache.written.contains(contact);
    };
    let changed = match &hub.cache.walked {
        Some(walked) => {
            walked.get(contact).is_some_and(|modified| Some(modified) != activity.modified.as_ref())
        }
        None => true,
    };
    changed || activity.owner != watched.owner
}

/// Looks at everybody's tasks; at some, also their own properties and the calls, e-mails and meetings with them. All of it at
/// the same time.
fn look(
    context: &mut WriteContext<'_>,
    open: &[&Watched],
    to_look_at: &[&Watched],
    cache: &mut ActivityCache,
    bad: &mut Vec<Unreadable>,
) -> Result<(), Outcome> {
    let owners = owners(context, to_look_at)?;
    let context = &*context;
    let (known, owners) = (&*cache, &owners);
    let (contacts, engagements, tasks) = thread::scope(|scope| {
        let is_needed = !to_look_at.is_empty();
        let contacts = is_needed.then(|| scope.spawn(|| read_contacts(context, to_look_at)));
        let read =
            |engagement| scope.spawn(move || read_engagements(context, engagement, to_look_at, owners));
        let engagements: Vec<_> = ENGAGEMENTS.iter().filter(|_| is_needed).map(read).collect();
        let tasks = read_tasks(context, open, known);
        let engagements: Vec<_> = engagements.into_iter().map(joined).collect();
        (contacts.map(joined), engagements, tasks)
    });
    let (modified, mut seen) = contacts.transpose()?.unwrap_or_default();
    for (engagement, signals) in ENGAGEMENTS.iter().zip(engagements) {
        match signals {
            Ok(signals) => seen.extend(signals),
            // E-mails need a scope of their own, which many accounts do not grant.
            Err(Outcome::Forbidden { why }) => {
                let place = format!("HubSpot's {}", engagement.objects);
                bad.push(Unreadable { place, reason: why });
            }
            Err(other) => return Err(other),
        }
    }
    seen.extend(tasks?);
    let mut unread = HashSet::new();
    for (watched, signal) in seen {
        let contact = watched.contact.as_str();
        match signal {
            Some(signal) => cache.entry(contact.to_owned()).or_default().add(signal, &watched.owner),
            None => drop(unread.insert(contact)),
        }
    }
    bad.extend(unread.iter().map(|contact| Unreadable {
        place: format!("what was done on contact {contact}"),
        reason: A_BUG.to_owned(),
    }));
    // Only now everything has been seen: a look that failed half-way is done again.
    for watched in to_look_at {
        let contact = watched.contact.as_str();
        if unread.contains(contact) {
            continue;
        }
        let activity = cache.entry(contact.to_owned()).or_default();
        activity.modified = Some(modified.get(contact).copied().unwrap_or_default());
        activity.owner.clone_from(&watched.owner);
    }
    Ok(())
}

fn joined<T>(reader: ScopedJoinHandle<'_, Result<T, Outcome>>) -> Result<T, Outcome> {
    let broke_down = || Outcome::Failed(Delivery::NotSent { why: "a reader broke down".to_owned() });
    reader.join().unwrap_or_else(|_| Err(broke_down()))
}

/// E-mail -> owner's id.
fn owners<'a>(
    context: &mut WriteContext<'_>,
    open: &[&'a Watched],
) -> Result<HashMap<&'a str, String>, Outcome> {
    let mut owners = HashMap::new();
    for watched in open {
        if let OwnerStatus::Active(id) = context.owner(&watched.owner)? {
            owners.insert(watched.owner.as_str(), id);
        }
    }
    Ok(owners)
}

/// When each contact last changed, and what its own properties show.
fn read_contacts<'a>(
    context: &WriteContext<'_>,
    open: &[&'a Watched],
) -> Result<(HashMap<String, i64>, Vec<WatchedSignal<'a>>), Outcome> {
    let mut modified = HashMap::new();
    let mut seen = Vec::new();
    let path = context.paths().batch("contacts", "read");
    for part in open.chunks(HISTORY_AT_ONCE) {
        let ids: Vec<&str> = part.iter().map(|watched| watched.contact.as_str()).collect();
        let mut body = batch_read(&ids, &signals::CONTACT_PROPERTIES);
        if let Some(body) = body.as_object_mut() {
            body.insert("propertiesWithHistory".to_owned(), json!(signals::CONTACT_HISTORY));
        }
        let answer = context.read_results(&path, &body)?;
        for record in results(&answer) {
            let id = record_id(record);
            let Some(watched) = part.iter().find(|watched| id.as_deref() == Some(watched.contact.as_str()))
            else {
                continue;
            };
            if let Some(at) = record::time(record, LAST_MODIFIED) {
                modified.insert(watched.contact.as_str().to_owned(), at.timestamp_millis());
            }
            seen.extend(signals_of(watched, || signals::of_contact(record, watched.since)));
        }
    }
    Ok((modified, seen))
}

fn read_engagements<'a>(
    context: &WriteContext<'_>,
    engagement: &Engagement,
    open: &[&'a Watched],
    owners: &HashMap<&str, String>,
) -> Result<Vec<WatchedSignal<'a>>, Outcome> {
    let contacts: Vec<&str> = open.iter().map(|watched| watched.contact.as_str()).collect();
    let associated = context.associated(&contacts, engagement.objects)?;
    let mut ids: Vec<&str> = associated.values().flatten().map(String::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut seen = Vec::new();
    let path = context.paths().batch(engagement.objects, "read");
    for part in ids.chunks(READ_AT_ONCE) {
        let answer = context.read_results(&path, &batch_read(part, engagement.properties))?;
        for record in results(&answer) {
            let Some(id) = record_id(record) else { continue };
            for watched in open {
                let contact = watched.contact.as_str();
                let is_its = associated.get(contact).is_some_and(|ids| ids.contains(&id));
                let owner = owners.get(watched.owner.as_str()).filter(|_| is_its);
                seen.extend(signals_of(watched, || {
                    owner.and_then(|owner| engagement.signal(record, owner, watched.since))
                }));
            }
        }
    }
    Ok(seen)
}
