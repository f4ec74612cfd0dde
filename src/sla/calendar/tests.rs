//! The calendar against a slow oracle that asks the clocks of the zone minute by minute.

mod by_hand;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use chrono::{NaiveDateTime, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::rules::{absence, shifts};
use crate::sla::testing::{day, utc};

fn hours(timezone: Tz, written: &[&str]) -> WorkingTime {
    WorkingTime {
        timezone,
        shifts: written.iter().flat_map(|text| shifts(text).unwrap()).collect(),
        holidays: BTreeMap::new(),
        away: Vec::new(),
    }
}

fn away(timezone: Tz, written: &[&str], absences: &[&str]) -> WorkingTime {
    let away = absences.iter().map(|text| absence(text, timezone).unwrap());
    WorkingTime { away: away.collect(), ..hours(timezone, written) }
}

#[test]
fn a_span_that_fills_the_shift_ends_with_it_and_not_at_the_next() {
    let office = hours(Tz::Europe__Lisbon, &["mon-fri 09:00-17:00"]);
    assert_eq!(
        add_working(&office, utc("2026-11-27T16:00"), TimeDelta::hours(1)),
        Some(utc("2026-11-27T17:00"))
    );
    assert_eq!(
        add_working(&office, utc("2026-11-27T17:00"), TimeDelta::zero()),
        Some(utc("2026-11-30T09:00"))
    );
}

#[test]
fn a_holiday_cuts_the_shift_over_midnight_at_midnight() {
    let mut nights = hours(Tz::Europe__Berlin, &["fri 22:00-06:00", "sat 22:00-06:00"]);
    nights.holidays.insert(day("2026-11-28"), String::new());
    assert_eq!(
        intervals(&nights, utc("2026-11-27T00:00"), utc("2026-11-30T00:00")),
        [
            (utc("2026-11-27T21:00"), utc("2026-11-27T23:00")),
            (utc("2026-11-28T23:00"), utc("2026-11-29T05:00")),
        ]
    );
    assert!(is_day_off(&nights, utc("2026-11-27T23:00")));
    assert!(!is_day_off(&nights, utc("2026-11-27T12:00")), "off shift is not away");
}

#[test]
fn shifts_that_overlap_or_touch_are_one_interval() {
    let office = hours(
        Tz::UTC,
        &["mon 09:00-12:00", "mon 11:00-15:00", "mon 15:00-17:00", "mon 22:00-24:00", "tue 00:00-02:00"],
    );
    assert_eq!(
        intervals(&office, utc("2026-11-30T10:00"), utc("2026-12-02T00:00")),
        [
            (utc("2026-11-30T10:00"), utc("2026-11-30T17:00")),
            (utc("2026-11-30T22:00"), utc("2026-12-01T02:00")),
        ]
    );
}

#[test]
fn without_shifts_everybody_works_whenever_not_away() {
    let rep = away(Tz::UTC, &[], &["2026-12-01..2026-12-02", "2026-12-03T12:00..2026-12-03T18:00"]);
    assert!(is_working(&rep, utc("2026-11-30T03:00")));
    assert_eq!(next_working(&rep, utc("2026-12-01T03:00")), Some(utc("2026-12-03T00:00")));
    assert_eq!(
        add_working(&rep, utc("2026-12-02T10:00"), TimeDelta::hours(13)),
        Some(utc("2026-12-03T19:00"))
    );
    assert!(is_day_off(&rep, utc("2026-12-03T12:00")));
    assert!(!is_day_off(&rep, utc("2026-12-03T18:00")));
}

#[test]
fn being_back_is_not_being_on_shift() {
    let rep = away(Tz::UTC, &["mon-fri 09:00-17:00"], &["2026-11-30"]);
    let monday = utc("2026-11-30T10:00");
    assert_eq!(next_present(&rep, monday), Some(utc("2026-12-01T00:00")));
    assert_eq!(next_working(&rep, monday), Some(utc("2026-12-01T09:00")));
    assert_eq!(next_day(&rep, monday), Some(utc("2026-12-01T00:00")));
}

#[test]
fn who_is_away_beyond_the_horizon_never_works() {
    let gone = away(Tz::Europe__Berlin, &["daily 00:00-24:00"], &["2026-01-01..2099-12-31"]);
    assert_eq!(next_working(&gone, utc("2026-06-01T00:00")), None);
    assert_eq!(next_present(&gone, utc("2026-06-01T00:00")), None);
    assert_eq!(add_working(&gone, utc("2026-06-01T00:00"), TimeDelta::hours(1)), None);
}

#[test]
fn the_ends_of_time_are_no_panic() {
    let office = hours(Tz::Pacific__Chatham, &["daily 22:00-06:00"]);
    for at in [Timestamp::MIN_UTC, Timestamp::MAX_UTC] {
        is_working(&office, at);
        is_day_off(&office, at);
        next_day(&office, at);
        next_working(&office, at);
        add_working(&office, at, TimeDelta::MAX);
    }
}

const MINUTE: TimeDelta = TimeDelta::minutes(1);
/// The oracle looks at this many days around a change.
const DAYS: i64 = 6;

/// Each minute of a window, and whether the person works, straight from the words: a shift runs from the first minute
/// whose clock is not before its start to the last whose clock is not past its end.
struct Oracle {
    first: Timestamp,
    works: Vec<bool>,
}

impl Oracle {
    fn new(hours: &WorkingTime, first: Timestamp) -> Self {
        let clocks = clocks(hours.timezone, first);
        let mut works = vec![hours.shifts.is_empty(); clocks.len()];
        let before = local_date(hours.timezone, first).pred_opt().unwrap();
        for date in before.iter_days().take(8) {
            for shift in hours.shifts.iter().filter(|shift| shift.day == date.weekday()) {
                let ends_on = if shift.to > shift.from { date } else { date.succ_opt().unwrap() };
                let (start, end) = (minutes(date.and_time(shift.from)), minutes(ends_on.and_time(shift.to)));
                let from = clocks.iter().position(|clock| *clock >= start).unwrap_or(clocks.len());
                let until = clocks.iter().rposition(|clock| *clock <= end);
                let until = until.map_or(0, |last| last + usize::from(clocks[last] != end));
                works.iter_mut().take(until).skip(from).for_each(|minute| *minute = true);
            }
        }
        let mut oracle = Self { first, works };
        oracle.strike_out(hours, &clocks);
        oracle
    }

