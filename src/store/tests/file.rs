//! The file: made once, recognised, and brought up to date once.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use super::*;
use crate::store::StorePath;
use crate::store::open::MIGRATIONS;

fn pragma(store: &Store, name: &str) -> i64 {
    store.conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).unwrap()
}

fn schema(store: &Store) -> Vec<String> {
    let mut statement =
        store.conn.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap()
}

#[test]
fn a_database_is_marked_private_and_safe() {
    let folder = tempfile::tempdir().unwrap();
    let path = StorePath::new(folder.path().join("handoff.db"));
    let store = path.open().unwrap();
    assert_eq!(pragma(&store, "application_id"), i64::from(u32::from_be_bytes(*b"HDOF")));
    assert_eq!(pragma(&store, "user_version"), newest());
    assert_eq!(pragma(&store, "foreign_keys"), 1);
    assert_eq!(pragma(&store, "synchronous"), 2);
    for file in ["handoff.db", "handoff.db-wal", "handoff.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn opening_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = StorePath::new(folder.path().join("handoff.db"));
    let first = schema(&path.open().unwrap());
    let before = std::fs::read(path.as_path()).unwrap();
    let again = schema(&path.open().unwrap());
    assert_eq!(first, again);
    assert_eq!(std::fs::read(path.as_path()).unwrap(), before);
}

#[test]
fn every_table_is_strict() {
    let store = Store::in_memory().unwrap();
    let loose: Vec<String> = schema(&store)
        .into_iter()
        .filter(|sql| sql.starts_with("CREATE TABLE") && !sql.contains("STRICT"))
        .collect();
    assert!(loose.is_empty(), "{loose:?}");
}

#[test]
fn two_that_open_a_new_database_at_once_both_find_it_whole() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = StorePath::new(folder.path().join("handoff.db"));
        std::thread::scope(|scope| {
            let open = || path.open().map(|store| pragma(&store, "user_version")).unwrap();
            let opening = [scope.spawn(open), scope.spawn(open)];
            assert_eq!(opening.map(|opened| opened.join().unwrap()), [newest(), newest()]);
        });
    }
}

#[test]
fn a_dry_run_leaves_the_database_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = StorePath::new(folder.path().join("handoff.db"));
    let real = path.open().unwrap();
    let dry = path.open_alone(true, Duration::ZERO).unwrap().unwrap();
    real.write(|db| {
        // Both write at once; neither sees the other.
        dry.write(|db| db.set_meta_once("k", "v"))?;
        db.set_meta_once("real", "v")
    })
    .unwrap();
    assert_eq!(dry.read().meta("k").unwrap().as_deref(), Some("v"), "it sees its own writes");
    assert_eq!(dry.read().meta("real").unwrap(), None);
    drop(dry);
    assert_eq!(real.read().meta("k").unwrap(), None);
}
