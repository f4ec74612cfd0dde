//! A run that gets no more memory, at whatever moment: it is as if it had been killed there.

use serde_json::json;

use super::scene::{Scene, count};
use crate::support::ladder::{Ended, climb, within};

const LEADS: [&str; 3] = ["101", "102", "103"];

/// A desk whose first run is over; then leads come in, and the next run has so much memory.
fn run_within(kib: u64) -> Ended {
    let mut scene = Scene::new(true, &[]);
    assert_eq!(scene.run().status, 0);
    scene.fake.requests();
    for id in LEADS {
        let email = format!("{id}@lead.example");
        let lead = json!({"email": email, "hubspotscore": "70", "lifecyclestage": "lead"});
        scene.fake.portal().put("contacts", id, &lead);
    }
    let ran = within(kib, &scene.process());
    let ended = match (ran.status.success(), scene.fake.requests().is_empty()) {
        (true, _) => Ended::Done,
        (false, false) => Ended::HalfWay,
        (false, true) => Ended::AtOnce,
    };
    scene.wait(1);
    scene.settle();
    scene.fake.requests();
    for id in LEADS {
        assert_eq!(scene.fake.tasks(id).len(), 1, "within {kib} KiB: {id}");
    }
    let db = scene.place.path("handoff.db");
    assert_eq!(count(&db, "SELECT count(*) FROM handoff"), 3, "within {kib} KiB");
    let left = count(&db, "SELECT count(*) FROM effect WHERE state NOT IN ('done', 'cancelled')");
    assert_eq!(left, 0, "within {kib} KiB");
    ended
}

#[test]
fn a_run_that_gets_no_more_memory_is_gone_on_from_with_one_task() {
    climb(run_within);
}
