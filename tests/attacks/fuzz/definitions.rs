//! Definitions and calendars.

use chrono::NaiveDate;
use handoff::rules::{Calendar, Whose};

use super::{definition, fuzz};

#[test]
fn a_spoilt_definition_is_a_definition_or_has_findings() {
    fuzz("rules", 1500, |bytes| {
        definition(&String::from_utf8_lossy(bytes));
    });
}

/// What a calendar of so many events may come to.
fn read(bytes: &[u8]) -> Option<Calendar> {
    let year = (NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(), NaiveDate::from_ymd_opt(2027, 12, 31).unwrap());
    let rep = Whose::Rep("ana@acme.example");
    Calendar::read(bytes, rep, chrono_tz::Europe::Berlin, year).map_err(|why| assert!(!why.is_empty())).ok()
}

#[test]
fn a_spoilt_calendar_is_read_or_refused_with_a_reason() {
    fuzz("ics", 6000, |bytes| {
        let told = read(bytes).map(|calendar| calendar.set_aside).unwrap_or_default();
        assert!(
            told.iter().all(|why| why.starts_with("line ") && !why.contains(char::is_control)),
            "{told:?}"
        );
    });
}
