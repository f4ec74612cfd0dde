//! A small account of each CRM.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use handoff::connector::{Capabilities, Certainty};
use serde_json::{Value, json};

use super::Fault;
use super::crm::Account;
use super::scene::Side;
use crate::support::Place;
use crate::support::http_server::Reply;
use crate::support::hubspot::portal::iso;
use crate::support::hubspot::{self, Fake, TOKEN};

/// Files as a CRM.
pub(crate) struct File {
    folder: PathBuf,
    now: DateTime<Utc>,
    /// Score, owner and time of change, by id.
    contacts: BTreeMap<String, (u32, String, String)>,
}

impl File {
    fn export(&self) {
        let mut text = "id,score,owner,modified_at\n".to_owned();
        for (id, (score, owner, modified)) in &self.contacts {
            writeln!(text, "{id},{score},{owner},{modified}").unwrap();
        }
        // As exports are written: whole, and then put in place.
        let new = self.folder.join("contacts.new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.folder.join("contacts.csv")).unwrap();
    }

    fn act(&self, id: &str, kind: &str) {
        let path = self.folder.join("activity.csv");
        let rows = std::fs::read_to_string(&path).unwrap_or_else(|_| "at,contact,by,kind,note\n".to_owned());
        let at = self.now.to_rfc3339();
        std::fs::write(path, format!("{rows}{at},{id},ana@acme.example,{kind},\n")).unwrap();
    }

    fn lines(&self, name: &str, id: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.join("out").join(name)).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["contact"] == id).collect()
    }
}

impl Side for File {
    fn table(&self) -> String {
        "[crm.file]\ncontacts = \"contacts.csv\"\nactivity = \"activity.csv\"\n".to_owned()
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn at(&mut self, now: DateTime<Utc>) {
        self.now = now;
    }

    fn watch(&self, _: &Path) {}

    fn locked(&self) -> Vec<String> {
        Vec::new()
    }

    fn next(&mut self, _: Fault) -> bool {
        false
    }
}

impl Account for File {
    const CAN: Capabilities = Capabilities {
        applies_late: false,
        certainty: Certainty::Keyed,
        shows_state: false,
        tells_endings: true,
    };
    const KNOWS_THE_KEY: bool = true;

    fn open(place: &Place) -> Self {
        let file = Self { folder: place.path(""), now: DateTime::UNIX_EPOCH, contacts: BTreeMap::new() };
        file.export();
        file
    }

    fn put(&mut self, id: &str, score: u32) {
        let at = self.now.to_rfc3339_opts(SecondsFormat::Millis, true);
        self.contacts.insert(id.to_owned(), (score, String::new(), at));
        self.export();
    }

    fn own(&mut self, id: &str, email: &str) {
        email.clone_into(&mut self.contacts.get_mut(id).unwrap().1);
        self.export();
    }

    fn delete(&mut self, id: &str) {
        self.contacts.remove(id).unwrap();
        self.export();
    }

    fn merge(&mut self, loser: &str, _: &str) {
        self.delete(loser);
    }

    fn merge_once_read(&mut self, _: &str, _: &str) -> bool {
        false
    }

    fn accept(&mut self, id: &str) {
        self.act(id, "accepted");
    }

    fn end(&mut self, id: &str) {
        self.act(id, "converted");
    }

    fn owner(&self, id: &str) -> Option<String> {
        let written =
            self.lines("contacts.jsonl", id).pop().map(|line| line["owner"].as_str().unwrap().to_owned());
        written.or_else(|| {
            self.contacts.get(id).map(|contact| contact.1.clone()).filter(|owner| !owner.is_empty())
        })
    }

