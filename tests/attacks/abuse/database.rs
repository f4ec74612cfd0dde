//! Database files that are not ours, damaged, too new, or open to everybody.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;

use super::{HEADER, rules};
use crate::support::process::{RUN, ran};
use crate::support::{MONDAY_10, Place};

/// A user to whom nothing belongs.
const NOBODY: u32 = 65_534;

fn place() -> Place {
    Place::with(&rules(), &format!("{HEADER}1,a@b.example,Pat,One,Buyer,80,,2026-11-23\n"))
}

fn make_private(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Refused with these words by everything that opens the database; the file is the same byte for byte, and nothing went out.
fn is_refused(place: &Place, words: &str) {
    let before = place.bytes("handoff.db");
    for args in [RUN, &["status"], &["run", "--dry-run", "--include-existing"], &["explain", "1"]] {
        let ran = place.handoff(args);
        assert_eq!(ran.status, 2, "{args:?}: {}", ran.all());
        assert!(ran.stderr.contains(words), "{args:?}: {}", ran.all());
        assert!(ran.stderr.contains("handoff.db"), "{args:?}: {}", ran.all());
        assert_eq!(place.bytes("handoff.db"), before, "{args:?} changed the file");
    }
    assert!(place.delivered().is_empty());
    for leftover in ["handoff.db-wal", "handoff.db-shm", "handoff.db-journal"] {
        assert!(!place.exists(leftover), "{leftover} was left behind");
    }
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let place = place();
    let path = place.path("handoff.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE song(title); INSERT INTO song VALUES('x')")
        .unwrap();
    make_private(&path);
    is_refused(&place, "it belongs to another program; name another file with --db");
}

#[test]
fn an_empty_database_that_another_program_has_claimed_is_refused() {
    let place = place();
    let path = place.path("handoff.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA application_id = 7; PRAGMA user_version = 3")
        .unwrap();
    make_private(&path);
    is_refused(&place, "it belongs to another program");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let place = place();
    place.write("handoff.db", &"dear diary\n".repeat(1_000));
    make_private(&place.path("handoff.db"));
    is_refused(&place, "it is not a handoff database, or it is damaged");
}

#[test]
fn a_database_that_a_newer_version_wrote_is_refused_and_left_alone() {
    let place = place();
    place.done(&["run"]);
    let newer = Connection::open(place.path("handoff.db")).unwrap();
    newer.execute_batch("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE").unwrap();
    drop(newer);
    is_refused(&place, "a newer handoff wrote it (schema 99, this one knows");
}

#[test]
fn a_database_with_a_planted_view_or_trigger_is_refused_and_left_alone() {
    for planted in [
        "CREATE TRIGGER helpful AFTER INSERT ON effect BEGIN UPDATE handoff SET owner = 'eve@evil.example'; END",
        "DROP TRIGGER event_kept; CREATE TRIGGER event_kept AFTER UPDATE ON event BEGIN SELECT 1; END",
        "DROP TABLE quarantine; CREATE VIEW quarantine AS SELECT 'x' AS place, 'y' AS reason, 1 AS last_ms",
    ] {
        let place = place();
        place.done(&["run"]);
        let db = Connection::open(place.path("handoff.db")).unwrap();
        db.execute_batch(&format!("{planted}; PRAGMA journal_mode = DELETE")).unwrap();
        drop(db);
        is_refused(&place, "to its schema; restore a backup");
    }
}

#[test]
fn a_database_cut_short_is_an_error_and_never_a_second_task() {
    let whole = place();
    whole.done(RUN);
    let bytes = whole.bytes("handoff.db");
    for length in [16, 99, 100, 512, 4_096, bytes.len() / 2, bytes.len() - 1] {
        let place = place();
        place.write_bytes("handoff.db", &bytes[..length]);
        make_private(&place.path("handoff.db"));
        std::fs::create_dir(place.path("out")).unwrap();
        for file in ["tasks", "contacts", "messages"] {
            let name = format!("out/{file}.jsonl");
            place.write(&name, &whole.read(&name));
        }
        let ran = place.handoff(RUN);
        assert!(ran.is_orderly(), "{length}: {}", ran.all());
        assert!(ran.status != 0 && ran.stderr.contains("database"), "{length}: {}", ran.all());
        assert_eq!(place.keys(), whole.keys(), "cut to {length}");
    }
}

#[test]
fn a_database_of_no_bytes_is_a_new_one() {
    let place = place();
    place.write("handoff.db", "");
    make_private(&place.path("handoff.db"));
    place.done(RUN);
    assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
}

#[test]
fn a_database_that_somebody_holds_is_waited_for_and_then_left_with_nothing_sent() {
    let place = place();
    place.done(&["run"]);
    place.append("contacts.csv", "2,c@d.example,Kim,Two,Buyer,90,,2026-11-23\n");
    let other = Connection::open(place.path("handoff.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = place.handoff(RUN);
    assert!(refused.is_orderly() && refused.status != 0, "{}", refused.all());
    assert!(refused.stderr.contains("handoff.db") && refused.stderr.contains("locked"), "{}", refused.all());
    assert!(place.delivered().is_empty());
    // Somebody who lets it go in time costs nothing.
    let run = place.command(MONDAY_10, RUN).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    other.execute_batch("ROLLBACK").unwrap();
    let waited = ran(run.wait_with_output().unwrap());
    assert_eq!(waited.status, 0, "{}", waited.all());
    assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
}

#[test]
fn a_database_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    let place = place();
    place.done(&["run"]);
    let path = place.path("handoff.db");
    for mode in [0o644, 0o640, 0o602, 0o666] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let ran = place.handoff(RUN);
        assert_eq!(ran.status, 2, "{}", ran.all());
        assert!(ran.stderr.contains("run `chmod 600"), "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("mode {mode:04o}")), "{}", ran.stderr);
    }
    make_private(&path);
    place.done(RUN);
}

#[test]
fn a_database_that_is_a_link_or_a_folder_is_refused() {
    let place = place();
    place.done(&["run"]);
    std::fs::rename(place.path("handoff.db"), place.path("elsewhere.db")).unwrap();
    symlink("elsewhere.db", place.path("handoff.db")).unwrap();
    let before = place.bytes("elsewhere.db");
    for args in [RUN, &["status"], &["run", "--dry-run"]] {
        let ran = place.handoff(args);
        assert_eq!(ran.status, 2, "{args:?}: {}", ran.all());
        assert!(ran.stderr.contains("handoff.db"), "{}", ran.stderr);
    }
    assert_eq!(place.bytes("elsewhere.db"), before);

    place.remove("handoff.db");
    symlink("nowhere.db", place.path("handoff.db")).unwrap();
    assert_eq!(place.handoff(RUN).status, 2);
    assert!(!place.exists("nowhere.db"));

    place.remove("handoff.db");
    std::fs::create_dir(place.path("handoff.db")).unwrap();
    assert_eq!(place.handoff(RUN).status, 2);
    assert!(place.delivered().is_empty());
}

#[test]
fn a_database_that_cannot_be_created_stops_the_run_before_anything_is_sent() {
    let place = place();
    for path in ["contacts.csv/handoff.db", "no/such/folder/handoff.db", "/proc/handoff.db"] {
        let ran = place.handoff(&["run", "--include-existing", "--db", path]);
        assert_eq!(ran.status, 2, "{}", ran.all());
        assert!(ran.stderr.contains(path), "{}", ran.stderr);
    }
    assert!(place.delivered().is_empty());
}

#[test]
fn a_folder_that_nobody_may_write_to_stops_the_run_before_anything_is_sent() {
    let place = place();
    let set = |mode| std::fs::set_permissions(place.path(""), std::fs::Permissions::from_mode(mode)).unwrap();
    // What could be sent would be.
    std::fs::create_dir(place.path("out")).unwrap();
    std::fs::set_permissions(place.path("out"), std::fs::Permissions::from_mode(0o777)).unwrap();
    set(0o555);
    let is_bound = std::fs::write(place.path("probe"), "").is_err();
    let mut run = place.command(MONDAY_10, RUN);
    if !is_bound {
        // Whom permissions do not bind can be somebody else, who needs a binary within reach.
        set(0o755);
        std::fs::remove_file(place.path("probe")).unwrap();
        std::fs::copy(run.get_program(), place.path("handoff")).unwrap();
        set(0o555);
        let args: Vec<_> = run.get_args().map(ToOwned::to_owned).collect();
        run = Command::new(place.path("handoff"));
        run.args(args).current_dir(place.path("")).env("HANDOFF_NOW", MONDAY_10).uid(NOBODY);
    }
    let ran = ran(run.output().unwrap());
    set(0o755);
    assert_eq!(ran.status, 2, "{}", ran.all());
    assert!(ran.stderr.contains("Permission denied"), "{}", ran.stderr);
    assert!(place.delivered().is_empty());
}
