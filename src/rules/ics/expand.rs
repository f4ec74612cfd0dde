//! From events to their instances. Recurrence is counted on the clocks of the event, as if they were UTC; each instance
//! then gets its own moment, so that no change of the clocks can shift, swallow or stop a series.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use rrule::{Frequency, RRule, RRuleError, RRuleSet, Unvalidated, Validated};

use std::collections::BTreeSet;

use super::event::Event;
use super::stamp::{Key, Length, Stamp};
use crate::model::{Absence, Timestamp, earliest_moment, local_date, one_line};

/// The days asked for, and their first moment and the first after them.
pub(super) struct Window {
    /// The person's zone.
    pub zone: Tz,
    pub days: (NaiveDate, NaiveDate),
    pub moments: (Timestamp, Timestamp),
}

/// One occurrence.
pub(super) struct Instance {
    pub start: Stamp,
    pub length: Length,
}

impl Instance {
    /// `None` for an event of no length.
    pub(super) fn absence(&self) -> Option<Absence> {
        match self.start {
            Stamp::Day(first) => {
                let last = first.checked_add_days(Days::new(self.length.days.saturating_sub(1)))?;
                Some(Absence::Days { first, last })
            }
            Stamp::Time { local, zone } => {
                let from = earliest_moment(zone, local);
                let until = self.length.end(local, zone)?;
                (from < until).then_some(Absence::Span { from, until })
            }
        }
    }
}

/// What is left of the work that one calendar may cause.
pub(super) struct Budget {
    occurrences: u32,
}

impl Default for Budget {
    /// A daily event for 130 years, or forty daily ones for three.
    fn default() -> Self {
        Self { occurrences: 50_000 }
    }
}

/// What it costs to look through all years for a day that never comes.
const TO_LOOK_IN_VAIN: u32 = 1_000;

impl Budget {
    fn spend(&mut self, occurrences: u32, line: usize) -> Result<(), String> {
        self.occurrences = self.occurrences.checked_sub(occurrences).ok_or_else(|| {
            format!(
                "line {line}: the calendar's events recur too often before this; export fewer years of it"
            )
        })?;
        Ok(())
    }
}

/// Every instance that may overlap the window, and some that do not.
pub(super) fn instances(
    event: &Event,
    window: &Window,
    budget: &mut Budget,
) -> Result<Vec<Instance>, String> {
    let mut starts = vec![(event.start, event.length)];
    for (line, rule) in &event.rules {
        let Some(rule) = read_rule(rule, *line, event, window)? else {
            continue;
        };
        let (start, rule) = rule;
        let set = RRuleSet::new(start).rrule(rule).limit();
        let mut is_in_vain = true;
        // No zone is more than a day from another.
        let last = window.days.1.checked_add_days(Days::new(2)).unwrap_or(window.days.1);
        for wall in &set {
            let wall = wall.naive_utc();
            is_in_vain = false;
            if wall.date() > last {
                break;
            }
            budget.spend(1, *line)?;
            starts.push((event.start.at_wall(wall), event.length));
        }
        if is_in_vain {
            budget.spend(TO_LOOK_IN_VAIN, *line)?;
        }
    }
    for (start, length) in &event.further {
        budget.spend(1, event.line)?;
        starts.push((*start, length.unwrap_or(event.length)));
    }
    let key = |stamp: Stamp| stamp.key_in(event.start, window.zone);
    let excluded: BTreeSet<Key> = event.excluded.iter().copied().map(key).collect();
    // A date among the EXDATEs of a timed event takes out what starts on it: some exports write them so.
    starts
        .retain(|(start, _)| !excluded.contains(&key(*start)) && !excluded.contains(&Key::Day(start.date())));
    Ok(starts.into_iter().map(|(start, length)| Instance { start, length }).collect())
}

fn on_rule_clock(wall: NaiveDateTime) -> chrono::DateTime<rrule::Tz> {
    rrule::Tz::UTC.from_utc_datetime(&wall)
}

/// Instances a day that a rule may have by its hours, minutes and seconds.
const TIMES_A_DAY_MAX: usize = 24;

type OnClock = chrono::DateTime<rrule::Tz>;

