//! What ends the wait for a rep, and what does not.

use serde_json::{Value, json};

use super::scene::Scene;

const LATER: &str = "2026-11-23T10:00:25.000Z";

/// What is said of the lead in the run after something happened.
fn after(happen: impl FnOnce(&mut crate::support::hubspot::portal::Portal, &str)) -> Vec<String> {
    let mut scene = Scene::new(true, &["101", "102"]);
    assert_eq!(scene.run().status, 0);
    let task = scene.fake.tasks("101")[0].0.clone();
    happen(&mut scene.fake.portal(), &task);
    let outcomes = Scene::outcomes(&scene.run());
    assert_eq!(Scene::outcomes(&scene.run()).len(), 0, "it was told twice");
    scene.fake.requests();
    outcomes
}

fn engaged(kind: &str, properties: &Value) -> Vec<String> {
    let mut all = json!({"hs_timestamp": LATER, "hubspot_owner_id": "71"});
    all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    after(|portal, _| portal.engage("101", kind, &all))
}

#[test]
fn case_25_what_the_rep_did_ends_the_wait() {
    let done =
        json!({"hs_task_status": "COMPLETED", "hs_task_is_completed": "1", "hs_task_completion_date": LATER});
    let mut told = vec![
        after(|portal, task| portal.put("tasks", task, &done)),
        engaged("calls", &json!({})),
        engaged("emails", &json!({"hs_email_direction": "EMAIL"})),
        engaged("meetings", &json!({"hs_meeting_outcome": "COMPLETED"})),
        after(|portal, _| portal.put("contacts", "101", &json!({"hs_sa_first_engagement_date": LATER}))),
        after(|portal, _| portal.put("contacts", "101", &json!({"notes_last_contacted": LATER}))),
    ];
    told.push(after(|portal, _| {
        let version = json!({"value": "IN_PROGRESS", "timestamp": LATER, "sourceType": "CRM_UI"});
        portal.history.insert(("101".to_owned(), "hs_lead_status".to_owned()), vec![version]);
        portal.put("contacts", "101", &json!({"hs_lead_status": "IN_PROGRESS"}));
    }));
    let told: Vec<String> = told.into_iter().flatten().collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    touched by ana@acme.example (task_completed in HubSpot task 9002 (strength 1))
    touched by ana@acme.example (call in HubSpot call 9003, by the owner (strength 2))
    touched by ana@acme.example (email in HubSpot e-mail 9003, by the owner (strength 2))
    touched by ana@acme.example (meeting in HubSpot meeting 9003, by the owner (strength 2))
    touched by ana@acme.example (contacted in HubSpot hs_sa_first_engagement_date, the owner's first engagement (strength 3))
    touched (contacted in HubSpot notes_last_contacted, somebody's call, e-mail or meeting (strength 5))
    touched (moved in HubSpot hs_lead_status IN_PROGRESS (strength 4))
    "#);
}

#[test]
fn case_25_what_the_contact_or_a_machine_did_does_not() {
    let nothing: [Vec<String>; 6] = [
        engaged("emails", &json!({"hs_email_direction": "INCOMING_EMAIL"})),
        engaged("calls", &json!({"hubspot_owner_id": "72"})),
        engaged("calls", &json!({"hs_timestamp": "2026-11-23T09:00:00Z"})),
        after(|portal, _| {
            let seen = json!({"hs_analytics_num_page_views": "9", "hs_last_sales_activity_timestamp": LATER,
                "hs_sales_email_last_replied": LATER, "notes_last_updated": LATER});
            portal.put("contacts", "101", &seen);
        }),
        after(|portal, _| {
            let version = json!({"value": "NEW", "timestamp": LATER, "sourceType": "INTEGRATION"});
            portal.history.insert(("101".to_owned(), "hs_lead_status".to_owned()), vec![version]);
            portal.put("contacts", "101", &json!({}));
        }),
        after(|_, _| {}),
    ];
    assert_eq!(nothing.concat(), Vec::<String>::new());
}

#[test]
fn case_25_a_meeting_counts_from_when_the_rep_booked_it() {
    let booked = json!({"hs_timestamp": "2026-11-25T10:00:00Z", "hs_createdate": LATER});
    let told = engaged("meetings", &booked);
    assert_eq!(
        told,
        ["touched by ana@acme.example (meeting in HubSpot meeting 9003, by the owner (strength 2))"]
    );
}

#[test]
fn case_25_an_act_that_does_not_move_its_contact_is_seen_within_the_hour() {
    let mut scene = Scene::new(true, &["101"]);
    assert_eq!(scene.run().status, 0);
    assert_eq!(Scene::outcomes(&scene.run()).len(), 0);
    {
        let mut portal = scene.fake.portal();
        let before = portal.get("contacts", "101").unwrap().clone();
        portal.engage("101", "calls", &json!({"hs_timestamp": LATER, "hubspot_owner_id": "71"}));
        portal.objects.get_mut("contacts").unwrap().insert(101, before);
    }
    let mut outcomes = Vec::new();
    for _ in 0..7 {
        scene.wait(9);
        outcomes.extend(Scene::outcomes(&scene.run()));
    }
    assert_eq!(
        outcomes,
        ["touched by ana@acme.example (call in HubSpot call 9002, by the owner (strength 2))"]
    );
}

#[test]
fn what_was_seen_in_a_run_that_died_is_seen_again() {
    let mut scene = Scene::new(true, &["101"]);
    assert_eq!(scene.run().status, 0);
    scene.fake.portal().engage("101", "calls", &json!({"hs_timestamp": LATER, "hubspot_owner_id": "71"}));
    // The contact is read, and its news with it, but nobody looks at what the rep did.
    assert_eq!(scene.command(&["sync"]).status, 0);
    assert_eq!(Scene::outcomes(&scene.run()).len(), 1);
}

#[test]
fn with_open_handoffs_and_nothing_new_a_run_is_two_requests() {
    let mut scene = Scene::new(true, &["101", "102"]);
    for _ in 0..8 {
        assert_eq!(scene.run().status, 0);
    }
    scene.fake.requests();
    assert_eq!(scene.run().status, 0);
    assert_eq!(scene.fake.requests().len(), 2);
}
