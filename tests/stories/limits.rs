//! `[limits]`: a mistake in the definition or the data does not flood the reps.

use crate::desk::{csv, open_desk};
use crate::support::{Place, contacts};

const FIVE: [(&str, &str); 5] = [("ada", "60"), ("ben", "60"), ("cai", "60"), ("dee", "60"), ("eve", "60")];

/// Five contacts crossed where two handoffs are allowed.
fn flooded() -> Place {
    let place = open_desk("[limits]\nhandoffs_per_run = 2\n");
    place.write("contacts.csv", &csv(&FIVE));
    let ran = place.handoff_at("2026-11-23T10:00:00Z", &["run", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert_eq!(contacts(&ran.json(), "handed_off"), ["ada@client.example", "ben@client.example"]);
    assert!(ran.stderr.contains("3 handoffs are held"), "{}", ran.stderr);
    place
}

#[test]
fn what_is_beyond_the_limit_is_held_until_somebody_looks() {
    let place = flooded();
    let next = place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    assert!(contacts(&next, "handed_off").is_empty(), "the next run does not let them go by itself");
    let status = place.handoff_at("2026-11-23T10:02:00Z", &["status"]);
    assert_eq!(status.status, 1, "{}", status.all());
    assert!(status.stdout.contains("3 handoffs are held by [limits]"), "{}", status.stdout);
    assert_eq!(place.lines("out/tasks.jsonl").len(), 2);
}

#[test]
fn release_lets_one_go_by_its_e_mail_and_the_others_stay() {
    let place = flooded();
    let report = place.json_at("2026-11-23T10:05:00Z", 0, &["release", "Dee@Client.example"]);
    assert_eq!(contacts(&report, "handed_off"), ["dee@client.example"]);
    let status = place.json_at("2026-11-23T10:06:00Z", 1, &["status"]);
    assert_eq!(status["open"][0]["status"], "held");
    assert_eq!(status["open"][0]["count"], 2);
    let again = place.handoff_at("2026-11-23T10:07:00Z", &["release", "dee@client.example"]);
    assert_eq!(again.status, 2, "{}", again.all());
    assert!(again.stderr.contains("has no held handoff"), "{}", again.stderr);
}

#[test]
fn release_all_lets_everyone_go() {
    let place = flooded();
    let report = place.json_at("2026-11-23T10:05:00Z", 0, &["release", "--all"]);
    assert_eq!(contacts(&report, "handed_off").len(), 3);
    assert_eq!(place.lines("out/tasks.jsonl").len(), 5);
    assert_eq!(place.handoff_at("2026-11-23T10:06:00Z", &["status"]).status, 0);
}

#[test]
fn release_wants_to_know_whom() {
    let place = flooded();
    let ran = place.handoff_at("2026-11-23T10:05:00Z", &["release"]);
    assert_eq!(ran.status, 2, "{}", ran.all());
}

#[test]
fn a_rep_gets_no_more_in_one_run_than_allowed_and_the_rest_waits_for_the_next() {
    let place = open_desk("[limits]\nhandoffs_per_rep_per_run = 2\n");
    place.write("contacts.csv", &csv(&FIVE));
    let report = place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "handed_off").len(), 4);
    assert_eq!(contacts(&report, "waiting"), ["eve@client.example"]);
    let next = place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    assert_eq!(contacts(&next, "handed_off"), ["eve@client.example"]);
}
