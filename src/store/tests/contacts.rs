//! What is news of a contact and what is not.

use super::*;
use crate::model::VerdictKind;
use crate::store::{Layouts, NewVerdict};

const NAMES: [&str; 2] = ["email", "country"];

fn store(store: &Store, names: &[&str], record: Record, seconds: i64) -> usize {
    let fields: Vec<Field> = names.iter().map(|name| field(name)).collect();
    let stored = store.write(|db| {
        let layout = db.layout(&fields)?;
        db.store_records(layout, &[record], Shown::default(), at(seconds))
    });
    stored.unwrap().changed
}

/// A store with one contact that has been evaluated.
fn evaluated() -> Store {
    let db = Store::in_memory().unwrap();
    assert_eq!(store(&db, &NAMES, record("1", Some(1_000), &["a@b.example", "PT"]), 0), 1);
    let verdict = NewVerdict {
        kind: VerdictKind::NotYet,
        name: None,
        at: at(0),
        due: None,
        crossed: None,
        was_there: false,
    };
    db.write(|db| db.record_verdict(1, &verdict)).unwrap();
    db
}

fn due(store: &Store) -> u64 {
    store.read().due_count(at(0)).unwrap()
}

#[test]
fn a_new_contact_is_due_for_evaluation() {
    let db = Store::in_memory().unwrap();
    assert_eq!(store(&db, &NAMES, record("1", None, &["a@b.example", "PT"]), 0), 1);
    assert_eq!(due(&db), 1);
}

#[test]
fn the_same_values_are_no_news_whatever_the_date_says() {
    for modified in [Some(1_000), Some(9_000), Some(1), None] {
        let db = evaluated();
        assert_eq!(store(&db, &NAMES, record("1", modified, &["a@b.example", "PT"]), 1), 0);
        assert_eq!(due(&db), 0, "{modified:?}");
    }
}

#[test]
fn other_values_are_news_unless_they_are_older_than_what_is_known() {
    for (modified, changed) in [(Some(1_001), 1), (Some(1_000), 1), (None, 1), (Some(999), 0)] {
        let db = evaluated();
        assert_eq!(
            store(&db, &NAMES, record("1", modified, &["a@b.example", "ES"]), 1),
            changed,
            "{modified:?}"
        );
        assert_eq!(due(&db), changed as u64, "{modified:?}");
    }
}

#[test]
fn a_field_that_the_rules_begin_to_ask_for_is_stored_and_is_no_news() {
    let db = evaluated();
    let names = ["email", "country", "plan"];
    assert_eq!(store(&db, &names, record("1", Some(1_000), &["a@b.example", "PT", "gold"]), 1), 0);
    assert_eq!(due(&db), 0);
    let fields = names.map(field);
    let contact = db.read().contact(1, &Layouts::new(&fields)).unwrap().contact;
    assert_eq!(contact.value(crate::model::FieldId(2)).shown(), "gold");
}

#[test]
fn a_changed_value_is_news_in_a_new_layout_too() {
    let db = evaluated();
    let names = ["plan", "country"];
    assert_eq!(store(&db, &names, record("1", Some(1_000), &["gold", "ES"]), 1), 1);
    assert_eq!(due(&db), 1);
}

#[test]
fn fields_are_found_by_their_property_wherever_a_layout_keeps_them() {
    let db = evaluated();
    let fields = [field("plan"), field("country"), field("email")];
    let contact = db.read().contact(1, &Layouts::new(&fields)).unwrap().contact;
    let shown = [0, 1, 2].map(|id| contact.value(crate::model::FieldId(id)).shown());
    assert_eq!(shown, ["missing", "PT", "a@b.example"]);
}
