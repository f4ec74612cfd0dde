//! A run that is asked to stop ends in order: what it has sent is recorded, and nothing more is sent.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::scene::{Scene, count};
use crate::support::http_server::Reply;
use crate::support::hubspot::Fault;

/// Longer than it takes to send a signal, and well within a request's time.
const ANSWER_AFTER: Duration = Duration::from_millis(1_500);

fn signal(id: u32, name: &str) {
    assert!(Command::new("kill").args([name, &id.to_string()]).status().unwrap().success());
}

/// A run that waits for the answer to its first write.
fn waiting_run(scene: &Scene) -> std::process::Child {
    let throttled = Reply::json(
        429,
        &json!({"status": "error", "message": "slow down", "policyName": "TEN_SECONDLY_ROLLING"}),
    );
    scene.fake.fail("PATCH", "/101", Fault::Instead(Reply::Late(ANSWER_AFTER, Box::new(throttled))));
    let run = scene.process().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !scene.fake.portal().requests.iter().any(|request| request.starts_with("PATCH")) {
        assert!(begun.elapsed() < Duration::from_secs(20), "no write was sent");
        std::thread::sleep(Duration::from_millis(5));
    }
    run
}

#[test]
fn a_run_that_is_asked_to_stop_records_what_it_sent_and_sends_nothing_more() {
    for name in ["-TERM", "-INT"] {
        let mut scene = Scene::new(true, &["101"]);
        let run = waiting_run(&scene);
        scene.fake.portal().requests.clear();
        signal(run.id(), name);
        let output = run.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {stderr}");
        assert!(stderr.contains("stopped by a signal; the next run goes on from here"), "{stderr}");
        assert_eq!(scene.fake.requests(), [""; 0], "{name}: something was sent after the signal");
        let db = scene.place.path("handoff.db");
        assert_eq!(count(&db, "SELECT count(*) FROM effect WHERE state = 'in_flight' OR unsure = 1"), 0);
        assert_eq!(count(&db, "SELECT count(*) FROM effect WHERE state = 'planned' AND attempt = 1"), 1);
        scene.wait(1);
        scene.settle();
        assert_eq!(scene.fake.tasks("101").len(), 1);
    }
}

#[test]
fn a_run_that_is_asked_twice_dies_at_once_and_the_next_one_looks_up() {
    let mut scene = Scene::new(true, &["101"]);
    let mut run = waiting_run(&scene);
    signal(run.id(), "-TERM");
    std::thread::sleep(Duration::from_millis(50));
    signal(run.id(), "-TERM");
    assert_eq!(run.wait().unwrap().code(), None, "it did not die of the signal");
    let db = scene.place.path("handoff.db");
    assert_eq!(count(&db, "SELECT count(*) FROM effect WHERE state = 'in_flight'"), 1);
    scene.wait(1);
    scene.settle();
    assert_eq!(scene.fake.tasks("101").len(), 1);
}
