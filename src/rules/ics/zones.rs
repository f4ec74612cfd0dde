//! The zones that a calendar names: those of the IANA database, and those that Windows and other vendors have names for.

use std::collections::HashMap;

use calcard::common::timezone::Tz as Known;
use calcard::icalendar::ICalendarParameterName::Tzid;
use chrono_tz::Tz;
use windows_timezones::WindowsTimezone;

use super::lines::Line;
use crate::model::one_line;

/// What the names in one file mean.
#[derive(Debug, Default)]
pub(super) struct Zones {
    /// `None`: defined, and like no zone of the database.
    defined: HashMap<String, Option<Tz>>,
}

/// A zone of the IANA database by its name, or by the one that Windows, Outlook or another vendor has for it. CLDR knows what
/// Windows means today; the parser has older names, those of Exchange and those with cities, and is behind on some of CLDR's.
pub(in crate::rules) fn known(name: &str) -> Option<Tz> {
    if let Ok(windows) = name.parse::<WindowsTimezone>() {
        return windows.tzdb_id().parse().ok();
    }
    match name.parse() {
        Ok(Known::Tz(zone)) => Some(zone),
        Ok(Known::Fixed(_) | Known::Floating) | Err(()) => None,
    }
}

/// Names are padded with what nobody sees, and quoted twice.
fn bare(name: &str) -> &str {
    name.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '"')
}

impl Zones {
    /// `None`: the file defines it, and it is like no zone of the database.
    pub(super) fn define(&mut self, name: &str, city: Option<&str>, like: impl FnOnce() -> Option<Tz>) {
        let zone = city.and_then(|city| known(bare(city))).or_else(like);
        self.defined.insert(bare(name).to_owned(), zone);
    }

    /// The zone of a property, if it names one.
    ///
    /// # Errors
    /// Why nobody can tell which it is.
    pub(super) fn of(&self, line: &Line) -> Result<Option<Tz>, String> {
        let Some(name) = line.parameter(&Tzid).filter(|name| !bare(name).is_empty()) else {
            return Ok(None);
        };
        self.named(&name).map(Some).ok_or_else(|| {
            let (number, shown) = (line.number, one_line(bare(&name), 60));
            let why = match self.defined.get(bare(&name)) {
                Some(_) => "which the file defines, keeps the time of no place in the IANA database",
                None => "is no zone that is known, and the file does not define it",
            };
            format!("line {number}: the time zone '{shown}' {why}")
        })
    }

    pub(super) fn named(&self, name: &str) -> Option<Tz> {
        let name = bare(name);
        known(name).or_else(|| self.defined.get(name).copied().flatten())
    }
}
