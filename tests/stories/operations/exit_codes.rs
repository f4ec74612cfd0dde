//! 0 done, 1 something is left and recorded, 2 nothing was done: for every command, so that cron and CI can rely on it.

use std::fs;

use crate::desk::{csv, export_and_run, open_desk, rules};
use crate::support::Place;

type Scene = fn() -> Place;

/// The code that these arguments end with.
type Row = (i32, &'static [&'static str]);

/// A run has been good; Kim was handed off.
fn well() -> Place {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60"), ("lou", "10")]);
    place
}

fn without_database() -> Place {
    let place = Place::with(&rules(), &csv(&[("kim", "60")]));
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place
}

fn broken() -> Place {
    let place = well();
    place.replace("rules.toml", "at_least", "atleast");
    place
}

fn unreadable_crm() -> Place {
    let place = well();
    fs::remove_file(place.path("contacts.csv")).unwrap();
    place
}

/// Two writes wait for a folder to go away.
fn undelivered() -> Place {
    let place = well();
    fs::remove_file(place.path("out/tasks.jsonl")).unwrap();
    fs::create_dir(place.path("out/tasks.jsonl")).unwrap();
    place.write("contacts.csv", &csv(&[("kim", "60"), ("lou", "60")]));
    place
}

fn not_ours() -> Place {
    let place = well();
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(place.path(&format!("handoff.db{ending}"))).ok();
    }
    place.shell("umask 077; echo 'dear diary' > handoff.db", &[]);
    place
}

/// One after the other on the same folder.
const WELL: &[Row] = &[
    (0, &["run"]),
    (0, &["run", "--dry-run"]),
    (0, &["run", "--dry-run", "--at", "2026-11-23T12:00:00Z"]),
    (2, &["run", "--at", "2026-11-23T12:00:00Z"]),
    (2, &["run", "--format", "prometheus"]),
    (2, &["run", "--format", "sarif"]),
    (2, &["run", "--no-such-flag"]),
    (2, &["run", "--rules", "no.toml"]),
    (2, &["no-such-command"]),
    (2, &[]),
    (0, &["--help"]),
    (0, &["sync"]),
    (0, &["evaluate"]),
    (0, &["evaluate", "--all"]),
    (2, &["evaluate", "--apply"]),
    (0, &["route"]),
    (0, &["escalate"]),
    (0, &["check"]),
    (0, &["test"]),
    (0, &["backtest"]),
    (2, &["tune"]),
    (0, &["explain", "kim"]),
    (2, &["explain", "nobody"]),
    (0, &["diff", "rules.toml", "rules.toml"]),
    (0, &["docs"]),
    (0, &["schema"]),
    (0, &["status"]),
    (0, &["status", "--format", "prometheus"]),
    (0, &["retry"]),
    (0, &["release", "--all"]),
    (2, &["release"]),
    (2, &["release", "nobody"]),
    (1, &["receive", "crm"]),
    (2, &["receive"]),
    (0, &["backup", "copy.db"]),
    (2, &["backup", "copy.db"]),
    (2, &["backup", "--dry-run", "other.db"]),
    (2, &["backup"]),
    (1, &["forget", "nobody@client.example"]),
    (0, &["forget", "kim@client.example"]),
    (1, &["forget", "kim@client.example"]),
    (2, &["init"]),
];

const WITHOUT_DATABASE: &[Row] = &[
    (2, &["status"]),
    (2, &["explain", "kim"]),
    (2, &["backup", "copy.db"]),
    (1, &["forget", "kim@client.example"]),
    (0, &["run", "--dry-run"]),
    (0, &["run"]),
];

const BROKEN: &[Row] = &[
    (2, &["run"]),
    (2, &["sync"]),
    (2, &["receive", "crm"]),
    (2, &["retry"]),
    (2, &["release", "--all"]),
    (2, &["forget", "kim@client.example"]),
    (1, &["check"]),
    (1, &["status"]),
    (0, &["backup", "copy.db"]),
];

const UNREADABLE: &[Row] = &[(1, &["run"]), (1, &["sync"]), (1, &["status"])];

const UNDELIVERED: &[Row] = &[(1, &["run"]), (1, &["status"])];

const NOT_OURS: &[Row] =
    &[(2, &["run"]), (2, &["status"]), (2, &["backup", "copy.db"]), (2, &["forget", "kim"])];

#[test]
fn every_command_ends_with_the_code_that_its_outcome_has() {
    let table: [(&str, Scene, &[Row]); 6] = [
        ("well", well, WELL),
        ("without a database", without_database, WITHOUT_DATABASE),
        ("broken rules", broken, BROKEN),
        ("unreadable CRM", unreadable_crm, UNREADABLE),
        ("undelivered", undelivered, UNDELIVERED),
        ("a database that is not ours", not_ours, NOT_OURS),
    ];
    for (name, scene, rows) in table {
        let place = scene();
        for (expected, args) in rows {
            let ran = place.handoff_at("2026-11-23T10:05:00Z", args);
            assert_eq!(ran.status, *expected, "{name}: {args:?}: {}", ran.all());
            let says = !ran.stderr.is_empty() || !ran.stdout.is_empty();
            assert!(ran.status == 0 || says, "{name}: {args:?} failed without a word");
        }
    }
}

#[test]
fn a_run_that_meets_another_leaves_it_the_work() {
    let place = well();
    let lock = fs::File::open(place.path("handoff.db.lock")).unwrap();
    lock.lock().unwrap();
    let ran = place.handoff_at("2026-11-23T10:05:00Z", &["run", "-v"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stderr.contains("another run holds the database"), "{}", ran.stderr);
    assert_eq!(place.handoff_at("2026-11-23T10:05:00Z", &["retry"]).status, 1, "who waited is told");
}
