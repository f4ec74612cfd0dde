//! Calendars as people export them, and as nobody should.

mod anything;
mod exports;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{Calendar, Whose};
use crate::model::Absence;
use crate::sla::testing::{day, utc};

fn calendar(events: &[&str]) -> String {
    let event = |body: &&str| format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", body.replace('\n', "\r\n"));
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn read(text: &str, whose: Whose<'_>) -> Calendar {
    let year = (day("2026-01-01"), day("2026-12-31"));
    Calendar::read(text.as_bytes(), whose, Tz::Europe__Berlin, year).unwrap()
}

/// The absences of 2026 for everybody in Berlin, or what could not be read.
fn absences(text: &str) -> Result<Vec<Absence>, String> {
    let calendar = read(text, Whose::Everybody);
    let absences = calendar.absences.into_iter().map(|(absence, _)| absence).collect();
    if calendar.set_aside.is_empty() { Ok(absences) } else { Err(calendar.set_aside.join("; ")) }
}

fn in_2026(events: &[&str]) -> Result<Vec<Absence>, String> {
    absences(&calendar(events))
}

/// As a rep's own calendar says it.
fn away(events: &[&str]) -> Vec<Absence> {
    let found = read(&calendar(events), Whose::Rep("ana@acme.example"));
    assert!(found.set_aside.is_empty(), "{:?}", found.set_aside);
    found.absences.into_iter().map(|(absence, _)| absence).collect()
}

fn days(first: &str, last: &str) -> Absence {
    Absence::Days { first: day(first), last: day(last) }
}

fn span(from: &str, until: &str) -> Absence {
    Absence::Span { from: utc(from), until: utc(until) }
}

#[test]
fn an_all_day_event_covers_its_days_whichever_way_its_end_is_written() {
    for (body, last) in [
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227", "2026-12-26"),
        ("DTSTART;VALUE=DATE:20261224\nDURATION:P3D", "2026-12-26"),
        ("DTSTART;VALUE=DATE:20261224\nDURATION:P1W", "2026-12-30"),
        ("DTSTART;VALUE=DATE:20261224", "2026-12-24"),
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224", "2026-12-24"),
    ] {
        assert_eq!(in_2026(&[body]), Ok(vec![days("2026-12-24", last)]), "{body}");
    }
}

#[test]
fn a_timed_event_is_on_the_clocks_of_its_zone() {
    for (body, from, until) in [
        ("DTSTART:20261124T120000Z\nDTEND:20261124T180000Z", "2026-11-24T12:00", "2026-11-24T18:00"),
        (
            "DTSTART;TZID=America/New_York:20261124T120000\nDURATION:PT1H30M",
            "2026-11-24T17:00",
            "2026-11-24T18:30",
        ),
        ("DTSTART:20261124T120000\nDTEND:20261124T180000", "2026-11-24T11:00", "2026-11-24T17:00"),
        (
            "DTSTART;TZID=\"Europe/Lisbon\":20261124T120000\nDTEND;TZID=Europe/Berlin:20261124T180000",
            "2026-11-24T12:00",
            "2026-11-24T17:00",
        ),
        // A day on the clocks is 25 hours here, 24 hours are 24 hours.
        ("DTSTART:20261024T120000\nDURATION:P1D", "2026-10-24T10:00", "2026-10-25T11:00"),
        ("DTSTART:20261024T120000\nDURATION:PT24H", "2026-10-24T10:00", "2026-10-25T10:00"),
    ] {
        assert_eq!(in_2026(&[body]), Ok(vec![span(from, until)]), "{body}");
    }
}

#[test]
fn cancelled_and_free_events_are_no_absence_but_a_transparent_day_is() {
    let timed = "DTSTART:20261124T120000Z\nDTEND:20261124T180000Z";
    let whole = "DTSTART;VALUE=DATE:20261224";
    assert_eq!(in_2026(&[&format!("{timed}\nSTATUS:CANCELLED")]), Ok(vec![]));
    assert_eq!(in_2026(&[&format!("{timed}\nTRANSP:TRANSPARENT")]), Ok(vec![]));
    assert_eq!(in_2026(&[&format!("{whole}\nSTATUS:CANCELLED")]), Ok(vec![]));
    assert_eq!(
        in_2026(&[&format!("{whole}\nTRANSP:TRANSPARENT")]),
        Ok(vec![days("2026-12-24", "2026-12-24")])
    );
    assert_eq!(in_2026(&["DTSTART:20261124T120000Z"]), Ok(vec![]), "no length");
}

#[test]
fn a_recurring_event_keeps_its_hour_when_the_clocks_change() {
    let body = "DTSTART;TZID=Europe/Berlin:20261017T140000\nDTEND;TZID=Europe/Berlin:20261017T160000\n\
                RRULE:FREQ=WEEKLY;UNTIL=20261031T130000Z";
    assert_eq!(
        in_2026(&[body]),
        Ok(vec![
            span("2026-10-17T12:00", "2026-10-17T14:00"),
            span("2026-10-24T12:00", "2026-10-24T14:00"),
            span("2026-10-31T13:00", "2026-10-31T15:00"),
        ])
    );
}

#[test]
fn a_series_at_an_hour_that_the_clocks_skip_goes_on() {
    let body = "DTSTART;TZID=Europe/Berlin:20260328T023000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3";
    assert_eq!(
        in_2026(&[body]),
        Ok(vec![
            span("2026-03-28T01:30", "2026-03-28T02:30"),
            span("2026-03-29T01:00", "2026-03-29T02:00"),
            span("2026-03-30T00:30", "2026-03-30T01:30"),
        ])
    );
}

#[test]
fn dates_can_be_taken_out_of_a_series_and_added_to_it() {
    let body = "DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;VALUE=DATE:20260112,20260119\n\
                RDATE;VALUE=DATE:20260301,20260126";
    assert_eq!(
        in_2026(&[body]),
        Ok(vec![
            days("2026-01-05", "2026-01-05"),
            days("2026-01-26", "2026-01-26"),
            days("2026-03-01", "2026-03-01"),
        ])
    );
    let body = "DTSTART:20260105T100000Z\nDTEND:20260105T110000Z\nRRULE:FREQ=DAILY;COUNT=3\n\
                EXDATE:20260106T100000Z\nEXDATE;VALUE=DATE:20260107\n\
                RDATE;VALUE=PERIOD:20260201T100000Z/PT3H,20260202T100000Z/20260202T103000Z";
    assert_eq!(
        in_2026(&[body]),
        Ok(vec![
            span("2026-01-05T10:00", "2026-01-05T11:00"),
            span("2026-02-01T10:00", "2026-02-01T13:00"),
            span("2026-02-02T10:00", "2026-02-02T10:30"),
        ])
    );
}

#[test]
fn an_override_replaces_its_instance_even_by_cancelling_it() {
    let series = "UID:a\nDTSTART;TZID=Europe/Berlin:20261123T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3";
    let moved =
        "UID:a\nRECURRENCE-ID;TZID=Europe/Berlin:20261124T100000\nDTSTART:20261124T150000Z\nDURATION:PT2H";
    let cancelled =
        "UID:a\nRECURRENCE-ID:20261125T090000Z\nDTSTART:20261125T090000Z\nDURATION:PT1H\nSTATUS:CANCELLED";
    let other = "UID:b\nDTSTART:20261125T090000Z\nDURATION:PT1H";
    assert_eq!(
        in_2026(&[moved, series, cancelled]),
        Ok(vec![span("2026-11-23T09:00", "2026-11-23T10:00"), span("2026-11-24T15:00", "2026-11-24T17:00"),])
    );
    assert_eq!(in_2026(&[series, cancelled, other]).unwrap().len(), 3, "another event stands");
}

#[test]
fn only_what_overlaps_the_days_asked_for_is_given_in_order_and_once() {
    let yearly = "DTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY";
    let over_new_year = "DTSTART;VALUE=DATE:20251220\nDTEND;VALUE=DATE:20260103";
    let in_the_night = "DTSTART:20251231T220000Z\nDTEND:20251231T233000Z";
    let before = "DTSTART:20251231T220000Z\nDTEND:20251231T230000Z";
    let after = "DTSTART;VALUE=DATE:20270101";
    assert_eq!(
        in_2026(&[yearly, in_the_night, over_new_year, before, after, yearly]),
        Ok(vec![
            days("2025-12-20", "2026-01-02"),
            days("2026-12-25", "2026-12-25"),
            span("2025-12-31T22:00", "2025-12-31T23:30"),
        ])
    );
}

#[test]
fn a_rule_may_end_on_a_day_at_a_moment_or_before_it_began() {
    let daily = |until: &str| format!("DTSTART;VALUE=DATE:20261229\nRRULE:FREQ=DAILY;UNTIL={until}");
    let count = |until: &str| in_2026(&[&daily(until)]).unwrap().len();
    assert_eq!(count("20261230"), 2);
    assert_eq!(count("20261229T225959Z"), 1);
    assert_eq!(count("20261229T230000Z"), 2, "midnight of the 30th in Berlin");
    assert_eq!(count("20200101"), 1);
    let timed = "DTSTART:20261229T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261230";
    assert_eq!(in_2026(&[timed]).unwrap().len(), 2);
}

#[test]
fn what_else_stands_in_a_calendar_does_not_matter() {
    let text = "\u{FEFF}BEGIN:VCALENDAR\nX-WR-CALNAME:Holi\n days\nBEGIN:VTIMEZONE\nTZID:Europe/Berlin\n\
                BEGIN:STANDARD\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10\nEND:STANDARD\nEND:VTIMEZONE\n\
                BEGIN:X-VENDOR\nEND:X-VENDOR\nbegin:vevent\nSUMMARY;X=\"unclosed:oops\nDESCRIPTION\nDTSTART;VALUE=DATE:2026\n \
                1224\nBEGIN:VALARM\nDURATION:PT1H\nDTSTART:nonsense\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n";
    assert_eq!(absences(text), Ok(vec![days("2026-12-24", "2026-12-24")]));
}

#[test]
fn what_cannot_be_read_is_set_aside_with_its_line() {
    for (body, part) in [
        (
            "DTSTART;TZID=X-Office:20261124T120000",
            "line 4: the time zone 'X-Office' is no zone that is known",
        ),
        ("DTSTART:20261124T09x", "line 4: DTSTART is '20261124T09x'"),
        ("DTSTART:20261124\nRRULE:FREQ=DAILY;COUNT=-5", "line 5: the rule"),
        ("DTSTART:20261124\nRRULE:FREQ=WEEKLY;BYDAY=", "line 5: the rule"),
        ("DTSTART:tomorrow", "line 4: DTSTART is 'tomorrow'"),
        ("DTSTART:20260230", "DTSTART is '20260230'"),
        ("SUMMARY:x\nUID:1", "no DTSTART"),
        ("DTSTART:20261124T120000Z\nDTEND:20261124T110000Z", "line 5: DTEND"),
        ("DTSTART:20261124T120000Z\nDTEND;VALUE=DATE:20261125", "line 5: DTEND"),
        ("DTSTART:20261124\nDURATION:-P1D", "line 5: '-P1D' is not a duration"),
        ("DTSTART:20261124\nRRULE:FREQ=SOMETIMES", "line 5: the rule"),
        ("DTSTART:20261124\nRRULE:FREQ=DAILY;UNTIL=never", "line 5: UNTIL is 'never'"),
        ("DTSTART:20261124\nRRULE:FREQ=SECONDLY", "recurs too often"),
        (
            "DTSTART:20261124T000000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5",
            "recurs too often",
        ),
        ("DTSTART:16010101\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR", "recur too often"),
    ] {
        let whole = "DTSTART;VALUE=DATE:20261224";
        let found = read(&calendar(&[body, whole]), Whose::Everybody);
        assert!(found.set_aside.iter().any(|why| why.contains(part)), "{body}: {:?}", found.set_aside);
        assert_eq!(found.set_aside.len(), 1, "{body}");
        assert_eq!(found.absences.last().unwrap().0, days("2026-12-24", "2026-12-24"), "the others stand");
    }
}

#[test]
fn what_is_no_calendar_is_refused() {
    let days = (NaiveDate::MIN, NaiveDate::MAX);
    let read = |text: &str| Calendar::read(text.as_bytes(), Whose::Everybody, Tz::UTC, days);
    for text in ["", "<html>", "date,name\n2026-12-25,Christmas"] {
        assert!(read(text).unwrap_err().contains("not an iCalendar file"), "{text}");
    }
    assert!(read(&" ".repeat(9 << 20)).unwrap_err().contains("larger than 8 MiB"));
}

#[test]
fn what_was_cut_off_is_told() {
    let event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\n";
    for (text, parts) in [
        (format!("BEGIN:VCALENDAR\n{event}"), &["line 1: the calendar", "line 2: the event"][..]),
        (
            format!("BEGIN:VCALENDAR\n{event}END:VCALENDAR"),
            &["line 2: the event that begins here does not end"],
        ),
        (format!("BEGIN:VCALENDAR\n{event}{event}END:VEVENT\nEND:VCALENDAR"), &["line 2: the event"]),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVNT\nDTSTART:20261224\nEND:VEVENT\nEND:VCALENDAR".to_owned(),
            &["line 4: the event that ends here does not begin", "line 2: the VEVNT"],
        ),
        (
            format!(
                "BEGIN:VCALENDAR\n{event}EXDATE:{}\nEND:VEVENT\nEND:VCALENDAR",
                "20261124,".repeat(9_000)
            ),
            &["line 4: EXDATE is 'longer than 65536 bytes'"],
        ),
    ] {
        let told = read(&text, Whose::Everybody).set_aside;
        assert_eq!(told.len(), parts.len(), "{text}: {told:?}");
        assert!(parts.iter().all(|part| told.iter().any(|why| why.contains(part))), "{text}: {told:?}");
    }
}

#[test]
fn a_rule_with_a_letter_beyond_ascii_is_refused_and_does_not_panic() {
    let why = in_2026(&["DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;BYDAY=M\u{ef}"]).unwrap_err();
    assert!(why.contains("has letters that no rule has"), "{why}");
}
