//! Two runs at once, and many: one works, the others leave.

use std::fs::File;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::crowd;
use crate::support::process::{RUN, ran};
use crate::support::{MONDAY_10, Place};

const CONTACTS: usize = 20;

/// Holds the database as a run does, until the file is dropped.
fn hold(place: &Place) -> File {
    let file = File::create(place.path("handoff.db.lock")).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn a_second_run_leaves_without_a_word_and_writes_nothing() {
    let place = crowd(CONTACTS);
    let held = hold(&place);
    for args in [RUN, &["sync"], &["evaluate"], &["route"], &["escalate"]] {
        let ran = place.handoff(args);
        assert_eq!(ran.all(), "exit 0\nstdout:\n\nstderr:\n", "{args:?}");
    }
    assert!(!place.exists("handoff.db") && !place.exists("out"));
    drop(held);
    place.done(RUN);
    assert_eq!(place.lines("out/tasks.jsonl").len(), CONTACTS);
}

#[test]
fn a_second_run_says_why_it_left_to_who_wants_to_know() {
    let place = crowd(CONTACTS);
    let _held = hold(&place);
    let ran = place.handoff(&["run", "-v"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(
        ran.stderr.contains("note: another run holds the database; this run was skipped"),
        "{}",
        ran.stderr
    );
}

#[test]
fn whoever_asked_for_something_beside_a_run_is_told_that_it_was_not_done() {
    let place = crowd(CONTACTS);
    place.done(&["sync"]);
    let held = hold(&place);
    let before = place.bytes("handoff.db");
    let asked = [&["evaluate", "--all", "--apply"] as &[&str], &["retry"], &["release", "--all"]];
    // Each waits for seconds, so they wait side by side.
    for waiting in asked.map(|args| start(&place, args)) {
        let ran = ran(waiting.wait_with_output().unwrap());
        assert_eq!(ran.status, 1, "{}", ran.all());
        assert!(ran.stderr.contains("another run holds the database"), "{}", ran.all());
    }
    assert_eq!(place.bytes("handoff.db"), before);
    drop(held);
    place.done(&["retry"]);
}

#[test]
fn whoever_waits_for_a_run_that_is_nearly_over_goes_on() {
    let place = crowd(CONTACTS);
    place.done(&["sync"]);
    let held = hold(&place);
    let waiting = start(&place, &["retry"]);
    std::thread::sleep(Duration::from_millis(500));
    drop(held);
    assert_eq!(waiting.wait_with_output().unwrap().status.code(), Some(0));
}

/// Not even one in the middle of a transaction, which is not part of what the dry run sees.
#[test]
fn a_dry_run_waits_for_no_run() {
    let place = crowd(CONTACTS);
    place.done(&["sync"]);
    let _held = hold(&place);
    let writer = rusqlite::Connection::open(place.path("handoff.db")).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; DELETE FROM meta").unwrap();
    let asked = [
        &["run", "--dry-run", "--include-existing"] as &[&str],
        &["evaluate", "--all"],
        &["forget", "nobody@lead.example", "--dry-run"],
    ];
    for (args, status) in asked.into_iter().zip([0, 0, 1]) {
        let began = Instant::now();
        let ran = place.handoff(args);
        assert_eq!(ran.status, status, "{}", ran.all());
        assert!(began.elapsed() < Duration::from_secs(4), "it waited for the other");
    }
    writer.execute_batch("COMMIT").unwrap();
}

fn start(place: &Place, args: &[&str]) -> Child {
    place.command(MONDAY_10, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn of_many_runs_at_once_one_hands_off_and_each_contact_gets_one_task() {
    for _ in 0..20 {
        let place = crowd(CONTACTS);
        let runs: Vec<_> =
            (0..4).map(|_| place.command(MONDAY_10, RUN).stderr(Stdio::piped()).spawn().unwrap()).collect();
        for run in runs {
            let output = run.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert_eq!(place.lines("out/tasks.jsonl").len(), CONTACTS);
        assert_eq!(place.lines("out/messages.jsonl").len(), CONTACTS);
        assert_eq!(place.keys().len(), 3 * CONTACTS);
    }
}

#[test]
fn runs_on_two_databases_that_share_their_files_deliver_each_task_once() {
    let place = crowd(CONTACTS);
    let runs: Vec<_> = ["a.db", "b.db", "c.db"]
        .map(|db| {
            let args = ["run", "--include-existing", "--db", db];
            place.command(MONDAY_10, &args).spawn().unwrap()
        })
        .into();
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    assert_eq!(place.keys().len(), 3 * CONTACTS);
}
