//! ISO 8601 and its relatives: every form of a date, a time and a zone that starts with the year.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

/// A time as it is written: on some clock, and the clock's zone where it is named.
pub(super) type Written = (NaiveDateTime, Option<FixedOffset>);

/// `2026-11-23`, `20261123T0959`, `2026-W48-1 09:59:00,5 UTC`, `2026/11/23 9:59 +01`.
pub(super) fn read(text: &str) -> Option<Written> {
    let mut cursor = Cursor(text);
    let date = cursor.date()?;
    if cursor.0.is_empty() {
        return Some((date.and_time(NaiveTime::MIN), None));
    }
    if !cursor.take(['T', 't', ' ', '\u{A0}', '\u{202F}']) {
        return None;
    }
    let (time, days) = cursor.time()?;
    let local = date.and_time(time).checked_add_signed(TimeDelta::days(days))?;
    cursor.0 = cursor.0.trim_start();
    let zone = if cursor.0.is_empty() { None } else { Some(cursor.zone()?) };
    cursor.0.is_empty().then_some((local, zone))
}

/// The rest of a text.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn take(&mut self, any_of: impl AsRef<[char]>) -> bool {
        let rest = self.0.strip_prefix(any_of.as_ref());
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// So many digits as a number.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        self.0 = if is_number { rest } else { self.0 };
        if is_number { digits.parse().ok() } else { None }
    }

    /// One or two digits where a separator bounds them, else two.
    fn two(&mut self) -> Option<u32> {
        self.digits(2).or_else(|| self.digits(1))
    }

    fn date(&mut self) -> Option<NaiveDate> {
        let year = i32::try_from(self.digits(4)?).ok()?;
        let separator = ['-', '/'].into_iter().find(|separator| self.take([*separator]));
        if self.take(['W']) {
            let week = self.digits(2)?;
            let has_day = if separator.is_some() { self.take(['-']) } else { !self.0.is_empty() };
            let day = if has_day { u8::try_from(self.digits(1)?.checked_sub(1)?).ok()? } else { 0 };
            return NaiveDate::from_isoywd_opt(year, week, Weekday::try_from(day).ok()?);
        }
        let Some(separator) = separator else {
            let (month, day) = (self.digits(2)?, self.digits(2)?);
            return NaiveDate::from_ymd_opt(year, month, day);
        };
        let is_ordinal = self.0.bytes().take_while(u8::is_ascii_digit).count() == 3;
        if is_ordinal {
            return NaiveDate::from_yo_opt(year, self.digits(3)?);
        }
        let month = self.two()?;
        let day = if self.take([separator]) { self.two() } else { None };
        NaiveDate::from_ymd_opt(year, month, day?)
    }

    /// A time, and the days that it is past its date: 24:00 is the next day.
    fn time(&mut self) -> Option<(NaiveTime, i64)> {
        let hour = self.two()?;
        let has_colon = self.take([':']);
        let is_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let minute = if has_colon || is_digit(self.0) { self.digits(2)? } else { 0 };
        let has_seconds = if has_colon { self.take([':']) } else { is_digit(self.0) };
        let second = if has_seconds { self.digits(2)? } else { 0 };
        let nanos = if has_seconds && self.take(['.', ',']) { self.fraction()? } else { 0 };
        let (hour, days) = if (hour, minute, second, nanos) == (24, 0, 0, 0) { (0, 1) } else { (hour, 0) };
        // A leap second counts as the one before it.
        let second = if second == 60 { 59 } else { second };
        NaiveTime::from_hms_nano_opt(hour, minute, second, nanos).map(|time| (time, days))
    }

    /// Digits of a second, as nanoseconds; what is finer is dropped.
    fn fraction(&mut self) -> Option<u32> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(count).filter(|(digits, _)| !digits.is_empty())?;
        self.0 = rest;
        format!("{digits:0<9.9}").parse().ok()
    }

    /// `Z`, `UTC`, `GMT`, or an offset.
    fn zone(&mut self) -> Option<FixedOffset> {
        for name in ["Z", "UTC", "GMT"] {
            let is_it = self.0.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            if is_it {
                self.0 = self.0.get(name.len()..)?;
                // `GMT+1` is an hour ahead, as an offset alone is.
                if self.0.is_empty() {
                    return FixedOffset::east_opt(0);
                }
                break;
            }
        }
        let is_east = self.take(['+']);
        if !is_east && !self.take(['-', '\u{2212}']) {
            return None;
        }
        let hours = self.two()?;
        let has_minutes = self.take([':']) || !self.0.is_empty();
        let minutes = if has_minutes { self.digits(2)? } else { 0 };
        let seconds = i32::try_from(hours * 3600 + minutes.min(60) * 60).ok()?;
        if minutes > 59 {
            return None;
        }
        FixedOffset::east_opt(if is_east { seconds } else { -seconds })
    }
}
