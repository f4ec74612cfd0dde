//! Every system call of a run that writes to a CRM over the network is where it dies once, and fails once: the next run
//! recovers, with one task each and a sound database. And the intent is on the disk before the first byte of a write leaves.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use super::scene::{Scene, count};

/// Calls, and every how manieth is hit. The steps of `pwrite64` start elsewhere for each fault, so that every one has its turn.
/// `EVERY_CALL=1` hits every single one, which takes minutes.
const CALLS: [(&str, usize); 11] = [
    ("pwrite64", 3),
    ("fsync", 1),
    ("fdatasync", 1),
    ("writev", 1),
    ("sendto", 1),
    ("recvfrom", 1),
    ("connect", 1),
    ("ftruncate", 1),
    ("unlink", 1),
    ("openat", 61),
    ("close", 41),
];

const LEAD: &str = "101";

fn wants_every_call() -> bool {
    std::env::var_os("EVERY_CALL").is_some()
}

/// False, with a word, where there is no strace.
fn has_strace() -> bool {
    let has = Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok();
    if !has {
        eprintln!("skipped: strace is not installed");
    }
    has
}

/// A desk whose first run is over; then a lead comes in.
fn scene() -> Scene {
    let mut scene = Scene::new(true, &[]);
    assert_eq!(scene.run().status, 0);
    let lead = json!({"email": "101@lead.example", "hubspotscore": "70", "lifecyclestage": "lead"});
    scene.fake.portal().put("contacts", LEAD, &lead);
    scene
}

/// The next run under strace; returns what strace wrote.
fn traced(scene: &Scene, args: &[&str]) -> String {
    let log = scene.place.path("strace.log");
    let plain = scene.process();
    let mut strace = Command::new("strace");
    strace.arg("-f").arg("-o").arg(&log).args(args).arg(plain.get_program()).args(plain.get_args());
    strace.current_dir(scene.place.path("")).stdout(Stdio::null()).stderr(Stdio::piped());
    strace.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let said = strace.output().expect("strace");
    let stderr = String::from_utf8_lossy(&said.stderr);
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    let written = std::fs::read(&log).expect("strace's log");
    std::fs::remove_file(&log).expect("strace's log");
    String::from_utf8_lossy(&written).into_owned()
}

/// Runs with a fault at each n-th call until none is hit any more. Returns how many were.
fn hit_each(fault: &str, offset: usize) -> usize {
    let mut hits = 0;
    for (call, step) in CALLS {
        let step = if wants_every_call() { 1 } else { step };
        let start = if step == 3 { 1 + offset } else { 1 };
        for n in (start..).step_by(step) {
            let mut scene = scene();
            let inject = format!("inject={call}:{fault}:when={n}");
            let log = traced(&scene, &["-e", &format!("trace={call}"), "-e", &inject]);
            let is_hit = log.contains("(INJECTED)") || log.contains("killed by SIGKILL");
            scene.wait(1);
            scene.settle();
            is_whole(&scene, &inject);
            if !is_hit {
                break;
            }
            hits += 1;
        }
        println!("{fault} at {call}: {hits} places so far");
    }
    hits
}

fn is_whole(scene: &Scene, what: &str) {
    scene.fake.requests();
    assert_eq!(scene.fake.tasks(LEAD).len(), 1, "{what}");
    let db = scene.place.path("handoff.db");
    is_sound(&db, what);
    assert_eq!(
        count(&db, "SELECT count(*) FROM effect WHERE state NOT IN ('done', 'cancelled')"),
        0,
        "{what}"
    );
    assert_eq!(count(&db, "SELECT count(*) FROM handoff"), 1, "{what}");
}

fn is_sound(db: &Path, what: &str) {
    let db = rusqlite::Connection::open(db).unwrap();
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok", "{what}");
}

#[test]
fn killed_at_any_system_call_a_run_is_gone_on_from_with_one_task() {
    if has_strace() {
        assert!(hit_each("signal=KILL", 0) > 50, "too few calls were hit: has the way of writing changed?");
    }
}

#[test]
fn an_input_output_error_at_any_system_call_costs_no_lead_and_no_second_task() {
    if has_strace() {
        assert!(hit_each("error=EIO", 1) > 50, "too few calls were hit: has the way of writing changed?");
    }
}

#[test]
fn a_disk_that_is_full_at_any_system_call_costs_no_lead_and_no_second_task() {
    if has_strace() {
        assert!(hit_each("error=ENOSPC", 2) > 50, "too few calls were hit: has the way of writing changed?");
    }
}

#[test]
fn the_intent_is_on_the_disk_before_the_first_byte_of_each_write_leaves() {
    if !has_strace() {
        return;
    }
    let scene = scene();
    let log =
        traced(&scene, &["-y", "-s", "65536", "-e", "trace=pwrite64,fsync,fdatasync,writev,sendto,write"]);
    // What was written of the log since the last request, and whether it is on the disk.
    let (mut intent, mut synced, mut writes) = (false, true, 0);
    for line in log.lines() {
        if line.contains("handoff.db-wal>") {
            let is_sync = line.contains("fsync(") || line.contains("fdatasync(");
            synced = is_sync;
            intent |= !is_sync && line.contains("in_flight");
        }
        let is_write = line.contains("\"PATCH /crm/") || line.contains("/tasks HTTP/1.1");
        if is_write && line.contains("socket:[") {
            writes += 1;
            assert!(intent, "write {writes} left without its intent: {}", &line[..200.min(line.len())]);
            assert!(synced, "the intent of write {writes} was not on the disk");
            intent = false;
        }
    }
    assert_eq!(writes, 2, "an update and a task: {:?}", scene.fake.requests());
}
