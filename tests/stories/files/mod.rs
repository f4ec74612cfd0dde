//! Files as spreadsheets, HubSpot and Salesforce write them, and what handoff makes of them.

mod activity;
mod changes;
mod columns;
mod encodings;
mod ids;
mod init;
mod json;
mod quotes;
mod rows;

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::definition::definition;
use crate::support::{MONDAY_10, Place, Ran, contacts};

/// A file that was written a minute ago, and a definition with these tables.
fn given(tables: &str, name: &str, bytes: impl AsRef<[u8]>) -> Place {
    let place = Place::new();
    place.write("rules.toml", &definition(tables).replace("contacts.csv", name));
    put(&place, name, bytes);
    place
}

/// Writes a file of a minute ago.
#[expect(clippy::disallowed_methods, reason = "files have the system's time")]
fn put(place: &Place, name: &str, bytes: impl AsRef<[u8]>) {
    std::fs::write(place.path(name), bytes).unwrap();
    let file = std::fs::File::options().append(true).open(place.path(name)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
}

/// What the first run makes of it: who is handed off, and what `status` says of rows that cannot be read.
fn run(place: &Place) -> (Vec<String>, Vec<String>) {
    let report = place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    let handed_off = contacts(&report, "handed_off").into_iter().map(str::to_owned).collect();
    let aside = set_aside(place);
    assert_eq!(report["synced"]["set_aside"], aside.len(), "{report}");
    (handed_off, aside)
}

fn run_on(contacts: impl AsRef<[u8]>) -> (Vec<String>, Vec<String>) {
    run(&given("", "contacts.csv", contacts))
}

fn set_aside(place: &Place) -> Vec<String> {
    let status = place.handoff_at(MONDAY_10, &["status", "--format", "json"]).json();
    let aside = status["set_aside"].as_array().unwrap().iter();
    aside.map(|row| row.as_str().unwrap().to_owned()).collect()
}

/// A run that reads no contact.
fn refused(place: &Place) -> Ran {
    let ran = place.handoff_at(MONDAY_10, &["run", "--include-existing"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    ran
}

fn verdicts(place: &Place) -> Value {
    place.handoff_at(MONDAY_10, &["status", "--format", "json"]).json()["verdicts"].clone()
}
