//! Zones that only the file itself defines: a VTIMEZONE says how its clocks change, and nothing of where.

use chrono::{Offset, TimeDelta, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::event::Event;
use super::expand::{Budget, Window, instances};
use super::lines::{Component, Line};
use super::zones::Zones;
use crate::model::Timestamp;

/// A file defines the few zones that its events are in; to look for one costs some milliseconds.
const DEFINED_MAX: usize = 100;

/// Reads the definitions of a file; STANDARD and DAYLIGHT come after the VTIMEZONE that they are in.
pub(super) fn read(components: &[Component], window: &Window) -> Zones {
    let (mut zones, mut defined) = (Zones::default(), 0);
    let mut rest = components;
    while let Some((component, after)) = rest.split_first() {
        let parts = after.iter().take_while(|part| matches!(part.kind.as_str(), "STANDARD" | "DAYLIGHT"));
        let parts: Vec<&Component> = parts.collect();
        if let Some(name) = component.first("TZID").filter(|_| component.kind == "VTIMEZONE") {
            let city = component.first("X-LIC-LOCATION").map(Line::text);
            let is_one_too_many = defined >= DEFINED_MAX;
            defined += 1;
            let like = || if is_one_too_many { None } else { alike(&parts, window) };
            zones.define(&name.text(), city.as_deref(), like);
        }
        rest = after.get(parts.len()..).unwrap_or_default();
    }
    zones
}

/// A change of the clocks: when, and their offsets from UTC in seconds before and after it.
struct Change {
    at: Timestamp,
    before: i32,
    after: i32,
}

/// Clocks that stay the same for shorter are no zone's.
const SAMPLE: TimeDelta = TimeDelta::days(5);

/// The zone that does in the years that are looked at what the parts of a definition say. Which of several that do the same
/// does not matter.
fn alike(parts: &[&Component], window: &Window) -> Option<Tz> {
    let mut budget = Budget::default();
    let mut changes = Vec::new();
    for part in parts {
        let offset = |name| part.first(name).and_then(|line| offset(&line.value));
        let (before, after) = (offset("TZOFFSETFROM")?, offset("TZOFFSETTO")?);
        let event = Event::read(part, &Zones::default(), Tz::UTC).ok()?;
        for instance in instances(&event, window, &mut budget).ok()? {
            let at =
                instance.start.wall().checked_sub_signed(TimeDelta::seconds(i64::from(before)))?.and_utc();
            changes.push(Change { at, before, after });
        }
    }
    changes.sort_by_key(|change| change.at);
    let (from, until) = window.moments;
    let mut wanted = Vec::new();
    let mut offset_then = changes.first()?.before;
    let mut changes = changes.into_iter().peekable();
    let mut at = from;
    while at < until {
        while let Some(change) = changes.next_if(|change| change.at <= at) {
            if change.at > from {
                wanted.push((change.at - TimeDelta::seconds(1), offset_then));
                wanted.push((change.at, change.after));
            }
            offset_then = change.after;
        }
        wanted.push((at, offset_then));
        at += SAMPLE;
    }
    let does = |zone: &Tz| {
        wanted.iter().all(|(at, offset)| {
            zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() == *offset
        })
    };
    TZ_VARIANTS.iter().copied().find(does)
}

/// Seconds of `+0100`, `-053000`.
fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let pair = |at: usize| digits.get(at..at + 2).map_or(Some(0), |pair| pair.parse::<i32>().ok());
    Some(sign * (pair(0)? * 3600 + pair(2)? * 60 + pair(4)?))
}
