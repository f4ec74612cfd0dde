//! Updates of contacts and new tasks, alone and in batches.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::checks;
use super::portal::Portal;
use crate::support::http_server::Reply;

impl Portal {
    /// Many at once: the answer says of each what became of it, when each has its trace id.
    pub(super) fn batch(
        &mut self,
        body: &Value,
        mut one: impl FnMut(&mut Self, &Value) -> (bool, Reply),
    ) -> Reply {
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

    pub(super) fn update(&mut self, id: &str, body: &Value) -> (bool, Reply) {
        let id = &self.resolve(id).to_owned();
        let Some(contact) = self.get("contacts", id) else { return (false, Reply::html(404)) };
        let contact = contact.properties.clone();
        if let Some(refusal) = checks::update(self, &contact, &body["properties"]) {
            return (false, refusal);
        }
        self.put("contacts", id, &body["properties"]);
        (true, Reply::json(200, &json!({"id": id, "properties": body["properties"]})))
    }

    pub(super) fn create(&mut self, body: &Value) -> (bool, Reply) {
        if let Some(refusal) = checks::task(self, body) {
            return (false, refusal);
        }
        let id = self.add("tasks", &body["properties"]);
        for association in body["associations"].as_array().unwrap() {
            let to = association["to"]["id"].as_str().unwrap();
            if association["types"][0]["associationTypeId"] == 204 {
                let contact = self.resolve(to).to_owned();
                self.link(&contact, "tasks", &id);
            } else {
                self.of_companies.insert((id.clone(), to.to_owned()));
            }
        }
        (true, Reply::json(201, &json!({"id": id, "properties": body["properties"]})))
    }
}
