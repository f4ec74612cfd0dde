//! Between reading and writing somebody else may act: what they did is respected.

use crate::desk::{csv, open_desk};
use crate::support::{Place, contacts};

/// Kim and Lou crossed and wait to be routed, each stage being a command of its own.
fn about_to_route(more: &str) -> Place {
    let place = open_desk(more);
    place.write("contacts.csv", &csv(&[("kim", "60"), ("lou", "60")]));
    place.json_at("2026-11-23T10:00:00Z", 0, &["sync"]);
    let evaluated = place.json_at("2026-11-23T10:01:00Z", 0, &["evaluate"]);
    assert_eq!(evaluated["evaluated"]["started"], 2);
    assert!(!place.exists("out/tasks.jsonl"));
    place
}

fn rewrite(place: &Place, old: &str, new: &str) {
    place.replace("contacts.csv", old, new);
}

fn owners(place: &Place) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    place.lines("out/tasks.jsonl").iter().map(|task| (text(&task["contact"]), text(&task["owner"]))).collect()
}

#[test]
fn stages_may_be_run_one_by_one() {
    let place = about_to_route("");
    let report = place.json_at("2026-11-23T10:02:00Z", 0, &["route"]);
    assert_eq!(contacts(&report, "handed_off").len(), 2);
    let report = place.json_at("2026-11-23T10:32:00Z", 0, &["escalate"]);
    assert_eq!(contacts(&report, "escalated").len(), 2);
}

#[test]
fn an_opt_out_cancels_the_handoff_before_anything_is_written() {
    let place = about_to_route("");
    rewrite(&place, "kim,kim@client.example,60,,", "kim,kim@client.example,60,yes,");
    let report = place.json_at("2026-11-23T10:02:00Z", 0, &["route"]);
    assert_eq!(contacts(&report, "handed_off"), ["lou@client.example"]);
    assert_eq!(report["outcomes"][0]["detail"], "the contact is now disqualified: Opted out");
    assert_eq!(owners(&place).len(), 1);
    let text = place.handoff_at("2026-11-23T10:03:00Z", &["explain", "kim"]).stdout;
    assert!(text.contains("cancelled in tier engaged"), "{text}");
}

#[test]
fn a_rep_who_became_the_owner_in_the_meantime_gets_it() {
    let place = about_to_route("");
    rewrite(&place, "kim,kim@client.example,60,,", "kim,kim@client.example,60,,bo@acme.example");
    place.json_at("2026-11-23T10:02:00Z", 0, &["route"]);
    place.json_at("2026-11-23T10:03:00Z", 0, &["run"]);
    let mut owners = owners(&place);
    owners.sort();
    assert_eq!(owners[0], ("kim".to_owned(), "bo@acme.example".to_owned()));
    assert_eq!(owners.len(), 2, "{owners:?}");
}

#[test]
fn an_owner_who_is_no_rep_keeps_the_contact_for_good() {
    let place = about_to_route("");
    rewrite(&place, "kim,kim@client.example,60,,", "kim,kim@client.example,60,,partner@else.example");
    let report = place.json_at("2026-11-23T10:02:00Z", 0, &["route"]);
    assert_eq!(contacts(&report, "handed_off"), ["lou@client.example"]);
    let detail =
        "partner@else.example became its owner in the CRM since it was read, and is no rep in the rules";
    assert_eq!(report["outcomes"][0]["detail"], detail);
    place.json_at("2026-11-23T10:03:00Z", 0, &["run"]);
    place.json_at("2026-11-23T10:04:00Z", 0, &["run"]);
    assert_eq!(owners(&place).len(), 1);
}

#[test]
fn a_contact_that_is_gone_is_not_written_to() {
    let place = about_to_route("");
    rewrite(&place, "kim,kim@client.example,60,,\n", "");
    let report = place.json_at("2026-11-23T10:02:00Z", 0, &["route"]);
    assert_eq!(contacts(&report, "handed_off"), ["lou@client.example"]);
    assert_eq!(report["outcomes"][0]["detail"], "the contact is no longer in the CRM");
}

#[test]
fn a_contact_that_was_gone_while_its_file_was_written_anew_is_handed_off_when_it_is_back() {
    let place = about_to_route("");
    let whole = place.read("contacts.csv");
    rewrite(&place, "kim,kim@client.example,60,,\n", "");
    place.json_at("2026-11-23T10:02:00Z", 0, &["route"]);
    place.write("contacts.csv", &whole);
    let report = place.json_at("2026-11-23T10:03:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "handed_off"), ["kim@client.example"]);
    let next = place.json_at("2026-11-23T10:04:00Z", 0, &["run"]);
    assert!(contacts(&next, "handed_off").is_empty());
    assert_eq!(owners(&place).len(), 2);
}

#[test]
fn a_pretended_time_is_refused_where_a_server_is_not_local() {
    let place = open_desk("");
    place.replace(
        "rules.toml",
        "[crm.file]\ncontacts = \"contacts.csv\"\nactivity = \"activity.csv\"",
        "[crm.hubspot]",
    );
    for command in ["run", "sync", "evaluate", "route", "escalate"] {
        let ran = place.handoff_at("2026-11-23T10:00:00Z", &[command]);
        assert_eq!(ran.status, 2, "{command}: {}", ran.all());
        assert!(ran.stderr.contains("HANDOFF_NOW is for tests"), "{command}: {}", ran.stderr);
    }
    let ran = place.handoff_at("yesterday", &["status"]);
    assert_eq!(ran.status, 2, "{}", ran.all());
}