    /// Takes out every minute whose clock shows a day off, or that lies in an absence.
    fn strike_out(&mut self, hours: &WorkingTime, clocks: &[i64]) {
        let first = self.first;
        let days = hours.away.iter().filter_map(|absence| match absence {
            Absence::Days { first, last } => Some((*first, *last)),
            Absence::Span { .. } => None,
        });
        for (from, to) in days.chain(hours.holidays.keys().map(|day| (*day, *day))) {
            let (from, to) = (start_of(from), start_of(to.succ_opt().unwrap()));
            let both = self.works.iter_mut().zip(clocks);
            both.filter(|(_, clock)| (from..to).contains(*clock)).for_each(|(minute, _)| *minute = false);
        }
        for absence in &hours.away {
            let Absence::Span { from, until } = absence else { continue };
            let (from, until) = ((*from - first).num_minutes(), (*until - first).num_minutes());
            let both = (0_i64..).zip(&mut self.works);
            both.filter(|(n, _)| (from..until).contains(n)).for_each(|(_, minute)| *minute = false);
        }
    }

    fn at(&self, minute: usize) -> Timestamp {
        self.first + MINUTE * i32::try_from(minute).unwrap()
    }
}

fn minutes(local: NaiveDateTime) -> i64 {
    local.and_utc().timestamp() / 60
}

fn start_of(date: NaiveDate) -> i64 {
    minutes(date.and_time(chrono::NaiveTime::MIN))
}

/// By zone and first minute of the window.
type Clocks = HashMap<(Tz, Timestamp), Rc<Vec<i64>>>;

/// What the clocks of the zone show at each minute of the window, as minutes.
fn clocks(zone: Tz, first: Timestamp) -> Rc<Vec<i64>> {
    thread_local! {
        static KNOWN: RefCell<Clocks> = RefCell::default();
    }
    let read = || {
        let at = |n: i64| minutes((first + TimeDelta::minutes(n)).with_timezone(&zone).naive_local());
        Rc::new((0..DAYS * 24 * 60).map(at).collect())
    };
    KNOWN.with_borrow_mut(|known| Rc::clone(known.entry((zone, first)).or_insert_with(read)))
}

/// Zones and the days on which their clocks change in 2026; Kolkata never does.
const CHANGES: [(Tz, &str); 15] = [
    (Tz::Europe__Berlin, "2026-03-29"),
    (Tz::Europe__Berlin, "2026-10-25"),
    (Tz::America__New_York, "2026-03-08"),
    (Tz::America__New_York, "2026-11-01"),
    (Tz::Pacific__Chatham, "2026-04-05"),
    (Tz::Pacific__Chatham, "2026-09-27"),
    (Tz::Africa__Casablanca, "2026-02-15"),
    (Tz::Africa__Casablanca, "2026-03-22"),
    (Tz::Asia__Kolkata, "2026-06-14"),
    // Half an hour, and changes at midnight.
    (Tz::Australia__Lord_Howe, "2026-04-05"),
    (Tz::Australia__Lord_Howe, "2026-10-04"),
    (Tz::Africa__Cairo, "2026-04-24"),
    (Tz::Africa__Cairo, "2026-10-30"),
    (Tz::America__Havana, "2026-03-08"),
    (Tz::America__Havana, "2026-11-01"),
];

fn any_shift() -> impl Strategy<Value = Shift> {
    let minute = |n: i64| chrono::NaiveTime::MIN + TimeDelta::minutes(n);
    // Often around the hours in which clocks change.
    let time =
        prop_oneof![0..1440_i64, 0..240_i64, (0..16_i64).prop_map(|n| 15 * n), Just(0_i64)].prop_map(minute);
    (0..7_u8, time.clone(), time).prop_map(|(day, from, to)| Shift {
        day: Weekday::try_from(day).unwrap(),
        from,
        to,
    })
}

fn any_calendar() -> impl Strategy<Value = (WorkingTime, Timestamp)> {
    let span = (0..DAYS * 24 * 60, 1..1440_i64);
    (
        prop::sample::select(CHANGES.to_vec()),
        prop::collection::vec(any_shift(), 0..8),
        prop::collection::btree_set(-4..4_i64, 0..2),
        prop::option::of((-4..4_i64, 0..2_i64)),
        prop::collection::vec(span, 0..4),
    )
        .prop_map(|((timezone, change), shifts, holidays, days, spans)| {
            let change = day(change);
            let first = change.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::days(3);
            let minute = |n| first + TimeDelta::minutes(n);
            let days = days.map(|(from, length)| Absence::Days {
                first: change + TimeDelta::days(from),
                last: change + TimeDelta::days(from + length),
            });
            let spans = spans
                .into_iter()
                .map(|(from, length)| Absence::Span { from: minute(from), until: minute(from + length) });
            let hours = WorkingTime {
                timezone,
                shifts,
                holidays: holidays
                    .into_iter()
                    .map(|n| (change + TimeDelta::days(n), String::new()))
                    .collect(),
                away: days.into_iter().chain(spans).collect(),
            };
            (hours, first)
        })
}

/// The oracle knows nothing of the shifts that began before its window and so keeps off its edges.
const EDGE: usize = 36 * 60;

/// Where the intervals of the calendar and the minutes of the oracle differ.
fn first_difference(oracle: &Oracle, found: &[Interval], start: usize, end: usize) -> Option<Timestamp> {
    let index = |at: Timestamp| usize::try_from((at - oracle.first).num_minutes()).unwrap();
    let mut works = vec![false; end];
    for (from, until) in found {
        works[index(*from)..index(*until)].fill(true);
    }
    (start..end).find(|minute| works[*minute] != oracle.works[*minute]).map(|minute| oracle.at(minute))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn ten_thousand_calendars_agree_with_the_clocks_minute_by_minute(
        (hours, first) in any_calendar(),
        asked in prop::collection::vec((0..EDGE, 0..1_500_usize), 3),
    ) {
        let oracle = Oracle::new(&hours, first);
        let (start, end) = (EDGE, oracle.works.len() - EDGE);
        let found = intervals(&hours, oracle.at(start), oracle.at(end));
        for window in found.windows(2) {
            prop_assert!(window[0].1 < window[1].0, "sorted and apart");
        }
        prop_assert_eq!(first_difference(&oracle, &found, start, end), None);
        for (offset, span) in asked {
            let start = start + offset;
            let at = oracle.at(start);
            prop_assert_eq!(is_working(&hours, at), oracle.works[start], "{}", at);
            let mut working = (start..end).filter(|minute| oracle.works[*minute]);
            let due = if span == 0 { working.next() } else { working.nth(span - 1).map(|minute| minute + 1) };
            let added = add_working(&hours, at, MINUTE * i32::try_from(span).unwrap());
            match due {
                Some(due) => prop_assert_eq!(added, Some(oracle.at(due)), "{} + {} min", at, span),
                None => prop_assert!(added.is_none_or(|added| added >= oracle.at(end))),
            }
            if span == 0 {
                prop_assert_eq!(next_working(&hours, at), added);
            }
        }
    }

    #[test]
    fn more_work_is_never_due_earlier((hours, first) in any_calendar(), a in 0..90_000_i64, b in 0..90_000_i64) {
        let due = |seconds| add_working(&hours, first, TimeDelta::seconds(seconds));
        let (less, more) = (due(a.min(b)), due(a.max(b)));
        prop_assert!(more.is_none() || (less.is_some() && less <= more));
    }
}
