//! HubSpot, as far as it is written to: contacts, tasks, engagements and what they are associated with, in memory. Every
//! request is checked; what breaks a rule is noted and fails the test.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::checks;
use crate::support::http_server::{HttpServer, Reply, Request};
use crate::support::loose::loose;

pub(crate) const TOKEN: &str = "pat-na1-canary-9876543210";
pub(crate) const STAGES: [&str; 6] =
    ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"];

/// What happens to the next request of a method whose path contains a text.
pub(crate) enum Fault {
    /// It is not looked at.
    Instead(Reply),
    /// It is done, and this is the answer.
    Done(Reply),
}

type Records = BTreeMap<String, Map<String, Value>>;

#[derive(Default)]
pub(crate) struct Portal {
    pub(crate) now_ms: i64,
    pub(crate) objects: HashMap<String, Records>,
    /// Contact, kind, id.
    pub(crate) links: BTreeSet<(String, String, String)>,
    /// Contacts that were merged away, and into whom: a request about one is about the other.
    merged: HashMap<String, String>,
    /// Task, company.
    pub(crate) of_companies: BTreeSet<(String, String)>,
    /// Earlier versions of properties, by contact and property.
    pub(crate) history: HashMap<(String, String), Vec<Value>>,
    pub(crate) has_key_property: bool,
    /// Ids are numbers, and whatever may be null is.
    pub(crate) is_loose: bool,
    /// Errors of a batch do not say whom they are about, as recorded ones do not.
    pub(crate) is_nameless: bool,
    pub(crate) owners: Vec<(u64, &'static str, bool)>,
    /// Paths with this in them want a scope that the token does not have.
    pub(crate) lacks: Option<(&'static str, &'static str)>,
    pub(crate) faults: VecDeque<(&'static str, &'static str, Fault)>,
    /// Once contacts were read by id, these are gone.
    pub(crate) vanish: Vec<String>,
    /// Once contacts were read by id, this one has this owner.
    pub(crate) takes_over: Option<(&'static str, &'static str)>,
    /// Beside those that every portal has.
    pub(crate) lead_statuses: Vec<&'static str>,
    /// Not at the first reads.
    pub(crate) vanish_after: u32,
    pub(crate) requests: Vec<String>,
    complaints: Vec<String>,
    last_id: u64,
}

pub(crate) struct Fake {
    portal: Arc<Mutex<Portal>>,
    pub(crate) server: HttpServer,
}

impl Fake {
    pub(crate) fn start(has_key_property: bool) -> Self {
        let owners = vec![(71, "ana@acme.example", false), (79, "gone@acme.example", true)];
        let portal = Portal { has_key_property, owners, last_id: 9_000, ..Portal::default() };
        let portal = Arc::new(Mutex::new(portal));
        let shared = portal.clone();
        let server = HttpServer::start(move |request| shared.lock().unwrap().answer(request));
        Self { portal, server }
    }

    pub(crate) fn portal(&self) -> MutexGuard<'_, Portal> {
        self.portal.lock().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Requests since the last call; nothing may have broken a rule.
    pub(crate) fn requests(&self) -> Vec<String> {
        let mut portal = self.portal();
        assert!(portal.complaints.is_empty(), "{:#?}", portal.complaints);
        std::mem::take(&mut portal.requests)
    }

    pub(crate) fn fail(&self, method: &'static str, path: &'static str, fault: Fault) {
        self.portal().faults.push_back((method, path, fault));
    }

    /// Tasks of a contact, each with its id.
    pub(crate) fn tasks(&self, contact: &str) -> Vec<(String, Map<String, Value>)> {
        let portal = self.portal();
        let ids = portal.linked(contact, "tasks");
        ids.into_iter().map(|id| (id.clone(), portal.objects["tasks"][&id].clone())).collect()
    }

