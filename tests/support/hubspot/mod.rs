//! A HubSpot that remembers what it was told: contacts, companies, owners, tasks, engagements and what they are associated
//! with. It checks every request against the documented limits; what breaks one is noted, and fails the test.

mod checks;
pub(crate) mod limits;
pub(crate) mod portal;
pub(crate) mod reads;
mod route;
mod search;
mod settings;
mod writes;

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Map, Value};

use self::portal::Portal;
use crate::support::http_server::{HttpServer, Reply};

pub(crate) const TOKEN: &str = "pat-na1-canary-9876543210";
pub(crate) const STAGES: [&str; 6] =
    ["subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer"];

/// A Monday morning, and the service's clock when a test begins.
pub(crate) const NOW_MS: i64 = 1_795_428_000_000;
pub(crate) const MINUTE: i64 = 60_000;

/// What happens to the next request of a method whose path ends with a text.
pub(crate) enum Fault {
    /// It is not looked at.
    Instead(Reply),
    /// It is done, and this is the answer.
    Done(Reply),
    /// A search page with as many rows, and a place to go on.
    Short(usize),
    /// The last search page again, whatever was asked for.
    Repeat,
}

pub(crate) struct Fake {
    portal: Arc<Mutex<Portal>>,
    pub(crate) server: HttpServer,
}

impl Fake {
    pub(crate) fn start(has_key_property: bool) -> Self {
        let portal = Arc::new(Mutex::new(Portal::new(has_key_property)));
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

    /// Requests since the last call, as `METHOD path`; nothing may have broken a rule.
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
        let ids = portal.linked(contact, "tasks").into_iter();
        ids.map(|id| (id.clone(), portal.get("tasks", &id).expect("a task").properties.clone())).collect()
    }

    pub(crate) fn contact(&self, id: &str) -> Map<String, Value> {
        self.portal().get("contacts", id).expect("a contact").properties.clone()
    }
}
