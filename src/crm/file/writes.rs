//! Updates and tasks as lines of JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::connector::Keyed;
use crate::connector::append_log::Entry;
use crate::model::{Task, Timestamp, Update};

#[derive(Serialize)]
struct UpdateLine<'a> {
    key: &'a str,
    at: Timestamp,
    contact: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct TaskLine<'a> {
    key: &'a str,
    at: Timestamp,
    contact: &'a str,
    owner: &'a str,
    due: Timestamp,
    priority: &'a str,
    subject: &'a str,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

pub(super) fn update_entry(keyed: &Keyed<'_>, update: &Update) -> serde_json::Result<Entry> {
    Entry::new(
        keyed.key,
        &UpdateLine {
            key: keyed.key,
            at: keyed.at,
            contact: &update.contact,
            owner: update.owner.as_deref(),
            set: &update.set,
        },
    )
}

pub(super) fn task_entry(keyed: &Keyed<'_>, task: &Task) -> serde_json::Result<Entry> {
    Entry::new(
        keyed.key,
        &TaskLine {
            key: keyed.key,
            at: keyed.at,
            contact: &task.contact,
            owner: &task.owner,
            due: task.due,
            priority: &task.priority,
            subject: task.brief.title.as_written(),
            body: task.brief.to_text(keyed.words),
            link: task.brief.link.as_deref(),
        },
    )
}