    pub(crate) fn contact(&self, id: &str) -> Map<String, Value> {
        self.portal().objects["contacts"][id].clone()
    }
}

fn iso(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

impl Portal {
    /// Sets properties of a record, which is made when it is not there.
    pub(crate) fn put(&mut self, kind: &str, id: &str, properties: &Value) {
        let now = iso(self.now_ms);
        let record = self.objects.entry(kind.to_owned()).or_default().entry(id.to_owned()).or_default();
        record.extend(properties.as_object().unwrap().clone());
        let modified = if kind == "contacts" { "lastmodifieddate" } else { "hs_lastmodifieddate" };
        record.insert(modified.to_owned(), json!(now));
    }

    /// Something that happened with a contact, and moved it.
    pub(crate) fn engage(&mut self, contact: &str, kind: &str, properties: &Value) {
        self.last_id += 1;
        let id = self.last_id.to_string();
        self.put(kind, &id, properties);
        self.links.insert((contact.to_owned(), kind.to_owned(), id));
        self.put("contacts", contact, &json!({}));
    }

    /// The rep takes it off the list, or out of the account.
    pub(crate) fn delete(&mut self, kind: &str, id: &str) {
        self.objects.get_mut(kind).unwrap().remove(id).expect("a record to delete");
        self.links.retain(|(_, to, linked)| to != kind || linked != id);
    }

    /// The first of two contacts becomes a part of the second.
    pub(crate) fn merge(&mut self, loser: &str, winner: &str) {
        self.delete("contacts", loser);
        self.merged.insert(loser.to_owned(), winner.to_owned());
        self.put("contacts", winner, &json!({"hs_merged_object_ids": loser}));
    }

    /// Whom a contact's id stands for.
    pub(crate) fn resolve<'a>(&'a self, id: &'a str) -> &'a str {
        self.merged.get(id).map_or(id, String::as_str)
    }

    pub(crate) fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(what.into());
    }

    fn linked(&self, contact: &str, kind: &str) -> Vec<String> {
        let links = self.links.iter().filter(|(from, to, _)| from == contact && to == kind);
        links.map(|(_, _, id)| id.clone()).collect()
    }

    pub(crate) fn owner_is_active(&self, id: &Value) -> bool {
        self.owners.iter().any(|(known, _, archived)| json!(known.to_string()) == *id && !archived)
    }

    fn answer(&mut self, request: &Request) -> Reply {
        self.requests.push(format!("{} {}", request.method, request.path));
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            self.complain(format!("no bearer token: {}", request.path));
        }
        let matching = self
            .faults
            .iter()
            .position(|(method, path, _)| request.method == *method && request.path.ends_with(path));
        let date = DateTime::from_timestamp_millis(self.now_ms).unwrap();
        let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let reply = match matching.and_then(|at| self.faults.remove(at)).map(|(.., fault)| fault) {
            Some(Fault::Instead(reply)) => reply,
            Some(Fault::Done(reply)) => {
                self.route(request);
                reply
            }
            None => self.refuse(&request.path).unwrap_or_else(|| self.route(request)),
        };
        let reply = if self.is_loose { loose(reply) } else { reply };
        reply.with("Date", &date)
    }

