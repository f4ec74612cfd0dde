//! What `check --online`, the first run and `status` say of the data without being asked.

use super::messy;
use crate::support::{MONDAY_10, Place};

const SIZE: &str = "`size` cannot be read as a number in 40 of 40 contacts that have it: '10,000+', '51-200' (first contact c1); \
                    this line reads 40 of them";
const LINE: &str = "size = { property = \"Company Size\", type = \"number\", range = \"low\" }";
const EUROPE: &str = "route 'Europe': none of its 6 values occurs in `country` (4 different, most often 'France')\
                      ; with this line they do";

fn run(place: &Place, now: &str) -> String {
    let ran = place.handoff_at(now, &["run"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    ran.stderr
}

#[test]
fn the_first_run_tells_it_once_and_names_nobody() {
    let place = messy();
    let first = run(&place, MONDAY_10);
    for told in [SIZE, LINE, EUROPE, "8 contacts have an owner who is no rep\n", "`handoff fields`"] {
        assert!(first.contains(told), "{told}\n{first}");
    }
    assert!(!first.contains("Carlos"), "{first}");
    assert_eq!(run(&place, "2026-11-23T10:01:00Z"), "");
}

#[test]
fn what_becomes_unreadable_later_is_told_by_the_run_that_meets_it() {
    let place = messy();
    run(&place, MONDAY_10);
    place.replace("contacts.csv", ",80,true,", ",n/a,true,");
    let told = run(&place, "2026-11-23T10:01:00Z");
    assert!(told.contains("`score` cannot be read in 1 contacts judged now: not a number: 'n/a'"), "{told}");
    place.replace("contacts.csv", ",78,false,", ",none,false,");
    assert_eq!(run(&place, "2026-11-23T10:02:00Z"), "");
    place.replace("rules.toml", "[fields]", "[fields]\nplan = \"country\"");
    let again = run(&place, "2026-11-23T10:03:00Z");
    assert!(again.contains("`score` cannot be read as a number in 2 of 40"), "{again}");
}

#[test]
fn status_is_not_healthy_while_a_field_that_decides_cannot_be_read() {
    let place = messy();
    run(&place, MONDAY_10);
    let status = place.handoff_at("2026-11-23T10:01:00Z", &["status"]);
    assert_eq!(status.status, 1, "{}", status.all());
    assert!(status.stdout.starts_with("needs attention\n"), "{}", status.stdout);
    for told in [SIZE, EUROPE, "8 contacts have an owner who is no rep: 'Carlos Ruiz' (8)"] {
        assert!(status.stdout.contains(told), "{told}\n{}", status.stdout);
    }
    place.replace("rules.toml", "type = \"number\" }", "type = \"number\", range = \"low\" }");
    place.replace(
        "rules.toml",
        "type = \"datetime\" }",
        "type = \"datetime\", format = [\"%m/%d/%Y %I:%M %p\"] }",
    );
    let status = place.handoff_at("2026-11-23T10:01:00Z", &["status"]);
    assert_eq!(status.status, 0, "{}", status.all());
    assert!(status.stdout.starts_with("healthy\nwhat the data shows\n"), "{}", status.stdout);
    assert!(status.stdout.contains(EUROPE), "{}", status.stdout);
}

#[test]
fn a_slip_in_one_cell_is_told_and_alarms_nobody() {
    let place = messy();
    place.replace("rules.toml", "type = \"number\" }", "type = \"number\", range = \"low\" }");
    place.replace(
        "rules.toml",
        "type = \"datetime\" }",
        "type = \"datetime\", format = [\"%m/%d/%Y %I:%M %p\"] }",
    );
    place.replace("contacts.csv", ",80,true,", ",n/a,true,");
    run(&place, MONDAY_10);
    let status = place.handoff_at("2026-11-23T10:01:00Z", &["status"]);
    assert_eq!(status.status, 0, "{}", status.all());
    assert!(status.stdout.contains("`score` cannot be read as a number in 1 of 40"), "{}", status.stdout);
}

#[test]
fn check_online_says_it_at_its_place_with_the_line_to_write() {
    let place = messy();
    let check = place.handoff_at(MONDAY_10, &["check", "--online"]);
    assert_eq!(check.status, 0, "{}", check.all());
    assert!(check.stdout.contains("note[H090]: 8 contacts have an owner who is no rep"), "{}", check.stdout);
    for told in [SIZE, LINE, EUROPE, "--> rules.toml:17:23", "'Carlos Ruiz' (8)"] {
        assert!(check.stdout.contains(told), "{told}\n{}", check.stdout);
    }
    assert_eq!(place.handoff_at(MONDAY_10, &["check", "--online", "--deny", "warnings"]).status, 1);
}
