//! Records by id or key, and what they are associated with.

use serde_json::{Map, Value, json};

use super::portal::Portal;
use super::portal::Record;
use crate::support::http_server::Reply;

/// A text with this in it was cut in the middle of an emoji, and nothing that it is part of is JSON any more.
pub(crate) const CUT: &str = "(cut)";

fn cut(reply: Reply) -> Reply {
    let Reply::Answer { status, headers, body } = reply else { return reply };
    let body = String::from_utf8(body).expect("UTF-8").replace(CUT, "\\ud83d").into_bytes();
    Reply::Answer { status, headers, body }
}

impl Portal {
    pub(super) fn batch_read(&mut self, kind: &str, body: &Value) -> Reply {
        let names = body["properties"].as_array().cloned().unwrap_or_default();
        let historic = body["propertiesWithHistory"].as_array().cloned().unwrap_or_default();
        let inputs = self.inputs(body, if historic.is_empty() { 100 } else { 50 });
        let by_key = body["idProperty"] == "handoff_key";
        let mut results = Vec::new();
        for asked in &inputs {
            let found = if by_key {
                self.keyed(&json!(asked)).map(|(id, _)| id.to_string())
            } else {
                Some(if kind == "contacts" { self.resolve(asked).to_owned() } else { asked.clone() })
            };
            let Some(id) = found else { continue };
            if let (true, Ok(id)) = (kind == "contacts", id.parse()) {
                *self.reads.entry(id).or_default() += 1;
            }
            let Some(record) = self.get(kind, &id) else { continue };
            results.push(self.shown_as(&id, record, &names, &historic));
        }
        // The order of the answer is nobody's promise.
        results.reverse();
        if kind == "contacts" {
            self.happen();
        }
        if results.len() == inputs.len() {
            return cut(Reply::json(200, &json!({"status": "COMPLETE", "results": results})));
        }
        // As it was recorded: whom it is about is not said.
        let missing = json!({"status": "error", "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some objects, they may be deleted or not exist. Check that ids are valid."});
        let body = json!({"status": "COMPLETE", "results": results, "numErrors": 1, "errors": [missing]});
        cut(Reply::json(207, &body))
    }

    fn shown_as(&self, id: &str, record: &Record, names: &[Value], historic: &[Value]) -> Value {
        let one = |name: &Value| {
            let name = name.as_str().expect("a name").to_owned();
            let value = record.properties.get(&name).cloned().unwrap_or(Value::Null);
            (name, value)
        };
        let versions = |name: &Value| {
            let name = name.as_str().expect("a name").to_owned();
            let versions = self.history.get(&(id.to_owned(), name.clone())).cloned().unwrap_or_default();
            (name, json!(versions))
        };
        json!({"id": id, "archived": false, "createdAt": "2024-01-01T00:00:00Z", "url": "https://evil.example",
            "properties": names.iter().map(one).collect::<Map<_, _>>(),
            "propertiesWithHistory": historic.iter().map(versions).collect::<Map<_, _>>()})
    }

    /// What somebody else does once contacts were read.
    fn happen(&mut self) {
        if let Some((contact, owner)) = self.takes_over.take() {
            self.put("contacts", contact, &json!({"hubspot_owner_id": owner}));
        }
        if let Some((loser, winner)) = self.merges.take() {
            self.merge(&loser, &winner);
        }
        if self.vanish_after > 0 {
            self.vanish_after -= 1;
            return;
        }
        for id in std::mem::take(&mut self.vanish) {
            self.objects.get_mut("contacts").unwrap().remove(&id.parse().unwrap());
        }
    }

    fn inputs(&mut self, body: &Value, most: usize) -> Vec<String> {
        let inputs = body["inputs"].as_array().expect("inputs");
        if inputs.is_empty() || inputs.len() > most {
            self.complain(format!("{} inputs in a batch", inputs.len()));
        }
        inputs.iter().map(|input| input["id"].as_str().expect("an id that is text").to_owned()).collect()
    }

    pub(super) fn associated(&mut self, kind: &str, body: &Value) -> Reply {
        let ids = self.inputs(body, 100);
        let of_contact = |id: &String| {
            let to = |to: u64, kind: u32, label: Option<&str>| json!({"toObjectId": to, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": kind, "label": label}]});
            let linked = self.linked(id, kind).into_iter();
            let mut all: Vec<Value> = linked.map(|id| to(id.parse().unwrap(), 203, None)).collect();
            let primary = id.parse().ok().and_then(|id: u64| self.primary_companies.get(&id));
            if let Some(company) = primary.filter(|_| kind == "companies") {
                all.extend([to(company + 9_000, 279, None), to(*company, 1, Some("Primary"))]);
            }
            (!all.is_empty()).then(|| json!({"from": {"id": id}, "to": all}))
        };
        let results: Vec<Value> = ids.iter().filter_map(of_contact).collect();
        let status = if results.len() == ids.len() { 200 } else { 207 };
        Reply::json(status, &json!({"status": "COMPLETE", "results": results, "numErrors": 0}))
    }

    pub(super) fn by_key(&self, key: &str, query: &str) -> Reply {
        assert!(query.contains("idProperty=handoff_key") && self.has_key_property, "{query}");
        self.keyed(&json!(key)).map_or_else(
            || Reply::html(404),
            |(id, task)| Reply::json(200, &json!({"id": id.to_string(), "properties": task.properties})),
        )
    }
}
