//! What reps did on the contacts of open handoffs, read for all of them at once: their tasks in every run, and the rest only of
//! contacts that changed since the last look. What was seen once is remembered until the handoff is closed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::HubSpot;
use super::batch::record_id;
use super::look_up::{associated, read_results};
use super::own_tasks::see_tasks;
use super::present::{READ_AT_ONCE, batch_read, is_id, results};
use super::signs::{self, ENGAGEMENTS, Engagement, Sign};
use super::write_context::WriteContext;
use crate::connector::Unreadable;
use crate::connector::outcome::Outcome;
use crate::connector::owners::OwnerStatus;
use crate::crm::{Activities, Watched};
use crate::isolate::{A_BUG, isolated};
use crate::model::{Activity, ActivityKind, Delivery, Timestamp};
use crate::mutant;

/// Contacts in one read with history.
///
/// <https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/batch/post-crm-v3-objects-contacts-batch-read>
const HISTORY_AT_ONCE: usize = 50;

/// Acts remembered of one contact: the first decides, a few more are for the history.
const ACTS_MAX: usize = 20;

/// What was seen on a contact, by its id.
pub(super) type Looks = BTreeMap<String, Look>;

/// The last look at a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Look {
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

/// Reads what reps did.
pub(super) fn activity(hub: &mut HubSpot, open: &[Watched], now: Timestamp) -> Result<Activities> {
    let open: Vec<&Watched> = open.iter().filter(|watched| is_id(watched.contact.as_str())).collect();
    let mut looks = std::mem::take(&mut hub.writing.remembered.looks);
    looks.retain(|contact, _| open.iter().any(|watched| watched.contact.as_str() == contact));
    let to_look_at: Vec<&Watched> = open
        .iter()
        .copied()
        .filter(|watched| is_news(hub, looks.get(watched.contact.as_str()), watched))
        .collect();
    let mut bad = Vec::new();
    let looked = look(&mut hub.context(now), &open, &to_look_at, &mut looks, &mut bad);
    hub.writing.remembered.looks = looks;
    if let Err(unread) = looked {
        bail!("cannot see what reps did: {}", why(unread));
    }
    let acts = open.iter().flat_map(|watched| acts(&hub.writing.remembered.looks, watched)).collect();
    Ok(Activities { acts, bad })
}

/// Whether a contact has to be looked at: it changed since the last look, or that cannot be told.
fn is_news(hub: &HubSpot, look: Option<&Look>, watched: &Watched) -> bool {
    let contact = watched.contact.as_str();
    let Some(look) = look.filter(|look| look.modified.is_some()) else {
        // Written moments ago: nobody can have done anything yet.
        return !hub.writing.written.contains(contact);
    };
    let changed = match &hub.writing.walked {
        Some(walked) => walked.get(contact).is_some_and(|modified| Some(modified) != look.modified.as_ref()),
        None => true,
    };
    changed || look.owner != watched.owner
}

pub(super) fn why(outcome: Outcome) -> String {
    outcome.into_delivery().into_why().unwrap_or_default()
}

/// Persisted acts as the rest of the program knows them.
fn acts(looks: &Looks, watched: &Watched) -> Vec<Activity> {
    let contact = watched.contact.as_str();
    let acts = looks.get(contact).map(|look| look.acts.as_slice()).unwrap_or_default();
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

impl Look {
    /// Whether something was seen there already.
    pub(super) fn has_seen(&self, place: &str) -> bool {
        self.acts.iter().any(|act| act.seen_in == place)
    }

    fn add(&mut self, sign: Sign, owner: &str) {
        if self.has_seen(&sign.seen_in) || self.acts.len() >= ACTS_MAX {
            return;
        }
        let by = if sign.by_owner { owner.to_owned() } else { String::new() };
        self.acts.push(Act { at: sign.at, kind: sign.kind.name().to_owned(), by, seen_in: sign.seen_in });
    }
}

/// A sign on one of the contacts; `None`: a bug showed over what may be one.
pub(super) type Seen<'a> = (&'a Watched, Option<Sign>);

/// What a record shows of a contact.
pub(super) fn seen<S: IntoIterator<Item = Sign>>(
    watched: &Watched,
    signs: impl FnOnce() -> S,
) -> Vec<Seen<'_>> {
    let signs = isolated(|| {
        mutant::trip("reading an act", watched.contact.as_str());
        signs().into_iter().map(|sign| (watched, Some(sign))).collect()
    });
    signs.unwrap_or_else(|| vec![(watched, None)])
}

/// What was seen when all was well.
pub(super) type ReadResult<T> = Result<T, Outcome>;

