//! HubSpot, as far as it is read: contacts, companies, owners and property definitions in memory. Every request is checked
//! against the documented limits; what breaks one is noted and fails the test.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::support::http_server::{HttpServer, Reply, Request};
use crate::support::loose::loose;

pub(crate) const TOKEN: &str = "pat-na1-canary-0123456789";

/// A Monday morning, and the service's clock when a test begins.
pub(crate) const NOW_MS: i64 = 1_795_428_000_000;
pub(crate) const MINUTE: i64 = 60_000;

/// What happens to the next request whose path contains the text.
pub(crate) enum Fault {
    Reply(Reply),
    /// A search page with as many rows, and a place to go on.
    Short(usize),
    /// The same page again, whatever was asked for.
    Repeat,
}

pub(crate) struct Contact {
    pub(crate) properties: Map<String, Value>,
    pub(crate) modified_ms: i64,
    /// When the search index shows this version.
    pub(crate) indexed_ms: i64,
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) now_ms: i64,
    pub(crate) contacts: BTreeMap<u64, Contact>,
    pub(crate) companies: BTreeMap<u64, Map<String, Value>>,
    /// Contact to company, where the property does not say it.
    pub(crate) associations: HashMap<u64, u64>,
    /// Id, e-mail, archived.
    pub(crate) owners: Vec<(u64, String, bool)>,
    /// Definitions by kind.
    pub(crate) definitions: HashMap<&'static str, Vec<Value>>,
    pub(crate) version: &'static str,
    pub(crate) max: u32,
    pub(crate) order_is_textual: bool,
    /// Ids are numbers, and whatever may be null is.
    pub(crate) is_loose: bool,
    /// The search lists in no order at all.
    pub(crate) is_unordered: bool,
    pub(crate) faults: VecDeque<(&'static str, Fault)>,
    /// Sent with every answer that is no search.
    pub(crate) remaining: Option<u32>,
    /// Instead of the world's time, how it dates its answers.
    pub(crate) date: Option<DateTime<chrono::Utc>>,
    pub(crate) requests: Vec<Request>,
    /// How often each contact was read.
    pub(crate) reads: HashMap<u64, u32>,
    complaints: Vec<String>,
    searches: VecDeque<Instant>,
    all: VecDeque<Instant>,
    last_page: Option<Value>,
}

pub(crate) struct Fake {
    world: Arc<Mutex<World>>,
    server: HttpServer,
}

