//! What comes of a handoff after somebody took it, and what ends one that nobody ended.

use crate::desk::{csv, export_and_run, open_desk};
use crate::support::{Place, contacts, texts};

const TEN: &str = "2026-11-23T10:00:00Z";

const OUTCOME: &str = r#"
[fields]
status = "status"
[outcome]
accepted = { status = "working" }
rejected = { status = "bad" }
recycled = { status = "later" }
converted = { status = "customer" }
lost = { status = "lost" }
cooldown = "7d"
[outcome.write]
accepted = { job_title = "accepted" }
recycled = { job_title = "recycled" }
converted = { job_title = "converted" }
lost = { job_title = "lost" }
stale = { job_title = "stale" }
"#;

fn status_csv(score: &str, status: &str) -> String {
    format!("id,email,score,opted_out,owner,status\nkim,kim@client.example,{score},,,{status}\n")
}

/// Kim's lead is with a rep since ten, and the CRM has a status.
fn desk_with_status(more: &str) -> Place {
    let place = open_desk("");
    place.append("rules.toml", &format!("{OUTCOME}{more}"));
    run_with(&place, TEN, "60", "");
    assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
    place
}

fn run_with(place: &Place, at: &str, score: &str, status: &str) -> serde_json::Value {
    place.write("contacts.csv", &status_csv(score, status));
    place.json_at(at, 0, &["run"])
}

/// What happened in a run, and that the same run again does nothing.
fn happened(place: &Place, at: &str, report: &serde_json::Value) -> Vec<String> {
    let (written, said) = (place.lines("out/contacts.jsonl").len(), place.lines("out/messages.jsonl").len());
    let again = place.json_at(at, 0, &["run"]);
    assert!(contacts(&again, "outcomes").is_empty(), "{again}");
    assert_eq!(place.lines("out/contacts.jsonl").len(), written);
    assert_eq!(place.lines("out/messages.jsonl").len(), said);
    texts(report["outcomes"].as_array().unwrap(), "what").into_iter().map(str::to_owned).collect()
}

fn last_write(place: &Place) -> String {
    let writes = place.lines("out/contacts.jsonl");
    writes.last().unwrap()["set"]["job_title"].as_str().unwrap_or_default().to_owned()
}

fn last_said(place: &Place) -> String {
    let messages = place.lines("out/messages.jsonl");
    messages.last().unwrap()["text"].as_str().unwrap_or_default().to_owned()
}

fn closed(place: &Place, at: &str) -> serde_json::Value {
    place.json_at(at, 0, &["status"])["closed"].clone()
}

#[test]
fn each_end_that_the_crm_shows_is_recorded_told_and_written_back_once() {
    for (status, what) in
        [("working", "accepted"), ("later", "recycled"), ("customer", "converted"), ("lost", "lost")]
    {
        let place = desk_with_status("");
        let report = run_with(&place, "2026-11-23T10:05:00Z", "60", status);
        assert_eq!(happened(&place, "2026-11-23T10:06:00Z", &report), [what]);
        assert_eq!(last_write(&place), what);
        assert!(last_said(&place).to_lowercase().starts_with(what), "{}", last_said(&place));
        assert_eq!(closed(&place, "2026-11-23T10:06:30Z")[what], 1);
    }
}

#[test]
fn a_rep_may_say_in_the_activity_file_what_came_of_it() {
    for what in ["recycled", "converted", "lost"] {
        let place = open_desk("");
        export_and_run(&place, TEN, &[("kim", "60")]);
        let row = format!("2026-11-23T10:05:00Z,KIM@client.example,ana@acme.example,{what},Not this year\n");
        place.append("activity.csv", &row);
        let report = place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
        assert_eq!(happened(&place, "2026-11-23T10:07:00Z", &report), [what]);
        let detail = report["outcomes"][0]["detail"].as_str().unwrap();
        assert!(detail.starts_with("by ana@acme.example"), "{detail}");
        assert_eq!(detail.contains("because 'Not this year'"), what != "converted", "{detail}");
    }
}

#[test]
fn what_comes_of_an_accepted_handoff_is_still_seen_whether_the_crm_or_a_rep_says_it() {
    let place = desk_with_status("");
    run_with(&place, "2026-11-23T10:05:00Z", "60", "working");
    let report = run_with(&place, "2027-02-01T10:00:00Z", "60", "customer");
    assert_eq!(happened(&place, "2027-02-01T10:01:00Z", &report), ["converted"]);
    assert_eq!(last_write(&place), "converted");

    let place = desk_with_status("");
    run_with(&place, "2026-11-23T10:05:00Z", "60", "working");
    place.append("activity.csv", "2026-12-01T10:00:00Z,kim,ana@acme.example,lost,Went with a rival\n");
    let report = run_with(&place, "2026-12-01T10:00:00Z", "60", "working");
    assert_eq!(happened(&place, "2026-12-01T10:01:00Z", &report), ["lost"]);
}

