//! A step to a newer schema happens whole or not at all, once, and keeps what is there.

use std::path::Path;

use super::*;
use crate::store::StorePath;

const FIRST: &str = include_str!("../schema.sql");
const NEXT: &str =
    "ALTER TABLE contact ADD COLUMN note TEXT; CREATE TABLE later(id INTEGER PRIMARY KEY) STRICT";

/// A database of the first version, with a contact in it.
fn first(folder: &Path) -> Store {
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
    let store = first(folder.path());
    let before = objects(&store);
    for _ in 0..2 {
        // The second time it comes from a process that saw the old version before the first was through.
        store.migrate(1, &[FIRST, NEXT]).unwrap();
        assert_eq!((version(&store), objects(&store)), (2, before + 1));
        assert_eq!(store.read().meta("who").unwrap().as_deref(), Some("ann"));
    }
}

#[test]
fn an_upgrade_that_fails_in_its_middle_leaves_the_old_version() {
    let folder = tempfile::tempdir().unwrap();
    let store = first(folder.path());
    let before = objects(&store);
    assert!(store.migrate(1, &[FIRST, &format!("{NEXT}; DROP TABLE nothing")]).is_err());
    drop(store);
    let again = StorePath::new(folder.path().join("handoff.db")).open().unwrap();
    assert_eq!((version(&again), objects(&again)), (1, before));
    again.migrate(1, &[FIRST, NEXT]).unwrap();
    assert_eq!(version(&again), 2);
}
