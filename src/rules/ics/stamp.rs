//! Dates, times and durations as calendars write them.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::lines::Line;
use super::zones::Zones;
use crate::model::{Timestamp, earliest_moment, local_date, one_line};

/// A day, or a time on the clocks of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    Day(NaiveDate),
    Time { local: NaiveDateTime, zone: Tz },
}

/// What names one instance of a recurring event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Day(NaiveDate),
    Moment(Timestamp),
}

impl Stamp {
    /// Reads one value of a property: `20261224`, `20261224T120000Z`, or `20261224T120000` on the clocks of the property's
    /// TZID, or else of `floating`.
    pub(super) fn read(value: &str, line: &Line, zones: &Zones, floating: Tz) -> Result<Self, String> {
        // A moment in UTC or a day needs no zone; one that is named nevertheless may be any vendor's.
        let is_local = date(value.trim()).is_none() && !value.trim().ends_with(['Z', 'z']);
        let zone = if is_local { zones.of(line)?.unwrap_or(floating) } else { floating };
        Self::parse(value, zone).ok_or_else(|| {
            let (number, name, shown) = (line.number, &line.name, one_line(value, 40));
            format!("line {number}: {name} is '{shown}', not a date such as 20261224 or 20261224T120000Z")
        })
    }

    /// Reads a value whose local times are on the clocks of `zone`.
    pub(super) fn parse(value: &str, zone: Tz) -> Option<Self> {
        let value = value.trim();
        if let Some(date) = date(value) {
            return Some(Self::Day(date));
        }
        let (local, zone) = match value.strip_suffix(['Z', 'z']) {
            Some(local) => (local, Tz::UTC),
            None => (value, zone),
        };
        let is_plain = local.len() == 15 && local.starts_with(|c: char| c.is_ascii_digit());
        if !is_plain {
            return None;
        }
        let local = NaiveDateTime::parse_from_str(local, "%Y%m%dT%H%M%S").ok()?;
        Some(Self::Time { local, zone })
    }

    pub(super) fn key(self) -> Key {
        match self {
            Self::Day(date) => Key::Day(date),
            Self::Time { local, zone } => Key::Moment(earliest_moment(zone, local)),
        }
    }

    /// What names an instance of a series that begins with `first`: of all-day events the local date, however it is written.
    pub(super) fn key_in(self, first: Self, person: Tz) -> Key {
        match (first, self) {
            (Self::Day(_), Self::Time { local, zone: Tz::UTC }) if local.time() != NaiveTime::MIN => {
                Key::Day(local_date(person, local.and_utc()))
            }
            (Self::Day(_), _) => Key::Day(self.date()),
            (Self::Time { .. }, _) => self.key(),
        }
    }

    /// What clocks show: recurrence is counted on them.
    pub(super) fn wall(self) -> NaiveDateTime {
        match self {
            Self::Day(date) => date.and_time(NaiveTime::MIN),
            Self::Time { local, .. } => local,
        }
    }

    /// The same kind of stamp at another time of the same clocks.
    pub(super) fn at_wall(self, wall: NaiveDateTime) -> Self {
        match self {
            Self::Day(_) => Self::Day(wall.date()),
            Self::Time { zone, .. } => Self::Time { local: wall, zone },
        }
    }

    /// The local date on which it begins.
    pub(super) fn date(self) -> NaiveDate {
        self.wall().date()
    }
}

/// `YYYYMMDD`.
fn date(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y%m%d").ok()
}

/// How long an event lasts. Days are taken on the clocks, the rest in real time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Length {
    pub days: u64,
    pub rest: TimeDelta,
}

impl Length {
    pub(super) const NONE: Self = Self { days: 0, rest: TimeDelta::zero() };

    /// Reads `P1D`, `PT8H30M`, `P2W`.
    pub(super) fn read(value: &str, line: &Line) -> Result<Self, String> {
        parse_duration(value.trim()).ok_or_else(|| {
            let (number, shown) = (line.number, one_line(value, 40));
            format!("line {number}: '{shown}' is not a duration such as P1D or PT8H")
        })
    }

    /// From one stamp to another of the same kind.
    pub(super) fn between(start: Stamp, end: Stamp) -> Option<Self> {
        match (start, end) {
            (Stamp::Day(first), Stamp::Day(after)) => {
                Some(Self { days: u64::try_from((after - first).num_days()).ok()?, rest: TimeDelta::zero() })
            }
            (Stamp::Time { local, zone }, Stamp::Time { local: end, zone: end_zone }) => {
                let rest = earliest_moment(end_zone, end) - earliest_moment(zone, local);
                (rest >= TimeDelta::zero()).then_some(Self { days: 0, rest })
            }
            (Stamp::Day(_), Stamp::Time { .. }) | (Stamp::Time { .. }, Stamp::Day(_)) => None,
        }
    }

    /// The end of an event that starts so; of a timed one in real time.
    pub(super) fn end(self, local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
        let shifted = local.checked_add_days(Days::new(self.days))?;
        earliest_moment(zone, shifted).checked_add_signed(self.rest)
    }
}

/// More digits than any absence has, and few enough that no sum overflows.
const DIGITS_MAX: usize = 7;

fn parse_duration(text: &str) -> Option<Length> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let mut rest = text.strip_prefix(['P', 'p'])?;
    let mut length = Length::NONE;
    let mut in_time = false;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix(['T', 't']) {
            if in_time {
                return None;
            }
            in_time = true;
            rest = time;
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits)?;
        if number.len() > DIGITS_MAX {
            return None;
        }
        let number: u32 = number.parse().ok()?;
        let mut chars = after.chars();
        match (chars.next()?.to_ascii_uppercase(), in_time) {
            ('W', false) => length.days += 7 * u64::from(number),
            ('D', false) => length.days += u64::from(number),
            ('H', true) => length.rest += TimeDelta::hours(i64::from(number)),
            ('M', true) => length.rest += TimeDelta::minutes(i64::from(number)),
            ('S', true) => length.rest += TimeDelta::seconds(i64::from(number)),
            _ => return None,
        }
        rest = chars.as_str();
    }
    Some(length)
}
