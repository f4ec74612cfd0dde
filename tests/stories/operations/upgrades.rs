//! A new schema comes into the file whole, wherever the process dies; a plan leaves the file at its version.

use std::process::{Command, Stdio};

use rusqlite::Connection;

use crate::desk::{csv, rules};
use crate::support::Place;

/// What a process dies at when it makes its database, and every how manieth.
const CALLS: [(&str, usize); 5] =
    [("pwrite64", 2), ("fsync", 1), ("ftruncate", 1), ("unlink", 1), ("openat", 17)];

fn place() -> Place {
    let place = Place::with(&rules(), &csv(&[]));
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place
}

/// Application id, version, and how many objects the schema has.
fn schema(place: &Place) -> (i64, i64, i64) {
    let db = Connection::open(place.path("handoff.db")).unwrap();
    let number = |sql: &str| db.query_row(sql, [], |row| row.get(0)).unwrap();
    (
        number("PRAGMA application_id"),
        number("PRAGMA user_version"),
        number("SELECT count(*) FROM sqlite_schema"),
    )
}

#[test]
fn a_schema_that_is_interrupted_anywhere_is_whole_or_not_there() {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        eprintln!("skipped: strace is not installed");
        return;
    }
    let whole = place();
    whole.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    let (_, version, objects) = schema(&whole);
    let mut killed = 0;
    for (call, step) in CALLS {
        for n in (1..).step_by(step) {
            let place = place();
            let inject = format!("inject={call}:signal=KILL:when={n}");
            let plain = place.command("2026-11-23T10:00:00Z", &["run"]);
            let mut strace = Command::new("strace");
            strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject]);
            strace.arg(plain.get_program()).args(plain.get_args()).current_dir(place.path(""));
            strace.env("HANDOFF_NOW", "2026-11-23T10:00:00Z");
            if strace.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success() {
                break;
            }
            killed += 1;
            if place.exists("handoff.db") {
                let found = schema(&place);
                let is_empty = found == (0, 0, 0);
                assert!(is_empty || (found.1, found.2) == (version, objects), "{inject}: {found:?}");
            }
            place.json_at("2026-11-23T10:00:01Z", 0, &["run"]);
            assert_eq!(schema(&place).2, objects, "{inject}");
        }
    }
    assert!(killed > 20, "only {killed}");
}

#[test]
fn a_plan_and_a_look_leave_an_older_database_at_its_version() {
    let place = place();
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    place.shell("umask 077; : > older.db", &[]);
    for args in [&["run", "--dry-run"][..], &["status"], &["explain", "nobody"]] {
        let ran = place.handoff_at("2026-11-23T10:01:00Z", &[args, &["--db", "older.db"]].concat());
        assert!(ran.status <= 2 && !ran.stderr.contains("panicked"), "{}", ran.all());
        assert_eq!(place.bytes("older.db").len(), 0, "{args:?} wrote to it");
    }
}
