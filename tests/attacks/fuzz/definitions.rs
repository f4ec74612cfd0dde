//! Definitions and calendars.

use chrono::NaiveDate;
use handoff::rules::absences;

use super::{definition, fuzz};

#[test]
fn a_spoilt_definition_is_a_definition_or_has_findings() {
    fuzz("rules", 1500, |bytes| {
        definition(&String::from_utf8_lossy(bytes));
    });
}

#[test]
fn a_spoilt_calendar_is_read_or_refused_with_a_reason() {
    let (from, to) = (NaiveDate::from_ymd_opt(2026, 1, 1), NaiveDate::from_ymd_opt(2027, 12, 31));
    fuzz("ics", 6000, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Err(why) = absences(&text, chrono_tz::Europe::Berlin, from.unwrap(), to.unwrap()) {
            assert!(!why.is_empty());
        }
    });
}
