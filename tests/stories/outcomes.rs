//! What ends a handoff, and when the same contact may come again.

use crate::desk::{csv, export_and_run, open_desk};
use crate::support::{contacts, texts};

#[test]
fn a_touch_stops_the_clock() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60"), ("lou", "60")]);
    place.append("activity.csv", "2026-11-23T10:12:00Z,KIM@client.example,ana@acme.example,call,\n");
    let report = place.json_at("2026-11-23T10:30:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "outcomes"), ["kim@client.example"]);
    assert_eq!(contacts(&report, "escalated"), ["lou@client.example"], "only lou is reminded");
    let later = place.json_at("2026-11-23T12:00:00Z", 0, &["run"]);
    assert_eq!(contacts(&later, "escalated"), ["lou@client.example"]);
}

#[test]
fn a_call_from_before_the_handoff_or_in_the_future_is_no_touch() {
    let place = open_desk("");
    place.append(
        "activity.csv",
        "2026-11-23T09:59:00Z,kim,ana@acme.example,call,\n2026-11-23T11:00:00Z,kim,ana@acme.example,call,\n",
    );
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    let report = place.json_at("2026-11-23T10:30:00Z", 0, &["run"]);
    assert!(contacts(&report, "outcomes").is_empty());
    let report = place.json_at("2026-11-23T11:00:00Z", 0, &["run"]);
    assert_eq!(texts(report["outcomes"].as_array().unwrap(), "what"), ["touched"]);
}

#[test]
fn a_contact_that_crosses_again_while_its_handoff_is_open_gets_no_second_one() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    export_and_run(&place, "2026-11-23T10:05:00Z", &[("kim", "10")]);
    let report = export_and_run(&place, "2026-11-23T10:10:00Z", &[("kim", "70")]);
    assert_eq!(report["evaluated"]["contacts"], 1);
    assert!(contacts(&report, "handed_off").is_empty());
    assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
}

#[test]
fn an_opt_out_that_nobody_judged_before_it_was_taken_back_is_a_new_crossing() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    place.write("contacts.csv", &csv(&[("kim", "60")]).replace(",60,,", ",60,yes,"));
    // The evaluation of this minute failed; what reps did and who opted out is looked at all the same.
    place.json_at("2026-11-23T10:01:00Z", 0, &["sync"]);
    let ended = place.json_at("2026-11-23T10:01:00Z", 0, &["escalate"]);
    assert_eq!(texts(ended["outcomes"].as_array().unwrap(), "what"), ["cancelled"]);
    let report = export_and_run(&place, "2026-11-23T10:02:00Z", &[("kim", "60")]);
    assert_eq!(contacts(&report, "handed_off"), ["kim@client.example"]);
    assert!(contacts(&place.json_at("2026-11-23T10:03:00Z", 0, &["run"]), "handed_off").is_empty());
}

#[test]
fn an_accepted_contact_is_handed_off_again_when_it_crosses_again() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    place.append("activity.csv", "2026-11-23T10:05:00Z,kim,ana@acme.example,accepted,\n");
    let stays = export_and_run(&place, "2026-11-23T10:06:00Z", &[("kim", "61")]);
    assert!(contacts(&stays, "handed_off").is_empty(), "it did not cross: it was qualified all the time");
    export_and_run(&place, "2026-11-23T10:07:00Z", &[("kim", "10")]);
    let again = export_and_run(&place, "2026-11-23T10:08:00Z", &[("kim", "60")]);
    assert_eq!(contacts(&again, "handed_off"), ["kim@client.example"]);
}

#[test]
fn a_rejected_contact_that_crosses_again_waits_for_the_end_of_its_cooldown() {
    let place = open_desk("[outcome]\ncooldown = \"7d\"\n");
    export_and_run(&place, "2026-11-02T10:00:00Z", &[("kim", "60")]);
    place.append("activity.csv", "2026-11-02T10:30:00Z,kim,ana@acme.example,rejected,No budget\n");
    let rejected = export_and_run(&place, "2026-11-02T10:30:00Z", &[("kim", "60")]);
    assert_eq!(texts(rejected["outcomes"].as_array().unwrap(), "what"), ["rejected"]);
    export_and_run(&place, "2026-11-04T10:00:00Z", &[("kim", "10")]);

    let within = export_and_run(&place, "2026-11-05T10:00:00Z", &[("kim", "80")]);
    assert_eq!(within["evaluated"]["cooling"], 1);
    assert!(contacts(&within, "handed_off").is_empty());
    let just_before = place.json_at("2026-11-09T10:29:00Z", 0, &["run"]);
    assert!(contacts(&just_before, "handed_off").is_empty());
    let after = place.json_at("2026-11-09T10:30:00Z", 0, &["run"]);
    assert_eq!(contacts(&after, "handed_off"), ["kim@client.example"], "without a change of the contact");
    let ordinals = place.json_at("2026-11-09T10:31:00Z", 0, &["explain", "kim"])[0]["handoffs"].clone();
    assert_eq!(ordinals.as_array().unwrap().len(), 2);
}

#[test]
fn a_rejected_contact_that_simply_stays_qualified_does_not_come_back() {
    let place = open_desk("[outcome]\ncooldown = \"7d\"\n");
    export_and_run(&place, "2026-11-02T10:00:00Z", &[("kim", "60")]);
    place.append("activity.csv", "2026-11-02T10:30:00Z,kim,ana@acme.example,rejected,No budget\n");
    export_and_run(&place, "2026-11-02T10:30:00Z", &[("kim", "60")]);
    let later = export_and_run(&place, "2026-11-20T10:00:00Z", &[("kim", "90")]);
    assert!(contacts(&later, "handed_off").is_empty());
}

#[test]
fn what_the_crm_says_of_the_lead_counts_and_what_it_said_before_the_handoff_does_not() {
    let outcome = "[fields]\nlead_status = \"lead_status\"\n\
                   [outcome]\naccepted = { lead_status.in = [\"OPEN_DEAL\"] }\n";
    let place = open_desk("");
    place.append("rules.toml", outcome);
    let export = |status: &str| {
        let header = "id,email,score,opted_out,owner,lead_status\n";
        place.write("contacts.csv", &format!("{header}kim,kim@client.example,60,,,{status}\n"));
    };
    export("OPEN_DEAL");
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    let stale = place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    assert!(contacts(&stale, "outcomes").is_empty(), "a deal from before is not this handoff's");
    export("NEW");
    place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
    export("open_deal");
    let report = place.json_at("2026-11-23T10:10:00Z", 0, &["run"]);
    assert_eq!(texts(report["outcomes"].as_array().unwrap(), "what"), ["accepted"]);
}

#[test]
fn a_handoff_that_everybody_let_lapse_stays_with_its_last_rep_and_the_manager_hears_of_it() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    let first = place.json_at("2026-11-23T12:00:00Z", 0, &["run"]);
    assert_eq!(first["escalated"][0]["detail"], "from ana@acme.example to bo@acme.example");
    let second = place.json_at("2026-11-23T14:00:00Z", 0, &["run"]);
    let detail = second["escalated"][0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("nobody is left to take it; bo@acme.example keeps it"), "{detail}");
    let messages = place.lines("out/messages.jsonl");
    assert_eq!(messages.last().unwrap()["mention"]["email"], "lee@acme.example");
    assert_eq!(place.read("contacts.csv"), csv(&[("kim", "60")]), "the export itself is never written");
}
