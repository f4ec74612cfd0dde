//! Constraints and triggers: a bug in the program hits a wall.

use super::*;

const EFFECT_STATES: [&str; 6] = ["planned", "in_flight", "unknown", "done", "failed", "cancelled"];

/// What the design allows, written down a second time.
fn effect_may_become(from: &str) -> &'static [&'static str] {
    match from {
        "planned" => &["planned", "in_flight", "cancelled"],
        "in_flight" => &["done", "planned", "unknown", "failed"],
        "unknown" => &["unknown", "in_flight", "done", "failed"],
        "failed" => &["planned", "unknown", "cancelled"],
        _ => &[],
    }
}

fn handoff_may_become(from: Status) -> &'static [Status] {
    use Status::{
        Accepted, Assigned, Cancelled, Converted, Held, Lost, Recycled, Rejected, Stale, Touched, Waiting,
    };
    match from {
        Held => &[Held, Waiting, Cancelled],
        Waiting => &[Waiting, Assigned, Cancelled],
        Assigned => {
            &[Assigned, Waiting, Touched, Accepted, Rejected, Recycled, Converted, Lost, Stale, Cancelled]
        }
        Touched => &[Touched, Assigned, Accepted, Rejected, Recycled, Converted, Lost, Stale, Cancelled],
        Accepted => &[Accepted, Recycled, Converted, Lost],
        Rejected => &[Rejected],
        Recycled => &[Recycled],
        Converted => &[Converted],
        Lost => &[Lost],
        Stale => &[Stale],
        Cancelled => &[Cancelled],
    }
}

/// An effect in `state`, with everything that belongs to it.
fn insert_effect(store: &Store, state: &str, is_unsure: bool) {
    store
        .conn
        .execute(
            "INSERT INTO effect(id, handoff_id, seq, kind, key, body, state, attempt, unsure, next_ms, remote_id, done_ms) \
             VALUES(1, 1, 1, 'task', 'k', '{}', ?1, 1, ?2, 0, iif(?1 = 'done', 'r', NULL), iif(?1 = 'done', 1, NULL))",
            rusqlite::params![state, is_unsure],
        )
        .unwrap();
}

fn change_effect(store: &Store, state: &str) -> bool {
    let changed = store.conn.execute(
        "UPDATE effect SET state = ?1, unsure = iif(?1 = 'unknown', 1, unsure), \
         remote_id = iif(?1 = 'done', 'r', NULL), done_ms = iif(?1 = 'done', 1, NULL) WHERE id = 1",
        [state],
    );
    changed.is_ok()
}

#[test]
fn an_effect_changes_its_state_only_as_designed() {
    for from in EFFECT_STATES {
        for to in EFFECT_STATES {
            let store = with_contacts(&["1"]);
            start(&store, 1, 1, Status::Waiting).unwrap();
            insert_effect(&store, from, from == "unknown");
            assert_eq!(change_effect(&store, to), effect_may_become(from).contains(&to), "{from} -> {to}");
        }
    }
}

#[test]
fn an_effect_that_may_have_happened_is_never_planned_afresh() {
    for from in ["in_flight", "unknown", "failed"] {
        let store = with_contacts(&["1"]);
        start(&store, 1, 1, Status::Waiting).unwrap();
        insert_effect(&store, from, true);
        assert!(!change_effect(&store, "planned"), "{from}");
    }
}

#[test]
fn a_handoff_changes_its_status_only_as_designed() {
    for from in Status::ALL {
        for to in Status::ALL {
            let store = with_contacts(&["1"]);
            start(&store, 1, 1, Status::Waiting).unwrap();
            let set = |status: Status| {
                store.conn.execute(
                    "UPDATE handoff SET status = ?1, owner = 'ana', assigned_ms = 1, round = 1, \
                     touched_ms = iif(?2, 1, touched_ms), closed_ms = iif(?3, 1, NULL), \
                     accepted_ms = iif(?1 = 'accepted', 1, accepted_ms)",
                    rusqlite::params![
                        status.name(),
                        matches!(status, Status::Touched | Status::Accepted | Status::Rejected),
                        !status.is_open(),
                    ],
                )
            };
            // Straight to where the test begins: the trigger is put back afterwards.
            let trigger: String = store
                .conn
                .query_row("SELECT sql FROM sqlite_schema WHERE name = 'handoff_legal'", [], |row| row.get(0))
                .unwrap();
            store.conn.execute_batch("DROP TRIGGER handoff_legal").unwrap();
            set(from).unwrap();
            store.conn.execute_batch(&trigger).unwrap();
            let is_allowed = handoff_may_become(from).contains(&to);
            assert_eq!(set(to).is_ok(), is_allowed, "{from:?} -> {to:?}");
        }
    }
}

