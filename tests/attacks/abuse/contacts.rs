//! Contacts files that are empty, huge, incomplete or contradict themselves.

use std::io::Write as _;

use super::{HEADER, rules};
use crate::support::process::RUN;
use crate::support::{Place, texts};

/// A row of the scene's contacts.
fn row(id: u32, score: &str, asked_at: &str) -> String {
    format!("{id},p{id}@shop{id}.example,Pat,Number {id},Buyer,{score},{asked_at},2026-11-23T09:00:00Z\n")
}

fn place(rows: &str) -> Place {
    Place::with(&rules(), &format!("{HEADER}{rows}"))
}

#[test]
fn an_empty_contacts_file_is_a_problem_that_is_told_and_nobody_is_judged() {
    let place = Place::with(&rules(), "");
    let ran = place.handoff(RUN);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stderr.contains("contacts.csv is empty; it needs a header line"), "{}", ran.stderr);
    assert!(place.delivered().is_empty());
}

#[test]
fn a_contacts_file_that_is_emptied_between_runs_takes_nothing_back() {
    let place = place(&row(1, "80", ""));
    place.done(RUN);
    let before = place.keys();
    place.write("contacts.csv", "");
    assert_eq!(place.handoff(RUN).status, 1);
    place.write("contacts.csv", HEADER);
    place.done(RUN);
    assert_eq!(place.keys(), before);
}

#[test]
fn a_header_alone_is_a_crm_without_contacts() {
    let place = place("");
    let ran = place.done(RUN);
    assert_eq!(ran.all(), "exit 0\nstdout:\n\nstderr:\n");
}

#[test]
fn a_missing_column_is_named_with_the_file_and_nobody_is_judged() {
    let place = Place::with(&rules(), "id,email,modified_at\n1,a@b.example,2026-11-23\n");
    let ran = place.handoff(RUN);
    assert_eq!(ran.status, 1, "{}", ran.all());
    for column in ["score", "asked_at"] {
        assert!(ran.stderr.contains("contacts.csv") && ran.stderr.contains(column), "{}", ran.stderr);
    }
    assert!(place.delivered().is_empty());
}

#[test]
fn a_line_of_a_gigabyte_is_set_aside_within_bounded_memory_and_the_rows_after_it_are_read() {
    let place = place(&row(1, "80", ""));
    let mut file = std::fs::OpenOptions::new().append(true).open(place.path("contacts.csv")).unwrap();
    // A hole in the file: a gigabyte to read, nothing on the disk. By itself it would be padding.
    file.write_all(b"x").unwrap();
    let end = file.metadata().unwrap().len();
    file.set_len(end + (1 << 30)).unwrap();
    file.write_all(format!("\n{}", row(2, "80", "")).as_bytes()).unwrap();
    drop(file);

    // The whole address space: program, SQLite's cache and all. A line in memory would not fit twice.
    let ran =
        place.shell("ulimit -v 400000; exec \"$@\"", &["run", "--include-existing", "--format", "json"]);

    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!(ran.json()["synced"]["set_aside"], 1, "{}", ran.stdout);
    assert_eq!(texts(&place.lines("out/tasks.jsonl"), "contact"), ["1", "2"]);
    let status = place.handoff(&["status"]);
    assert!(status.all().contains("contacts.csv:3: the row is longer than"), "{}", status.all());
}

#[test]
fn values_that_are_no_numbers_or_dates_are_false_and_explain_says_why() {
    for (score, asked_at, reason) in [
        ("NaN", "", "not a number: 'NaN'"),
        ("1e999", "", "not a number: '1e999'"),
        ("-inf", "", "not a number: '-inf'"),
        ("0x50", "", "not a number: '0x50'"),
        ("", "2026-02-31", "not a date and time: '2026-02-31'"),
        ("", "99999999999999999999", "not a date and time: '99999999999999999999'"),
        ("", "2026-11-23T25:00:00Z", "not a date and time: '2026-11-23T25:00:00Z'"),
    ] {
        let place = place(&row(1, score, asked_at));
        place.done(RUN);
        assert!(place.delivered().is_empty(), "{score}{asked_at} was handed off");
        let explained = place.done(&["explain", "1"]);
        assert!(explained.stdout.contains(reason), "{reason}: {}", explained.stdout);
        let explained = place.done(&["explain", "1", "--format", "json"]).json();
        assert_eq!(explained[0]["verdict"], "not_yet", "{explained:#}");
    }
}

#[test]
fn of_two_rows_with_one_id_the_newer_counts_and_the_contact_gets_one_task() {
    let newer = row(1, "90", "").replace("09:00", "09:30");
    for rows in [row(1, "80", "") + &newer, newer.clone() + &row(1, "80", "")] {
        let place = place(&rows);
        place.done(RUN);
        let tasks = place.lines("out/tasks.jsonl");
        assert_eq!(texts(&tasks, "contact"), ["1"]);
        assert!(tasks[0]["body"].as_str().unwrap().contains("Score: 90"), "{}", tasks[0]);
        place.done(RUN);
        assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
    }
}

#[test]
fn an_equal_row_with_an_id_that_was_there_is_set_aside_with_both_lines() {
    let place = place(&(row(1, "80", "") + &row(2, "10", "") + &row(1, "10", "")));
    place.done(RUN);
    assert_eq!(texts(&place.lines("out/tasks.jsonl"), "contact"), ["1"]);
    let status = place.handoff(&["status"]).all();
    assert!(status.contains("contacts.csv:4: contact '1' on line 4 is on line 2 already"), "{status}");
}

#[test]
fn rows_that_are_ragged_binary_or_without_an_id_hold_up_nobody() {
    let place = place(&row(1, "80", ""));
    let mut bytes = place.bytes("contacts.csv");
    bytes.extend_from_slice(b"2,only,three\n");
    bytes.extend_from_slice(b"\xff\xfe\x00,b,c,d,e,80,,2026-11-23\n");
    bytes.extend_from_slice(b"  ,b,c,d,e,80,,2026-11-23\n");
    bytes.extend_from_slice(b"\"3,b@c.example,never closed\n");
    bytes.extend_from_slice(format!("{},x,c,d,e,80,,2026-11-23\n", "9".repeat(129)).as_bytes());
    bytes.extend_from_slice(row(7, "80", "").as_bytes());
    place.write_bytes("contacts.csv", &bytes);
    let ran = place.done(&["run", "--include-existing", "--format", "json"]);
    // The row that is merely short is a contact with empty cells.
    assert_eq!(ran.json()["synced"]["read"], 3, "{}", ran.stdout);
    assert_eq!(ran.json()["synced"]["set_aside"], 4, "{}", ran.stdout);
    assert_eq!(texts(&place.lines("out/tasks.jsonl"), "contact"), ["1", "7"]);
}
