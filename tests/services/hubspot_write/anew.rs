//! `sync --all`: a contact that no window of time shows is found, and handed off once.

use serde_json::{Value, json};

use super::scene::{Scene, count};
use crate::support::Ran;

/// Long before any window.
const LONG_AGO_MS: i64 = 1_740_819_600_000;

/// Runs until a sweep has reached back twice.
fn run_for_hours(scene: &mut Scene) {
    for _ in 0..3 {
        assert_eq!(scene.run().status, 0);
        scene.wait(62);
    }
}

/// A contact that is there from now on, as one restored from the bin is: the time of its last change is long past.
fn appear(scene: &Scene, id: &str, score: &str) {
    let mut portal = scene.fake.portal();
    let contact =
        json!({"email": format!("{id}@lead.example"), "hubspotscore": score, "lifecyclestage": "lead"});
    portal.change(id.parse().unwrap(), LONG_AGO_MS, 0, &contact);
}

fn sync_all(scene: &mut Scene) -> (Value, Ran) {
    let ran = scene.command(&["sync", "--all", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    (ran.json()["synced"].clone(), ran)
}

fn handoffs(scene: &Scene) -> u32 {
    count(&scene.place.path("handoff.db"), "SELECT count(*) FROM handoff")
}

#[test]
fn a_contact_that_no_window_shows_is_found_by_sync_all_and_handed_off_once() {
    let mut scene = Scene::new(true, &["101", "102"]);
    run_for_hours(&mut scene);
    assert_eq!(handoffs(&scene), 2);
    appear(&scene, "103", "70");
    run_for_hours(&mut scene);
    assert_eq!(handoffs(&scene), 2, "a window showed it");

    let (synced, ran) = sync_all(&mut scene);
    assert_eq!((&synced["read"], &synced["changed"], &synced["missed"]), (&json!(3), &json!(1), &json!(1)));
    assert!(ran.stderr.contains("1 contact was missed"), "{}", ran.stderr);
    assert_eq!(handoffs(&scene), 2, "a sync hands nobody off");
    let report = scene.run().json();
    assert_eq!(report["evaluated"]["contacts"], 1, "only who was missed is judged");
    assert_eq!(handoffs(&scene), 3);
    scene.settle();

    let (synced, ran) = sync_all(&mut scene);
    assert_eq!((&synced["read"], &synced["changed"], &synced["missed"]), (&json!(3), &json!(0), &json!(0)));
    assert!(!ran.stderr.contains("missed"), "{}", ran.stderr);
    scene.settle();
    for id in ["101", "102", "103"] {
        assert_eq!(scene.fake.tasks(id).len(), 1, "{id}");
    }
    assert_eq!(handoffs(&scene), 3);
    scene.fake.requests();
}

#[test]
fn a_change_that_no_window_shows_is_found_by_sync_all_and_one_of_the_company_is_nobody_s_fault() {
    let mut scene = Scene::new(true, &["101"]);
    scene.fake.portal().put("contacts", "102", &json!({"email": "102@lead.example", "hubspotscore": "5"}));
    run_for_hours(&mut scene);
    assert_eq!(handoffs(&scene), 1);
    // Changed after it was read, and before the windows that are still to come.
    let settled = scene.now() - chrono::TimeDelta::minutes(150);
    {
        let mut portal = scene.fake.portal();
        let now = std::mem::replace(&mut portal.now_ms, settled.timestamp_millis());
        portal.put("contacts", "102", &json!({"hubspotscore": "90"}));
        portal.now_ms = now;
        // The contact's own time of change stays as it is.
        portal.put("companies", "5101", &json!({"name": "Acme and Sons"}));
    }
    run_for_hours(&mut scene);
    assert_eq!(handoffs(&scene), 1, "a window showed it");
    let (synced, _) = sync_all(&mut scene);
    assert_eq!((&synced["changed"], &synced["missed"]), (&json!(2), &json!(1)));
    scene.settle();
    assert_eq!(handoffs(&scene), 2);
    assert_eq!(scene.fake.tasks("102").len(), 1);
}
