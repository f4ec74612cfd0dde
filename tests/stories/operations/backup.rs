//! A backup is whole, private and of one moment; a day that is restored from one doubles nothing.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Stdio;

use rusqlite::{Connection, OpenFlags};

use crate::desk::{csv, export_and_run, open_desk, rules};
use crate::support::Place;

/// As the README says: without the log of the lost database, and private.
fn restore(place: &Place, backup: &str) {
    for ending in ["-wal", "-shm"] {
        fs::remove_file(place.path(&format!("handoff.db{ending}"))).ok();
    }
    fs::copy(place.path(backup), place.path("handoff.db")).unwrap();
    fs::set_permissions(place.path("handoff.db"), fs::Permissions::from_mode(0o600)).unwrap();
}

fn is_sound(path: &Path) {
    let db = Connection::open(path).unwrap();
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
}

/// How much of what was to be written is done.
fn done(db: &Path) -> u32 {
    let Ok(db) = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY) else { return 0 };
    db.query_row("SELECT count(*) FROM effect WHERE state = 'done'", [], |row| row.get(0)).unwrap_or_default()
}

fn backup(place: &Place, args: &[&str]) -> crate::support::Ran {
    place.handoff_at("2026-11-23T10:30:00Z", &[&["backup"], args].concat())
}

#[test]
fn a_day_restored_from_yesterday_sends_nothing_twice() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    assert_eq!(backup(&place, &["yesterday.db"]).status, 0);
    // What the restored database will not know: a handoff, and the reminders and the escalation of both.
    let both = [("kim", "60"), ("lou", "60")];
    export_and_run(&place, "2026-11-23T10:31:00Z", &both);
    for now in ["2026-11-23T11:00:00Z", "2026-11-23T11:01:00Z", "2026-11-23T11:02:00Z"] {
        place.json_at(now, 0, &["run"]);
    }
    let keys = place.keys();

    restore(&place, "yesterday.db");
    let report = place.json_at("2026-11-23T11:03:00Z", 0, &["run"]);
    assert_eq!(report["handed_off"].as_array().unwrap().len(), 1, "it is seen anew: {report}");
    assert!(report["delivered"]["found"].as_u64().unwrap() >= 3, "and looked up before it is sent: {report}");
    assert_eq!(report["delivered"]["done"], 0, "{report}");
    let after = place.keys();
    assert!(keys.iter().all(|key| after.contains(key)));
    assert_eq!(after.iter().filter(|key| !keys.contains(key)).count(), 0, "nothing new, nothing twice");

    // A contact that crosses after the restore is as new as any other.
    let report =
        export_and_run(&place, "2026-11-23T11:04:00Z", &[("kim", "60"), ("lou", "60"), ("mia", "70")]);
    assert_eq!(report["delivered"]["found"], 0, "{report}");
}

#[test]
fn a_backup_is_private_whole_and_alone() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60")]);
    let ran = place.shell("umask 000; exec \"$@\"", &["backup", "copy.db", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let metadata = fs::metadata(place.path("copy.db")).unwrap();
    assert_eq!(metadata.mode() & 0o777, 0o600);
    assert_eq!(ran.json()["bytes"], metadata.len());
    is_sound(&place.path("copy.db"));
    let names: Vec<String> = fs::read_dir(place.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("copy.db"))
        .collect();
    assert_eq!(names, ["copy.db"], "no log and no draft beside it");
}

#[test]
fn a_backup_replaces_nothing_unasked_and_never_the_database() {
    let place = open_desk("");
    place.write("precious.txt", "precious");
    let refused = backup(&place, &["precious.txt"]);
    assert_eq!(refused.status, 2, "{}", refused.all());
    assert!(refused.stderr.contains("--replace"), "{}", refused.stderr);
    assert_eq!(place.read("precious.txt"), "precious");
    assert_eq!(backup(&place, &["precious.txt", "--replace"]).status, 0);
    is_sound(&place.path("precious.txt"));

    symlink("handoff.db", place.path("link.db")).unwrap();
    fs::hard_link(place.path("handoff.db"), place.path("hard.db")).unwrap();
    fs::create_dir(place.path("folder")).unwrap();
    let before = place.bytes("handoff.db");
    for to in [
        "handoff.db",
        "link.db",
        "hard.db",
        "folder",
        "handoff.db-wal",
        "handoff.db.lock",
        "no/such/file",
        "/",
    ] {
        let refused = backup(&place, &[to, "--replace"]);
        assert_eq!(refused.status, 2, "{to}: {}", refused.all());
        assert_eq!(place.bytes("handoff.db"), before, "{to}");
    }
    let nothing = Place::with(&rules(), &csv(&[]));
    assert_eq!(backup(&nothing, &["copy.db"]).status, 2);
    assert!(!nothing.exists("copy.db") && !nothing.exists("handoff.db"));
}

#[test]
fn backups_are_taken_while_runs_are_at_work() {
    let place = open_desk("");
    let names: Vec<String> = (0..190).map(|n| format!("n{n}")).collect();
    let rows: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "60")).collect();
    place.write("contacts.csv", &csv(&rows));
    let run = place.command("2026-11-23T10:00:00Z", &["run"]).stdout(Stdio::null()).spawn();
    let mut run = run.unwrap();
    let (mut copies, mut is_over) = (0, false);
    while !is_over {
        is_over = run.try_wait().unwrap().is_some();
        let before = done(&place.path("handoff.db"));
        let ran = backup(&place, &["copy.db", "--replace"]);
        assert_eq!(ran.status, 0, "{}", ran.all());
        is_sound(&place.path("copy.db"));
        assert!(done(&place.path("copy.db")) >= before, "the copy lacks what was committed before it");
        copies += 1;
    }
    assert!(copies >= 2, "only {copies}");
    assert!(run.wait().unwrap().success(), "no run fails for it");
    assert_eq!(place.keys().len(), 570);
}
