//! Calendars as people export them, and as nobody should.

use chrono::NaiveDate;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::absences;
use crate::model::Absence;
use crate::sla::testing::{day, utc};

fn calendar(events: &[&str]) -> String {
    let event = |body: &&str| format!("BEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\n", body.replace('\n', "\r\n"));
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

/// The absences of 2026 for somebody in Berlin.
fn in_2026(events: &[&str]) -> Result<Vec<Absence>, String> {
    absences(&calendar(events), Tz::Europe__Berlin, day("2026-01-01"), day("2026-12-31"))
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
                BEGIN:X-VENDOR\nEND:X-VENDOR\nbegin:vevent\nSUMMARY;X=\"unclosed:oops\nDESCRIPTION\ndtstart;VALUE=DATE:2026\n \
                1224\nBEGIN:VALARM\nDURATION:PT1H\nDTSTART:nonsense\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n";
    let found = absences(text, Tz::UTC, day("2026-01-01"), day("2026-12-31"));
    assert_eq!(found, Ok(vec![days("2026-12-24", "2026-12-24")]));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line() {
    for (body, part) in [
        (
            "DTSTART;TZID=W. Europe Standard Time:20261124T120000",
            "line 4: 'W. Europe Standard Time' is not an IANA",
        ),
        ("DTSTART;TZID=X-Office:20261124T120000", "'X-Office' is not an IANA"),
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
        ("DTSTART:16010101\nRRULE:FREQ=DAILY", "recur too often"),
        (
            "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261124\nDTSTART:20261124",
            "RANGE=THISANDFUTURE is not supported",
        ),
    ] {
        let error = in_2026(&[body]).unwrap_err();
        assert!(error.contains(part), "{body}: {error}");
    }
}

#[test]
fn what_is_no_calendar_is_refused() {
    let read = |text: &str| absences(text, Tz::UTC, NaiveDate::MIN, NaiveDate::MAX).unwrap_err();
    for text in ["", "<html>", "date,name\n2026-12-25,Christmas"] {
        assert!(read(text).contains("not an iCalendar file"), "{text}");
    }
    assert!(read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261124").contains("line 2: the event"));
    assert!(read(&" ".repeat(9 << 20)).contains("larger than 8 MiB"));
    let long = format!("BEGIN:VCALENDAR\nEXDATE:{}", "20261124,".repeat(9_000));
    assert!(read(&long).contains("line 2: EXDATE is longer"));
}

#[test]
fn a_rule_with_a_letter_beyond_ascii_is_refused_and_does_not_panic() {
    let why = in_2026(&["DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;BYDAY=M\u{ef}"]).unwrap_err();
    assert!(why.contains("has letters that no rule has"), "{why}");
}

fn any_property() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "BEGIN:VEVENT",
        "END:VEVENT",
        "DTSTART:",
        "DTSTART;VALUE=DATE:",
        "DTSTART;TZID=Europe/Berlin:",
        "DTEND:",
        "DURATION:",
        "RDATE:",
        "EXDATE:",
        "RECURRENCE-ID:",
        "UID:a",
        "BEGIN:VALARM",
        "RRULE:FREQ=DAILY;UNTIL=",
        " ",
    ]);
    let value = prop_oneof![
        "[0-9]{8}",
        "20[0-9]{2}[01][0-9][0-3][0-9]T[012][0-9]0000Z?",
        "P[0-9]{1,8}[DWTHM]",
        "\\PC{0,12}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name}{value}\n"))
}

fn any_rule() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "INTERVAL=0",
        "INTERVAL=65535",
        "COUNT=0",
        "COUNT=3",
        "COUNT=4294967295",
        "BYDAY=-1MO",
        "BYDAY=5FR",
        "BYDAY=SU,MO",
        "BYMONTH=2",
        "BYMONTHDAY=31",
        "BYMONTHDAY=-31",
        "BYYEARDAY=-366",
        "BYYEARDAY=366",
        "BYWEEKNO=53",
        "BYWEEKNO=-53",
        "BYSETPOS=-1",
        "BYSETPOS=366",
        "WKST=SU",
        "BYHOUR=0,23",
        "BYSECOND=59",
        "BYEASTER=0",
        "UNTIL=99991231",
    ]);
    let often = prop::sample::select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]);
    (often, prop::collection::vec(part, 0..4)).prop_map(|(often, parts)| {
        format!("RRULE:FREQ={often};{}", parts.join(";")).trim_end_matches(';').to_owned()
    })
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(lines in prop::collection::vec(any_property(), 0..16)) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\n{}", lines.concat());
        drop(absences(&text, Tz::Europe__Berlin, day("2026-01-01"), day("2026-12-31")));
    }

    #[test]
    fn no_rule_makes_reading_panic_or_leave_the_days_asked_for(rule in any_rule(), start in 0..365_u64) {
        let start = day("2025-07-01") + chrono::Days::new(start);
        let body = format!("DTSTART;VALUE=DATE:{}\n{rule}", start.format("%Y%m%d"));
        for absence in in_2026(&[&body]).unwrap_or_default() {
            let Absence::Days { first, last } = absence else { panic!("{absence:?}") };
            prop_assert!(first == last && start <= first);
            prop_assert!((day("2026-01-01")..=day("2026-12-31")).contains(&first));
        }
    }
}
