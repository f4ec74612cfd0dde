//! Hours of the week in which nobody of a team works.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};

use super::calendar::{Interval, intervals};
use crate::model::{Timestamp, WorkingTime};

/// Monday 2026-01-05, 00:00 UTC: a week without a change of clocks anywhere that the tz database knows of.
const MONDAY_MS: i64 = 1_767_571_200_000;

/// The longest stretch of an ordinary week in which nobody is on shift; holidays and absences aside. `None` when
/// somebody always is.
pub fn longest_gap<'a>(people: impl IntoIterator<Item = &'a WorkingTime>) -> Option<Interval> {
    let monday: Timestamp = DateTime::from_timestamp_millis(MONDAY_MS)?;
    // Two weeks, so that a stretch over the turn of the week is seen whole.
    let end = monday + TimeDelta::days(14);
    let mut work: Vec<Interval> = Vec::new();
    for hours in people {
        let ordinary = WorkingTime { holidays: BTreeMap::new(), away: Vec::new(), ..hours.clone() };
        work.extend(intervals(&ordinary, monday, end));
    }
    work.sort_unstable();
    if work.is_empty() {
        return Some((monday, monday + TimeDelta::days(7)));
    }
    let mut covered_until = work.first().map(|(from, _)| *from)?;
    let mut longest: Option<Interval> = None;
    for (from, until) in work {
        let is_longer = longest.is_none_or(|(start, stop)| from - covered_until > stop - start);
        if from > covered_until && is_longer {
            longest = Some((covered_until, from));
        }
        covered_until = covered_until.max(until);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn hours(timezone: Tz, texts: &[&str]) -> WorkingTime {
        let shifts = texts.iter().flat_map(|text| crate::rules::shifts(text).unwrap()).collect();
        WorkingTime { timezone, shifts, holidays: BTreeMap::new(), away: Vec::new() }
    }

    fn shown(gap: Option<Interval>) -> String {
        let zone = chrono_tz::Europe::Berlin;
        gap.map_or_else(
            || "none".to_owned(),
            |(from, until)| {
                let day = |at: Timestamp| at.with_timezone(&zone).format("%a %H:%M").to_string();
                format!("{} to {}", day(from), day(until))
            },
        )
    }

    #[test]
    fn office_hours_leave_the_weekend() {
        let office = hours(chrono_tz::Europe::Berlin, &["mon-fri 09:00-17:00"]);
        assert_eq!(shown(longest_gap([&office])), "Fri 17:00 to Mon 09:00");
    }

    #[test]
    fn two_people_cover_what_one_leaves() {
        let day = hours(chrono_tz::Europe::Berlin, &["daily 06:00-18:00"]);
        let night = hours(chrono_tz::Europe::Berlin, &["daily 18:00-06:00"]);
        assert_eq!(shown(longest_gap([&day, &night])), "none");
        assert_eq!(shown(longest_gap([&day])), "Mon 18:00 to Tue 06:00");
    }

    #[test]
    fn who_has_no_shifts_always_works() {
        assert_eq!(shown(longest_gap([&hours(chrono_tz::Europe::Berlin, &[])])), "none");
        assert_eq!(shown(longest_gap([])), "Mon 01:00 to Mon 01:00");
    }
}
