//! What a record holds: properties, the company, owners; and contacts that go away.

use serde_json::{Value, json};

use super::desk::{Desk, count};
use crate::support::hubspot::{MINUTE, NOW_MS};

fn company(name: &str) -> Value {
    json!({"name": name, "numberofemployees": "250", "hubspot_owner_id": "72"})
}

#[test]
fn the_company_comes_by_the_contact_s_own_property_and_owners_by_e_mail() {
    let desk = Desk::open();
    desk.fill(1, 3);
    {
        let mut portal = desk.fake.portal();
        portal.put("companies", "900", &company("Fintech"));
        for id in [1, 2] {
            let properties = json!({"associatedcompanyid": 900, "hubspot_owner_id": "71", "firstname": null});
            portal.change(id, NOW_MS - 60 * MINUTE, 0, &properties);
        }
        portal.change(
            3,
            NOW_MS - 60 * MINUTE,
            0,
            &json!({"hubspot_owner_id": "99", "hs_email_optout": true}),
        );
    }
    desk.sync();
    let values = desk.values(1);
    assert_eq!(values["company.name"], "Fintech");
    assert_eq!(values["company.hubspot_owner_id"], "bo@acme.example");
    assert_eq!(
        (values["contact.hubspot_owner_id"].as_str(), values["contact.associatedcompanyid"].as_str()),
        ("ana@acme.example", "900")
    );
    assert_eq!(values["contact.hs_object_id"], "1");
    assert_eq!(desk.values(3)["contact.hubspot_owner_id"], "owner:99");
    assert_eq!(desk.values(3)["contact.hs_email_optout"], "true");
    let requests = desk.fake.requests();
    assert_eq!(count(&requests, "/objects/2026-09/companies/batch/read"), 1, "{requests:?}");
    assert_eq!(
        count(&requests, "/contacts/companies/batch/read"),
        1,
        "for the one that names none: {requests:?}"
    );
    assert_eq!(count(&requests, "/owners/2026-09"), 2, "active and archived, once: {requests:?}");
}

#[test]
fn case_22_numbers_for_ids_nulls_and_unknown_keys_change_nothing_that_is_read() {
    let read = |is_loose: bool| {
        let desk = Desk::open();
        desk.fill(1, 250);
        {
            let mut portal = desk.fake.portal();
            portal.is_loose = is_loose;
            portal.put("companies", "900", &company("Fintech"));
            portal.primary_companies.insert(2, 900);
            portal.change(2, NOW_MS - 60 * MINUTE, 0, &json!({"hubspot_owner_id": 71, "firstname": null}));
        }
        desk.sync();
        desk.fake.requests();
        assert_eq!(desk.stored(), (1..=250).collect::<Vec<_>>());
        [1, 2, 250].map(|id| desk.values(id))
    };
    let strict = read(false);
    assert_eq!(strict[1]["company.name"], "Fintech");
    assert_eq!(strict[1]["contact.hubspot_owner_id"], "ana@acme.example");
    assert_eq!(read(true), strict);
}

#[test]
fn owners_and_the_way_to_companies_are_remembered_for_the_next_run() {
    let desk = Desk::open();
    let properties = json!({"associatedcompanyid": "900", "hubspot_owner_id": "71"});
    desk.fake.portal().put("companies", "900", &company("Fintech"));
    desk.fake.portal().change(1, NOW_MS - MINUTE, 0, &properties);
    desk.sync();
    desk.fake.requests();
    desk.later(2);
    desk.fake.portal().change(1, NOW_MS + MINUTE, 0, &json!({"hubspotscore": "12"}));
    desk.sync();
    assert_eq!(
        desk.fake.requests(),
        [
            "POST /crm/objects/2026-09/contacts/search",
            "POST /crm/objects/2026-09/contacts/batch/read",
            "POST /crm/objects/2026-09/companies/batch/read",
        ]
    );
    // A day later owners are asked for again.
    desk.later(25 * 60);
    let now = desk.fake.portal().now_ms;
    desk.fake.portal().change(1, now, 0, &json!({"hubspotscore": "13"}));
    desk.sync();
    assert_eq!(count(&desk.fake.requests(), "/owners/2026-09"), 1);
}

