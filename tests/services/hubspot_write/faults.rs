//! Whatever goes wrong on the way, there is one task in the end.

use serde_json::json;

use super::scene::{Scene, count};
use crate::support::http_server::Reply;
use crate::support::hubspot::Fault;

/// These are over within the run, which then says nothing of them.
const WAITED_OUT: [&str; 2] = ["429 for a second", "423"];

/// Every way in which a write can fail.
fn faults() -> Vec<(&'static str, Fault)> {
    let limit = |policy: &str| {
        Reply::json(
            429,
            &json!({"status": "error", "message": "limit", "errorType": "RATE_LIMIT", "policyName": policy}),
        )
    };
    vec![
        ("no answer, not done", Fault::Instead(Reply::Close)),
        ("no answer, done", Fault::Done(Reply::Close)),
        (
            "half an answer, done",
            Fault::Done(Reply::Half(Box::new(Reply::json(201, &json!({"id": "77777"}))))),
        ),
        ("not JSON, done", Fault::Done(Reply::html(201))),
        ("no id, done", Fault::Done(Reply::json(201, &json!({"status": "COMPLETE"})))),
        ("500, not done", Fault::Instead(Reply::html(500))),
        ("502, done", Fault::Done(Reply::html(502))),
        ("503, done", Fault::Done(Reply::json(503, &json!({"status": "error"})))),
        ("504, not done", Fault::Instead(Reply::html(504))),
        ("429 for a second", Fault::Instead(limit("SECONDLY"))),
        ("429 for the day", Fault::Instead(limit("DAILY"))),
        ("423", Fault::Instead(Reply::json(423, &json!({})))),
        ("401", Fault::Instead(Reply::json(401, &json!({"category": "INVALID_AUTHENTICATION"})))),
        ("a redirect", Fault::Instead(Reply::html(307).with("Location", "http://127.0.0.1:1/"))),
    ]
}

fn one_task_each(scene: &Scene, leads: &[&str], what: &str) {
    for lead in leads {
        assert_eq!(scene.fake.tasks(lead).len(), 1, "tasks of {lead} after: {what}");
        let contact = scene.fake.contact(lead);
        assert_eq!(contact["hubspot_owner_id"], "71", "{what}");
        assert_eq!(contact["lifecyclestage"], "marketingqualifiedlead", "{what}");
    }
    let unmet = scene
        .fake
        .portal()
        .faults
        .iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect::<Vec<_>>();
    assert!(unmet.is_empty(), "{what}: these never happened: {unmet:?}");
    let open = count(&scene.place.path("handoff.db"), "SELECT count(*) FROM effect WHERE state <> 'done'");
    assert_eq!(open, 0, "writes that are not done after: {what}");
    scene.fake.requests();
}

/// Each fault on a task that is created, alone and in a batch.
fn each_fault_on_a_task(has_key_property: bool) {
    for (leads, path) in [(&["101"][..], "/tasks"), (&["101", "102"][..], "/tasks/batch/create")] {
        for (what, fault) in faults() {
            let mut scene = Scene::new(has_key_property, leads);
            scene.fake.fail("POST", path, fault);
            assert_eq!(scene.run().status, i32::from(!WAITED_OUT.contains(&what)), "{what}");
            scene.settle();
            one_task_each(&scene, leads, what);
        }
    }
}

#[test]
fn case_19_a_task_whose_answer_was_lost_is_found_by_its_marker() {
    each_fault_on_a_task(false);
}

#[test]
fn a_task_whose_answer_was_lost_is_found_by_its_property() {
    each_fault_on_a_task(true);
}

#[test]
fn an_update_whose_answer_was_lost_is_seen_on_the_contact() {
    for (leads, method, path) in
        [(&["101"][..], "PATCH", "/101"), (&["101", "102"][..], "POST", "/contacts/batch/update")]
    {
        for (what, fault) in faults() {
            let mut scene = Scene::new(true, leads);
            scene.fake.fail(method, path, fault);
            assert_eq!(scene.run().status, i32::from(!WAITED_OUT.contains(&what)), "{what}");
            scene.settle();
            one_task_each(&scene, leads, what);
        }
    }
}

#[test]
fn case_20_a_key_that_is_taken_means_that_the_task_is_there() {
    for leads in [&["101"][..], &["101", "102"][..]] {
        let mut scene = Scene::new(true, leads);
        let path = if leads.len() == 1 { "/tasks" } else { "/tasks/batch/create" };
        scene.fake.fail("POST", path, Fault::Done(Reply::Close));
        assert_eq!(scene.run().status, 1);
        scene.wait(1);
        // The look-up does not see the task yet: only the unique property keeps the second one out.
        let empty = || Reply::json(200, &json!({"status": "COMPLETE", "results": []}));
        if leads.len() == 1 {
            let task = scene.fake.tasks("101")[0].1["handoff_key"].as_str().unwrap().to_owned();
            let path: &'static str = Box::leak(format!("/{task}").into_boxed_str());
            scene.fake.fail("GET", path, Fault::Instead(Reply::html(404)));
        } else {
            scene.fake.fail("POST", "/tasks/batch/read", Fault::Instead(empty()));
        }
        scene.fake.fail("POST", "/contacts/tasks/batch/read", Fault::Instead(empty()));
        scene.settle();
        one_task_each(&scene, leads, "a key that was taken");
    }
}

#[test]
fn a_look_up_that_fails_sends_nothing() {
    let mut scene = Scene::new(false, &["101"]);
    scene.fake.fail("POST", "/tasks", Fault::Done(Reply::Close));
    assert_eq!(scene.run().status, 1);
    for _ in 0..5 {
        scene.fake.fail("POST", "/contacts/tasks/batch/read", Fault::Instead(Reply::json(500, &json!({}))));
    }
    scene.wait(1);
    scene.fake.requests();
    assert_eq!(scene.run().status, 1);
    let sent = scene.fake.requests();
    assert!(!sent.iter().any(|request| request == "POST /crm/objects/2026-09/tasks"), "{sent:?}");
    scene.settle();
    one_task_each(&scene, &["101"], "a look-up that failed");
}

#[test]
fn a_missing_scope_is_named() {
    let mut scene = Scene::new(true, &["101"]);
    let context = json!({"requiredGranularScopes": ["crm.objects.contacts.write"]});
    let body = json!({"category": "MISSING_SCOPES", "errors": [{"context": context}]});
    scene.fake.fail("PATCH", "/101", Fault::Instead(Reply::json(403, &body)));
    let ran = scene.run();
    assert!(ran.all().contains("crm.objects.contacts.write"), "{}", ran.all());
}
