//! Working hours and absences as `rules.toml` spells them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday};
use chrono_tz::Tz;

use crate::model::{Absence, Shift, earliest_moment, latest_moment};

/// Reads `mon-fri 09:00-17:30`: one shift for each day. Days are a range (which may wrap: `fri-mon`), a list or `daily`;
/// `24:00` is the midnight that ends the day, and an end at or before the start lies on the next day.
pub fn shifts(text: &str) -> Result<Vec<Shift>, String> {
    let wrong = |what: &str| {
        format!(
            "'{text}' is not a shift: {what}; write one such as \"mon-fri 09:00-17:30\" or \"sat 22:00-06:00\""
        )
    };
    let (days, hours) = text
        .trim()
        .split_once(char::is_whitespace)
        .ok_or_else(|| wrong("it needs days, a space and hours"))?;
    let (from, to) =
        hours.split_once('-').ok_or_else(|| wrong("the hours need a '-' between start and end"))?;
    let from = clock_time(from).map_err(|why| wrong(&why))?;
    if from == MIDNIGHT_AT_THE_END {
        return Err(wrong("24:00 can only end a shift; 00:00 starts the day"));
    }
    let to = clock_time(to).map_err(|why| wrong(&why))?;
    let days = weekdays(days).map_err(|why| wrong(&why))?;
    Ok(days.into_iter().map(|day| Shift { day, from: time_of_day(from), to: time_of_day(to) }).collect())
}

/// Reads `2026-12-21..2027-01-04` (both days included), `2026-12-24`, or `2026-12-24T12:00..2026-12-24T18:00` on the clocks
/// of `timezone`. An absence covers the whole of an hour that the clocks repeat.
pub fn absence(text: &str, timezone: Tz) -> Result<Absence, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (first.trim(), last.trim());
    let is_single = !text.contains("..");
    let absence = match (moment(first), moment(last)) {
        (Some(Moment::Day(first)), Some(Moment::Day(last))) => Absence::Days { first, last },
        (Some(Moment::Time(from)), Some(Moment::Time(until))) if !is_single => {
            check_order(text, from < until)?;
            let from = earliest_moment(timezone, from);
            let until = latest_moment(timezone, until);
            Absence::Span { from, until }
        }
        (Some(Moment::Day(_) | Moment::Time(_)) | None, _) => {
            return Err(format!(
                "'{text}' is not an absence; write a day such as \"2026-12-24\", days such as \
                 \"2026-12-21..2027-01-04\", or times such as \"2026-12-24T12:00..2026-12-24T18:00\""
            ));
        }
    };
    match absence {
        Absence::Days { first, last } => check_order(text, first <= last)?,
        // Times that the clocks skip can leave nothing between two that are in order on paper.
        Absence::Span { from, until } => check_order(text, from < until)?,
    }
    Ok(absence)
}

fn check_order(text: &str, is_in_order: bool) -> Result<(), String> {
    if is_in_order { Ok(()) } else { Err(format!("'{text}' ends before it starts")) }
}

enum Moment {
    Day(NaiveDate),
    Time(NaiveDateTime),
}

fn moment(text: &str) -> Option<Moment> {
    if let Some(date) = date(text) {
        return Some(Moment::Day(date));
    }
    let (day, time) = text.split_once(['T', 't', ' '])?;
    let minutes = clock_time(time).ok()?;
    let midnight = date(day)?.and_time(NaiveTime::MIN);
    let time = midnight.checked_add_signed(TimeDelta::minutes(i64::from(minutes)))?;
    Some(Moment::Time(time))
}

