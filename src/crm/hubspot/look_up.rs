//! Looks for what earlier attempts may have left. Never through search: its index lags behind the records.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::properties::OWNER_PROPERTY;
use super::record::{READ_AT_ONCE, batch_read, id_text, is_id, property, record_id, results};
use super::stages::{self, STAGE_PROPERTY};
use super::tasks::{self, KEY_PROPERTY, KEY_SOURCES, KeyPlace};
use super::write_context::WriteContext;
use crate::connector::Keyed;
use crate::connector::outcome::Outcome;
use crate::connector::owners::OwnerStatus;
use crate::model::{LookUp, Update, Write};

/// One answer for each, in order.
pub(super) fn look_up(context: &mut WriteContext<'_>, writes: &[Keyed<'_>]) -> Vec<LookUp> {
    let tasks: Vec<&Keyed<'_>> =
        writes.iter().filter(|keyed| matches!(keyed.write, Write::Task(_))).collect();
    let updates: Vec<(&Keyed<'_>, &Update)> = writes.iter().filter_map(of_update).collect();
    let mut found: HashMap<&str, LookUp> = HashMap::new();
    for part in tasks.chunks(READ_AT_ONCE) {
        let answers = find_tasks(context, part).unwrap_or_else(|unread| all_failed(part.len(), unread));
        found.extend(part.iter().map(|keyed| keyed.key).zip(answers));
    }
    for part in updates.chunks(READ_AT_ONCE) {
        let answers = compare(context, part).unwrap_or_else(|unread| all_failed(part.len(), unread));
        found.extend(part.iter().map(|(keyed, _)| keyed.key).zip(answers));
    }
    writes.iter().map(|keyed| found.remove(keyed.key).unwrap_or(LookUp::Impossible)).collect()
}

/// Looks for one task by its key.
pub(super) fn one(context: &mut WriteContext<'_>, keyed: &Keyed<'_>) -> LookUp {
    look_up(context, &[*keyed]).pop().unwrap_or(LookUp::Impossible)
}

fn of_update<'a, 'b>(keyed: &'a Keyed<'b>) -> Option<(&'a Keyed<'b>, &'b Update)> {
    match keyed.write {
        Write::Update(update) => Some((keyed, update)),
        Write::Task(_) | Write::Message(_) | Write::Reply(_) | Write::Mark(_) => None,
    }
}

fn all_failed(count: usize, unread: Outcome) -> Vec<LookUp> {
    let why = unread.into_why();
    vec![LookUp::Failed { why }; count]
}

/// Tasks by the unique property where there is one. A task from before there was one has its key in the body, so what the
/// property does not find is looked for there.
fn find_tasks(context: &mut WriteContext<'_>, writes: &[&Keyed<'_>]) -> Result<Vec<LookUp>, Outcome> {
    let mut ids: HashMap<String, String> = HashMap::new();
    let is_kept_unique = context.key_place()? == KeyPlace::Property;
    if is_kept_unique {
        by_property(context, writes, &mut ids)?;
    }
    let missing: Vec<&&Keyed<'_>> = writes.iter().filter(|keyed| !ids.contains_key(keyed.key)).collect();
    if !missing.is_empty() {
        by_marker(context, &missing, &mut ids)?;
    }
    let answer = |keyed: &&Keyed<'_>| match ids.get(keyed.key) {
        Some(id) => LookUp::Found { remote_id: id.clone() },
        None if is_kept_unique => LookUp::Absent,
        None => LookUp::Unseen,
    };
    Ok(writes.iter().map(answer).collect())
}

