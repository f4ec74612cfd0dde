//! What goes wrong is said, and what may pass is tried again.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::desk::{Desk, count};
use crate::support::http_server::Reply;
use crate::support::hubspot::{Fault, TOKEN};

/// A recorded body, where the recordings lie beside the project.
fn recorded(name: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/hubspot").join(name);
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("a recording"))
}

fn body(name: &str, otherwise: Value) -> Value {
    recorded(name).map_or(otherwise, |sample| sample["body"].clone())
}

#[test]
fn case_15_401_fails_at_once_with_a_hint_and_the_token_stays_secret() {
    let desk = Desk::open();
    let mut refusal =
        body("401_invalid_authentication_shape.json", json!({"category": "INVALID_AUTHENTICATION"}));
    refusal["message"] = json!(format!("the token {TOKEN} is not valid"));
    desk.fake.fail("POST", "/search", Fault::Instead(Reply::json(401, &refusal)));
    let said = desk.failed_sync();
    assert!(said.contains("HANDOFF_HUBSPOT_TOKEN"), "{said}");
    assert_eq!(desk.fake.requests().len(), 2, "which account it is, and the search");
    let db = desk.place.bytes("handoff.db");
    assert!(!db.windows(TOKEN.len()).any(|bytes| bytes == TOKEN.as_bytes()));
}

#[test]
fn case_15_403_names_the_scope() {
    let desk = Desk::open();
    desk.fill(1, 3);
    let otherwise = json!({"category": "MISSING_SCOPES",
        "errors": [{"context": {"requiredGranularScopes": ["crm.objects.contacts.read"]}}]});
    let refusal = body("403_missing_scopes_recorded.json", otherwise);
    desk.fake.fail("POST", "/batch/read", Fault::Instead(Reply::json(403, &refusal)));
    let said = desk.failed_sync();
    assert!(said.contains("lacks the scope crm.objects.contacts.read"), "{said}");
}

#[test]
fn case_15_html_instead_of_json_does_not_break_anything() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.fake.fail("POST", "/search", Fault::Instead(Reply::html(404)));
    let said = desk.failed_sync();
    assert!(said.contains("HubSpot answered 404"), "{said}");
    desk.fake.fail("POST", "/search", Fault::Instead(Reply::html(200)));
    let said = desk.failed_sync();
    assert!(said.contains("cannot be read"), "{said}");
    desk.sync();
    assert_eq!(desk.stored(), [1, 2, 3]);
}

#[test]
fn case_16_what_may_pass_is_tried_again_and_400_is_not() {
    let desk = Desk::open();
    desk.fill(1, 3);
    for status in [502, 524] {
        desk.fake.fail("POST", "/search", Fault::Instead(Reply::html(status)));
    }
    desk.fake.fail(
        "POST",
        "/contacts/batch/read",
        Fault::Instead(Reply::json(423, &json!({"message": "locked"}))),
    );
    let took = desk.timed_sync();
    assert!(took >= Duration::from_secs(2), "a locked record is given two seconds: {took:?}");
    assert_eq!(count(&desk.fake.requests(), "/search"), 3);
    desk.later(1);
    desk.fake.fail("POST", "/search", Fault::Instead(Reply::json(400, &json!({"message": "no"}))));
    desk.failed_sync();
    assert_eq!(desk.fake.requests().len(), 1);
}

#[test]
fn connections_that_break_are_tried_again() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.fake.fail("POST", "/search", Fault::Instead(Reply::Close));
    let half = Reply::Half(Box::new(Reply::json(200, &json!({"results": [], "total": 0}))));
    desk.fake.fail("POST", "/contacts/batch/read", Fault::Instead(half));
    desk.sync();
    assert_eq!(desk.stored(), [1, 2, 3]);
}

#[test]
fn a_missing_token_is_named() {
    let desk = Desk::open();
    let ran = desk.place.handoff_with(&[], &["sync"]);
    assert!(ran.stderr.contains("HANDOFF_HUBSPOT_TOKEN"), "{}", ran.all());
}

#[test]
fn recorded_owners_are_read() {
    let Some(sample) = recorded("owners_page_200.json") else { return };
    let desk = Desk::open();
    desk.fill(1, 1);
    let id = sample["response"]["body"]["results"][0]["id"].clone();
    let email = sample["response"]["body"]["results"][0]["email"].as_str().unwrap().to_owned();
    let modified = crate::support::hubspot::NOW_MS - crate::support::hubspot::MINUTE;
    desk.fake.portal().change(1, modified, 0, &json!({"hubspot_owner_id": id}));
    desk.fake.fail("GET", "/owners/2026-09", Fault::Instead(Reply::json(200, &sample["response"]["body"])));
    desk.sync();
    assert_eq!(desk.values(1)["contact.hubspot_owner_id"], email);
}
