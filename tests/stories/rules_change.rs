//! The definition changes while contacts stay: nothing is handed off by the change alone.

use crate::desk::{csv, open_desk};
use crate::support::{MONDAY_10, Place, contacts};

/// Kim is short of fifty, and then forty becomes enough.
fn lowered() -> Place {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "45"), ("lou", "60"), ("mia", "20")]));
    place.json_at(MONDAY_10, 0, &["run"]);
    place.replace("rules.toml", "score.at_least = 50", "score.at_least = 40");
    place
}

#[test]
fn a_plain_run_hands_off_nobody_by_the_change_alone() {
    let place = lowered();
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    assert_eq!(report["evaluated"]["contacts"], 0);
    assert!(contacts(&report, "handed_off").is_empty());
}

#[test]
fn evaluate_all_shows_who_would_be_handed_off_and_writes_nothing() {
    let place = lowered();
    let before = place.bytes("handoff.db");
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &["evaluate", "--all"]);
    assert_eq!(report["evaluated"]["contacts"], 3);
    assert_eq!(report["dry_run"], true);
    assert_eq!(contacts(&report, "handed_off"), ["kim@client.example"], "lou has a handoff already");
    assert!(before == place.bytes("handoff.db"), "it wrote to the database");
    assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
}

#[test]
fn evaluate_all_apply_hands_them_off_once() {
    let place = lowered();
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &["evaluate", "--all", "--apply"]);
    assert_eq!(contacts(&report, "handed_off"), ["kim@client.example"]);
    assert_eq!(place.lines("out/tasks.jsonl").len(), 2);
    let again = place.json_at("2026-11-23T10:02:00Z", 0, &["evaluate", "--all", "--apply"]);
    assert!(contacts(&again, "handed_off").is_empty());
}

#[test]
fn a_contact_that_changes_after_the_rules_did_is_judged_by_the_new_ones() {
    let place = lowered();
    place.write("contacts.csv", &csv(&[("kim", "46"), ("lou", "60"), ("mia", "20")]));
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "handed_off"), ["kim@client.example"]);
}

#[test]
fn the_baseline_can_be_shown_and_handed_off_later_within_the_limits() {
    let place = Place::with(&crate::desk::rules(), &csv(&[("kim", "60"), ("lou", "60"), ("mia", "20")]));
    place.append("rules.toml", "[limits]\nhandoffs_per_run = 1\n");
    let first = place.handoff_at(MONDAY_10, &["run"]);
    assert!(first.stderr.contains("2 contacts already qualified at the first sync"), "{}", first.all());
    let report = place.json_at("2026-11-23T10:01:00Z", 1, &["evaluate", "--all", "--apply"]);
    assert_eq!(contacts(&report, "handed_off"), ["kim@client.example"]);
    assert_eq!(report["evaluated"]["held"], 1);
}

#[test]
fn a_field_that_the_definition_begins_to_read_is_read_of_contacts_that_did_not_change() {
    let place = open_desk("");
    let text = "id,email,score,opted_out,owner,pages\nkim,kim@client.example,10,,,7\n";
    place.write("contacts.csv", text);
    place.json_at(MONDAY_10, 0, &["run"]);
    place.replace("rules.toml", "score.at_least = 50", "pages.at_least = 5");
    place.append("rules.toml", "[fields]\npages = { property = \"pages\", type = \"number\" }\n");
    place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    let report = place.json_at("2026-11-23T10:02:00Z", 0, &["evaluate", "--all"]);
    assert_eq!(contacts(&report, "handed_off"), ["kim@client.example"]);
}

#[test]
fn an_open_handoff_keeps_the_sla_it_started_with() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60")]));
    place.json_at(MONDAY_10, 0, &["run"]);
    place.replace("rules.toml", "respond_within = \"1h\"", "respond_within = \"10h\"");
    let report = place.json_at("2026-11-23T10:30:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "escalated"), ["kim@client.example"]);
}

#[test]
fn a_broken_definition_stops_everything_and_says_where() {
    let place = lowered();
    place.write("contacts.csv", &csv(&[("kim", "99"), ("new", "99")]));
    place.replace("rules.toml", "score.at_least = 40", "scroe.at_least = 40");
    let before = place.bytes("handoff.db");
    for command in ["run", "sync", "evaluate", "route", "escalate"] {
        let ran = place.handoff_at("2026-11-23T10:05:00Z", &[command]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{command}: {}", ran.all());
        assert!(ran.stderr.contains("rules.toml:16"), "{command}: {}", ran.stderr);
        assert!(ran.stderr.contains("did you mean 'score'?"), "{command}: {}", ran.stderr);
    }
    assert!(before == place.bytes("handoff.db"), "a run with broken rules wrote to the database");
    assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
}