/// Looks at everybody's tasks; at some, also their own properties and the calls, e-mails and meetings with them. All of it at
/// the same time.
fn look(
    context: &mut WriteContext<'_>,
    open: &[&Watched],
    to_look_at: &[&Watched],
    looks: &mut Looks,
    bad: &mut Vec<Unreadable>,
) -> ReadResult<()> {
    let owners = owners(context, to_look_at)?;
    let context = &*context;
    let (known, owners) = (&*looks, &owners);
    let (contacts, engagements, tasks) = thread::scope(|scope| {
        let is_needed = !to_look_at.is_empty();
        let contacts = is_needed.then(|| scope.spawn(|| see_contacts(context, to_look_at)));
        let see = |engagement| scope.spawn(move || see_engagements(context, engagement, to_look_at, owners));
        let engagements: Vec<_> = ENGAGEMENTS.iter().filter(|_| is_needed).map(see).collect();
        let tasks = see_tasks(context, open, known);
        let engagements: Vec<_> = engagements.into_iter().map(joined).collect();
        (contacts.map(joined), engagements, tasks)
    });
    let (modified, mut seen) = contacts.transpose()?.unwrap_or_default();
    for (engagement, signs) in ENGAGEMENTS.iter().zip(engagements) {
        match signs {
            Ok(signs) => seen.extend(signs),
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
    for (watched, sign) in seen {
        let contact = watched.contact.as_str();
        match sign {
            Some(sign) => looks.entry(contact.to_owned()).or_default().add(sign, &watched.owner),
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
        let look = looks.entry(contact.to_owned()).or_default();
        look.modified = Some(modified.get(contact).copied().unwrap_or_default());
        look.owner.clone_from(&watched.owner);
    }
    Ok(())
}

fn joined<T>(reader: ScopedJoinHandle<'_, ReadResult<T>>) -> ReadResult<T> {
    let broke_down = || Outcome::Failed(Delivery::NotSent { why: "a reader broke down".to_owned() });
    reader.join().unwrap_or_else(|_| Err(broke_down()))
}

/// E-mail -> owner's id.
fn owners<'a>(context: &mut WriteContext<'_>, open: &[&'a Watched]) -> ReadResult<HashMap<&'a str, String>> {
    let mut owners = HashMap::new();
    for watched in open {
        if let OwnerStatus::Active(id) = context.owner(&watched.owner)? {
            owners.insert(watched.owner.as_str(), id);
        }
    }
    Ok(owners)
}

/// When each contact last changed, and what its own properties show.
fn see_contacts<'a>(
    context: &WriteContext<'_>,
    open: &[&'a Watched],
) -> ReadResult<(HashMap<String, i64>, Vec<Seen<'a>>)> {
    let mut modified = HashMap::new();
    let mut seen = Vec::new();
    let path = context.paths().batch("contacts", "read");
    for part in open.chunks(HISTORY_AT_ONCE) {
        let ids: Vec<&str> = part.iter().map(|watched| watched.contact.as_str()).collect();
        let mut body = batch_read(&ids, &signs::CONTACT_PROPERTIES);
        if let Some(body) = body.as_object_mut() {
            body.insert("propertiesWithHistory".to_owned(), json!(signs::CONTACT_HISTORY));
        }
        let answer = read_results(context, &path, &body)?;
        for record in results(&answer) {
            let id = record_id(record);
            let Some(watched) = part.iter().find(|watched| id.as_deref() == Some(watched.contact.as_str()))
            else {
                continue;
            };
            if let Some(at) = signs::time(record, signs::LAST_MODIFIED) {
                modified.insert(watched.contact.as_str().to_owned(), at.timestamp_millis());
            }
            seen.extend(self::seen(watched, || signs::of_contact(record, watched.since)));
        }
    }
    Ok((modified, seen))
}

fn see_engagements<'a>(
    context: &WriteContext<'_>,
    engagement: &Engagement,
    open: &[&'a Watched],
    owners: &HashMap<&str, String>,
) -> ReadResult<Vec<Seen<'a>>> {
    let contacts: Vec<&str> = open.iter().map(|watched| watched.contact.as_str()).collect();
    let associated = associated(context, &contacts, engagement.objects)?;
    let mut ids: Vec<&str> = associated.values().flatten().map(String::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut seen = Vec::new();
    let path = context.paths().batch(engagement.objects, "read");
    for part in ids.chunks(READ_AT_ONCE) {
        let answer = read_results(context, &path, &batch_read(part, engagement.properties))?;
        for record in results(&answer) {
            let Some(id) = record_id(record) else { continue };
            for watched in open {
                let contact = watched.contact.as_str();
                let is_its = associated.get(contact).is_some_and(|ids| ids.contains(&id));
                let owner = owners.get(watched.owner.as_str()).filter(|_| is_its);
                seen.extend(self::seen(watched, || {
                    owner.and_then(|owner| engagement.sign(record, owner, watched.since))
                }));
            }
        }
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContactId, Kind};

    #[test]
    fn a_bug_over_what_was_done_on_a_contact_is_told_and_hides_nobody_else_s_acts() {
        mutant::choose("reading an act");
        let since = Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().unwrap();
        let sign = || Some(signs::task_deleted("7", since));
        for (id, is_bad) in [("1", false), (mutant::TRIPS, true), ("3", false)] {
            let watched = Watched {
                contact: ContactId::parse(id).unwrap(),
                email: None,
                owner: "ana@us.example".to_owned(),
                since,
                task: None,
            };
            let signs: Vec<bool> = seen(&watched, sign).iter().map(|(_, sign)| sign.is_none()).collect();
            assert_eq!(signs, [is_bad], "{id}");
        }
    }
}