fn by_property(
    context: &WriteContext<'_>,
    writes: &[&Keyed<'_>],
    ids: &mut HashMap<String, String>,
) -> Result<(), Outcome> {
    if let [keyed] = writes {
        let task = context.paths().object("tasks", keyed.key);
        let path = format!("{task}?idProperty={KEY_PROPERTY}&properties={KEY_PROPERTY}");
        match context.read(&path, None).answer() {
            Ok(task) => ids.extend(record_id(&task).map(|id| (keyed.key.to_owned(), id))),
            Err(Outcome::Missing { .. }) => {}
            Err(unread) => return Err(unread),
        }
        return Ok(());
    }
    let keys: Vec<&str> = writes.iter().map(|keyed| keyed.key).collect();
    let mut body = batch_read(&keys, &[KEY_PROPERTY]);
    if let Some(body) = body.as_object_mut() {
        body.insert("idProperty".to_owned(), json!(KEY_PROPERTY));
    }
    let answer = context.read_results(&context.paths().batch("tasks", "read"), &body)?;
    for task in results(&answer) {
        if let (Some(key), Some(id)) = (property(task, KEY_PROPERTY), record_id(task)) {
            ids.insert(key.to_owned(), id);
        }
    }
    Ok(())
}

/// Through the contact: all its tasks, and the marker in their bodies.
fn by_marker(
    context: &WriteContext<'_>,
    writes: &[&&Keyed<'_>],
    ids: &mut HashMap<String, String>,
) -> Result<(), Outcome> {
    let contacts: Vec<&str> =
        writes.iter().map(|keyed| keyed.write.contact()).filter(|id| is_id(id)).collect();
    let tasks: Vec<String> = context.associated(&contacts, "tasks")?.into_values().flatten().collect();
    let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
    let path = context.paths().batch("tasks", "read");
    for part in tasks.chunks(READ_AT_ONCE) {
        let answer = context.read_results(&path, &batch_read(part, &KEY_SOURCES))?;
        for task in results(&answer) {
            if let Some(keyed) = writes.iter().find(|keyed| tasks::carries(task, keyed.key)) {
                ids.extend(record_id(task).map(|id| (keyed.key.to_owned(), id)));
            }
        }
    }
    Ok(())
}

/// Updates by what the contacts say now: an update that shows there need not be sent again.
fn compare(
    context: &mut WriteContext<'_>,
    updates: &[(&Keyed<'_>, &Update)],
) -> Result<Vec<LookUp>, Outcome> {
    let ids: Vec<&str> =
        updates.iter().map(|(_, update)| update.contact.as_str()).filter(|id| is_id(id)).collect();
    let mut properties = vec![OWNER_PROPERTY];
    properties.extend(updates.iter().flat_map(|(_, update)| update.set.keys()).map(String::as_str));
    properties.sort_unstable();
    properties.dedup();
    let path = context.paths().batch("contacts", "read");
    let answer = context.read_results(&path, &batch_read(&ids, &properties))?;
    let mut shown = Vec::with_capacity(updates.len());
    for (_, update) in updates {
        let record = results(&answer).find(|record| record_id(record).as_deref() == Some(&update.contact));
        shown.push(match record {
            Some(record) if shows(context, record, update)? => {
                LookUp::Found { remote_id: update.contact.clone() }
            }
            Some(_) | None => LookUp::Absent,
        });
    }
    Ok(shown)
}

fn shows(context: &mut WriteContext<'_>, record: &Value, update: &Update) -> Result<bool, Outcome> {
    if let Some(email) = &update.owner {
        let wanted = match context.owner(email)? {
            OwnerStatus::Active(id) => id,
            OwnerStatus::Archived | OwnerStatus::Unknown => return Ok(false),
        };
        let owner = record.get("properties").and_then(|all| all.get(OWNER_PROPERTY)).and_then(id_text);
        if owner != Some(wanted) {
            return Ok(false);
        }
    }
    let is_set = |(name, value): (&String, &String)| {
        let present = property(record, name).unwrap_or_default();
        // Further than asked for is what the write itself would have left alone.
        let is_further = name == STAGE_PROPERTY && stages::is_backward(present, value) == Some(true);
        present == value || is_further
    };
    Ok(update.set.iter().all(is_set))
}
