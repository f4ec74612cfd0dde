//! Nothing that a calendar says makes reading it panic.

use proptest::prelude::*;

use super::*;

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
        drop(absences(&text));
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
