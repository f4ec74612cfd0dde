//! A step to a newer schema happens whole or not at all, once, and keeps what is there.

use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::store::StorePath;
use crate::store::open::MIGRATIONS;

const FIRST: &str = include_str!("../schema.sql");
const NEXT: &str =
    "ALTER TABLE contact ADD COLUMN note TEXT; CREATE TABLE later(id INTEGER PRIMARY KEY) STRICT";

/// This version's steps, and one more.
fn steps(more: &str) -> Vec<&str> {
    [MIGRATIONS, &[more]].concat()
}

/// A database of this version, with a note in it.
fn present(folder: &Path) -> Store {
    let store = StorePath::new(folder.join("handoff.db")).open().unwrap();
    store.conn.execute_batch("INSERT INTO meta VALUES('who', 'ann')").unwrap();
    store
}

fn version(store: &Store) -> i64 {
    store.conn.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

fn objects(store: &Store) -> i64 {
    store.conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap()
}

#[test]
fn an_upgrade_keeps_what_is_there_and_happens_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = present(folder.path());
    let before = objects(&store);
    let present = version(&store);
    for _ in 0..2 {
        // The second time it comes from a process that saw the old version before the first was through.
        store.migrate(MIGRATIONS.len(), &steps(NEXT)).unwrap();
        assert_eq!((version(&store), objects(&store)), (present + 1, before + 1));
        assert_eq!(store.read().meta("who").unwrap().as_deref(), Some("ann"));
    }
}

#[test]
fn an_upgrade_that_fails_in_its_middle_leaves_the_old_version() {
    let folder = tempfile::tempdir().unwrap();
    let store = present(folder.path());
    let before = (version(&store), objects(&store));
    let broken = format!("{NEXT}; DROP TABLE nothing");
    assert!(store.migrate(MIGRATIONS.len(), &steps(&broken)).is_err());
    drop(store);
    let again = StorePath::new(folder.path().join("handoff.db")).open().unwrap();
    assert_eq!((version(&again), objects(&again)), before);
    again.migrate(MIGRATIONS.len(), &steps(NEXT)).unwrap();
    assert_eq!(version(&again), before.0 + 1);
}

/// What 0.1.0 kept of four handoffs: one that is open, one that sales took, one that is over and one that waits for others of its company.
const OF_0_1_0: &str = "
    INSERT INTO layout VALUES(1, '[]');
    INSERT INTO contact(id, crm_id, layout_id, content, mark, changed_ms) VALUES(1, '1', 1, '[]', 1, 1), (2, '2', 1, '[]', 2, 1), (3, '3', 1, '[]', 3, 1);
    INSERT INTO handoff(id, key, contact_id, ordinal, tier, priority, why, rules_hash, created_ms, status, round, owner, assigned_ms, accepted_ms, watch_ms, closed_ms) VALUES
      (1, 'aaaaaaaaaaaaaaaaaaaaaaaaaa', 1, 1, 't', 'high', '[]', 'h', 1, 'assigned', 1, 'ana', 1, NULL, NULL, NULL),
      (2, 'bbbbbbbbbbbbbbbbbbbbbbbbbb', 2, 1, 't', 'high', '[]', 'h', 1, 'accepted', 1, 'ana', 1, 2, 9, 2),
      (3, 'cccccccccccccccccccccccccc', 3, 1, 't', 'high', '[]', 'h', 1, 'stale', 1, 'ana', 1, NULL, NULL, 2);
    INSERT INTO contact(id, crm_id, layout_id, content, mark, changed_ms) VALUES(4, '4', 1, '[]', 4, 1);
    INSERT INTO handoff(id, key, contact_id, ordinal, tier, priority, why, rules_hash, created_ms, status, company_key, group_id, group_ms) VALUES
      (4, 'dddddddddddddddddddddddddd', 4, 1, 't', 'high', '[]', 'h', 1, 'waiting', 77, 4, 9000000000000);
    INSERT INTO effect(id, handoff_id, seq, kind, key, body, state, attempt, unsure, next_ms, sent_up_ms, done_ms, remote_id) VALUES
      (1, 1, 1, 'update', 'u', '{\"contact\":\"1\",\"owner\":\"ana\"}', 'done', 1, 0, 1, 7, 2, 'r'),
      (2, 1, 2, 'update', 'v', '{\"contact\":\"1\"}', 'unknown', 1, 1, 1, 7, NULL, NULL);
    INSERT INTO turn VALUES('all', 'ana', 0, 1, 0, NULL, 5, 1, 1, 1);
    INSERT INTO pause VALUES(1, 1, 'untold', 1, 2), (1, 1, 'untold', 3, NULL), (1, 1, 'waiting', 1, NULL);
";

#[test]
fn the_first_version_stays_as_it_was_handed_out() {
    let digest = HEXLOWER.encode(&Sha256::digest(FIRST));
    assert_eq!(
        digest, "1da4b5b4a31e106b8239eecafc725dafd8d707ecf5d346d8efb50c27d4479767",
        "change it by a new version"
    );
}

#[test]
fn a_database_of_0_1_0_is_opened_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = StorePath::new(folder.path().join("handoff.db"));
    let old = rusqlite::Connection::open(path.as_path()).unwrap();
    old.execute_batch(&format!(
        "{FIRST}; {OF_0_1_0}; PRAGMA application_id = 1212436294; PRAGMA user_version = 1"
    ))
    .unwrap();
    drop(old);
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path.as_path(), private).unwrap();

    let store = path.open().unwrap();
    assert_eq!(version(&store), i64::try_from(MIGRATIONS.len()).unwrap());
    let all = |sql: &str| -> Vec<Option<i64>> {
        let mut statement = store.conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(all("SELECT look_ms FROM handoff ORDER BY id"), [Some(0), Some(0), None, None]);
    let collecting = store.read().collecting(&[70, 77], at(0)).unwrap().map(|found| found.group);
    assert_eq!(collecting, Some(4));
    assert_eq!(all("SELECT sets_owner FROM effect ORDER BY id"), [Some(1), Some(0)]);
    assert_eq!(store.read().turns().unwrap()[0].2.window, 5);
    assert_eq!(all("SELECT count(*) FROM pause WHERE why = 'undelivered'"), [Some(2)]);
    assert_eq!(all("SELECT count(*) FROM pause WHERE why = 'untold'"), [Some(0)]);
    // When it was sent says nothing any more: its time counts from here.
    let clock = crate::uptime::ClockReading { clock: "one".to_owned(), at: chrono::TimeDelta::hours(9) };
    store.write(|db| db.presume_interrupted(&clock)).unwrap();
    assert_eq!(all("SELECT sent_up_ms FROM effect ORDER BY id"), [Some(7), Some(9 * 3_600_000)]);
    store.write(|db| Ok(db.conn.execute("UPDATE effect SET error = '' WHERE id = 1", [])?)).unwrap_err();
}
