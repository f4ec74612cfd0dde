//! A dry run goes the same way and leaves no trace.

use crate::desk::{csv, open_desk};
use crate::support::{MONDAY_10, Place, contacts, texts};

#[test]
fn without_a_database_the_plan_is_printed_and_nothing_is_created() {
    let place = Place::quickstart();
    let ran = place.handoff_at(MONDAY_10, &["run", "--include-existing", "--dry-run"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stdout.contains("Joana Ferreira"), "{}", ran.stdout);
    assert!(ran.stdout.contains("dry run, nothing was written"), "{}", ran.stdout);
    for file in ["handoff.db", "handoff.db.lock", "handoff.db-wal", "out"] {
        assert!(!place.exists(file), "{file}");
    }
}

#[test]
fn the_plan_is_what_the_real_run_then_writes() {
    let place = Place::quickstart();
    let plan = place.json_at(MONDAY_10, 0, &["run", "--include-existing", "--dry-run"]);
    let real = place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    assert_eq!(plan["dry_run"], true);
    for list in ["handed_off", "waiting", "evaluated", "synced"] {
        assert_eq!(plan[list], real[list], "{list}");
    }
    let mut planned = texts(plan["would_write"].as_array().unwrap(), "key");
    let written =
        ["out/contacts.jsonl", "out/tasks.jsonl", "out/messages.jsonl"].map(|file| place.lines(file));
    let mut keys: Vec<&str> = written.iter().flat_map(|lines| texts(lines, "key")).collect();
    planned.sort_unstable();
    keys.sort_unstable();
    assert_eq!(planned, keys);
}

#[test]
fn an_existing_database_and_its_tasks_stay_as_they_are() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60")]));
    place.json_at(MONDAY_10, 0, &["run"]);
    place.write("contacts.csv", &csv(&[("kim", "60"), ("lou", "70")]));
    let before = ["handoff.db", "out/tasks.jsonl", "out/messages.jsonl"].map(|file| place.bytes(file));

    let plan = place.json_at("2026-11-23T12:00:00Z", 0, &["run", "--dry-run"]);
    assert_eq!(contacts(&plan, "handed_off"), ["lou@client.example"]);
    assert_eq!(contacts(&plan, "escalated"), ["kim@client.example"], "two hours have passed");
    let after = ["handoff.db", "out/tasks.jsonl", "out/messages.jsonl"].map(|file| place.bytes(file));
    assert!(before == after, "a dry run wrote");

    let real = place.json_at("2026-11-23T12:00:00Z", 0, &["run"]);
    assert_eq!(real["handed_off"], plan["handed_off"]);
    assert_eq!(real["escalated"], plan["escalated"]);
}

#[test]
fn another_time_is_for_dry_runs_and_for_looking() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60")]));
    place.json_at(MONDAY_10, 0, &["run"]);
    let refused = place.handoff_at(MONDAY_10, &["run", "--at", "2026-11-23T12:00:00Z"]);
    assert_eq!(refused.status, 2, "{}", refused.all());
    assert!(refused.stderr.contains("--dry-run"), "{}", refused.stderr);

    let plan = place.json_at(MONDAY_10, 0, &["run", "--dry-run", "--at", "2026-11-23T10:30:00Z"]);
    assert_eq!(texts(plan["escalated"].as_array().unwrap(), "what"), ["remind"]);
    let looked = place.handoff_at(MONDAY_10, &["status", "--at", "2026-11-23T11:30:00Z"]);
    assert!(looked.stdout.contains("past their due time: 1"), "{}", looked.all());
    let wrong = place.handoff_at(MONDAY_10, &["run", "--dry-run", "--at", "tomorrow"]);
    assert_eq!(wrong.status, 2, "{}", wrong.all());
}
