//! Holidays and absences from a calendar file (RFC 5545). Only what bears on absence is read; work is bounded whatever the
//! file says, since calendars come from people's exports.

mod event;
mod expand;
mod lines;
mod stamp;

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::model::{Absence, start_of_day};
use event::Event;
use expand::{Budget, Instance, Window};
use stamp::Key;

/// The absences of a calendar, without their names.
pub fn absences(text: &str, timezone: Tz, from: NaiveDate, to: NaiveDate) -> Result<Vec<Absence>, String> {
    let named = named_absences(text, timezone, from, to)?;
    Ok(named.into_iter().map(|(absence, _)| absence).collect())
}

/// The absences of a calendar that overlap the days from `from` to `to`, both included, in order and each once. All-day
/// events are days of the person; a time without a zone is on the clocks of `timezone`. Each is called what its event is, which
/// may be nothing.
pub(super) fn named_absences(
    text: &str,
    timezone: Tz,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(Absence, String)>, String> {
    let events = lines::events(text)?
        .iter()
        .map(|lines| Event::read(lines, timezone))
        .collect::<Result<Vec<_>, _>>()?;
    // An instance that an override names is the override's, even when that cancels it.
    let mut replaced: HashMap<&str, BTreeSet<Key>> = HashMap::new();
    for event in &events {
        if let (Some(uid), Some(instance)) = (&event.uid, event.replaces) {
            replaced.entry(uid).or_default().insert(instance);
        }
    }
    let after = to.succ_opt().unwrap_or(to);
    let window = Window {
        zone: timezone,
        days: (from, to),
        moments: (start_of_day(timezone, from), start_of_day(timezone, after)),
    };
    let mut budget = Budget::default();
    let mut found = Vec::new();
    for event in events.iter().filter(|event| event.is_absence()) {
        let uid = event.uid.as_deref().filter(|_| event.replaces.is_none());
        let elsewhere = uid.and_then(|uid| replaced.get(uid));
        for instance in expand::instances(event, &window, &mut budget)? {
            if elsewhere.is_none_or(|keys| !keys.contains(&instance.key)) {
                let named = |absence| (absence, event.name.clone());
                found.extend(window.absence(&instance).map(named));
            }
        }
    }
    found.sort_by_key(|(absence, _)| order(absence));
    found.dedup_by_key(|(absence, _)| *absence);
    Ok(found)
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
