//! The figures, beside a plain count.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{messy, row};
use crate::support::MONDAY_10;

#[test]
fn each_field_says_what_is_filled_unreadable_and_frequent() {
    let report = messy().fields(1, &["contacts.csv"]);
    assert_eq!(report["version"], 1);
    assert_eq!((&report["source"], &report["contacts"]), (&json!("contacts.csv"), &json!(40)));
    let size = row(&report, "fields", "field", "size");
    assert_eq!((&size["property"], &size["type"]), (&json!("Company Size"), &json!("number")));
    assert_eq!((&size["filled"], &size["unreadable"]), (&json!(40), &json!(40)));
    assert_eq!(size["samples"], json!(["10,000+", "51-200"]));
    assert_eq!(size["first_unreadable"], "c1");
    let country = row(&report, "fields", "field", "country");
    assert_eq!((&country["different"], &country["is_more"]), (&json!(4), &json!(false)));
    assert_eq!(country["frequent"][0], json!({ "value": "France", "contacts": 10 }));
    let score = row(&report, "fields", "field", "score");
    assert_eq!((&score["lowest"], &score["highest"]), (&json!("2"), &json!("80")));
    let seen = row(&report, "fields", "field", "seen_at");
    assert_eq!(
        (&seen["unreadable"], &seen["in_future"], &seen["without_zone"]),
        (&json!(20), &json!(20), &json!(20))
    );
    assert_eq!(
        (&seen["lowest"], &seen["samples"]),
        (&json!("2026-11-24 08:00 UTC"), &json!(["11/25/2026 9:05 AM"]))
    );
}

#[test]
fn each_condition_says_whom_it_finds_and_which_of_its_values_nobody_has() {
    let report = messy().fields(1, &["contacts.csv"]);
    let europe = row(&report, "conditions", "of", "route 'Europe'");
    assert_eq!((&europe["holds"], &europe["tests"][0]["absent"]), (&json!(0), &json!(6)));
    assert_eq!(europe["line"], 17);
    assert_eq!(europe["tests"][0]["absent_values"], json!(["DE", "ES", "FR", "it", "nl", "PT"]));
    let opted_out = row(&report, "conditions", "of", "disqualifier 'Opted out'");
    assert_eq!((&opted_out["holds"], &opted_out["words"]), (&json!(4), &json!("opted_out is yes")));
    assert_eq!(row(&report, "owners", "owner", "Carlos Ruiz")["contacts"], 8);
}

#[test]
fn what_needs_somebody_comes_first_and_ends_with_exit_code_1() {
    let ran = messy().handoff_at(MONDAY_10, &["fields", "contacts.csv"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "40 contacts from contacts.csv");
    for expected in [
        "! `size` cannot be read as a number in 40 of 40 contacts that have it: '10,000+', '51-200' (first contact c1); this line reads 40 of them",
        "! `seen_at` cannot be read as a date and time in 20 of 40 contacts that have it: '11/25/2026 9:05 AM' (first contact c2); this line reads 20 of them",
        "- route 'Europe': none of its 6 values occurs in `country` (4 different, most often 'France'); with this line they do",
        "    [fields] country = { property = \"country\", type = \"country\" }",
        "- 8 contacts have an owner who is no rep: 'Carlos Ruiz' (8)",
        "- `seen_at` is in the future for 20 contacts, and names no zone in 20, so it is read as UTC",
        "    [fields] size = { property = \"Company Size\", type = \"number\", range = \"low\" }",
        "    [crm.file] timezone = \"…\"",
    ] {
        assert!(lines.contains(&expected), "{expected}\n{}", ran.stdout);
    }
}

#[test]
fn nothing_of_a_person_is_listed() {
    let place = messy();
    for format in ["table", "json", "csv"] {
        let ran = place.handoff_at(MONDAY_10, &["fields", "contacts.csv", "--format", format]);
        for personal in ["person1", "Person1", "+351"] {
            assert!(!ran.stdout.contains(personal), "{format}: {}", ran.stdout);
        }
    }
}

#[test]
fn stored_contacts_and_the_definitions_own_files_are_as_the_file() {
    let place = messy();
    let of_file = place.fields(1, &["contacts.csv"]);
    let own = place.fields(1, &[]);
    assert_eq!((&own["source"], &own["fields"]), (&json!("[crm.file]"), &of_file["fields"]));
    assert_eq!(place.handoff_at(MONDAY_10, &["sync"]).status, 0);
    let stored = place.fields(1, &[]);
    assert_eq!(stored["source"], "the database ./handoff.db");
    for part in ["fields", "conditions", "owners", "attention"] {
        assert_eq!(stored[part], of_file[part], "{part}");
    }
    assert_eq!(place.fields(1, &["--online"])["source"], "[crm.file]");
}

#[test]
fn options_that_do_not_apply_are_refused() {
    let place = messy();
    for args in [
        &["fields", "contacts.csv", "--online"][..],
        &["fields", "contacts.csv", "--db", "handoff.db"],
        &["fields", "--online", "--db", "handoff.db"],
        &["fields", "none.csv"],
        &["fields", "--db", "none.db"],
        &["fields", "--format", "prometheus"],
        &["status", "--format", "csv"],
    ] {
        let ran = place.handoff_at(MONDAY_10, args);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{args:?}: {}", ran.all());
    }
}

/// Every key of the objects in a value.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            found.insert(key.clone());
            keys(value, found);
        }),
        Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_page_on_the_json_has_every_key_and_no_other() {
    let mut found = BTreeSet::new();
    keys(&messy().fields(1, &["contacts.csv"]), &mut found);
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fields.md")).expect("the page");
    let words: BTreeSet<&str> = page.split('`').skip(1).step_by(2).collect();
    let missing: Vec<_> = found.iter().filter(|key| !words.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "docs/fields.md says nothing of {missing:?}");
    let first_columns = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let named =
        first_columns.flat_map(|line| line.split_once(" |").map_or(line, |(keys, _)| keys).split('`'));
    let gone: Vec<_> = named.filter(|key| !key.trim().is_empty() && !found.contains(*key)).collect();
    assert!(gone.is_empty(), "the program does not say {gone:?}");
}