impl Fake {
    pub(crate) fn start() -> Self {
        let world = World {
            now_ms: NOW_MS,
            version: "2026-09",
            max: 100,
            owners: vec![
                (71, "Ana@acme.example".to_owned(), false),
                (72, "bo@acme.example".to_owned(), false),
            ],
            ..World::default()
        };
        let world = Arc::new(Mutex::new(world));
        let shared = world.clone();
        let server = HttpServer::start(move |request| shared.lock().unwrap().answer(request));
        Self { world, server }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Requests since the last call, as `METHOD path`; and nothing may have broken a rule.
    pub(crate) fn requests(&self) -> Vec<String> {
        let mut world = self.world();
        assert!(world.complaints.is_empty(), "{:#?}", world.complaints);
        let taken = std::mem::take(&mut world.requests);
        taken.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

/// A text with this in it was cut in the middle of an emoji, and nothing that it is part of is JSON any more.
pub(crate) const CUT: &str = "(cut)";

fn spoilt(reply: Reply) -> Reply {
    let Reply::Answer { status, headers, body } = reply else { return reply };
    let body = String::from_utf8(body).unwrap().replace(CUT, "\\ud83d").into_bytes();
    Reply::Answer { status, headers, body }
}

impl World {
    /// A contact that changed at this time and shows in the index `lag` later.
    pub(crate) fn put(&mut self, id: u64, modified_ms: i64, lag: i64, properties: &Value) {
        let known = self.contacts.remove(&id).map(|contact| contact.properties);
        let mut all = known.unwrap_or_default();
        all.extend(properties.as_object().expect("an object").clone());
        let indexed_ms = modified_ms + lag;
        self.contacts.insert(id, Contact { properties: all, modified_ms, indexed_ms });
    }

    /// Time goes by, and with it what counts against the limits.
    pub(crate) fn pass(&mut self, ms: i64) {
        self.now_ms += ms;
        self.searches.clear();
        self.all.clear();
    }

    pub(crate) fn fail(&mut self, path: &'static str, fault: Fault) {
        self.faults.push_back((path, fault));
    }

    fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(what.into());
    }

    fn answer(&mut self, request: &Request) -> Reply {
        self.requests.push(request.clone());
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            self.complain(format!("no bearer token: {}", request.path));
        }
        let is_search = request.path.ends_with("/search");
        if let Some(reply) = self.limit(is_search, request.at) {
            return reply;
        }
        let matching = self.faults.iter().position(|(path, _)| request.path.contains(path));
        let fault = matching.and_then(|position| self.faults.remove(position)).map(|(_, fault)| fault);
        let reply = match fault {
            Some(Fault::Reply(reply)) => reply,
            Some(Fault::Short(rows)) => self.search(request, Some(rows), false),
            Some(Fault::Repeat) => self.search(request, None, true),
            None => self.route(request),
        };
        let reply = if self.is_loose { loose(reply) } else { reply };
        let date = self.date.unwrap_or_else(|| DateTime::from_timestamp_millis(self.now_ms).unwrap());
        let mut reply = reply.with("Date", &date.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        if !is_search {
            let remaining =
                self.remaining.unwrap_or(self.max.saturating_sub(u32::try_from(self.all.len()).unwrap()));
            reply = reply
                .with("X-HubSpot-RateLimit-Max", &self.max.to_string())
                .with("X-HubSpot-RateLimit-Remaining", &remaining.to_string())
                .with("X-HubSpot-RateLimit-Interval-Milliseconds", "10000");
        }
        reply
    }

    /// Refuses what is too fast: that alone is a fault of the client.
    fn limit(&mut self, is_search: bool, at: Instant) -> Option<Reply> {
        let keep = |times: &mut VecDeque<Instant>, span: Duration| {
            times.push_back(at);
            while times.front().is_some_and(|time| at.duration_since(*time) >= span) {
                times.pop_front();
            }
            times.len()
        };
        let all = keep(&mut self.all, Duration::from_secs(10));
        let searches = if is_search { keep(&mut self.searches, Duration::from_secs(1)) } else { 0 };
        if all > self.max as usize {
            self.complain(format!("{all} requests in ten seconds"));
            return Some(limited("TEN_SECONDLY_ROLLING"));
        }
        if searches > 5 {
            self.complain(format!("{searches} searches in a second"));
            return Some(limited("SECONDLY"));
        }
        None
    }

    fn route(&mut self, request: &Request) -> Reply {
        let version = self.version;
        let crm = |room: &str| match version {
            "v3" => format!("/crm/v3/{room}"),
            dated => format!("/crm/{room}/{dated}"),
        };
        let associations = match version {
            "v3" => "/crm/v4/associations/contacts/companies/batch/read".to_owned(),
            dated => format!("/crm/associations/{dated}/contacts/companies/batch/read"),
        };
        let path = request.path.as_str();
        if path == format!("{}/contacts/search", crm("objects")) {
            self.search(request, None, false)
        } else if path == format!("{}/contacts/batch/read", crm("objects")) {
            self.batch_read(request, true)
        } else if path == format!("{}/companies/batch/read", crm("objects")) {
            self.batch_read(request, false)
        } else if path == associations {
            self.associated(request)
        } else if path == crm("owners") {
            self.list_owners(request)
        } else if path == format!("{}/contacts", crm("properties")) {
            self.definitions("contacts")
        } else if path == format!("{}/companies", crm("properties")) {
            self.definitions("companies")
        } else if path.starts_with(&crm("properties")) || path.ends_with("/access-token-info") {
            Reply::html(404)
        } else if ["companies", "emails"].iter().any(|kind| path == format!("{}/{kind}", crm("objects"))) {
            Reply::json(200, &json!({"results": []}))
        } else if path.starts_with("/account-info/") {
            Reply::json(200, &json!({"portalId": 4711, "timeZone": "Europe/Lisbon"}))
        } else {
            self.complain(format!("an unknown path: {} {path}", request.method));
            Reply::html(404)
        }
    }

    fn definitions(&self, kind: &str) -> Reply {
        Reply::json(200, &json!({"results": self.definitions.get(kind).cloned().unwrap_or_default()}))
    }

    fn list_owners(&self, request: &Request) -> Reply {
        let archived = request.query.contains("archived=true");
        let after: usize = request
            .query
            .split('&')
            .find_map(|pair| pair.strip_prefix("after="))
            .map_or(0, |after| after.parse().unwrap());
        let owner = |(id, email, archived): &(u64, String, bool)| json!({"id": id.to_string(), "email": email, "userId": id + 1_000, "archived": archived, "type": "PERSON"});
        let theirs: Vec<Value> =
            self.owners.iter().filter(|(.., gone)| *gone == archived).skip(after).map(owner).collect();
        let mut page = json!({"results": theirs.iter().take(100).collect::<Vec<_>>()});
        if theirs.len() > 100 {
            page["paging"] =
                json!({"next": {"after": (after + 100).to_string(), "link": "https://evil.example/next"}});
        }
        Reply::json(200, &page)
    }

    fn associated(&mut self, request: &Request) -> Reply {
        let ids = self.inputs(request);
        let results = ids.iter().filter_map(|id| {
            let company = self.associations.get(id)?;
            Some(json!({"from": {"id": id.to_string()}, "to": [
                {"toObjectId": company + 9_000, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 279, "label": null}]},
                {"toObjectId": company, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"}]},
            ]}))
        });
        Reply::json(200, &json!({"status": "COMPLETE", "results": results.collect::<Vec<_>>()}))
    }

    fn inputs(&mut self, request: &Request) -> Vec<u64> {
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let inputs = body["inputs"].as_array().expect("inputs");
        let ids: Vec<u64> =
            inputs.iter().map(|input| input["id"].as_str().unwrap().parse().unwrap()).collect();
        if ids.is_empty() || ids.len() > 100 {
            self.complain(format!("{} inputs in a batch", ids.len()));
        }
        ids
    }

    fn batch_read(&mut self, request: &Request, of_contacts: bool) -> Reply {
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let names: Vec<&str> =
            body["properties"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let ids = self.inputs(request);
        let mut results = Vec::new();
        for id in &ids {
            let properties = if of_contacts {
                *self.reads.entry(*id).or_default() += 1;
                self.contacts.get(id).map(|contact| {
                    let mut properties = contact.properties.clone();
                    properties.insert("lastmodifieddate".to_owned(), iso(contact.modified_ms));
                    properties
                })
            } else {
                self.companies.get(id).cloned()
            };
            let Some(properties) = properties else { continue };
            let asked = names
                .iter()
                .map(|name| ((*name).to_owned(), properties.get(*name).cloned().unwrap_or(Value::Null)));
            results.push(json!({"id": id.to_string(), "properties": asked.collect::<Map<_, _>>(),
                "archived": false, "createdAt": "2024-01-01T00:00:00Z", "url": "https://evil.example"}));
        }
        // The order of the answer is nobody's promise.
        results.reverse();
        let status = if results.len() == ids.len() { 200 } else { 207 };
        let reply = Reply::json(status, &json!({"status": "COMPLETE", "results": results, "errors": []}));
        spoilt(reply)
    }

    fn search(&mut self, request: &Request, rows: Option<usize>, again: bool) -> Reply {
        let text = String::from_utf8(request.body.clone()).unwrap();
        let body: Value = serde_json::from_str(&text).expect("JSON");
        self.check_search(&body, text.chars().count());
        if again && let Some(page) = &self.last_page {
            return Reply::json(200, page);
        }
        let filters = body["filterGroups"][0]["filters"].as_array().cloned().unwrap_or_default();
        let value = |property: &str, operator: &str| {
            let found = filters
                .iter()
                .find(|filter| filter["propertyName"] == property && filter["operator"] == operator);
            found.map(|filter| filter["value"].as_str().unwrap().to_owned())
        };
        let lo = value("lastmodifieddate", "GTE").map_or(0, |lo| lo.parse().unwrap());
        let hi: i64 = value("lastmodifieddate", "LTE").map_or(i64::MAX, |hi| hi.parse().unwrap());
        let beyond = value("hs_object_id", "GT");
        let textual = self.order_is_textual;
        let key = |id: u64| if textual { (0, id.to_string()) } else { (id, String::new()) };
        let query = format!("opaque:{lo}:{hi}:{beyond:?}:");
        let beyond = beyond.map(|id| key(id.parse().unwrap()));
        let shown = self.contacts.iter().filter(|(id, contact)| {
            contact.indexed_ms <= self.now_ms
                && (lo..=hi).contains(&contact.modified_ms)
                && beyond.as_ref().is_none_or(|beyond| key(**id) > *beyond)
        });
        let mut ids: Vec<u64> = shown.map(|(id, _)| *id).collect();
        ids.sort_by_key(|id| key(*id));
        if self.is_unordered {
            ids.sort_by_key(|id| id * 7_919 % 10_007);
        }
        // A position is one of this very query.
        let after = body["after"].as_str().map_or(0, |after| {
            let position = after.strip_prefix(&query).and_then(|after| after.parse::<usize>().ok());
            position.unwrap_or_else(|| {
                self.complain(format!("the position of another query: {after} for {query}"));
                0
            })
        });
        let limit = usize::try_from(body["limit"].as_u64().unwrap()).unwrap();
        if after + limit > 10_000 {
            self.complain("a search beyond 10,000");
        }
        let page: Vec<u64> = ids.iter().copied().skip(after).take(rows.unwrap_or(limit)).collect();
        let results: Vec<Value> = page
            .iter()
            .map(|id| json!({"id": id.to_string(), "properties": {"lastmodifieddate": iso(self.contacts[id].modified_ms)}}))
            .collect();
        let mut answer = json!({"total": ids.len(), "results": results});
        if after + page.len() < ids.len() || rows.is_some() {
            let link = "https://evil.example/crm/objects/v3/contacts?offset_param=after";
            answer["paging"] =
                json!({"next": {"after": format!("{query}{}", after + page.len()), "link": link}});
        }
        self.last_page = Some(answer.clone());
        Reply::json(200, &answer)
    }

    fn check_search(&mut self, body: &Value, chars: usize) {
        let groups = body["filterGroups"].as_array().cloned().unwrap_or_default();
        let filters: Vec<&Value> =
            groups.iter().flat_map(|group| group["filters"].as_array().unwrap()).collect();
        let sorts = body["sorts"].as_array().map_or(0, Vec::len);
        if chars > 3_000 || groups.len() > 5 || filters.len() > 6 || sorts > 1 {
            self.complain(format!("a search beyond the limits: {body}"));
        }
        if !(1..=200).contains(&body["limit"].as_u64().unwrap_or(10)) {
            self.complain("a search page of the wrong size");
        }
        for filter in filters {
            let value = filter["value"].as_str();
            if value.is_none() {
                self.complain(format!("a filter value that is no text: {filter}"));
            }
            if filter["propertyName"] == "lastmodifieddate" {
                let is_ms = value.is_some_and(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
                if !is_ms || filter["operator"] == "GT" {
                    self.complain(format!("a filter that loses rows: {filter}"));
                }
            }
        }
    }
}

fn iso(ms: i64) -> Value {
    json!(DateTime::from_timestamp_millis(ms).unwrap().to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

/// A 429 as it is recorded.
pub(crate) fn limited(policy: &str) -> Reply {
    let message = match policy {
        "DAILY" => "You have reached your daily limit.",
        "SECONDLY" => "You have reached your secondly limit.",
        _ => "You have reached your ten_secondly_rolling limit.",
    };
    let body = json!({"status": "error", "message": message, "errorType": "RATE_LIMIT",
        "correlationId": "c", "policyName": policy, "requestId": "r"});
    Reply::json(429, &body)
}
