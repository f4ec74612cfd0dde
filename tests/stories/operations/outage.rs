//! What lasts is told when it begins, hourly and when it is over; a run that leaves something undone is not good.

use std::fs;

use crate::desk::{csv, open_desk};
use crate::support::{Place, Ran};

/// A run as cron starts it.
fn run(place: &Place, hour: u32, minute: u32) -> Ran {
    place.handoff_at(&format!("2026-11-23T{hour:02}:{minute:02}:00Z"), &["run"])
}

/// What the runs of so many minutes say, each with its minute.
fn said(place: &Place, minutes: std::ops::Range<u32>, status: i32) -> Vec<(u32, String)> {
    let mut said = Vec::new();
    for minute in minutes {
        let ran = run(place, 10 + minute / 60, minute % 60);
        assert_eq!(ran.status, status, "minute {minute}: {}", ran.all());
        said.extend(ran.stderr.lines().map(|line| (minute, line.to_owned())));
    }
    said
}

fn minutes(said: &[(u32, String)]) -> Vec<u32> {
    said.iter().map(|(minute, _)| *minute).collect()
}

#[test]
fn runs_that_leave_writes_waiting_are_not_good_and_an_outage_is_told_once_hourly_and_at_its_end() {
    let place = open_desk("");
    fs::create_dir_all(place.path("out/tasks.jsonl")).unwrap();
    let names: Vec<String> = (0..20).map(|number| format!("kim{number}")).collect();
    let scores: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "60")).collect();
    place.write("contacts.csv", &csv(&scores));
    let told = said(&place, 0..70, 1);
    assert_eq!(minutes(&told), [0, 60], "{told:#?}");
    assert!(told[0].1.contains("40 writes wait since 10:00 UTC: "), "{told:#?}");
    assert!(told[1].1.contains("still, since 10:00 UTC: 40 writes wait since 10:00 UTC: "), "{told:#?}");

    let status = place.handoff_at("2026-11-23T11:09:00Z", &["status"]);
    assert_eq!(status.status, 1, "{}", status.all());
    assert!(status.stdout.contains("  40 writes wait since 10:00 UTC: "), "{}", status.all());
    assert!(
        status.stdout.contains("the last good run was 129 minutes ago, and those since were not"),
        "{}",
        status.all()
    );
    assert!(status.stdout.contains("last run: run just now (not good)"), "{}", status.all());

    fs::remove_dir(place.path("out/tasks.jsonl")).unwrap();
    let told = said(&place, 85..90, 0);
    assert_eq!(minutes(&told), [85], "{told:#?}");
    assert!(told[0].1.contains("over after 1h25m: 40 writes wait"), "{told:#?}");
    assert_eq!(place.handoff_at("2026-11-23T11:30:00Z", &["status"]).status, 0);
}

#[test]
fn a_crm_that_cannot_be_read_is_told_once_for_all_that_needs_it() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60")]));
    assert_eq!(run(&place, 9, 59).status, 0);
    fs::remove_file(place.path("contacts.csv")).unwrap();
    let told = said(&place, 0..60, 1);
    assert_eq!(minutes(&told), [0], "{told:#?}");
    let asked = place.handoff_at("2026-11-23T11:00:00Z", &["run", "-v"]);
    assert!(asked.stderr.contains("contacts.csv"), "who asks is told each time: {}", asked.all());
    place.write("contacts.csv", &csv(&[("kim", "60")]));
    let told = said(&place, 61..65, 0);
    assert_eq!(minutes(&told), [61], "{told:#?}");
}

#[test]
fn a_lost_calendar_is_told_once_hourly_and_when_it_is_back() {
    let place = open_desk("");
    let event = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261224\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    place.write("ana.ics", event);
    place.replace(
        "rules.toml",
        "email = \"ana@acme.example\"",
        "email = \"ana@acme.example\"\naway = { ics = \"ana.ics\" }\ntimezone = \"Europe/Lisbon\"",
    );
    assert_eq!(said(&place, 0..2, 0), []);
    fs::remove_file(place.path("ana.ics")).unwrap();
    let told = said(&place, 2..70, 0);
    assert_eq!(minutes(&told), [2, 62], "{told:#?}");
    assert!(told[0].1.contains("ana.ics"), "{told:#?}");
    place.write("ana.ics", event);
    let told = said(&place, 70..73, 0);
    assert_eq!(minutes(&told), [70], "{told:#?}");
    assert!(told[0].1.contains("over after 1h8m: cannot read 'ana.ics'"), "{told:#?}");
}