    /// As it was recorded.
    fn refuse(&self, path: &str) -> Option<Reply> {
        let (_, scope) = self.lacks.filter(|(part, _)| path.contains(part))?;
        let message = "This app hasn't been granted all required scopes to make this call.";
        let errors = json!([{"message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": [scope]}}]);
        let body =
            json!({"status": "error", "message": message, "category": "MISSING_SCOPES", "errors": errors});
        Some(Reply::json(403, &body))
    }

    fn route(&mut self, request: &Request) -> Reply {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["crm", "objects", "2026-09", "contacts", "search"]) => self.search(&body),
            ("POST", ["crm", "objects", "2026-09", kind, "batch", "read"]) => self.batch_read(kind, &body),
            ("PATCH", ["crm", "objects", "2026-09", "contacts", id]) => self.update(id, &body).1,
            ("POST", ["crm", "objects", "2026-09", "contacts", "batch", "update"]) => {
                self.batch(&body, |portal, input| portal.update(input["id"].as_str().unwrap(), input))
            }
            ("POST", ["crm", "objects", "2026-09", "tasks"]) => self.create(&body).1,
            ("POST", ["crm", "objects", "2026-09", "tasks", "batch", "create"]) => {
                self.batch(&body, Self::create)
            }
            ("GET", ["crm", "objects", "2026-09", "tasks", key]) => self.by_key(key, &request.query),
            ("POST", ["crm", "associations", "2026-09", "contacts", kind, "batch", "read"]) => {
                self.associated(kind, &body)
            }
            ("GET", ["crm", "owners", "2026-09"]) => {
                self.list_owners(request.query.contains("archived=true"))
            }
            ("GET", ["crm", "properties", "2026-09", "tasks", "handoff_key"]) if self.has_key_property => {
                Reply::json(200, &json!({"name": "handoff_key", "hasUniqueValue": true, "archived": false}))
            }
            ("GET", ["crm", "properties", "2026-09", "tasks", "handoff_key"]) | ("POST", ["oauth", ..]) => {
                Reply::html(404)
            }
            ("GET", ["crm", "properties", "2026-09", "tasks", "hs_task_subject"]) => {
                Reply::json(200, &json!({"name": "hs_task_subject", "groupName": "taskinformation"}))
            }
            ("GET", ["crm", "objects", "2026-09", _]) => Reply::json(200, &json!({"results": []})),
            ("GET", ["crm", "properties", "2026-09", kind]) => Self::defined(kind),
            ("GET", ["account-info", ..]) => {
                Reply::json(200, &json!({"portalId": 12345, "timeZone": "Europe/Lisbon"}))
            }
            ("GET", ["crm", "properties", "2026-09", "contacts", name]) => self.options(name),
            ("POST", ["crm", "properties", "2026-09", "tasks"]) => {
                self.has_key_property =
                    body["hasUniqueValue"] == true && body["groupName"] == "taskinformation";
                Reply::json(201, &body)
            }
            _ => {
                self.complain(format!("an unknown path: {} {}", request.method, request.path));
                Reply::html(404)
            }
        }
    }

    /// What the rules of the tests read and write.
    fn defined(kind: &str) -> Reply {
        let names = match kind {
            "companies" => &["name"][..],
            _ => &[
                "hs_object_id",
                "email",
                "hubspotscore",
                "lifecyclestage",
                "hs_lead_status",
                "firstname",
                "lastname",
            ],
        };
        let all: Vec<Value> = names.iter().map(|name| json!({"name": name, "options": []})).collect();
        Reply::json(200, &json!({"results": all}))
    }

    /// The definition of a contact's property, as far as it has options.
    fn options(&self, name: &str) -> Reply {
        let values: Vec<&str> = match name {
            "lifecyclestage" => STAGES.to_vec(),
            "hs_lead_status" => {
                [&["NEW", "OPEN", "IN_PROGRESS", "UNQUALIFIED"][..], &self.lead_statuses].concat()
            }
            _ => Vec::new(),
        };
        let option = |(place, value): (usize, &&str)| json!({"label": value, "value": value, "displayOrder": place, "hidden": false});
        let options: Vec<Value> = values.iter().enumerate().map(option).collect();
        Reply::json(200, &json!({"name": name, "type": "enumeration", "options": options}))
    }

    fn list_owners(&self, archived: bool) -> Reply {
        let theirs = self.owners.iter().filter(|(.., gone)| *gone == archived);
        let owner = |(id, email, gone): &(u64, &str, bool)| json!({"id": id.to_string(), "email": email, "userId": id + 500, "archived": gone});
        Reply::json(200, &json!({"results": theirs.map(owner).collect::<Vec<_>>()}))
    }

    fn search(&mut self, body: &Value) -> Reply {
        let filters = body["filterGroups"][0]["filters"].as_array().cloned().unwrap_or_default();
        let value = |name: &str, operator: &str| {
            let found = filters.iter().find(|f| f["propertyName"] == name && f["operator"] == operator);
            found.map(|filter| filter["value"].as_str().unwrap().parse::<i64>().unwrap())
        };
        let (lo, hi) = (value("lastmodifieddate", "GTE").unwrap_or(0), value("lastmodifieddate", "LTE"));
        let beyond = value("hs_object_id", "GT").unwrap_or(0);
        let ms = |record: &Map<String, Value>| {
            let at = record["lastmodifieddate"].as_str().unwrap();
            DateTime::parse_from_rfc3339(at).unwrap().timestamp_millis()
        };
        let number = |id: &str| id.parse::<i64>().unwrap();
        let contacts = self.objects.entry("contacts".to_owned()).or_default();
        let mut found: Vec<(&String, &Map<String, Value>)> = contacts
            .iter()
            .filter(|(id, record)| (lo..=hi.unwrap_or(i64::MAX)).contains(&ms(record)) && number(id) > beyond)
            .collect();
        found.sort_by_key(|(id, _)| number(id));
        let results: Vec<Value> = found
            .iter()
            .take(200)
            .map(|(id, record)| json!({"id": id, "properties": {"lastmodifieddate": record["lastmodifieddate"]}}))
            .collect();
        let mut answer = json!({"total": found.len(), "results": results});
        if found.len() > 200 {
            answer["paging"] = json!({"next": {"after": "200"}});
        }
        Reply::json(200, &answer)
    }

    fn batch_read(&mut self, kind: &str, body: &Value) -> Reply {
        let names = body["properties"].as_array().cloned().unwrap_or_default();
        let historic = body["propertiesWithHistory"].as_array().cloned().unwrap_or_default();
        let inputs = body["inputs"].as_array().unwrap().clone();
        let most = if historic.is_empty() { 100 } else { 50 };
        if inputs.is_empty() || inputs.len() > most {
            self.complain(format!("{} inputs in a batch", inputs.len()));
        }
        let by_key = body["idProperty"] == "handoff_key";
        let records = self.objects.get(kind).cloned().unwrap_or_default();
        let mut results = Vec::new();
        for input in &inputs {
            let asked = input["id"].as_str().expect("an id that is text");
            let found = if by_key {
                records.iter().find(|(_, record)| record.get("handoff_key") == Some(&json!(asked)))
            } else {
                records.get_key_value(if kind == "contacts" { self.resolve(asked) } else { asked })
            };
            let Some((id, record)) = found else { continue };
            let one = |name: &Value| {
                let name = name.as_str().unwrap().to_owned();
                let value = record.get(&name).cloned().unwrap_or(Value::Null);
                (name, value)
            };
            let versions = |name: &Value| {
                let name = name.as_str().unwrap().to_owned();
                let versions = self.history.get(&(id.clone(), name.clone())).cloned().unwrap_or_default();
                (name, json!(versions))
            };
            results.push(json!({"id": id, "archived": false,
                "properties": names.iter().map(one).collect::<Map<_, _>>(),
                "propertiesWithHistory": historic.iter().map(versions).collect::<Map<_, _>>()}));
        }
        results.reverse();
        if kind == "contacts"
            && let Some((contact, owner)) = self.takes_over.take()
        {
            self.put("contacts", contact, &json!({"hubspot_owner_id": owner}));
        }
        if kind == "contacts" && self.vanish_after > 0 {
            self.vanish_after -= 1;
        } else if kind == "contacts" {
            for id in std::mem::take(&mut self.vanish) {
                self.objects.get_mut("contacts").unwrap().remove(&id);
            }
        }
        if results.len() == inputs.len() {
            return Reply::json(200, &json!({"status": "COMPLETE", "results": results}));
        }
        // As it was recorded: whom it is about is not said.
        let missing = json!({"status": "error", "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some objects, they may be deleted or not exist. Check that ids are valid."});
        Reply::json(
            207,
            &json!({"status": "COMPLETE", "results": results, "numErrors": 1, "errors": [missing]}),
        )
    }

    fn associated(&mut self, kind: &str, body: &Value) -> Reply {
        let ids: Vec<&str> =
            body["inputs"].as_array().unwrap().iter().map(|input| input["id"].as_str().unwrap()).collect();
        if ids.is_empty() || ids.len() > 100 {
            self.complain(format!("{} inputs in a batch of associations", ids.len()));
        }
        let of_contact = |id: &&str| {
            let to: Vec<Value> = self
                .linked(id, kind)
                .iter()
                .map(|to| json!({"toObjectId": to.parse::<u64>().unwrap(), "associationTypes": [{"typeId": 203, "label": null}]}))
                .collect();
            (!to.is_empty()).then(|| json!({"from": {"id": id}, "to": to}))
        };
        let results: Vec<Value> = ids.iter().filter_map(of_contact).collect();
        let status = if results.len() == ids.len() { 200 } else { 207 };
        Reply::json(status, &json!({"status": "COMPLETE", "results": results, "numErrors": 0}))
    }

    fn by_key(&self, key: &str, query: &str) -> Reply {
        assert!(query.contains("idProperty=handoff_key") && self.has_key_property, "{query}");
        let tasks = self.objects.get("tasks");
        let found = tasks
            .and_then(|tasks| tasks.iter().find(|(_, task)| task.get("handoff_key") == Some(&json!(key))));
        found.map_or_else(
            || Reply::html(404),
            |(id, task)| Reply::json(200, &json!({"id": id, "properties": task})),
        )
    }

    /// Many at once: the answer says of each what became of it, when each has its trace id.
    fn batch(&mut self, body: &Value, mut one: impl FnMut(&mut Self, &Value) -> (bool, Reply)) -> Reply {
        let inputs = body["inputs"].as_array().unwrap().clone();
        let traces: HashSet<&str> =
            inputs.iter().map(|input| input["objectWriteTraceId"].as_str().expect("a trace id")).collect();
        if !(2..=100).contains(&inputs.len()) || traces.len() != inputs.len() {
            self.complain(format!("{} inputs in a batch, {} trace ids", inputs.len(), traces.len()));
        }
        let (mut results, mut errors) = (Vec::new(), Vec::new());
        for input in &inputs {
            let (is_done, reply) = one(self, input);
            let Reply::Answer { body, .. } = reply else { continue };
            let mut item: Value =
                serde_json::from_slice(&body).unwrap_or_else(|_| json!({"category": "OBJECT_NOT_FOUND"}));
            if is_done {
                item["objectWriteTraceId"] = input["objectWriteTraceId"].clone();
                results.push(item);
            } else {
                if !self.is_nameless {
                    item["context"] = json!({"objectWriteTraceId": [input["objectWriteTraceId"]]});
                }
                errors.push(item);
            }
        }
        results.reverse();
        let status = if errors.is_empty() { 201 } else { 207 };
        let count = errors.len();
        Reply::json(
            status,
            &json!({"status": "COMPLETE", "results": results, "numErrors": count, "errors": errors}),
        )
    }

    fn update(&mut self, id: &str, body: &Value) -> (bool, Reply) {
        let id = &self.resolve(id).to_owned();
        let Some(contact) = self.objects["contacts"].get(id).cloned() else {
            return (false, Reply::html(404));
        };
        if let Some(refusal) = checks::update(self, &contact, &body["properties"]) {
            return (false, refusal);
        }
        self.put("contacts", id, &body["properties"]);
        (true, Reply::json(200, &json!({"id": id, "properties": body["properties"]})))
    }

    fn create(&mut self, body: &Value) -> (bool, Reply) {
        if let Some(refusal) = checks::task(self, body) {
            return (false, refusal);
        }
        self.last_id += 1;
        let id = self.last_id.to_string();
        self.put("tasks", &id, &body["properties"]);
        for association in body["associations"].as_array().unwrap() {
            if association["types"][0]["associationTypeId"] == 204 {
                let contact = self.resolve(association["to"]["id"].as_str().unwrap()).to_owned();
                self.links.insert((contact.clone(), "tasks".to_owned(), id.clone()));
                self.put("contacts", &contact, &json!({}));
            } else {
                let company = association["to"]["id"].as_str().unwrap().to_owned();
                self.of_companies.insert((id.clone(), company));
            }
        }
        (true, Reply::json(201, &json!({"id": id, "properties": body["properties"]})))
    }
}
