//! A disk that is full: nothing half written, nothing twice once there is room again, and the error names the file.

use std::process::Command;

use super::crowd;
use crate::support::Place;
use crate::support::process::RUN;

const CONTACTS: usize = 60;

/// After every wait that a failed delivery may have been given.
const LATER: &str = "2026-11-23T10:06:00Z";

/// With room again, everything comes out, once.
fn recovers(place: &Place, what: &str) {
    let ran = place.handoff_at(LATER, RUN);
    assert_eq!(ran.status, 0, "{what}: {}", ran.all());
    assert_eq!(place.keys().len(), 3 * CONTACTS, "{what}");
    for file in ["out/contacts.jsonl", "out/tasks.jsonl", "out/messages.jsonl"] {
        assert_eq!(place.lines(file).len(), CONTACTS, "{what}: {file}");
    }
}

#[test]
fn a_disk_full_at_any_size_of_the_database_loses_nothing_and_doubles_nothing() {
    // Blocks of 512 bytes: before the schema, within the first sync, between a delivery and its record.
    for blocks in [0, 1, 8, 64, 200, 280, 320, 400, 600, 800, 900, 1_000, 1_100] {
        let place = crowd(CONTACTS);
        let ran = place.shell(&format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), RUN);
        assert!(ran.is_orderly() && ran.status != 0, "{blocks}: {}", ran.all());
        assert!(ran.stderr.contains("handoff.db"), "{blocks}: {}", ran.stderr);
        place.keys();
        recovers(&place, &format!("{blocks} blocks"));
    }
}

#[test]
fn a_disk_full_at_any_byte_of_the_tasks_leaves_no_half_line() {
    const LIMIT: usize = 4_096 * 512;
    for room in [0, 1, 700, 5_000, 20_000] {
        let place = crowd(CONTACTS);
        // Somebody else's lines fill the file up to so many bytes before the limit.
        let line = r#"{"key":"other"}"#;
        let padding = format!("{line}{}\n", " ".repeat(LIMIT - room - line.len() - 1));
        std::fs::create_dir(place.path("out")).unwrap();
        place.write("out/tasks.jsonl", &padding);
        let ran = place.shell("trap '' XFSZ; ulimit -f 4096; exec \"$@\"", RUN);
        assert_eq!(ran.status, 1, "{room}: {}", ran.all());
        assert!(ran.stderr.contains("tasks.jsonl: File too large"), "{room}: {}", ran.stderr);
        assert_eq!(place.read("out/tasks.jsonl"), padding, "{room}: a half line was left");
        place.write("out/tasks.jsonl", "");
        recovers(&place, &format!("{room} bytes"));
    }
}

/// What a dry run works on is not the user's, and may be moved.
#[test]
fn a_disk_without_room_for_the_copy_of_a_dry_run_is_named_with_the_way_out() {
    let place = crowd(CONTACTS);
    place.done(&["sync"]);
    let database = rusqlite::Connection::open(place.path("handoff.db")).unwrap();
    database.execute("INSERT INTO meta VALUES('padding', hex(zeroblob(4000000)))", []).unwrap();
    drop(database);
    std::fs::create_dir(place.path("tmp")).unwrap();
    let limits = "export SQLITE_TMPDIR=\"$PWD/tmp\"; trap '' XFSZ; ulimit -f 4096; exec \"$@\"";
    let ran = place.shell(limits, &["run", "--dry-run"]);
    assert_eq!(ran.status, 2, "{}", ran.all());
    let folder = place.path("tmp").display().to_string();
    for part in ["the copy of the database for this dry run", &folder, "SQLITE_TMPDIR"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
    assert_eq!(std::fs::read_dir(place.path("tmp")).unwrap().count(), 0);
    place.done(&["run", "--dry-run"]);
}

#[test]
fn a_file_system_without_room_is_told_and_recovered_from() {
    let probe = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: a small file system cannot be mounted here");
        return;
    }
    for kilobytes in [24, 64, 110, 160, 220, 300, 360, 420] {
        let place = crowd(CONTACTS);
        std::fs::create_dir(place.path("disk")).unwrap();
        // A name space of its own: the mount goes with it, so what it held is copied out.
        let script = format!(
            "exec unshare -rm sh -c 'mount -t tmpfs -o size={kilobytes}k none disk && cp rules.toml contacts.csv disk && cd disk \
             && {{ \"$@\"; echo \"first $?\" >&2; mount -o remount,size=16m . && HANDOFF_NOW={LATER} \"$@\"; }}; cp -r out .. ' sh \"$@\""
        );
        let ran = place.shell(&script, RUN);
        assert!(
            ran.stderr.contains("first 1") || ran.stderr.contains("first 2"),
            "{kilobytes}: {}",
            ran.all()
        );
        assert!(
            ran.stderr.contains("handoff.db") || ran.stderr.contains(".jsonl"),
            "{kilobytes}: {}",
            ran.stderr
        );
        assert_eq!(ran.status, 0, "{kilobytes}: {}", ran.all());
        assert_eq!(place.keys().len(), 3 * CONTACTS, "{kilobytes} kB");
    }
}
