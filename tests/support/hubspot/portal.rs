//! What the account holds, and what happens in it beside the requests.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::limits::Rates;
use super::{Fault, NOW_MS};

#[derive(Clone, Default)]
pub(crate) struct Record {
    pub(crate) properties: Map<String, Value>,
    pub(crate) modified_ms: i64,
    /// When the search index shows this version.
    pub(crate) indexed_ms: i64,
}

/// How the search lists what it finds.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    ById,
    /// Ids as texts: 10 before 9.
    ByText,
    None,
}

type Records = BTreeMap<u64, Record>;

#[derive(Default)]
pub(crate) struct Portal {
    pub(crate) now_ms: i64,
    /// The account's number, and the token that it takes.
    pub(crate) number: u64,
    pub(crate) token: &'static str,
    /// Instead of its time, how it dates its answers.
    pub(crate) date: Option<DateTime<Utc>>,
    /// Of the paths.
    pub(crate) version: &'static str,
    pub(crate) objects: HashMap<String, Records>,
    /// Contact, kind, id.
    pub(crate) links: BTreeSet<(String, String, String)>,
    /// A contact's primary company, where its property does not say it.
    pub(crate) primary_companies: HashMap<u64, u64>,
    /// Contacts that were merged away, and into whom: a request about one is about the other.
    merged: HashMap<String, String>,
    /// Task, company.
    pub(crate) of_companies: BTreeSet<(String, String)>,
    /// Earlier versions of properties, by contact and property.
    pub(crate) history: HashMap<(String, String), Vec<Value>>,
    /// Properties by kind, instead of those that the tests' rules use.
    pub(crate) definitions: HashMap<&'static str, Vec<Value>>,
    pub(crate) has_key_property: bool,
    /// Ids are numbers, and whatever may be null is.
    pub(crate) is_loose: bool,
    /// Errors of a batch do not say whom they are about, as recorded ones do not.
    pub(crate) is_nameless: bool,
    pub(crate) order: Order,
    /// Id, e-mail, archived.
    pub(crate) owners: Vec<(u64, &'static str, bool)>,
    /// Paths with this in them want a scope that the token does not have.
    pub(crate) lacks: Option<(&'static str, &'static str)>,
    /// Nothing is too fast unless a test says so: runs that cron starts a minute apart follow each other at once here.
    pub(crate) rates: Option<Rates>,
    pub(crate) faults: VecDeque<(&'static str, &'static str, Fault)>,
    /// Once contacts were read by id, these are gone.
    pub(crate) vanish: Vec<String>,
    /// Once contacts were read by id, this one has this owner.
    pub(crate) takes_over: Option<(&'static str, &'static str)>,
    /// Once contacts were read by id, the first of these is merged into the second.
    pub(crate) merges: Option<(String, String)>,
    /// Beside those that every portal has.
    pub(crate) lead_statuses: Vec<&'static str>,
    /// Not at the first reads.
    pub(crate) vanish_after: u32,
    pub(crate) requests: Vec<String>,
    /// How often each contact was read.
    pub(crate) reads: HashMap<u64, u32>,
    pub(super) complaints: Vec<String>,
    pub(super) last_page: Option<Value>,
    last_id: u64,
}

/// A time as HubSpot writes it.
pub(crate) fn iso(ms: i64) -> Value {
    json!(DateTime::from_timestamp_millis(ms).unwrap().to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

impl Portal {
    pub(super) fn new(has_key_property: bool) -> Self {
        let owners = vec![(71, "Ana@acme.example", false), (79, "gone@acme.example", true)];
        let portal = Self {
            has_key_property,
            owners,
            now_ms: NOW_MS,
            number: 12_345,
            token: super::TOKEN,
            last_id: 9_000,
            ..Self::default()
        };
        Self { version: "2026-09", ..portal }
    }

    /// Sets properties of a record, which is made when it is not there.
    pub(crate) fn put(&mut self, kind: &str, id: &str, properties: &Value) {
        self.set(kind, id.parse().expect("a number"), self.now_ms, 0, properties);
    }

    /// The same of a contact that changed at this time and shows in the index `lag` later.
    pub(crate) fn change(&mut self, id: u64, modified_ms: i64, lag: i64, properties: &Value) {
        self.set("contacts", id, modified_ms, lag, properties);
    }

    fn set(&mut self, kind: &str, id: u64, modified_ms: i64, lag: i64, properties: &Value) {
        let record = self.objects.entry(kind.to_owned()).or_default().entry(id).or_default();
        record.properties.extend(properties.as_object().expect("an object").clone());
        let modified = if kind == "contacts" { "lastmodifieddate" } else { "hs_lastmodifieddate" };
        record.properties.insert(modified.to_owned(), iso(modified_ms));
        (record.modified_ms, record.indexed_ms) = (modified_ms, modified_ms + lag);
    }

    pub(super) fn add(&mut self, kind: &str, properties: &Value) -> String {
        self.last_id += 1;
        let id = self.last_id.to_string();
        self.put(kind, &id, properties);
        id
    }

    /// Something that happened with a contact, and moved it.
    pub(crate) fn engage(&mut self, contact: &str, kind: &str, properties: &Value) {
        let id = self.add(kind, properties);
        self.link(contact, kind, &id);
    }

    pub(super) fn link(&mut self, contact: &str, kind: &str, id: &str) {
        self.links.insert((contact.to_owned(), kind.to_owned(), id.to_owned()));
        self.put("contacts", contact, &json!({}));
    }

    /// The rep takes it off the list, or out of the account.
    pub(crate) fn delete(&mut self, kind: &str, id: &str) {
        self.objects.get_mut(kind).unwrap().remove(&id.parse().unwrap()).expect("a record to delete");
        self.links.retain(|(_, to, linked)| to != kind || linked != id);
    }

    /// The first of two contacts becomes a part of the second.
    pub(crate) fn merge(&mut self, loser: &str, winner: &str) {
        self.delete("contacts", loser);
        self.merged.insert(loser.to_owned(), winner.to_owned());
        self.put("contacts", winner, &json!({"hs_merged_object_ids": loser}));
    }

    /// Whom a contact's id stands for.
    pub(super) fn resolve<'a>(&'a self, id: &'a str) -> &'a str {
        self.merged.get(id).map_or(id, String::as_str)
    }

    pub(crate) fn get(&self, kind: &str, id: &str) -> Option<&Record> {
        self.objects.get(kind)?.get(&id.parse().ok()?)
    }

    /// A task by its key.
    pub(super) fn keyed(&self, key: &Value) -> Option<(u64, &Record)> {
        let mut tasks = self.objects.get("tasks")?.iter();
        let found = tasks.find(|(_, task)| task.properties.get("handoff_key") == Some(key));
        found.map(|(id, task)| (*id, task))
    }

    pub(crate) fn linked(&self, contact: &str, kind: &str) -> Vec<String> {
        let links = self.links.iter().filter(|(from, to, _)| from == contact && to == kind);
        links.map(|(_, _, id)| id.clone()).collect()
    }

    pub(super) fn owner_is_active(&self, id: &Value) -> bool {
        self.owners.iter().any(|(known, _, archived)| json!(known.to_string()) == *id && !archived)
    }

    /// Time goes by, and with it what counts against the limits.
    pub(crate) fn pass(&mut self, ms: i64) {
        self.now_ms += ms;
        self.rates.iter_mut().for_each(Rates::clear);
    }

    pub(super) fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(what.into());
    }
}
