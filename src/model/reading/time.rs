//! Dates and times: ISO 8601, seconds and milliseconds since 1970, mails' form, and what the definition says besides.

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::iso::{self, Written};
use super::number::{self, Decimal};
use crate::model::{Timestamp, earliest_moment};

/// How a source writes times that are in no spelling of ISO 8601.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// As `strftime` writes it: the text, and what it was parsed to.
    Pattern(Box<str>, Vec<Item<'static>>),
    /// The days since 1899-12-30 as Excel counts them, on its clock.
    Excel,
}

/// The word of [`Format::Excel`].
const EXCEL: &str = "excel";

/// 9999-12-31, the last day that Excel knows.
const EXCEL_DAYS_MAX: f64 = 2_958_466.0;

/// Fewer digits would be January 1970, and are far more likely a year or an id in the wrong column.
const EPOCH_DIGITS_MIN: usize = 10;

/// From here on it is milliseconds: as seconds it would be the year 5138.
const EPOCH_MS_MIN: i64 = 100_000_000_000;

/// The year 5138 in milliseconds: what is longer counts something finer, or nothing.
const EPOCH_MS_MAX: i64 = 100_000_000_000_000;

impl Format {
    /// Reads `%m/%d/%Y %I:%M %p`, or `excel`.
    ///
    /// # Errors
    /// Why no time can be read by it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case(EXCEL) {
            return Ok(Self::Excel);
        }
        if text.contains("%Z") {
            return Err(
                "%Z is a name that many zones share; take it out and say `timezone`, or use %z".to_owned()
            );
        }
        let items = StrftimeItems::new(text).parse_to_owned();
        let items =
            items.map_err(|_| format!("'{text}' is no format; write one such as \"%d.%m.%Y %H:%M\""))?;
        let format = Self::Pattern(text.into(), items);
        if format.reads_what_it_writes() {
            return Ok(format);
        }
        Err(format!("no date can be read by '{text}': it needs a year, a month and a day, and %p with %I"))
    }

    /// As `rules.toml` spells it.
    pub fn text(&self) -> &str {
        match self {
            Self::Pattern(text, _) => text,
            Self::Excel => EXCEL,
        }
    }

    /// A moment after noon in the second half of a year: what loses a part of it comes back as another.
    fn reads_what_it_writes(&self) -> bool {
        let Self::Pattern(_, items) = self else { return true };
        let sample = NaiveDate::from_ymd_opt(2026, 11, 23).map(|date| date.and_time(NaiveTime::MIN));
        let Some(sample) = sample.and_then(|day| day.checked_add_signed(TimeDelta::minutes(21 * 60 + 58)))
        else {
            return false;
        };
        let mut text = String::new();
        let written = sample.and_utc().fixed_offset().format_with_items(items.iter());
        std::fmt::Write::write_fmt(&mut text, format_args!("{written}")).is_ok()
            && self.read(&text, Decimal::Point).is_some_and(|(local, _)| local.date() == sample.date())
    }

    fn read(&self, raw: &str, decimal: Decimal) -> Option<Written> {
        let items = match self {
            Self::Excel => return excel(raw, decimal).map(|local| (local, None)),
            Self::Pattern(_, items) => items,
        };
        let mut parsed = Parsed::new();
        parse(&mut parsed, raw, items.iter()).ok()?;
        let date = parsed.to_naive_date();
        let offset = parsed.offset().and_then(FixedOffset::east_opt);
        if date.is_err() {
            // Seconds since 1970 stand for both.
            return parsed.to_naive_datetime_with_offset(0).ok().map(|utc| (utc, FixedOffset::east_opt(0)));
        }
        let has_time = parsed.hour_div_12().is_some() || parsed.hour_mod_12().is_some();
        let time = if has_time { parsed.to_naive_time().ok()? } else { NaiveTime::MIN };
        Some((date.ok()?.and_time(time), offset))
    }
}

/// The moment that a text names; a time without a zone is one of `zone`. A time that the zone's clocks show twice is the
/// first of the two, one that they skip is the first moment after the gap.
pub(super) fn read(raw: &str, formats: &[Format], zone: Tz, decimal: Decimal) -> Option<Timestamp> {
    // As most CRMs write it, and quick.
    if formats.is_empty()
        && let Ok(time) = DateTime::parse_from_rfc3339(raw)
    {
        return Some(time.with_timezone(&Utc));
    }
    let formatted = formats.iter().find_map(|format| format.read(raw, decimal));
    let Some((local, offset)) = formatted.or_else(|| iso::read(raw)) else {
        return epoch(raw).or_else(|| mail(raw));
    };
    match offset {
        Some(offset) => local.checked_sub_offset(offset).map(|utc| utc.and_utc()),
        None if zone == Tz::UTC => Some(local.and_utc()),
        None => Some(earliest_moment(zone, local)),
    }
}

/// Whether a text is a time of day whose zone it does not say.
pub(super) fn is_local(raw: &str, formats: &[Format]) -> bool {
    let formatted = formats.iter().find_map(|format| format.read(raw, Decimal::Point));
    formatted.or_else(|| iso::read(raw)).is_some_and(|(_, offset)| offset.is_none())
}

fn epoch(raw: &str) -> Option<Timestamp> {
    if raw.len() < EPOCH_DIGITS_MIN || !raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match raw.parse().ok()? {
        seconds if seconds < EPOCH_MS_MIN => DateTime::from_timestamp(seconds, 0),
        ms if ms < EPOCH_MS_MAX => DateTime::from_timestamp_millis(ms),
        _ => None,
    }
}

/// `Mon, 23 Nov 2026 09:59:00 GMT`.
fn mail(raw: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc2822(raw).ok().map(|time| time.with_timezone(&Utc))
}

fn excel(raw: &str, decimal: Decimal) -> Option<NaiveDateTime> {
    let days = number::read(raw, decimal).filter(|days| (1.0..EXCEL_DAYS_MAX).contains(days))?;
    // Its cells hold a fraction of a day; a second is finer than what anybody typed.
    let seconds = (days * 86_400.0).round();
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    #[expect(clippy::cast_possible_truncation, reason = "bounded above, and rounded")]
    epoch.checked_add_signed(TimeDelta::seconds(seconds as i64))
}
