//! Which request is which.

use chrono::DateTime;
use serde_json::{Value, json};

use super::Fault;
use super::portal::Portal;
use crate::support::http_server::{Reply, Request};
use crate::support::loose::loose;

impl Portal {
    pub(super) fn answer(&mut self, request: &Request) -> Reply {
        self.requests.push(format!("{} {}", request.method, request.path));
        if request.header("authorization") != Some(&format!("Bearer {}", self.token)) {
            self.complain(format!("no bearer token: {}", request.path));
        }
        let is_search = request.path.ends_with("/search");
        if let Some(reply) = self.limit(is_search, request.at) {
            return reply;
        }
        let reply = match self.fault(request) {
            Some(Fault::Instead(reply)) => reply,
            Some(Fault::Done(reply)) => {
                self.route(request);
                reply
            }
            Some(Fault::Short(rows)) => self.search(request, Some(rows), false),
            Some(Fault::Repeat) => self.search(request, None, true),
            None => self.refuse(&request.path).unwrap_or_else(|| self.route(request)),
        };
        let reply = if self.is_loose { loose(reply) } else { reply };
        let date = self.date.unwrap_or_else(|| DateTime::from_timestamp_millis(self.now_ms).unwrap());
        let reply = reply.with("Date", &date.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        match &self.rates {
            Some(rates) if !is_search => rates.told(reply),
            _ => reply,
        }
    }

    fn fault(&mut self, request: &Request) -> Option<Fault> {
        let mut faults = self.faults.iter();
        let at =
            faults.position(|(method, path, _)| request.method == *method && request.path.ends_with(path))?;
        self.faults.remove(at).map(|(.., fault)| fault)
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
        let path = unversioned(self.version, &request.path);
        match (request.method.as_str(), path.as_slice()) {
            ("POST", ["objects", "contacts", "search"]) => self.search(request, None, false),
            ("POST", ["objects", kind, "batch", "read"]) => self.batch_read(kind, &body),
            ("PATCH", ["objects", "contacts", id]) => self.update(id, &body).1,
            ("POST", ["objects", "contacts", "batch", "update"]) => {
                self.batch(&body, |portal, input| portal.update(input["id"].as_str().unwrap(), input))
            }
            ("POST", ["objects", "tasks"]) => self.create(&body).1,
            ("POST", ["objects", "tasks", "batch", "create"]) => self.batch(&body, Self::create),
            ("GET", ["objects", "tasks", key]) => self.by_key(key, &request.query),
            ("GET", ["objects", _]) => Reply::json(200, &json!({"results": []})),
            ("POST", ["associations", "contacts", kind, "batch", "read"]) => self.associated(kind, &body),
            ("GET", ["owners"]) => self.list_owners(&request.query),
            ("GET", ["properties", kind]) => self.defined(kind),
            ("GET", ["properties", kind, name]) => self.property(kind, name),
            ("POST", ["properties", "tasks"]) => self.add_key_property(&body),
            ("GET", ["account-info", ..]) => {
                Reply::json(200, &json!({"portalId": self.number, "timeZone": "Europe/Lisbon"}))
            }
            ("POST", ["oauth", ..]) => Reply::html(404),
            _ => {
                self.complain(format!("an unknown path: {} {}", request.method, request.path));
                Reply::html(404)
            }
        }
    }
}

/// The parts of a path without what every path of the CRM has, its name and its version. One of another version has no parts.
fn unversioned<'a>(version: &str, path: &'a str) -> Vec<&'a str> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["crm", "v4", "associations", ..] if version == "v3" => parts[2..].to_vec(),
        ["crm", "v3", room, ..] if version == "v3" && *room != "associations" => parts[2..].to_vec(),
        ["crm", room, dated, rest @ ..] if dated == &version => [&[*room], rest].concat(),
        ["crm", ..] => Vec::new(),
        _ => parts,
    }
}