/// A rule and where to begin with it; `None` when it ended before it began: the event happens once.
fn read_rule(
    written: &str,
    line: usize,
    event: &Event,
    window: &Window,
) -> Result<Option<(OnClock, RRule<Validated>)>, String> {
    let shown = || one_line(written, 80);
    // The library repeats what is written.
    let clean = |why: &RRuleError| one_line(&why.to_string(), 120);
    // The parser of rules cuts them at bytes, also in the middle of a character.
    if !written.is_ascii() {
        return Err(format!("line {line}: the rule '{}' has letters that no rule has", shown()));
    }
    let Some(written_on_clock) = with_until_on_clock(written, line, event, window.zone)? else {
        return Ok(None);
    };
    let rule: RRule<Unvalidated> = written_on_clock
        .parse()
        .map_err(|why| format!("line {line}: the rule '{}' cannot be read: {}", shown(), clean(&why)))?;
    let start = near(&rule, event, window);
    if rule.get_until().is_some_and(|until| *until < start) {
        return Ok(None);
    }
    let rule = rule
        .validate(start)
        .map_err(|why| format!("line {line}: the rule '{}' cannot be used: {}", shown(), clean(&why)))?;
    let times_a_day = [rule.get_by_hour(), rule.get_by_minute(), rule.get_by_second()]
        .into_iter()
        .map(|times| times.len().max(1))
        .fold(1, usize::saturating_mul);
    let is_often = matches!(rule.get_freq(), Frequency::Hourly | Frequency::Minutely | Frequency::Secondly);
    if is_often || times_a_day > TIMES_A_DAY_MAX {
        return Err(format!("line {line}: the rule '{}' recurs too often for an absence", shown()));
    }
    Ok(Some((start, rule)))
}

/// Where to begin with a rule: a series of days or weeks that does not count them is the same from any of its periods on, so
/// that the years before the window cost nothing.
fn near(rule: &RRule<Unvalidated>, event: &Event, window: &Window) -> OnClock {
    let start = event.start.wall();
    let period = i64::from(rule.get_interval())
        * match rule.get_freq() {
            Frequency::Daily => 1,
            Frequency::Weekly => 7,
            Frequency::Yearly
            | Frequency::Monthly
            | Frequency::Hourly
            | Frequency::Minutely
            | Frequency::Secondly => 0,
        };
    let length =
        i64::try_from(event.length.days).unwrap_or(i64::MAX).saturating_add(event.length.rest.num_days());
    // No zone is more than a day from another.
    let ahead = (window.days.0 - start.date()).num_days().saturating_sub(length).saturating_sub(2);
    if period == 0 || ahead < period || rule.get_count().is_some() {
        return on_rule_clock(start);
    }
    let days = u64::try_from(ahead - ahead % period).unwrap_or_default();
    on_rule_clock(start.checked_add_days(Days::new(days)).unwrap_or(start))
}

/// The rule with its UNTIL on the clock of the event, which stands in for UTC.
fn with_until_on_clock(
    written: &str,
    line: usize,
    event: &Event,
    floating: Tz,
) -> Result<Option<String>, String> {
    let mut parts = Vec::new();
    for part in written.split(';') {
        let Some((name, until)) = part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("UNTIL"))
        else {
            parts.push(part.to_owned());
            continue;
        };
        let until = until_on_clock(until, event.start, floating).ok_or_else(|| {
            format!("line {line}: {name} is '{}', not a date such as 20261224", one_line(until, 40))
        })?;
        if until < event.start.wall() {
            return Ok(None);
        }
        parts.push(format!("UNTIL={}", until.format("%Y%m%dT%H%M%SZ")));
    }
    Ok(Some(parts.join(";")))
}

/// A date ends with its day; a moment is turned to what the event's clock shows then.
fn until_on_clock(written: &str, start: Stamp, floating: Tz) -> Option<NaiveDateTime> {
    match start {
        Stamp::Time { zone, .. } => match Stamp::parse(written, zone)? {
            Stamp::Day(date) => date.and_hms_opt(23, 59, 59),
            Stamp::Time { local, zone: written } => {
                let moment = earliest_moment(written, local);
                Some(moment.with_timezone(&zone).naive_local())
            }
        },
        Stamp::Day(_) => {
            let date = match Stamp::parse(written, floating)? {
                Stamp::Day(date) => date,
                Stamp::Time { local, zone } => local_date(floating, earliest_moment(zone, local)),
            };
            Some(date.and_time(NaiveTime::MIN))
        }
    }
}