#[test]
fn what_can_never_be_true_is_refused() {
    let statements = [
        (
            "a done effect without its remote id",
            "UPDATE effect SET state = 'in_flight', attempt = 1; UPDATE effect SET state = 'done'",
        ),
        ("an effect in flight without an attempt", "UPDATE effect SET state = 'in_flight'"),
        (
            "an unknown effect that is sure",
            "UPDATE effect SET state = 'in_flight', attempt = 1; UPDATE effect SET state = 'unknown'",
        ),
        ("another body for a planned effect", "UPDATE effect SET body = '{\"a\":1}'"),
        ("another key for a planned effect", "UPDATE effect SET key = 'other'"),
        (
            "a key that is there",
            "INSERT INTO effect(handoff_id, seq, kind, key, body, state, next_ms) VALUES(1, 9, 'task', 'k', '{}', 'planned', 0)",
        ),
        (
            "an effect of no handoff",
            "INSERT INTO effect(handoff_id, seq, kind, key, body, state, next_ms) VALUES(7, 1, 'task', 'z', '{}', 'planned', 0)",
        ),
        (
            "an effect of another kind",
            "INSERT INTO effect(handoff_id, seq, kind, key, body, state, next_ms) VALUES(1, 9, 'fax', 'z', '{}', 'planned', 0)",
        ),
        (
            "a body that is no JSON",
            "INSERT INTO effect(handoff_id, seq, kind, key, body, state, next_ms) VALUES(1, 9, 'task', 'z', '{', 'planned', 0)",
        ),
        (
            "forgetting an effect that was tried",
            "UPDATE effect SET state = 'in_flight', attempt = 1; DELETE FROM effect",
        ),
        ("an assigned handoff without an owner", "UPDATE handoff SET status = 'assigned'"),
        ("another reason for a handoff", "UPDATE handoff SET why = '[\"x\"]'"),
        ("another key for a handoff", "UPDATE handoff SET key = 'aaaaaaaaaaaaaaaaaaaaaaaaaa'"),
        ("a status that is none", "UPDATE handoff SET status = 'won'"),
        ("forgetting a contact that has a handoff", "DELETE FROM contact"),
        ("text where a number belongs", "UPDATE handoff SET created_ms = 'yesterday'"),
        (
            "a step that happens twice",
            "INSERT INTO step VALUES(1, 1, 1, 0, '{}', 'done', 0); UPDATE step SET state = 'planned'",
        ),
        ("another history", "UPDATE event SET what = 'other'"),
        ("a verdict without its time", "UPDATE verdict SET kind = 'qualified'"),
        (
            "an assignment that ended without saying how",
            "INSERT INTO assignment VALUES(1, 1, 'a', 'r', NULL, 'w', '[]', 0, 5, NULL)",
        ),
    ];
    for (what, sql) in statements {
        let store = with_contacts(&["1"]);
        let handoff = start(&store, 1, 1, Status::Waiting).unwrap();
        plan(&store, handoff, &["k"]);
        let (last, before) = sql.rsplit_once("; ").map_or((sql, ""), |(before, last)| (last, before));
        store.conn.execute_batch(before).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(store.conn.execute_batch(last).is_err(), "{what} was accepted");
    }
}

#[test]
fn a_contact_has_one_open_handoff_at_a_time() {
    let store = with_contacts(&["1"]);
    let first = start(&store, 1, 1, Status::Waiting).unwrap();
    assert!(start(&store, 1, 2, Status::Waiting).is_err());
    assert!(start(&store, 1, 2, Status::Held).is_err());
    store
        .write(|db| {
            let closing = crate::store::Closing {
                status: Status::Cancelled,
                at: at(1),
                by: None,
                how: "gone",
                reason: None,
                watch_until: None,
            };
            db.close(first, &closing)
        })
        .unwrap();
    assert!(start(&store, 1, 1, Status::Waiting).is_err(), "the ordinal, and so the key, is taken");
    start(&store, 1, 2, Status::Waiting).unwrap();
}

#[test]
fn a_change_that_fails_half_way_leaves_nothing() {
    let store = with_contacts(&["1"]);
    let handoff = start(&store, 1, 1, Status::Waiting).unwrap();
    let failed = store.write(|db| {
        let write = update("1");
        db.plan_effect(&NewEffect { handoff, key: "k".to_owned(), write: &write }, at(0))?;
        db.plan_effect(&NewEffect { handoff, key: "k".to_owned(), write: &write }, at(0))
    });
    assert!(crate::store::is_database_error(&failed.unwrap_err()));
    assert!(store.read().planned_effects().unwrap().is_empty());
    assign(&store, handoff, 1).unwrap();
    assert!(assign(&store, handoff, 1).is_err(), "a round is assigned once");
}
