//! The database by itself: what it refuses, what it orders, and what it takes as news.

mod contacts;
mod effects;
mod file;
mod statements;
mod transitions;
mod upgrade;
mod watch;

use super::{NewAssignment, NewEffect, NewHandoff, Shown, Store};
use crate::model::{ContactId, Field, Kind, Ordinal, Record, Status, Timestamp, Update, Write, handoff_key};

/// So many seconds into the day of the tests.
fn at(seconds: i64) -> Timestamp {
    Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().unwrap() + chrono::TimeDelta::seconds(seconds)
}

fn field(name: &str) -> Field {
    Field::new(name, name, Kind::Text)
}

fn record(id: &str, modified_ms: Option<i64>, values: &[&str]) -> Record {
    let id = ContactId::parse(id).unwrap();
    Record { id, modified_ms, values: values.iter().map(|value| Some((*value).to_owned())).collect() }
}

fn update(contact: &str) -> Write {
    Write::Update(Update { contact: contact.to_owned(), owner: None, set: std::collections::BTreeMap::new() })
}

/// A store with these contacts; their ids in it are 1, 2, ….
fn with_contacts(ids: &[&str]) -> Store {
    let store = Store::in_memory().unwrap();
    store
        .write(|db| {
            let layout = db.layout(&[field("email")])?;
            let records: Vec<Record> = ids.iter().map(|id| record(id, None, &["a@b.example"])).collect();
            db.store_records(layout, &records, Shown::default(), at(0))
        })
        .unwrap();
    store
}

fn start(store: &Store, contact: i64, ordinal: Ordinal, status: Status) -> anyhow::Result<i64> {
    let id = ContactId::parse(&contact.to_string()).unwrap();
    store.write(|db| {
        db.start_handoff(&NewHandoff {
            contact,
            key: &handoff_key("file", "contacts.csv", &id, ordinal),
            ordinal,
            tier: "engaged",
            priority: "high",
            sla: None,
            score: None,
            fit: None,
            why: &[],
            rules_hash: "",
            at: at(0),
            status,
            note: None,
            held_before: 0,
            email_hash: None,
        })
    })
}

fn assign(store: &Store, handoff: i64, round: u32) -> anyhow::Result<()> {
    store.write(|db| {
        db.assign(&NewAssignment {
            handoff,
            round,
            rep: "ana@acme.example",
            found: None,
            route: "All",
            team: None,
            why: "the only one",
            passed_over: &[],
            at: at(0),
            due: None,
            calendar: None,
            held_before: 0,
            turns: &[],
            companies: &[],
        })
    })
}

/// Plans effects with these keys, in this order.
fn plan(store: &Store, handoff: i64, keys: &[&str]) {
    for key in keys {
        let write = update("1");
        store
            .write(|db| db.plan_effect(&NewEffect { handoff, key: (*key).to_owned(), write: &write }, at(0)))
            .unwrap();
    }
}
