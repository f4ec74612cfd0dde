//! The quickstart's Monday: the morning, the shift that starts at noon, and what the reps of activity.csv do.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{MONDAY_10, Place, contacts, texts};

fn after_the_morning() -> Place {
    let place = Place::quickstart();
    place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    place
}

/// Runs every minute, as cron does, and gathers one list of all reports as `hh:mm contact what`.
fn every_minute(place: &Place, hours: std::ops::Range<u32>, list: &str) -> Vec<String> {
    let mut gathered = Vec::new();
    for minute in hours.start * 60..hours.end * 60 {
        let (hour, minute) = (minute / 60, minute % 60);
        let report = place.json_at(&format!("2026-11-23T{hour:02}:{minute:02}:00Z"), 0, &["run"]);
        for row in report[list].as_array().unwrap() {
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            gathered.push(format!("{hour:02}:{minute:02} {} {}", text("contact"), text("what")));
        }
    }
    gathered
}

#[test]
fn a_file_read_anew_holds_nobody_who_was_missed_and_hands_nobody_off_again() {
    let place = Place::quickstart();
    // Written long ago, a file that stays as it is is not opened again.
    for name in ["contacts.csv", "companies.csv"] {
        let file = std::fs::File::options().write(true).open(place.path(name)).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    }
    place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    assert_eq!(place.json_at(MONDAY_10, 0, &["sync"])["synced"]["read"], 0);
    let anew = place.json_at(MONDAY_10, 0, &["sync", "--all"])["synced"].clone();
    assert_eq!((&anew["read"], &anew["changed"], &anew["missed"]), (&json!(40), &json!(0), &json!(0)));
    let report = place.json_at(MONDAY_10, 0, &["run"]);
    assert_eq!(report["evaluated"]["contacts"], 0);
    assert_eq!(place.lines("out/tasks.jsonl").len(), 14);
}

#[test]
fn everyone_is_judged_and_those_who_qualify_are_handed_off_or_wait() {
    let place = Place::quickstart();
    let report = place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    let evaluated = &report["evaluated"];
    let counts =
        ["contacts", "qualified", "not_yet", "outside_icp", "disqualified"].map(|kind| &evaluated[kind]);
    assert_eq!(counts, [40, 22, 8, 4, 6]);
    assert_eq!(report["synced"]["set_aside"], 1);
    assert_eq!((contacts(&report, "handed_off").len(), contacts(&report, "waiting").len()), (14, 8));
    for file in ["out/tasks.jsonl", "out/contacts.jsonl", "out/messages.jsonl"] {
        let lines = place.lines(file);
        assert_eq!(BTreeSet::from_iter(texts(&lines, "key")).len(), 14, "{file}");
    }
}

#[test]
fn whoever_waits_is_assigned_when_the_shift_starts_and_not_a_minute_earlier() {
    let place = after_the_morning();
    let early = place.json_at("2026-11-23T11:59:00Z", 0, &["run"]);
    assert!(contacts(&early, "handed_off").is_empty());

    let noon = place.json_at("2026-11-23T12:00:00Z", 0, &["run"]);
    let expected = ["Marcus Webb", "Rosa Delgado", "Wes Tanner", "Beatriz Lopes", "Samir Haddad"];
    assert_eq!(contacts(&noon, "handed_off"), expected);
    let owners: BTreeSet<&str> = texts(noon["handed_off"].as_array().unwrap(), "owner").into_iter().collect();
    assert_eq!(owners, BTreeSet::from(["Eva Costa"]));
    assert_eq!(noon["handed_off"][0]["due"], "2026-11-23T12:15:00Z");
}

#[test]
fn each_step_of_an_sla_comes_once_and_at_its_time() {
    let place = after_the_morning();
    let escalated = every_minute(&place, 10..11, "escalated");
    let expected: Vec<String> = [
        // Half of fifteen minutes is seven and a half: the next run is at eight. Joana was called at 10:06.
        ("10:08", "remind"),
        ("10:15", "notify"),
        ("10:30", "reassign"),
    ]
    .iter()
    .flat_map(|(at, what)| {
        ["Jürgen Müller-Öztürk", "Harriet Osgood", "Inês Barros", "Kenji Mori"]
            .map(|who| format!("{at} {who} {what}"))
    })
    .collect();
    assert_eq!(escalated[..expected.len()], expected);
    // The next owners of three have the same time again: of their team, or of the fallback route where nobody was left.
    let again: Vec<String> = [("10:38", "remind"), ("10:45", "notify")]
        .iter()
        .flat_map(|(at, what)| {
            ["Jürgen Müller-Öztürk", "Harriet Osgood", "Inês Barros"].map(|who| format!("{at} {who} {what}"))
        })
        .collect();
    assert_eq!(escalated[expected.len()..], again);

    let owners = |contact: &str| -> Vec<String> {
        let tasks = place.lines("out/tasks.jsonl");
        let its: Vec<Value> = tasks.into_iter().filter(|task| task["contact"] == contact).collect();
        texts(&its, "owner").into_iter().map(str::to_owned).collect()
    };
    assert_eq!(owners("1006"), ["finn@acme.example", "gia@acme.example"], "Kenji was reassigned");
    assert_eq!(
        owners("1003"),
        ["ana@acme.example", "bo@acme.example"],
        "Bo, whose Jürgen had gone on by the fallback route"
    );
    let messages = place.lines("out/messages.jsonl");
    let reminders = texts(&messages, "text").into_iter().filter(|text| text.starts_with("Reminder:")).count();
    assert_eq!(reminders, 7, "four at first, and three of the next owners");
}

#[test]
fn a_run_that_comes_late_does_only_the_present_step() {
    let place = after_the_morning();
    let late = place.json_at("2026-11-23T10:59:00Z", 0, &["run"]);
    let steps = late["escalated"].as_array().unwrap();
    assert_eq!(
        texts(steps, "what"),
        ["reassign"; 4],
        "only the present level, not every step that was missed"
    );
}

#[test]
fn what_reps_did_is_recorded_with_its_time_and_reason() {
    let place = after_the_morning();
    assert_eq!(
        every_minute(&place, 10..12, "outcomes"),
        [
            "10:06 Joana Ferreira touched",
            "10:20 Joana Ferreira accepted",
            "10:45 Sofie Dahl touched",
            "11:30 Emeka Obi rejected",
        ]
    );
    let joana =
        place.lines("out/contacts.jsonl").into_iter().rfind(|line| line["contact"] == "1001").unwrap();
    assert_eq!(joana["set"]["lifecycle_stage"], "salesqualifiedlead");
    let emeka = place.handoff_at("2026-11-23T12:00:00Z", &["explain", "1015"]);
    assert!(emeka.stdout.contains("rejected in tier engaged, owner finn@acme.example"), "{}", emeka.stdout);
    assert!(emeka.stdout.contains("No budget before summer"), "{}", emeka.stdout);
}