/// Four digits of year only: a longer or shorter one is a slip.
fn date(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 10 && text.starts_with(|c: char| c.is_ascii_digit());
    if !is_plain {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// Whether a shift ends as people write it who do not know `24:00`.
pub(super) fn is_a_minute_short(shift: &Shift) -> bool {
    (shift.to.hour(), shift.to.minute()) == (23, 59)
}

/// Minutes since midnight of `24:00`.
const MIDNIGHT_AT_THE_END: u32 = 24 * 60;

/// Minutes since midnight, up to and with `24:00`.
fn clock_time(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let wrong = || format!("'{text}' is not a time from 00:00 to 24:00");
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let is_written_well = (1..=2).contains(&hours.len())
        && minutes.len() == 2
        && hours.bytes().chain(minutes.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_written_well {
        return Err(wrong());
    }
    let hours: u32 = hours.parse().map_err(|_| wrong())?;
    let minutes: u32 = minutes.parse().map_err(|_| wrong())?;
    let total = hours * 60 + minutes;
    if minutes < 60 && total <= MIDNIGHT_AT_THE_END { Ok(total) } else { Err(wrong()) }
}

/// `24:00` becomes `00:00`, as [`Shift::to`] wants it.
fn time_of_day(minutes: u32) -> NaiveTime {
    NaiveTime::MIN + TimeDelta::minutes(i64::from(minutes))
}

const WEEK: [(Weekday, &str); 7] = [
    (Weekday::Mon, "monday"),
    (Weekday::Tue, "tuesday"),
    (Weekday::Wed, "wednesday"),
    (Weekday::Thu, "thursday"),
    (Weekday::Fri, "friday"),
    (Weekday::Sat, "saturday"),
    (Weekday::Sun, "sunday"),
];

/// Each day once, in the order written.
fn weekdays(text: &str) -> Result<Vec<Weekday>, String> {
    if text.eq_ignore_ascii_case("daily") {
        return Ok(WEEK.iter().map(|(day, _)| *day).collect());
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (weekday(first)?, weekday(last)?);
        let mut day = first;
        loop {
            if !days.contains(&day) {
                days.push(day);
            }
            if day == last {
                break;
            }
            day = day.succ();
        }
    }
    Ok(days)
}

fn weekday(text: &str) -> Result<Weekday, String> {
    let name = text.trim().to_lowercase();
    WEEK.iter()
        .find(|(_, full)| *full == name || full.get(..3) == Some(name.as_str()))
        .map(|(day, _)| *day)
        .ok_or_else(|| format!("'{}' is not a day; days are mon, tue, wed, thu, fri, sat, sun", text.trim()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sla::testing::{day, time, utc};

    fn days(text: &str) -> Vec<Weekday> {
        shifts(text).unwrap().iter().map(|shift| shift.day).collect()
    }

    #[test]
    fn a_range_of_days_is_one_shift_for_each() {
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        assert_eq!(days("mon-fri 09:00-17:30"), [Mon, Tue, Wed, Thu, Fri]);
        assert_eq!(days("fri-mon 08:00-16:00"), [Fri, Sat, Sun, Mon]);
        assert_eq!(days("Monday,WED,fri 9:00-12:00"), [Mon, Wed, Fri]);
        assert_eq!(days("mon-wed,tue-thu 9:00-12:00"), [Mon, Tue, Wed, Thu]);
        assert_eq!(days("sat-sat 9:00-12:00"), [Sat]);
        assert_eq!(days("daily 00:00-24:00").len(), 7);
    }

    #[test]
    fn hours_may_run_over_midnight_or_the_whole_day() {
        for (text, from, to) in [
            ("sat 22:00-06:00", "22:00", "06:00"),
            ("sat 9:00-24:00", "09:00", "00:00"),
            (" sat  00:00 - 24:00 ", "00:00", "00:00"),
        ] {
            let expected = Shift { day: Weekday::Sat, from: time(from), to: time(to) };
            assert_eq!(shifts(text), Ok(vec![expected]), "{text}");
        }
    }

    #[test]
    fn what_is_no_shift_is_refused_with_the_part_that_is_wrong() {
        for (text, part) in [
            ("", "needs days"),
            ("09:00-17:00", "needs days"),
            ("mon 09:00", "need a '-'"),
            ("mon-frö 09:00-17:00", "'frö' is not a day"),
            ("mon 24:00-06:00", "24:00 can only end"),
            ("mon 09:00-24:01", "'24:01' is not a time"),
            ("mon 09:60-17:00", "'09:60' is not a time"),
            ("mon 9-17", "'9' is not a time"),
            ("mon +9:00-17:00", "'+9:00' is not a time"),
        ] {
            let error = shifts(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn days_of_absence_include_both_ends() {
        let expected = Absence::Days { first: day("2026-12-21"), last: day("2027-01-04") };
        assert_eq!(absence("2026-12-21..2027-01-04", Tz::UTC), Ok(expected));
        let expected = Absence::Days { first: day("2026-12-24"), last: day("2026-12-24") };
        assert_eq!(absence(" 2026-12-24 ", Tz::UTC), Ok(expected));
    }

    #[test]
    fn times_of_absence_are_on_the_clocks_of_the_zone() {
        for (text, from, until) in [
            ("2026-12-24T12:00..2026-12-24T18:00", "2026-12-24T11:00", "2026-12-24T17:00"),
            ("2026-12-24T12:00..2026-12-24T24:00", "2026-12-24T11:00", "2026-12-24T23:00"),
            ("2026-03-29T02:30..2026-03-29T12:00", "2026-03-29T01:00", "2026-03-29T10:00"),
            ("2026-10-25T02:30..2026-10-25T02:45", "2026-10-25T00:30", "2026-10-25T01:45"),
        ] {
            let expected = Absence::Span { from: utc(from), until: utc(until) };
            assert_eq!(absence(text, Tz::Europe__Berlin), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_absence_that_ends_before_it_starts_is_refused() {
        for text in [
            "2026-12-24..2026-12-23",
            "2026-12-24T12:00..2026-12-24T12:00",
            "2026-03-29T02:10..2026-03-29T02:20",
            "2026-10-25T02:30..2026-10-25T02:15",
        ] {
            let error = absence(text, Tz::Europe__Berlin).unwrap_err();
            assert!(error.contains("ends before it starts"), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_no_absence_is_refused_with_the_ways_to_write_one() {
        for text in [
            "",
            "..",
            "christmas",
            "2026-02-30",
            "26-12-24",
            "2026-12-24T12:00",
            "2026-12-24..2026-12-26T12:00",
        ] {
            let error = absence(text, Tz::UTC).unwrap_err();
            assert!(error.contains("is not an absence"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "\\PC*", days in "[a-z,-]{0,12}", hours in "[0-9:-]{0,12}") {
            drop(shifts(&text));
            drop(shifts(&format!("{days} {hours}")));
            drop(absence(&text, Tz::Europe__Berlin));
        }

        #[test]
        fn every_written_shift_reads_back(from in 0..1440_u32, to in 0..=1440_u32, day in 0..7_usize) {
            let (weekday, name) = WEEK[day];
            let text = format!("{name} {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
            let expected = Shift { day: weekday, from: time_of_day(from), to: time_of_day(to) };
            prop_assert_eq!(shifts(&text), Ok(vec![expected]));
        }
    }
}
