//! What an outcome and a date may be, and what is said of those that cannot be read.

use std::fmt::Write as _;

use super::one_rep;
use crate::support::{MONDAY_10, Place};

fn place(contacts: &str) -> Place {
    Place::with(&one_rep("score.at_least = 50"), contacts)
}

/// A column of these values.
fn column(name: &str, values: &[&str]) -> String {
    let mut text = format!("id,score,{name}\n");
    for (at, value) in values.iter().enumerate() {
        writeln!(text, "{at},{},{value}", at * 10).expect("text");
    }
    text
}

/// Both commands refuse it with the same words.
fn refused(place: &Place, flags: &[&str]) -> String {
    let backtest = place.refusal(&[&["backtest", "contacts.csv"], flags].concat());
    let mut flags = flags.to_vec();
    if !flags.contains(&"--outcome") || !flags.contains(&"--precision") {
        flags.extend(["--leads", "3"]);
    }
    let tune = place.refusal(&[&["tune", "contacts.csv"], flags.as_slice()].concat());
    assert_eq!(backtest, tune);
    backtest
}

#[test]
fn an_outcome_of_dates_or_stages_is_refused_with_what_an_outcome_may_be() {
    let dates = place(&column("won_at", &["2026-11-01", "", "2026-11-03T09:00:00Z", ""]));
    insta::assert_snapshot!(refused(&dates, &["--outcome", "won_at"]), @"error: 2 of 2 values of 'won_at' cannot be read as an outcome (not yes or no: '2026-11-01'); an outcome is a field or column of yes or no (yes, true, 1; no, false, 0), or of numbers, of which any above 0 is yes: no date, no stage, no name");
    let stages = place(&column("stage", &["Closed Won", "Open", "Closed Lost", "1"]));
    let refusal = refused(&stages, &["--outcome", "stage"]);
    assert!(refusal.contains("3 of 4") && refusal.contains("'Closed Won'"), "{refusal}");
    // Declared as one, and from the database.
    let typed = one_rep("score.at_least = 50")
        + "\n[fields]\nwon_at = { property = \"won_at\", type = \"datetime\" }\n";
    dates.write("rules.toml", &typed);
    assert!(refused(&dates, &["--outcome", "won_at"]).contains("2026-11-01"));
    dates.prints(&["sync"]);
    let refusal = dates.refusal(&["backtest", "--outcome", "won_at"]);
    assert!(refusal.contains("an outcome is") && refusal.contains("2026-11-01"), "{refusal}");
}

#[test]
fn outcomes_are_read_in_any_case_and_what_is_not_read_is_told() {
    let words = place(&column("won", &["YES", "No", "TRUE", "false", "2.5", "-1", "0", "", " y ", "1"]));
    let report = words.report(&["backtest", "contacts.csv", "--outcome", "won"]);
    assert_eq!((&report["everybody"]["hits"], &report["everybody"]["of"]), (&5.into(), &10.into()));

    let some = place(&column("won", &["yes", "no", "inf", "no", "perhaps", "yes"]));
    let ran = some.handoff_at(MONDAY_10, &["backtest", "contacts.csv", "--outcome", "won"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stderr.contains("2 of 6") && ran.stderr.contains("'inf'"), "{}", ran.stderr);
    assert!(ran.stdout.contains("2 of all contacts converted"), "{}", ran.stdout);

    let blank = place(&column("won", &["", "", ""]));
    let ran = blank.handoff_at(MONDAY_10, &["backtest", "contacts.csv", "--outcome", "won"]);
    assert!(ran.status == 0 && ran.stderr.contains("no contact has a value"), "{}", ran.all());
}

#[test]
fn a_date_that_cannot_be_read_is_refused_when_it_was_named_and_told_when_it_was_not() {
    let none = place(&column("first_contact", &["13-01-2018", "14-01-2018", "15-01-2018", ""]));
    insta::assert_snapshot!(refused(&none, &["--date", "first_contact"]), @"error: 3 of 3 values of 'first_contact' cannot be read as a date (not a date and time: '13-01-2018'); name another column with --date");
    let few = place(&column("first_contact", &["2018-01-12", "14-01-2018", "15-01-2018"]));
    assert!(refused(&few, &["--date", "first_contact"]).contains("2 of 3"));
    let blank = place(&column("first_contact", &["", ""]));
    assert!(refused(&blank, &["--date", "first_contact"]).contains("no contact has a value"));

    let partly = place(&column("first_contact", &["2018-01-12", "2018-01-13", "2018-01-14", "15-01-2018"]));
    let ran = partly.handoff_at(MONDAY_10, &["backtest", "contacts.csv", "--date", "first_contact"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stderr.contains("1 of 4") && ran.stderr.contains("'15-01-2018'"), "{}", ran.stderr);
    assert!(ran.stdout.contains("2018-01-12 to 2018-01-14: 3 days; 1 without a date"), "{}", ran.stdout);

    let unnamed = place(&column("created_at", &["13-01-2018", "14-01-2018"]));
    let ran = unnamed.handoff_at(MONDAY_10, &["backtest", "contacts.csv"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stderr.contains("2 of 2") && ran.stderr.contains("'13-01-2018'"), "{}", ran.stderr);
}

#[test]
fn a_date_in_the_future_is_told() {
    let dates = place(&column("created_at", &["2026-11-22", "2026-11-23T09:59:00Z", "2062-11-23"]));
    let ran = dates.handoff_at(MONDAY_10, &["backtest", "contacts.csv"]);
    assert!(ran.stderr.contains("2062-11-23") && ran.stderr.contains("to come"), "{}", ran.all());
}

#[test]
fn an_empty_history_is_an_empty_report() {
    let place = place("id,score,won,first_contact\n");
    let args =
        ["backtest", "contacts.csv", "--outcome", "won", "--date", "first_contact", "--sweep", "score"];
    assert!(place.prints(&args).contains("0 contacts"));
}