#[test]
fn without_an_activity_file_an_accepted_handoff_is_looked_at_when_its_contact_changes() {
    let place = open_desk("");
    place.append("rules.toml", OUTCOME);
    place.replace("rules.toml", "activity = \"activity.csv\"\n", "");
    run_with(&place, TEN, "60", "");
    run_with(&place, "2026-11-23T10:05:00Z", "60", "working");
    place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
    let report = run_with(&place, "2026-11-23T10:07:00Z", "60", "lost");
    assert_eq!(happened(&place, "2026-11-23T10:08:00Z", &report), ["lost"]);
}

#[test]
fn the_watch_over_an_accepted_handoff_ends() {
    let place = desk_with_status("");
    place.replace("rules.toml", "cooldown = \"7d\"", "cooldown = \"7d\"\nwatch = \"30d\"");
    run_with(&place, "2026-11-23T10:05:00Z", "60", "working");
    let report = run_with(&place, "2026-12-23T10:05:00Z", "60", "customer");
    assert!(happened(&place, "2026-12-23T10:06:00Z", &report).is_empty());
}

#[test]
fn what_was_recycled_or_lost_comes_back_as_what_was_rejected_does() {
    for status in ["bad", "later", "lost"] {
        let place = desk_with_status("");
        run_with(&place, "2026-11-23T10:05:00Z", "60", status);
        // It falls and crosses within the cooldown: that crossing counts when the cooldown is over.
        run_with(&place, "2026-11-24T10:00:00Z", "10", status);
        let within = run_with(&place, "2026-11-25T10:00:00Z", "60", status);
        assert!(contacts(&within, "handed_off").is_empty(), "{status}");
        let after = place.json_at("2026-11-30T10:05:00Z", 0, &["run"]);
        assert_eq!(contacts(&after, "handed_off"), ["kim@client.example"], "{status}");

        // Qualified all along, it never comes back by itself.
        let place = desk_with_status("");
        run_with(&place, "2026-11-23T10:05:00Z", "60", status);
        let later = run_with(&place, "2027-03-01T10:05:00Z", "90", status);
        assert!(contacts(&later, "handed_off").is_empty(), "{status}");
    }
}

#[test]
fn a_crossing_within_the_cooldown_that_fell_again_by_its_end_does_not_count() {
    let place = desk_with_status("");
    run_with(&place, "2026-11-23T10:05:00Z", "60", "bad");
    run_with(&place, "2026-11-24T10:00:00Z", "10", "bad");
    run_with(&place, "2026-11-25T10:00:00Z", "60", "bad");
    run_with(&place, "2026-11-26T10:00:00Z", "10", "bad");
    let after = place.json_at("2026-12-05T10:00:00Z", 0, &["run"]);
    assert!(contacts(&after, "handed_off").is_empty());
    let again = run_with(&place, "2026-12-06T10:00:00Z", "60", "bad");
    assert_eq!(contacts(&again, "handed_off"), ["kim@client.example"]);
}

#[test]
fn a_handoff_that_nobody_ended_is_closed_and_counted_and_a_sign_puts_that_off() {
    let place = desk_with_status("");
    place.replace("rules.toml", "cooldown = \"7d\"", "cooldown = \"7d\"\nstale_after = \"30d\"");
    place.append("activity.csv", "2026-11-23T11:00:00Z,kim,ana@acme.example,call,\n");
    place.append("activity.csv", "2026-12-03T10:00:00Z,kim,ana@acme.example,email,\n");
    let before = place.json_at("2027-01-02T09:59:00Z", 0, &["run"]);
    assert_eq!(texts(before["outcomes"].as_array().unwrap(), "what"), ["touched"]);
    let report = place.json_at("2027-01-02T10:00:00Z", 0, &["run"]);
    assert_eq!(happened(&place, "2027-01-02T10:01:00Z", &report), ["stale"]);
    assert_eq!(last_said(&place), "Stale (nobody ended it; no sign for 30d, since 2026-12-03)");
    assert_eq!(last_write(&place), "stale");
    assert_eq!(closed(&place, "2027-01-02T10:01:00Z")["stale"], 1);
    // Whoever was forgotten may cross again at once.
    run_with(&place, "2027-01-03T10:00:00Z", "10", "");
    let again = run_with(&place, "2027-01-03T10:01:00Z", "60", "");
    assert_eq!(contacts(&again, "handed_off"), ["kim@client.example"]);
}