#[test]
fn the_company_comes_by_the_primary_association_where_the_property_is_empty() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.fake.portal().put("companies", "900", &company("Fintech"));
    desk.fake.portal().primary_companies.insert(2, 900);
    desk.sync();
    assert_eq!(desk.values(2)["company.name"], "Fintech");
    assert_eq!(desk.values(2)["contact.associatedcompanyid"], "900");
    assert!(!desk.values(1).contains_key("company.name"));
}

/// Contact 1 crossed and waits to be routed.
#[test]
fn a_company_by_association_is_found_behind_a_thousand_contacts_that_have_none() {
    let desk = Desk::open();
    desk.fill(1, 1_400);
    {
        let mut portal = desk.fake.portal();
        portal.put("companies", "900", &company("Fintech"));
        portal.primary_companies.insert(1_400, 900);
    }
    desk.sync();
    assert_eq!(desk.values(1_400)["company.name"], "Fintech");
}

#[test]
fn some_contacts_name_their_company_by_the_property_and_others_by_association_alone() {
    let desk = Desk::open();
    desk.fill(1, 3);
    {
        let mut portal = desk.fake.portal();
        portal.put("companies", "900", &company("Fintech"));
        portal.put("companies", "901", &company("Other"));
        portal.change(1, NOW_MS - 60 * MINUTE, 0, &json!({"associatedcompanyid": "900"}));
        portal.primary_companies.insert(2, 901);
    }
    let names =
        |desk: &Desk| [1, 2, 3].map(|id| desk.values(id).get("company.name").cloned().unwrap_or_default());
    desk.sync();
    assert_eq!(names(&desk), ["Fintech", "Other", ""]);
    // The next run knows it from the start.
    desk.later(1);
    for id in [1, 2, 3] {
        desk.fake.portal().change(id, NOW_MS + MINUTE, 0, &json!({"firstname": "Kim"}));
    }
    desk.sync();
    assert_eq!(names(&desk), ["Fintech", "Other", ""]);
    desk.fake.requests();
}

pub(crate) fn about_to_route() -> Desk {
    let desk = Desk::open();
    desk.place.replace("rules.toml", "base_url", "portal = 12345\nbase_url");
    desk.sync();
    assert_eq!(desk.handoff(&["evaluate"]).status, 0);
    desk.later(1);
    desk.fake.portal().change(
        1,
        NOW_MS + MINUTE,
        0,
        &json!({"email": "kim@client.example", "hubspotscore": "80"}),
    );
    desk.sync();
    let evaluated = desk.handoff(&["evaluate", "--format", "json"]).json();
    assert_eq!(evaluated["evaluated"]["started"], 1, "{evaluated}");
    desk
}

#[test]
fn case_26_a_contact_that_is_merged_or_deleted_between_sync_and_write_is_skipped_cleanly() {
    let desk = about_to_route();
    desk.fake.portal().objects.remove("contacts");
    let routed = desk.handoff(&["route", "--format", "json"]).json();
    assert_eq!(routed["outcomes"][0]["detail"], "the contact is no longer in the CRM", "{routed}");
    let requests = desk.fake.requests();
    let is_write = |request: &String| {
        request.starts_with("PATCH") || request.ends_with("/tasks") || request.ends_with("update")
    };
    assert!(!requests.iter().any(is_write), "{requests:?}");
}

#[test]
fn an_opt_out_between_sync_and_write_is_seen() {
    let desk = about_to_route();
    desk.fake.portal().change(1, NOW_MS + 2 * MINUTE, 0, &json!({"hs_email_optout": "true"}));
    let routed = desk.handoff(&["route", "--format", "json"]).json();
    let detail = routed["outcomes"][0]["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("Opted out"), "{routed}");
}
