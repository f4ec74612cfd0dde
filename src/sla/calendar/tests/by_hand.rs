//! Times worked out by hand from the rules of the zones, around the changes of 2026.

use super::*;

#[test]
fn due_times_around_the_changes_of_2026_are_exact() {
    use Tz::{Africa__Casablanca, America__New_York, Europe__Berlin, Pacific__Chatham};
    // Zone, shifts, start in UTC, hours of work, due in UTC.
    #[rustfmt::skip]
    let cases = [
        // Spring in Berlin: the clocks skip 02:00-03:00 of 29 March, a night shift has seven hours.
        (Europe__Berlin, "sat 22:00-06:00", "2026-03-28T21:00", 7, "2026-03-29T04:00"),
        (Europe__Berlin, "mon-fri 09:00-17:00", "2026-03-27T15:00", 2, "2026-03-30T08:00"),
        (Europe__Berlin, "sun 02:30-10:00", "2026-03-29T00:00", 1, "2026-03-29T02:00"),
        (Europe__Berlin, "daily 00:00-24:00", "2026-03-28T23:00", 23, "2026-03-29T22:00"),
        // Autumn in Berlin: the clocks show 02:00-03:00 of 25 October twice, a night shift has nine hours.
        (Europe__Berlin, "sat 22:00-06:00", "2026-10-24T20:00", 9, "2026-10-25T05:00"),
        (Europe__Berlin, "mon-fri 09:00-17:00", "2026-10-23T14:00", 2, "2026-10-26T09:00"),
        (Europe__Berlin, "sun 02:15-02:45", "2026-10-24T00:00", 1, "2026-10-25T01:15"),
        // New York, 8 March and 1 November.
        (America__New_York, "sat 22:00-06:00", "2026-03-08T03:00", 7, "2026-03-08T10:00"),
        (America__New_York, "sat 22:00-06:00", "2026-11-01T02:00", 9, "2026-11-01T11:00"),
        (America__New_York, "mon-fri 09:00-17:00", "2026-03-06T21:00", 2, "2026-03-09T14:00"),
        (America__New_York, "mon-fri 09:00-17:00", "2026-10-30T20:00", 2, "2026-11-02T15:00"),
        // Chatham is 12:45 ahead, 13:45 in summer; it changes at 02:45 UTC+12:45 on 5 April and 27 September.
        (Pacific__Chatham, "mon-fri 09:00-17:00", "2026-04-01T19:15", 9, "2026-04-02T20:15"),
        (Pacific__Chatham, "sat 22:00-06:00", "2026-04-04T08:15", 9, "2026-04-04T17:15"),
        (Pacific__Chatham, "sat 22:00-06:00", "2026-09-26T09:15", 7, "2026-09-26T16:15"),
        // Casablanca leaves UTC+1 for the month of Ramadan: 15 February to 22 March.
        (Africa__Casablanca, "mon-fri 09:00-17:00", "2026-02-13T15:00", 2, "2026-02-16T10:00"),
        (Africa__Casablanca, "sat 22:00-06:00", "2026-02-14T21:00", 9, "2026-02-15T06:00"),
        (Africa__Casablanca, "sat 22:00-06:00", "2026-03-21T22:00", 7, "2026-03-22T05:00"),
    ];
    for (zone, text, start, work, due) in cases {
        let due_at = add_working(&hours(zone, &[text]), utc(start), TimeDelta::hours(work));
        assert_eq!(due_at, Some(utc(due)), "{zone} {text} {start} + {work} h");
    }
}

#[test]
fn what_a_hostile_shift_means_is_exact() {
    use Tz::{America__New_York, Australia__Lord_Howe, Europe__Berlin};
    let anyway = "2000-01-01";
    // Zone, shift, absence, start in UTC, minutes of work, due in UTC.
    #[rustfmt::skip]
    let cases = [
        // A shift that the gap of 29 March (02:00-03:00) swallows is lost: the next is a week later, at 02:15 CEST.
        (Europe__Berlin, "sun 02:15-02:45", anyway, "2026-03-28T12:00", 10, "2026-04-05T00:25"),
        (America__New_York, "sun 02:00-03:00", anyway, "2026-03-07T12:00", 30, "2026-03-15T06:30"),
        // 02:15 comes twice on 25 October: from the first to the end of the second, half an hour is an hour and a half.
        (Europe__Berlin, "sun 02:15-02:45", anyway, "2026-10-24T12:00", 90, "2026-10-25T01:45"),
        // Lord Howe changes by half an hour: +11 to +10:30 on 5 April at 02:00, so the night is half an hour longer.
        (Australia__Lord_Howe, "sat 22:00-06:00", anyway, "2026-04-04T00:00", 510, "2026-04-04T19:30"),
        (Australia__Lord_Howe, "sat 22:00-06:00", anyway, "2026-10-03T00:00", 450, "2026-10-03T19:00"),
        // Until 24:00 is until midnight, and 00:00-00:00 is the whole day, of 23 hours on 29 March.
        (Europe__Berlin, "fri 18:00-24:00", anyway, "2026-11-27T12:00", 360, "2026-11-27T23:00"),
        (Europe__Berlin, "sun 00:00-00:00", anyway, "2026-03-28T12:00", 1380, "2026-03-29T22:00"),
        // Who is away for an hour, works an hour later; also in the hour that the clocks repeat, which counts twice.
        (Europe__Berlin, "mon 09:00-17:00", "2026-11-30T13:00..2026-11-30T15:00", "2026-11-30T11:30", 60, "2026-11-30T14:30"),
        (Europe__Berlin, "sat 22:00-06:00", "2026-10-25T02:00..2026-10-25T03:00", "2026-10-24T20:00", 300, "2026-10-25T03:00"),
        // A start at the very end of the shift counts from the next.
        (Europe__Berlin, "mon,tue 09:00-17:00", anyway, "2026-11-30T16:00", 1, "2026-12-01T08:01"),
        // Half a year's, and two years' leave.
        (Europe__Berlin, "mon-fri 09:00-17:00", "2026-03-01..2026-08-31", "2026-02-27T15:30", 60, "2026-09-01T07:30"),
        (Europe__Berlin, "mon-fri 09:00-17:00", "2026-03-01..2028-02-29", "2026-02-27T15:30", 60, "2028-03-01T08:30"),
    ];
    for (zone, shift, absence, start, minutes, due) in cases {
        let due_at = add_working(&away(zone, &[shift], &[absence]), utc(start), TimeDelta::minutes(minutes));
        assert_eq!(due_at, Some(utc(due)), "{zone} {shift}, away {absence}: {start} + {minutes} min");
    }
}
