//! Data that nobody expects.

use std::fmt::Write as _;

use serde_json::json;

use super::{HEADER, messy, row};
use crate::support::MONDAY_10;

#[test]
fn a_file_without_rows_has_nothing_to_tell() {
    let place = messy();
    place.write("header.csv", HEADER);
    let report = place.fields(0, &["header.csv"]);
    assert_eq!((&report["contacts"], &report["attention"]), (&json!(0), &json!([])));
    place.write("empty.csv", "");
    let ran = place.handoff_at(MONDAY_10, &["fields", "empty.csv"]);
    assert_eq!(ran.status, 2, "{}", ran.all());
    assert!(ran.stderr.contains("empty.csv"), "{}", ran.stderr);
}

#[test]
fn a_column_that_is_not_there_is_told_with_its_field() {
    let place = messy();
    place.write("few.csv", "id,email,country\n1,a@b.example,DE\n");
    let ran = place.handoff_at(MONDAY_10, &["fields", "few.csv"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    let told: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("! ")).collect();
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(told[0].starts_with("! few.csv:1: no column"), "{told:#?}");
}

#[test]
fn hostile_values_steer_no_terminal_and_run_in_no_spreadsheet() {
    let place = messy();
    let row = "1,a@b.example,A,1,\"=HYPERLINK(\"\"http://x\"\")\",\"-1+cmd\",true,\"\u{1b}[31m\r\nx\",@SUM(A1),\u{202e}y\n";
    place.write("hostile.csv", &format!("{HEADER}{row}{}", row.replacen('1', "2", 1)));
    let table = place.handoff_at(MONDAY_10, &["fields", "hostile.csv"]);
    assert!(!table.stdout.contains(['\u{1b}', '\u{202e}', '\r']), "{:?}", table.stdout);
    let csv = place.handoff_at(MONDAY_10, &["fields", "hostile.csv", "--format", "csv"]).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut rows = 0;
    for record in reader.records() {
        for cell in &record.expect("a row of CSV") {
            assert!(!cell.starts_with(['=', '+', '@', '\t', '\r']), "{cell}");
            rows += 1;
        }
    }
    assert!(rows > 100, "{csv}");
}

#[test]
fn many_long_values_are_counted_up_to_a_bound() {
    let place = messy();
    let mut text = HEADER.to_owned();
    for n in 0..3_000 {
        let country = if n % 3 == 0 { "Portugal".to_owned() } else { format!("{n:04}{}", "x".repeat(4_000)) };
        writeln!(text, "{n},a@b.example,A,1,{country},1,false,,1,2026-11-01").expect("text");
    }
    place.write("long.csv", &text);
    let report = place.fields(0, &["long.csv"]);
    let country = row(&report, "fields", "field", "country");
    assert_eq!((&country["different"], &country["is_more"]), (&json!(1_000), &json!(true)));
    assert_eq!(country["frequent"], json!([{ "value": "Portugal", "contacts": 1_000 }]));
    let table = place.handoff_at(MONDAY_10, &["fields", "long.csv"]).stdout;
    assert!(table.contains("more than 1000"), "{table}");
    assert!(table.len() < 20_000, "{}", table.len());
}
