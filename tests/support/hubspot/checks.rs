//! What HubSpot refuses, and what it would take although it is wrong.

use serde_json::{Map, Value, json};

use super::STAGES;
use super::portal::Portal;
use crate::support::http_server::Reply;

/// A validation error as it is recorded: JSON inside the message.
pub(crate) fn invalid(property: &str, error: &str, message: &str) -> Reply {
    let inner = json!([{"isValid": false, "message": message, "error": error, "name": property}]);
    Reply::json(
        400,
        &json!({"status": "error", "category": "VALIDATION_ERROR", "correlationId": "c",
        "message": format!("Property values were not valid: {inner}")}),
    )
}

/// Checks an update of a contact; a refusal when HubSpot would refuse it.
pub(crate) fn update(portal: &mut Portal, contact: &Map<String, Value>, properties: &Value) -> Option<Reply> {
    let properties = properties.as_object().expect("properties");
    if properties.is_empty() {
        portal.complain("an update without properties");
    }
    if let Some(owner) = properties.get("hubspot_owner_id")
        && !portal.owner_is_active(owner)
    {
        return Some(invalid("hubspot_owner_id", "INVALID_OWNER_ID", "no such owner"));
    }
    let place = |stage: Option<&Value>| STAGES.iter().position(|known| stage == Some(&json!(known)));
    let (present, wanted) = (place(contact.get("lifecyclestage")), place(properties.get("lifecyclestage")));
    if present.zip(wanted).is_some_and(|(present, wanted)| wanted < present) {
        portal.complain("a lifecycle stage was set back");
    }
    None
}

/// Checks a new task; a refusal when HubSpot would refuse it.
pub(crate) fn task(portal: &mut Portal, body: &Value) -> Option<Reply> {
    let text = |name: &str| body["properties"][name].as_str().unwrap_or_default().to_owned();
    let due = text("hs_timestamp");
    if due.len() != 13 || !due.bytes().all(|byte| byte.is_ascii_digit()) {
        portal.complain(format!("a due date that is no milliseconds: {due}"));
    }
    if text("hs_task_status") != "NOT_STARTED"
        || !["LOW", "MEDIUM", "HIGH"].contains(&text("hs_task_priority").as_str())
        || !["TODO", "CALL"].contains(&text("hs_task_type").as_str())
        || text("hs_task_subject").is_empty()
    {
        portal.complain(format!("a task with values of its own: {body}"));
    }
    html(portal, &text("hs_task_body"));
    if !portal.owner_is_active(&body["properties"]["hubspot_owner_id"]) {
        return Some(invalid("hubspot_owner_id", "INVALID_OWNER_ID", "no such owner"));
    }
    if text("hs_task_subject").contains("Refused") {
        return Some(invalid("hs_task_subject", "FAILED_VALIDATION_RULE", "no such words in subjects"));
    }
    let key = body["properties"].get("handoff_key");
    if key.is_some() && !portal.has_key_property {
        return Some(invalid(
            "handoff_key",
            "PROPERTY_DOESNT_EXIST",
            "Property \"handoff_key\" does not exist",
        ));
    }
    if key.is_none() && portal.has_key_property {
        portal.complain("a task without its key");
    }
    if key.is_some_and(|key| portal.keyed(key).is_some()) {
        return Some(invalid("handoff_key", "CONFLICTING_UNIQUE_VALUE", "already has that value."));
    }
    let associations = body["associations"].as_array().expect("associations");
    for association in associations {
        let kind = &association["types"][0];
        assert_eq!(kind["associationCategory"], "HUBSPOT_DEFINED");
        let objects = match kind["associationTypeId"].as_u64() {
            Some(204) => "contacts",
            Some(192) => "companies",
            other => panic!("association type {other:?}"),
        };
        let id = association["to"]["id"].as_str().expect("an id");
        let id = if objects == "contacts" { portal.resolve(id) } else { id };
        if portal.get(objects, id).is_none() {
            return Some(invalid("associations", "INVALID_ASSOCIATION", "is not valid"));
        }
    }
    None
}

/// Only the tags that are ours, and nothing that runs.
fn html(portal: &mut Portal, body: &str) {
    let mut rest = body;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, behind) = after.split_once('>').unwrap_or((after, ""));
        let is_ours = ["p", "/p", "strong", "/strong", "/a"].contains(&tag)
            || (tag.starts_with("a href=\"https://app.hubspot.com/") && tag.matches('"').count() == 2);
        if !is_ours {
            portal.complain(format!("a tag in a task's body: <{tag}>"));
        }
        rest = behind;
    }
    if body.chars().count() > 65_536 {
        portal.complain("a body that is too long");
    }
}
