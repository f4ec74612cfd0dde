//! Which handoffs are looked at, and when.

use super::*;
use crate::store::{Closing, Layouts, Look, Which};

/// Of two contacts the first has an assigned handoff, which was looked at at second 0 and is again at second 100.
fn looked_at() -> Store {
    let store = with_contacts(&["1", "2"]);
    let handoff = start(&store, 1, 1, Status::Waiting).unwrap();
    start(&store, 2, 1, Status::Waiting).unwrap();
    assert!(watched(&store, Which::All, 0).is_empty(), "nobody has them");
    assign(&store, handoff, 1).unwrap();
    assert_eq!(watched(&store, Which::Due, 0), [1], "it is new");
    look(&store, 0, 100);
    store
}

fn look(store: &Store, seconds: i64, next: i64) {
    let look = Look { at: at(seconds), next: at(next), acts: 7 };
    store.write(|db| db.looked(1, &look)).unwrap();
}

fn watched(store: &Store, which: Which, seconds: i64) -> Vec<i64> {
    let fields = [field("email")];
    let watched = store.read().watched(which, at(seconds), &Layouts::new(&fields)).unwrap();
    for handoff in &watched {
        let is_due = watched_due(store, seconds).contains(&handoff.id);
        assert_eq!(handoff.is_due, is_due);
    }
    watched.into_iter().map(|handoff| handoff.id).collect()
}

fn watched_due(store: &Store, seconds: i64) -> Vec<i64> {
    let fields = [field("email")];
    let due = store.read().watched(Which::Due, at(seconds), &Layouts::new(&fields)).unwrap();
    due.into_iter().map(|handoff| handoff.id).collect()
}

#[test]
fn a_handoff_that_was_looked_at_is_left_alone_until_its_moment() {
    let store = looked_at();
    assert_eq!(watched(&store, Which::All, 99), [1]);
    assert!(watched(&store, Which::Due, 99).is_empty());
    assert_eq!(watched(&store, Which::Due, 100), [1]);
    let fields = [field("email")];
    let row = store.read().watched(Which::All, at(99), &Layouts::new(&fields)).unwrap().remove(0);
    assert_eq!((row.acts, row.since, row.crm_id.as_str()), (Some(7), at(0), "1"));
}

#[test]
fn a_look_by_a_clock_that_was_set_back_since_counts_for_nothing() {
    let store = looked_at();
    look(&store, 50, 100);
    assert_eq!(watched(&store, Which::Due, 49), [1]);
    assert!(watched(&store, Which::Due, 50).is_empty());
}

#[test]
fn a_contact_that_changed_is_looked_at_and_one_that_was_only_read_again_is_not() {
    let store = looked_at();
    let read = |value: &str| {
        let change = |db: crate::store::Db<'_>| {
            let layout = db.layout(&[field("email")])?;
            db.store_records(layout, &[record("1", None, &[value])], Shown::default(), at(1))
        };
        store.write(change).unwrap();
    };
    read("a@b.example");
    assert!(watched(&store, Which::Due, 1).is_empty());
    read("other@b.example");
    assert_eq!(watched(&store, Which::Due, 1), [1]);
}

#[test]
fn whatever_happens_to_a_handoff_makes_it_due_until_nobody_watches_it() {
    let store = looked_at();
    store.write(|db| db.touch(1, at(1), None, "a call")).unwrap();
    assert_eq!(watched(&store, Which::Due, 1), [1]);
    look(&store, 1, 100);
    store.write(|db| db.lapse(1, at(2), 0)).unwrap();
    assert_eq!(watched(&store, Which::Due, 2), [1]);
    look(&store, 2, 100);
    let under_another = |db: crate::store::Db<'_>| {
        db.look_at_all()?;
        db.remember("rules", "others")
    };
    store.write(under_another).unwrap();
    assert_eq!(watched(&store, Which::Due, 3), [1], "another definition");
    let closing =
        |status, watch_until| Closing { status, at: at(4), by: None, how: "", reason: None, watch_until };
    store.write(|db| db.close(1, &closing(Status::Accepted, Some(at(10))))).unwrap();
    assert_eq!(watched(&store, Which::Due, 4), [1], "what comes of it is watched");
    store.write(|db| db.end_watches(at(10))).unwrap();
    assert!(watched(&store, Which::All, 10).is_empty());
    look(&store, 11, 100);
    assert!(watched(&store, Which::All, 200).is_empty(), "a look does not bring it back");
}
