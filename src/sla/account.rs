//! How a due time came about: from the start on, each stretch of time that counted, and each that did not, with the reason.

use std::collections::BTreeMap;

use chrono::{Datelike, DurationRound, NaiveDate, Offset, TimeDelta, TimeZone, Weekday};
use chrono_tz::Tz;

use super::calendar::{Interval, intervals};
use super::pause::{Pause, PauseReason, Running};
use super::plan::running;
use crate::model::{Absence, Clock, Timestamp, WorkingTime, local_date, start_of_day};

/// From a moment up to, and not including, another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: Timestamp,
    pub until: Timestamp,
    pub counts: Counts,
}

/// Whether a stretch counts, and why it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counts {
    Yes,
    /// The clock stood still.
    Paused(PauseReason),
    /// The name is blank where only the date is known.
    Holiday(String),
    Absence,
    /// Saturday or Sunday, without a shift that begins then.
    Weekend,
    /// Another day without a shift.
    NoShift,
    /// After a day's last shift or before its first.
    Night,
    BetweenShifts,
}

impl Running<'_> {
    /// The stretches from the start to the due time, without a gap between them; while nobody knows when it is due, as
    /// when the clock stands still, up to `now`.
    pub fn account(&self, now: Timestamp) -> Vec<Stretch> {
        let end = self.plan().map_or(now, |plan| plan.due);
        let still: Vec<Interval> = self.pauses.iter().map(Pause::interval).collect();
        let mut stretches = Vec::new();
        let mut at = self.start;
        for (from, until) in intervals(&running(self.sla.clock, self.hours, &still), self.start, end) {
            self.skipped((at, from), &mut stretches);
            stretches.push(Stretch { from, until, counts: Counts::Yes });
            at = until;
        }
        self.skipped((at, end), &mut stretches);
        stretches
    }

    /// Adds what did not count, in stretches of one reason each.
    fn skipped(&self, (from, until): Interval, stretches: &mut Vec<Stretch>) {
        let mut cuts = self.cuts((from, until));
        cuts.push(until);
        let mut start = from;
        for end in cuts {
            let counts = self.reason((start, end));
            match stretches.last_mut().filter(|last| last.counts == counts) {
                Some(last) => last.until = end,
                None if start < end => stretches.push(Stretch { from: start, until: end, counts }),
                None => {}
            }
            start = end;
        }
    }

    /// The moments inside a stretch at which the reason may change, in order.
    fn cuts(&self, (from, until): Interval) -> Vec<Timestamp> {
        let mut cuts: Vec<Timestamp> = self.pauses.iter().map(Pause::interval).flat_map(both).collect();
        if self.sla.clock == Clock::Working {
            cuts.extend(self.hours.away.iter().filter_map(span).flat_map(both));
            let zone = self.hours.timezone;
            let days = local_date(zone, from).iter_days().skip(1).map(|date| start_of_day(zone, date));
            cuts.extend(days.take_while(|midnight| *midnight < until));
        }
        cuts.retain(|cut| from < *cut && *cut < until);
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// Why nothing of a stretch counted that no cut divides.
    fn reason(&self, stretch: Interval) -> Counts {
        let covers = |(from, until): Interval| from <= stretch.0 && stretch.0 < until;
        if let Some(pause) = self.pauses.iter().find(|pause| covers(pause.interval())) {
            return Counts::Paused(pause.why);
        }
        let hours = self.hours;
        let date = local_date(hours.timezone, stretch.0);
        let is_absent = hours.away.iter().any(|absence| match absence {
            Absence::Days { first, last } => *first <= date && date <= *last,
            Absence::Span { from, until } => covers((*from, *until)),
        });
        match hours.holidays.get(&date) {
            Some(name) => Counts::Holiday(name.clone()),
            None if is_absent => Counts::Absence,
            None => off_shift(hours, date, stretch),
        }
    }
}

/// The moments after `from` and up to `until` at which the zone's clocks are put forward, or back when less than zero.
/// Looked for at each quarter of an hour, where all of the IANA database's fall since 2023.
pub fn clock_changes(zone: Tz, (from, until): Interval) -> impl Iterator<Item = (Timestamp, TimeDelta)> {
    let quarter = TimeDelta::minutes(15);
    let offset = move |at: Timestamp| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    let first = from.duration_trunc(quarter).unwrap_or(from);
    std::iter::successors(Some(first), move |at| at.checked_add_signed(quarter))
        .skip(1)
        .take_while(move |at| *at <= until)
        .map(move |at| (at, TimeDelta::seconds((offset(at) - offset(at - quarter)).into())))
        .filter(|(_, by)| !by.is_zero())
}

fn both((from, until): Interval) -> [Timestamp; 2] {
    [from, until]
}

fn span(absence: &Absence) -> Option<Interval> {
    match absence {
        Absence::Span { from, until } => Some((*from, *until)),
        Absence::Days { .. } => None,
    }
}

fn off_shift(hours: &WorkingTime, date: NaiveDate, stretch: Interval) -> Counts {
    let day = date.weekday();
    if !hours.shifts.iter().any(|shift| shift.day == day) {
        let is_weekend = matches!(day, Weekday::Sat | Weekday::Sun);
        return if is_weekend { Counts::Weekend } else { Counts::NoShift };
    }
    let ordinary = WorkingTime { holidays: BTreeMap::new(), away: Vec::new(), ..hours.clone() };
    let tomorrow = date.succ_opt().unwrap_or(date);
    let zone = hours.timezone;
    let shifts = intervals(&ordinary, start_of_day(zone, date), start_of_day(zone, tomorrow));
    let is_before = shifts.first().is_none_or(|(from, _)| stretch.1 <= *from);
    let is_after = shifts.last().is_none_or(|(_, until)| *until <= stretch.0);
    if is_before || is_after { Counts::Night } else { Counts::BetweenShifts }
}

#[cfg(test)]
mod tests;
