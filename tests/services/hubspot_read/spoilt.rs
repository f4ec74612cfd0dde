//! A record that makes the whole answer about a page unreadable is found, and holds up nobody else.

use serde_json::{Value, json};

use super::desk::{Desk, count};
use super::records::about_to_route;
use crate::support::http_server::Reply;
use crate::support::hubspot::reads::CUT;
use crate::support::hubspot::{Fault, MINUTE, NOW_MS};

const READ: &str = "/objects/2026-09/contacts/batch/read";

fn spoil(desk: &Desk, id: u64, modified_ms: i64) {
    desk.fake.portal().change(id, modified_ms, 0, &json!({"firstname": format!("Kim {CUT}")}));
}

fn set_aside(desk: &Desk) -> Vec<String> {
    let ran = desk.handoff(&["status", "--format", "json"]);
    let all = ran.json()["set_aside"].as_array().cloned().unwrap_or_default();
    all.iter().map(Value::to_string).collect()
}

#[test]
fn a_contact_that_spoils_its_page_is_set_aside_and_the_others_are_read() {
    let desk = Desk::open();
    desk.fill(1, 250);
    spoil(&desk, 137, NOW_MS - 60 * MINUTE);
    let synced = desk.sync();
    assert_eq!(synced["set_aside"], 1, "{synced}");
    let others: Vec<u64> = (1..=250).filter(|id| *id != 137).collect();
    assert_eq!(desk.stored(), others);
    // Three pages, and twice the seven halvings of a hundred.
    assert!(count(&desk.fake.requests(), READ) <= 3 + 14);
    let aside = set_aside(&desk);
    assert!(
        aside.len() == 1 && aside[0].contains("contact 137") && aside[0].contains("hex escape"),
        "{aside:?}"
    );
    // The walk is through, and the next run is as any other.
    desk.later(10);
    desk.sync();
    assert_eq!(desk.fake.requests().len(), 1);
    // Mended, it is a contact like others.
    desk.later(1);
    let now = desk.fake.portal().now_ms;
    desk.fake.portal().change(137, now, 0, &json!({"firstname": "Kim"}));
    desk.sync();
    assert_eq!(desk.stored(), (1..=250).collect::<Vec<_>>());
    assert_eq!(set_aside(&desk), Vec::<String>::new());
}

#[test]
fn contacts_of_a_company_that_cannot_be_read_are_not_judged_as_if_they_had_none() {
    let desk = Desk::open();
    desk.fill(1, 3);
    {
        let mut portal = desk.fake.portal();
        portal.put("companies", "900", &json!({"name": CUT}));
        portal.put("companies", "901", &json!({"name": "Fintech"}));
        portal.change(1, NOW_MS - 60 * MINUTE, 0, &json!({"associatedcompanyid": "900"}));
        portal.change(2, NOW_MS - 60 * MINUTE, 0, &json!({"associatedcompanyid": "901"}));
    }
    assert_eq!(desk.sync()["set_aside"], 1);
    assert_eq!(desk.stored(), [2, 3]);
    assert_eq!(desk.values(2)["company.name"], "Fintech");
    let aside = set_aside(&desk);
    assert!(aside[0].contains("contact 1") && aside[0].contains("its company 900"), "{aside:?}");
}

#[test]
fn an_answer_that_broke_off_or_is_no_json_sets_nobody_aside() {
    let desk = Desk::open();
    desk.fill(1, 3);
    for body in [
        r#"{"status":"COMPLETE","results":[{"id":"1","properties":{"firstname":"\ud83d"}}"#,
        "<html>{}</html>",
    ] {
        let reply = Reply::Answer { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
        desk.fake.fail("POST", "/batch/read", Fault::Instead(reply));
        desk.fake.requests();
        let said = desk.failed_sync();
        assert!(said.contains("cannot be read"), "{said}");
        assert_eq!(count(&desk.fake.requests(), READ), 1);
    }
    assert_eq!(desk.sync()["set_aside"], 0);
    assert_eq!(desk.stored(), [1, 2, 3]);
}

#[test]
fn a_contact_that_cannot_be_looked_at_again_is_not_taken_for_gone_and_nothing_is_written_to_it() {
    let desk = about_to_route();
    let now = desk.fake.portal().now_ms;
    spoil(&desk, 1, now);
    desk.fake.requests();
    let ran = desk.handoff(&["route", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    let routed = ran.json();
    assert_eq!(routed["outcomes"].as_array().unwrap().len(), 0, "{routed}");
    let postponed = routed["delivered"]["postponed"][0].as_str().unwrap();
    assert!(postponed.starts_with("contact 1 cannot be looked at again"), "{routed}");
    let requests = desk.fake.requests();
    assert!(requests.iter().all(|request| !request.starts_with("PATCH")), "{requests:?}");
    // Mended, it goes out.
    desk.later(1);
    desk.fake.portal().change(1, now, 0, &json!({"firstname": "Kim"}));
    let ran = desk.handoff(&["route", "--format", "json"]);
    assert!(!ran.all().contains("looked at again"), "{}", ran.all());
    let portal = desk.fake.portal();
    assert!(portal.requests.iter().any(|request| request.starts_with("PATCH")), "it is written to");
}
