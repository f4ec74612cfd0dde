//! Working time: a person's shifts, less holidays and absences, as moments in UTC. Days are taken one by one in the
//! person's zone, so that every gap and overlap of its clocks has its real length.

use chrono::{Datelike, NaiveDate, TimeDelta};

use crate::model::{
    Absence, Shift, Timestamp, WorkingTime, earliest_moment, latest_moment, local_date, start_of_day,
};

/// From a moment up to, and not including, another.
pub type Interval = (Timestamp, Timestamp);

/// How far ahead working time is looked for: as far as calendars are read. Who does not work by then does not.
const HORIZON: TimeDelta = TimeDelta::days(3 * 366);

/// Whether the person works at this moment.
pub fn is_working(hours: &WorkingTime, at: Timestamp) -> bool {
    local_days(hours, at, at)
        .flat_map(|date| working_on(hours, date))
        .any(|(from, until)| from <= at && at < until)
}

/// The first moment from `at` on at which the person works; `None` when there is none within three years.
pub fn next_working(hours: &WorkingTime, at: Timestamp) -> Option<Timestamp> {
    upcoming(hours, at, working_on)?.next().map(|(from, _)| from)
}

/// The moment at which `span` of working time has passed since `start`. It may be the very end of a shift; for no span at
/// all it is the next working moment. `None` when the person does not work that long within three years.
pub fn add_working(hours: &WorkingTime, start: Timestamp, span: TimeDelta) -> Option<Timestamp> {
    if span <= TimeDelta::zero() {
        return next_working(hours, start);
    }
    let mut left = span;
    for (from, until) in upcoming(hours, start, working_on)? {
        let length = until - from;
        if left <= length {
            return from.checked_add_signed(left);
        }
        left -= length;
    }
    None
}

/// The working intervals between two moments, in order; those that touch are one.
pub fn intervals(hours: &WorkingTime, from: Timestamp, until: Timestamp) -> Vec<Interval> {
    let work = local_days(hours, from, until)
        .flat_map(|date| working_on(hours, date))
        .filter_map(|interval| overlap(interval, (from, until)))
        .collect();
    merged(work)
}

/// Whether the person is away, not merely off shift: the local date is a holiday or a day of absence, or a span of absence
/// covers the moment.
pub fn is_day_off(hours: &WorkingTime, at: Timestamp) -> bool {
    is_whole_day_off(hours, local_date(hours.timezone, at))
        || absent_spans(hours).any(|(from, until)| from <= at && at < until)
}

/// The first moment from `at` on at which the person is not away, on shift or not; `None` when there is none within three years.
pub fn next_present(hours: &WorkingTime, at: Timestamp) -> Option<Timestamp> {
    upcoming(hours, at, present_on)?.next().map(|(from, _)| from)
}

/// The midnight that begins the person's next calendar day.
pub fn next_day(hours: &WorkingTime, at: Timestamp) -> Option<Timestamp> {
    let tomorrow = local_date(hours.timezone, at).succ_opt()?;
    Some(start_of_day(hours.timezone, tomorrow))
}

/// What is left of each day's intervals from `at` up to the horizon, day by day as they are asked for.
fn upcoming(
    hours: &WorkingTime,
    at: Timestamp,
    on: fn(&WorkingTime, NaiveDate) -> Vec<Interval>,
) -> Option<impl Iterator<Item = Interval>> {
    let window = (at, at.checked_add_signed(HORIZON)?);
    let days = local_days(hours, window.0, window.1);
    Some(days.flat_map(move |date| on(hours, date)).filter_map(move |interval| overlap(interval, window)))
}

/// The local dates from one moment to another.
fn local_days(hours: &WorkingTime, from: Timestamp, until: Timestamp) -> impl Iterator<Item = NaiveDate> {
    let last = local_date(hours.timezone, until);
    std::iter::successors(Some(local_date(hours.timezone, from)), NaiveDate::succ_opt)
        .take_while(move |date| *date <= last)
}

/// The working intervals of one local day, from its midnight to the next: shifts that begin on it, and what the day before
/// leaves of a shift over midnight.
fn working_on(hours: &WorkingTime, date: NaiveDate) -> Vec<Interval> {
    let present = present_on(hours, date);
    if hours.shifts.is_empty() || present.is_empty() {
        return present;
    }
    let shifts: Vec<Interval> = date
        .pred_opt()
        .into_iter()
        .chain([date])
        .flat_map(|start| {
            let starting = hours.shifts.iter().filter(move |shift| shift.day == start.weekday());
            starting.filter_map(move |shift| bounds(hours, *shift, start))
        })
        .collect();
    let shifts = merged(shifts);
    present.iter().flat_map(|free| shifts.iter().filter_map(|shift| overlap(*shift, *free))).collect()
}

/// The intervals of one local day in which the person is not away.
fn present_on(hours: &WorkingTime, date: NaiveDate) -> Vec<Interval> {
    // Asked first: years of leave are passed over quickly.
    let Some(tomorrow) = date.succ_opt().filter(|_| !is_whole_day_off(hours, date)) else {
        return Vec::new();
    };
    let whole = (start_of_day(hours.timezone, date), start_of_day(hours.timezone, tomorrow));
    if whole.0 >= whole.1 {
        return Vec::new();
    }
    absent_spans(hours)
        .fold(vec![whole], |present, absent| present.iter().flat_map(|free| without(*free, absent)).collect())
}

fn is_whole_day_off(hours: &WorkingTime, date: NaiveDate) -> bool {
    hours.holidays.contains_key(&date)
        || hours.away.iter().any(|absence| match absence {
            Absence::Days { first, last } => *first <= date && date <= *last,
            Absence::Span { .. } => false,
        })
}

fn absent_spans(hours: &WorkingTime) -> impl Iterator<Item = Interval> {
    hours.away.iter().filter_map(|absence| match absence {
        Absence::Span { from, until } => Some((*from, *until)),
        Absence::Days { .. } => None,
    })
}

/// A shift that begins on `date`, in UTC: from the first moment at which the clock shows its start to the last at which it
/// shows its end. `None` when a gap swallows it whole.
fn bounds(hours: &WorkingTime, shift: Shift, date: NaiveDate) -> Option<Interval> {
    let last = if shift.to <= shift.from { date.succ_opt()? } else { date };
    let from = earliest_moment(hours.timezone, date.and_time(shift.from));
    let until = latest_moment(hours.timezone, last.and_time(shift.to));
    (from < until).then_some((from, until))
}

fn overlap(a: Interval, b: Interval) -> Option<Interval> {
    let (from, until) = (a.0.max(b.0), a.1.min(b.1));
    (from < until).then_some((from, until))
}

/// What is left of `interval` before and after `taken`.
fn without(interval: Interval, taken: Interval) -> impl Iterator<Item = Interval> {
    let before = (interval.0, interval.1.min(taken.0));
    let after = (interval.0.max(taken.1), interval.1);
    let is_apart = overlap(interval, taken).is_none();
    let parts = if is_apart { [Some(interval), None] } else { [Some(before), Some(after)] };
    parts.into_iter().flatten().filter(|(from, until)| from < until)
}

/// Sorts, and joins those that overlap or touch.
fn merged(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    intervals.dedup_by(|next, kept| {
        let touches = next.0 <= kept.1;
        if touches {
            kept.1 = kept.1.max(next.1);
        }
        touches
    });
    intervals
}

#[cfg(test)]
mod tests;
