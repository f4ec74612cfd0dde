//! Tasks as HubSpot takes them: object 0-27.
//!
//! <https://developers.hubspot.com/docs/api-reference/crm-tasks-v3/guide>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::html;
use crate::model::{ChannelWords, Task};

/// The unique property that holds the key of each task; `handoff init --crm` creates it.
pub(super) const KEY_PROPERTY: &str = "handoff_key";

/// Properties by which a task is recognized.
pub(super) const KEY_SOURCES: [&str; 2] = [KEY_PROPERTY, "hs_task_body"];

/// HubSpot's own association types, from a task.
///
/// <https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide#association-type-id-values>
const TO_CONTACT: u32 = 204;
const TO_COMPANY: u32 = 192;

const SUBJECT_CHARS_MAX: usize = 255;

/// Where the key of a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeyPlace {
    /// In a property that HubSpot keeps unique: a second task with it is refused.
    Property,
    /// In the last line of the body, found through the contact.
    Body,
}

/// The request body that creates a task. `owner` is the owner's id, `company` the contact's company.
pub(super) fn create(
    key: &str,
    task: &Task,
    owner: &str,
    company: Option<&str>,
    place: KeyPlace,
    words: &ChannelWords,
) -> Value {
    let marked = (place == KeyPlace::Body).then_some(key);
    let mut properties = json!({
        "hs_timestamp": task.due.timestamp_millis().to_string(),
        "hs_task_subject": task.brief.title.for_terminal(SUBJECT_CHARS_MAX - 1),
        "hs_task_body": html::body(&task.brief, marked, words),
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": priority(&task.priority),
        "hs_task_type": "TODO",
        "hubspot_owner_id": owner,
    });
    if let (KeyPlace::Property, Some(properties)) = (place, properties.as_object_mut()) {
        properties.insert(KEY_PROPERTY.to_owned(), json!(key));
    }
    let mut associations = vec![association(&task.contact, TO_CONTACT)];
    associations.extend(company.map(|company| association(company, TO_COMPANY)));
    json!({ "properties": properties, "associations": associations })
}

fn association(to: &str, kind: u32) -> Value {
    let kind = json!({"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind});
    json!({"to": {"id": to}, "types": [kind]})
}

/// HubSpot knows three; whatever else a definition calls a priority is the middle one.
fn priority(name: &str) -> &'static str {
    match name.to_ascii_lowercase().as_str() {
        "high" | "urgent" | "hot" => "HIGH",
        "low" => "LOW",
        _ => "MEDIUM",
    }
}

/// Where the key stands in a body made by [`create`].
pub(super) fn place_in(body: &Value) -> KeyPlace {
    let has_property = body.get("properties").is_some_and(|all| all.get(KEY_PROPERTY).is_some());
    if has_property { KeyPlace::Property } else { KeyPlace::Body }
}

/// Whether a task that HubSpot returned is the one with this key.
pub(super) fn carries(record: &Value, key: &str) -> bool {
    let property = |name: &str| record.get("properties").and_then(|all| all.get(name)?.as_str());
    property(KEY_PROPERTY) == Some(key)
        || property("hs_task_body").is_some_and(|body| html::has_marker(body, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handoff::words::CHANNEL;
    use crate::model::{Brief, BriefLine, Kind, Untrusted};

    fn task() -> Task {
        let line = BriefLine { label: "Why now".to_owned(), text: Untrusted::new("score <65>") };
        let brief = Brief { title: Untrusted::new("hot: Ann\u{1b}"), lines: vec![line], link: None };
        Task {
            contact: "101".to_owned(),
            owner: "ana@acme.example".to_owned(),
            due: Kind::DateTime.read("2026-11-23T10:05:00Z").as_time().unwrap(),
            priority: "high".to_owned(),
            brief,
        }
    }

    #[test]
    fn a_task_has_its_due_date_in_milliseconds_and_both_associations() {
        let body = create("keyt1", &task(), "77", Some("501"), KeyPlace::Property, &CHANNEL);
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap(), @r#"
        {
          "associations": [
            {
              "to": {
                "id": "101"
              },
              "types": [
                {
                  "associationCategory": "HUBSPOT_DEFINED",
                  "associationTypeId": 204
                }
              ]
            },
            {
              "to": {
                "id": "501"
              },
              "types": [
                {
                  "associationCategory": "HUBSPOT_DEFINED",
                  "associationTypeId": 192
                }
              ]
            }
          ],
          "properties": {
            "handoff_key": "keyt1",
            "hs_task_body": "<p><strong>Why now:</strong> score &lt;65&gt;</p>",
            "hs_task_priority": "HIGH",
            "hs_task_status": "NOT_STARTED",
            "hs_task_subject": "hot: Ann",
            "hs_task_type": "TODO",
            "hs_timestamp": "1795428300000",
            "hubspot_owner_id": "77"
          }
        }
        "#);
    }

    #[test]
    fn without_the_property_the_key_stands_in_the_body() {
        let body = create("keyt1", &task(), "77", None, KeyPlace::Body, &CHANNEL);
        let properties = &body["properties"];
        assert_eq!(properties.get(KEY_PROPERTY), None);
        assert!(properties["hs_task_body"].as_str().unwrap().ends_with("<p>handoff:keyt1</p>"));
        assert_eq!(body["associations"].as_array().unwrap().len(), 1);
        assert!(carries(&body, "keyt1") && !carries(&body, "keyt2"));
    }

    #[test]
    fn every_priority_becomes_one_of_hubspots() {
        assert_eq!(["High", "low", "normal", ""].map(priority), ["HIGH", "LOW", "MEDIUM", "MEDIUM"]);
    }
}
