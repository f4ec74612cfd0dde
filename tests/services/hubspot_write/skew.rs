//! Nobody is blamed by a machine whose clock is wrong, nor for a lead of which they have not been told.

use chrono::TimeDelta;
use serde_json::json;

use super::scene::Scene;
use crate::support::Ran;
use crate::support::http_server::Reply;
use crate::support::hubspot::{Fault, TOKEN};

/// The next run, on a machine whose clock is so many minutes ahead of the portal's.
fn run_ahead(scene: &Scene, minutes: i64) -> Ran {
    let now = scene.now();
    scene.fake.portal().now_ms = now.timestamp_millis();
    let ours = (now + TimeDelta::minutes(minutes)).to_rfc3339();
    let variables = [("HANDOFF_NOW", ours.as_str()), ("HANDOFF_HUBSPOT_TOKEN", TOKEN)];
    scene.place.handoff_with(&variables, &["run", "--format", "json"])
}

/// Of a lead whose rep has an hour, and is reminded after half of it.
fn with_a_reminder() -> Scene {
    let scene = Scene::new(true, &["101"]);
    scene.place.replace(
        "rules.toml",
        "respond_within = \"1h\"",
        "respond_within = \"1h\"\nstep = [{ at = \"50%\", do = \"remind\" }]",
    );
    scene
}

fn escalated(ran: &Ran) -> usize {
    ran.json()["escalated"].as_array().unwrap().len()
}

/// HubSpot takes no task for hours, and there is no chat: the hour of the rep begins when the task is there.
#[test]
fn no_rep_is_escalated_for_a_lead_they_were_not_told_of() {
    let mut scene = with_a_reminder();
    for _ in 0..14 {
        scene.fake.fail("POST", "/tasks", Fault::Instead(Reply::json(503, &json!({"status": "error"}))));
        let ran = scene.run();
        assert_eq!((ran.status, escalated(&ran)), (1, 0), "{}", ran.all());
        scene.wait(16);
    }
    assert!(scene.fake.tasks("101").is_empty());
    scene.fake.portal().faults.clear();
    assert_eq!(scene.run().status, 0);
    assert_eq!(scene.fake.tasks("101").len(), 1);
    let why = scene.command(&["explain", "101@lead.example"]).stdout;
    assert!(why.contains("neither task nor message had reached the rep"), "{why}");
    let mut after = Vec::new();
    for minutes in [20, 5, 5, 30, 30] {
        scene.wait(minutes - 1);
        after.push(escalated(&scene.run()));
    }
    assert_eq!(after, [0, 0, 1, 0, 0], "it was reminded of half an hour after the task was there");
}

#[test]
fn nobody_is_escalated_by_a_clock_that_is_not_the_crm_s() {
    let mut scene = with_a_reminder();
    assert_eq!(scene.run().status, 0);
    scene.wait(5);
    for (minutes, which) in [(180, "180 minutes ahead of"), (-3, "3 minutes behind")] {
        let ran = run_ahead(&scene, minutes);
        assert_eq!(ran.status, 1, "{}", ran.all());
        assert_eq!(escalated(&ran), 0, "{}", ran.all());
        assert!(ran.all().contains(&format!("clock is {which} the CRM's")), "{}", ran.all());
    }
    let ran = run_ahead(&scene, 1);
    assert_eq!(ran.status, 0, "a minute is no matter: {}", ran.all());
    // When it is that late by both clocks, the step is done.
    scene.wait(30);
    let ran = run_ahead(&scene, 0);
    assert_eq!(escalated(&ran), 1, "{}", ran.all());
}

#[test]
fn nobody_is_judged_or_handed_off_by_a_clock_that_is_not_the_crm_s() {
    let mut scene = with_a_reminder();
    for minutes in [3 * 1_440, -30] {
        let ran = run_ahead(&scene, minutes);
        assert_eq!(ran.status, 1, "{}", ran.all());
        assert_eq!(
            ran.stderr.matches("nothing is judged, assigned or escalated").count(),
            1,
            "{}",
            ran.all()
        );
        assert_eq!(ran.json()["evaluated"], json!(null), "{}", ran.all());
        assert!(scene.fake.tasks("101").is_empty());
    }
    let status = scene.command(&["status"]);
    assert!(status.stdout.contains("clock is 30 minutes behind the CRM's"), "{}", status.all());
    assert_eq!(scene.run().status, 0);
    assert_eq!(scene.fake.tasks("101").len(), 1);
}