#[test]
fn a_contact_that_opts_out_takes_its_handoff_from_the_rep_and_the_thread_hears_of_it() {
    for touched in [false, true] {
        let place = open_desk("");
        export_and_run(&place, TEN, &[("kim", "60"), ("lou", "60")]);
        if touched {
            place.append("activity.csv", "2026-11-23T10:05:00Z,kim,ana@acme.example,call,\n");
            place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
        }
        place.replace("contacts.csv", "kim@client.example,60,,", "kim@client.example,60,yes,");
        let report = place.json_at("2026-11-23T10:07:00Z", 0, &["run"]);
        assert_eq!(happened(&place, "2026-11-23T10:08:00Z", &report), ["cancelled"]);
        assert_eq!(last_said(&place), "Cancelled (the contact is now disqualified: Opted out)");
        let later = place.json_at("2026-11-23T12:00:00Z", 0, &["run"]);
        assert_eq!(contacts(&later, "escalated"), ["lou@client.example"], "kim's steps are void");
    }
}

#[test]
fn a_rejection_that_also_disqualifies_is_a_rejection() {
    let place =
        desk_with_status("[[disqualify]]\nname = \"Sales said no\"\nwhen = { status.in = [\"bad\"] }\n");
    let report = run_with(&place, "2026-11-23T10:05:00Z", "60", "bad");
    assert_eq!(happened(&place, "2026-11-23T10:06:00Z", &report), ["rejected"]);
}

/// Kim and Lou crossed; one handoff waits for a shift that never comes, or both are held.
fn without_a_rep(more: &str) -> Place {
    let place = open_desk("");
    place.append("rules.toml", &format!("{OUTCOME}{more}"));
    place.replace("rules.toml", "email = \"ana@acme.example\"", "email = \"ana@acme.example\"\nmax_open = 1");
    place.replace(
        "rules.toml",
        "email = \"bo@acme.example\"",
        "email = \"bo@acme.example\"\naway = [\"2026-11-01..2027-01-01\"]\ntimezone = \"UTC\"",
    );
    place.write(
        "contacts.csv",
        "id,email,score,opted_out,owner,status\nlou,lou@client.example,60,,,\nkim,kim@client.example,60,,,\n",
    );
    place.handoff_at(TEN, &["run"]);
    place
}

#[test]
fn a_contact_that_is_disqualified_or_converts_before_a_rep_has_it_is_handed_to_nobody() {
    for (more, open) in [("", "waiting"), ("[limits]\nhandoffs_per_run = 1\n", "held")] {
        for (row, why) in [
            ("kim,kim@client.example,60,yes,,", "the contact is now disqualified: Opted out"),
            ("kim,kim@client.example,60,,,customer", "the contact has converted meanwhile"),
        ] {
            let place = without_a_rep(more);
            let status = place.handoff_at(TEN, &["status"]).stdout;
            assert!(status.contains(&format!("{open}: 1")), "{status}");
            place.replace("contacts.csv", "kim,kim@client.example,60,,,", row);
            let report = place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
            assert_eq!(report["outcomes"][0]["detail"], format!("({why})"));
            assert!(happened(&place, "2026-11-23T10:06:00Z", &report) == ["cancelled"], "{open}");
            let text = place.handoff_at("2026-11-23T10:06:00Z", &["explain", "kim"]).stdout;
            assert!(text.contains(why), "{text}");
            assert_eq!(place.lines("out/tasks.jsonl").len(), 1, "only lou's");
        }
    }
}

#[test]
fn an_opt_out_while_the_writes_fail_cancels_them() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60")]));
    // The folder of the writes is a file: nothing can be delivered.
    place.write("out", "");
    assert_eq!(place.handoff_at(TEN, &["run"]).status, 1);
    std::fs::remove_file(place.path("out")).unwrap();
    place.replace("contacts.csv", "kim@client.example,60,,", "kim@client.example,60,yes,");
    let report = place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    assert_eq!(report["outcomes"][0]["detail"], "the contact is now disqualified: Opted out");
    place.json_at("2026-11-23T11:00:00Z", 0, &["run"]);
    assert!(place.lines("out/tasks.jsonl").is_empty());
    assert!(place.lines("out/messages.jsonl").is_empty());
}
