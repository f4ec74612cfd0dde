//! Salespeople and their working time.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// Index of a rep in the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepId(pub usize);

/// A salesperson in `rules.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rep {
    pub name: String,
    /// Lower case; finds the CRM owner and the chat user.
    pub email: String,
    pub hours: WorkingTime,
    /// Handoffs that may be open at once.
    pub max_open: Option<u32>,
    /// Handoffs a day, by the rep's own calendar day.
    pub max_per_day: Option<u32>,
    pub skills: Vec<String>,
}

/// When a person works: shifts, less holidays, less absences. Without shifts, always.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingTime {
    #[serde(with = "zone_name")]
    pub timezone: Tz,
    pub shifts: Vec<Shift>,
    /// Days off in `timezone`, from midnight to midnight, and what they are called; blank where only the date is known.
    pub holidays: BTreeMap<NaiveDate, String>,
    pub away: Vec<Absence>,
}

/// Working hours that begin on one weekday. `to` at or before `from` means that they end on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub day: Weekday,
    pub from: NaiveTime,
    /// `00:00` is the midnight that ends the day.
    pub to: NaiveTime,
}

/// Time somebody is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Whole days in the person's zone, both included.
    Days { first: NaiveDate, last: NaiveDate },
    /// From one moment up to, and not including, another.
    Span { from: Timestamp, until: Timestamp },
}

/// A zone by its IANA name: calendars are frozen in handoffs as JSON.
mod zone_name {
    use chrono_tz::Tz;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
    pub(super) fn serialize<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(zone.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|_| D::Error::custom("unknown time zone"))
    }
}
