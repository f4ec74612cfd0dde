//! What reps did on the contacts of open handoffs, read for all of them at once: their tasks in every run, and the rest only of
//! contacts that changed since the last look. What was seen once is remembered until the handoff is closed.

use std::collections::HashMap;
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, bail};
use serde_json::json;

use super::HubSpot;
use super::own_tasks::read_tasks;
use super::properties::LAST_MODIFIED;
use super::record::{self, READ_AT_ONCE, batch_read, is_id, record_id, results};
use super::signals::{self, ENGAGEMENTS, Engagement};
use super::write_context::WriteContext;
use crate::connector::activity_cache::{ActivityCache, WatchedSignal, signals_of};
use crate::connector::outcome::Outcome;
use crate::connector::owners::OwnerStatus;
use crate::connector::{Activities, Unreadable, Watched};
use crate::model::{Delivery, Timestamp};

/// Contacts in one read with history.
///
/// <https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/batch/post-crm-v3-objects-contacts-batch-read>
const HISTORY_AT_ONCE: usize = 50;

/// Reads what reps did.
pub(super) fn activity(hub: &mut HubSpot, open: &[Watched], now: Timestamp) -> Result<Activities> {
    let open: Vec<&Watched> = open.iter().filter(|watched| is_id(watched.contact.as_str())).collect();
    let mut cache = std::mem::take(&mut hub.activity);
    let to_look_at = cache.begin(&open, &hub.cache);
    let mut bad = Vec::new();
    let looked = look(&mut hub.context(now), &open, &to_look_at, &mut cache, &mut bad);
    hub.activity = cache;
    match looked {
        Ok(()) => Ok(hub.activity.activities(&open, bad)),
        Err(unread) => bail!("cannot see what reps did: {}", unread.into_why()),
    }
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
    cache.end(to_look_at, &modified, seen, bad);
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