    fn tasks(&self, id: &str) -> usize {
        self.lines("tasks.jsonl", id).len()
    }
}

/// An account of HubSpot, with or without the property for keys.
pub(crate) struct HubSpot<const HAS_KEY: bool> {
    fake: Fake,
    owners: [(u64, &'static str); 2],
}

impl<const HAS_KEY: bool> Side for HubSpot<HAS_KEY> {
    fn table(&self) -> String {
        format!("[crm.hubspot]\nbase_url = \"{}\"\n", self.fake.url())
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        vec![("HANDOFF_HUBSPOT_TOKEN", TOKEN.to_owned())]
    }

    fn at(&mut self, now: DateTime<Utc>) {
        self.fake.portal().now_ms = now.timestamp_millis();
    }

    fn watch(&self, database: &Path) {
        self.fake.server.watch(database);
    }

    fn locked(&self) -> Vec<String> {
        self.fake.requests();
        self.fake.server.locked()
    }

    fn next(&mut self, fault: Fault) -> bool {
        let invalid = json!([{"isValid": false, "message": "no such words", "error": "FAILED_VALIDATION_RULE",
            "name": "hs_task_subject"}]);
        let fault = match fault {
            Fault::AnswerLost => hubspot::Fault::Done(Reply::Close),
            Fault::AnswerLate => {
                let late = Reply::json(201, &json!({"id": "1"}));
                hubspot::Fault::Done(Reply::Late(Duration::from_secs(4), Box::new(late)))
            }
            Fault::Throttled => {
                let body = json!({"status": "error", "policyName": "TEN_SECONDLY_ROLLING", "category": "RATE_LIMITS"});
                hubspot::Fault::Instead(Reply::json(429, &body))
            }
            Fault::Refused => {
                let body = json!({"status": "error", "category": "VALIDATION_ERROR",
                    "message": format!("Property values were not valid: {invalid}")});
                hubspot::Fault::Instead(Reply::json(400, &body))
            }
        };
        self.fake.fail("POST", "/tasks", fault);
        true
    }
}

impl<const HAS_KEY: bool> Account for HubSpot<HAS_KEY> {
    const CAN: Capabilities = Capabilities {
        applies_late: true,
        certainty: Certainty::Findable,
        shows_state: false,
        tells_endings: false,
    };
    const KNOWS_THE_KEY: bool = HAS_KEY;

    fn open(_: &Place) -> Self {
        let fake = Fake::start(HAS_KEY);
        fake.portal().owners.push((72, "bo@acme.example", false));
        Self { fake, owners: [(71, "ana@acme.example"), (72, "bo@acme.example")] }
    }

    fn put(&mut self, id: &str, score: u32) {
        let email = format!("{id}@lead.example");
        let lead = json!({"email": email, "hubspotscore": score.to_string(), "lifecyclestage": "lead"});
        self.fake.portal().put("contacts", id, &lead);
    }

    fn own(&mut self, id: &str, email: &str) {
        let (owner, _) = self.owners.iter().find(|(_, known)| *known == email).unwrap();
        self.fake.portal().put("contacts", id, &json!({"hubspot_owner_id": owner.to_string()}));
    }

    fn delete(&mut self, id: &str) {
        self.fake.portal().delete("contacts", id);
    }

    fn merge(&mut self, loser: &str, winner: &str) {
        self.fake.portal().merge(loser, winner);
    }

    fn merge_once_read(&mut self, loser: &str, winner: &str) -> bool {
        self.fake.portal().merges = Some((loser.to_owned(), winner.to_owned()));
        true
    }

    fn accept(&mut self, id: &str) {
        self.fake.portal().engage(id, "calls", &json!({"hubspot_owner_id": "71"}));
    }

    fn end(&mut self, id: &str) {
        let mut portal = self.fake.portal();
        let version = json!({"value": "customer", "timestamp": iso(portal.now_ms), "sourceType": "CRM_UI"});
        portal.history.insert((id.to_owned(), "lifecyclestage".to_owned()), vec![version]);
        portal.put("contacts", id, &json!({"lifecyclestage": "customer"}));
    }

    fn owner(&self, id: &str) -> Option<String> {
        let portal = self.fake.portal();
        let owner = portal.get("contacts", id)?.properties.get("hubspot_owner_id")?.as_str()?;
        let email = self.owners.iter().find(|(known, _)| known.to_string() == *owner);
        email.map(|(_, email)| (*email).to_owned())
    }

    fn tasks(&self, id: &str) -> usize {
        self.fake.tasks(id).len()
    }
}
