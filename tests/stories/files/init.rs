//! From an export to the first handoff, with what the program says and nothing else.

use std::fmt::Write as _;

use super::put;
use crate::support::mutate::Random;
use crate::support::{MONDAY_10, Place, contacts};

/// Invented contacts as HubSpot exports them, in the spellings that people and forms leave behind.
fn export(rows: usize) -> String {
    let mut random = Random(200);
    let mut csv = "Record ID,First Name,Last Name,Email,Country/Region,Number of Employees,Annual Revenue,HubSpot Score,\
                   Contact owner,Unsubscribed from all email,Create Date,Time of Last Session,Notes\r\n"
        .to_owned();
    for n in 0..rows {
        let score = random.below(100);
        let size = random.pick(&["1-10", "11-50", "51-200", "201-500", "501-1,000", "10,000+", "", "75"]);
        let country =
            random.pick(&["United States", "Germany", "Deutschland", "USA", "Portugal", "", "U.K."]);
        let owner = random.pick(&["Ana Silva", "Carlos Ruiz", ""]);
        let out = random.pick(&["No", "Yes", "", "No"]);
        let revenue = random.pick(&["$1,200.00", "$12,000,000", "", "€ 50.000"]);
        let (day, hour) = (1 + random.below(28), 1 + random.below(12));
        let half = random.pick(&["AM", "PM"]);
        let note = random.pick(&["Said: \"\"call me\"\"", "two\nlines", ""]);
        let id = 30_000_000_000 + n;
        write!(
            csv,
            "{id},P{n},Lee,p{n}@firm{n}.example,{country},\"{size}\",\"{revenue}\",{score},{owner},{out},\
             {m}/{day}/2026 {hour}:05 {half},11/{day}/2026 {hour}:15 {half}",
            m = 1 + random.below(10)
        )
        .unwrap();
        // What a spreadsheet leaves out at the end.
        csv += &[",\"", note, "\""].concat().replace(",\"\"", "");
        csv += "\r\n";
    }
    csv
}

#[test]
fn an_export_of_hubspot_goes_from_init_to_the_first_handoff() {
    let place = Place::new();
    put(&place, "hubspot-export.csv", export(200));
    let dry = place.handoff_at(MONDAY_10, &["init", "hubspot-export.csv", "--dry-run"]);
    assert_eq!(dry.status, 0, "{}", dry.all());
    assert!(!place.exists("rules.toml"));
    let init = place.handoff_at(MONDAY_10, &["init", "hubspot-export.csv"]);
    assert_eq!(init.status, 0, "{}", init.all());
    let rules = place.read("rules.toml");
    for line in [
        "contacts = \"hubspot-export.csv\"",
        "id = \"Record ID\"",
        "company.employees = { property = \"Number of Employees\", range = ",
        "created_at = { property = \"Create Date\", format = ",
        "owner = \"Contact owner\"",
    ] {
        assert!(rules.contains(line), "{line}\n{rules}\n{}", init.all());
    }
    let check = place.handoff_at(MONDAY_10, &["check"]);
    assert_eq!(check.status, 0, "{}", check.all());
    let report = place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    assert_eq!(report["synced"]["read"], 200);
    assert_eq!(report["synced"]["set_aside"], 0);
    assert!(contacts(&report, "handed_off").len() >= 10, "{report}");
}

#[test]
fn a_file_that_lies_there_is_read_and_not_written() {
    let place = Place::new();
    put(&place, "contacts.csv", "id,email,city\n1,ann@a.example,Porto\n");
    let init = place.handoff_at(MONDAY_10, &["init"]);
    assert!(!init.stdout.contains("contacts.csv"), "{}", init.all());
    let rules = place.read("rules.toml");
    assert!(!rules.contains("company.employees") && !rules.contains("score"), "{rules}");
    assert_eq!(place.handoff_at(MONDAY_10, &["run", "--dry-run", "--include-existing"]).status, 0);
}

#[test]
fn a_file_that_is_not_there_is_no_folder_to_make() {
    let place = Place::new();
    let init = place.handoff_at(MONDAY_10, &["init", "exprot.csv"]);
    assert_eq!(init.status, 2, "{}", init.all());
    assert!(
        init.stderr.contains("there is no file exprot.csv; name an export, or a folder"),
        "{}",
        init.all()
    );
    assert!(!place.exists("exprot.csv"));
}
