//! Owners and the definitions of properties.

use serde_json::{Value, json};

use super::STAGES;
use super::portal::Portal;
use crate::support::http_server::Reply;

/// What the rules of the tests read and write.
const OF_CONTACTS: [&str; 7] =
    ["hs_object_id", "email", "hubspotscore", "lifecyclestage", "hs_lead_status", "firstname", "lastname"];

/// Owners in one answer.
const PAGE: usize = 100;

impl Portal {
    pub(super) fn defined(&self, kind: &str) -> Reply {
        let names = if kind == "companies" { &["name"][..] } else { &OF_CONTACTS };
        let all = names.iter().map(|name| json!({"name": name, "options": []}));
        let all = self.definitions.get(kind).cloned().unwrap_or_else(|| all.collect());
        Reply::json(200, &json!({"results": all}))
    }

    pub(super) fn property(&self, kind: &str, name: &str) -> Reply {
        match (kind, name) {
            ("tasks", "handoff_key") if self.has_key_property => {
                Reply::json(200, &json!({"name": "handoff_key", "hasUniqueValue": true, "archived": false}))
            }
            ("tasks", "hs_task_subject") => {
                Reply::json(200, &json!({"name": "hs_task_subject", "groupName": "taskinformation"}))
            }
            ("contacts", name) => self.options(name),
            _ => Reply::html(404),
        }
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

    pub(super) fn add_key_property(&mut self, body: &Value) -> Reply {
        self.has_key_property = body["hasUniqueValue"] == true && body["groupName"] == "taskinformation";
        Reply::json(201, body)
    }

    pub(super) fn list_owners(&self, query: &str) -> Reply {
        let archived = query.contains("archived=true");
        let after = query.split('&').find_map(|pair| pair.strip_prefix("after="));
        let after: usize = after.map_or(0, |after| after.parse().expect("a place of this list"));
        let owner = |(id, email, gone): &(u64, &str, bool)| json!({"id": id.to_string(), "email": email, "userId": id + 500, "archived": gone, "type": "PERSON"});
        let theirs = self.owners.iter().filter(|(.., gone)| *gone == archived).skip(after);
        let theirs: Vec<Value> = theirs.map(owner).collect();
        let mut page = json!({"results": theirs.iter().take(PAGE).collect::<Vec<_>>()});
        if theirs.len() > PAGE {
            let next = (after + PAGE).to_string();
            page["paging"] = json!({"next": {"after": next, "link": "https://evil.example/next"}});
        }
        Reply::json(200, &page)
    }
}
