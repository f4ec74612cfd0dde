//! Holidays and absences from a calendar (RFC 5545). Only what bears on absence is read; what cannot be read is set aside
//! and told, and work is bounded whatever the file says, since calendars come from people's exports.

mod event;
mod expand;
mod lines;
mod own_zones;
mod series;
mod stamp;
mod zones;

use calcard::icalendar::ICalendarParameterName;
use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::model::{Absence, start_of_day};
use event::{Event, period};
use expand::{Instance, Window};
use lines::Component;
use zones::Zones;

pub(super) use zones::known as vendor_zone;

/// Whose calendar it is, which says what counts as absence.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Public holidays.
    Everybody,
    /// The rep of this address.
    Rep(&'a str),
}

/// What a calendar says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// In order and each once, with what its event is called, which may be nothing.
    pub absences: Vec<(Absence, String)>,
    /// What could not be read, each with its line.
    pub set_aside: Vec<String>,
    /// When the last of its events begins, not counting how often it recurs.
    pub last: Option<NaiveDate>,
}

impl Calendar {
    /// Reads the absences that overlap the days from `from` to `to`, both included. All-day events are days of the person; a
    /// time without a zone is on the clocks that the calendar names, or else of `timezone`.
    ///
    /// # Errors
    /// Why it is no calendar at all.
    pub fn read(
        bytes: &[u8],
        whose: Whose<'_>,
        timezone: Tz,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Self, String> {
        let after = to.succ_opt().unwrap_or(to);
        let window = Window {
            zone: timezone,
            days: (from, to),
            moments: (start_of_day(timezone, from), start_of_day(timezone, after)),
        };
        let components = lines::components(bytes)?;
        let zones = own_zones::read(&components.list, &window);
        let mut calendar = Self { set_aside: components.set_aside, ..Self::default() };
        let mut events = Vec::new();
        let (mut floating, mut is_withdrawn) = (timezone, false);
        for component in &components.list {
            match component.kind.as_str() {
                "VCALENDAR" => {
                    let zone = component.first("X-WR-TIMEZONE").and_then(|line| zones.named(&line.value));
                    floating = zone.unwrap_or(timezone);
                    is_withdrawn = component.first("METHOD").is_some_and(|line| line.is("CANCEL"));
                }
                "VEVENT" if !is_withdrawn => match Event::read(component, &zones, floating) {
                    Ok(event) => events.push(event),
                    Err(why) => calendar.set_aside.push(why),
                },
                "VFREEBUSY" => calendar.add_busy(component, &zones, floating, &window),
                _ => {}
            }
        }
        calendar.last = events.iter().map(|event| event.start.date()).max();
        series::absences(events, whose, &window, &mut calendar);
        calendar.absences.sort_by_key(|(absence, _)| order(absence));
        calendar.absences.dedup_by_key(|(absence, _)| *absence);
        Ok(calendar)
    }

    /// A feed that says when somebody is busy, and not with what.
    fn add_busy(&mut self, component: &Component, zones: &Zones, floating: Tz, window: &Window) {
        for line in component.lines.iter().filter(|line| line.name == "FREEBUSY") {
            let kind = line.parameter(&ICalendarParameterName::Fbtype);
            if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("FREE")) {
                continue;
            }
            for written in line.value.split(',').filter(|written| !written.trim().is_empty()) {
                match period(written, line, zones, floating) {
                    Ok((start, length)) => {
                        let instance = Instance { start, length: length.unwrap_or_default() };
                        self.absences
                            .extend(window.absence(&instance).map(|absence| (absence, String::new())));
                    }
                    Err(why) => self.set_aside.push(why),
                }
            }
        }
    }
}

/// Days before spans, each in the order of time.
fn order(absence: &Absence) -> (bool, i64, i64) {
    match absence {
        Absence::Days { first, last } => {
            let days = |date: &NaiveDate| i64::from(chrono::Datelike::num_days_from_ce(date));
            (false, days(first), days(last))
        }
        Absence::Span { from, until } => (true, from.timestamp(), until.timestamp()),
    }
}

impl Window {
    /// What an instance means, if it overlaps the window.
    fn absence(&self, instance: &Instance) -> Option<Absence> {
        let absence = instance.absence()?;
        let overlaps = match absence {
            Absence::Days { first, last } => first <= self.days.1 && self.days.0 <= last,
            Absence::Span { from, until } => from < self.moments.1 && self.moments.0 < until,
        };
        overlaps.then_some(absence)
    }
}

#[cfg(test)]
mod tests;
