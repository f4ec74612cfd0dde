//! From what people call a time zone to the place whose name the IANA database has for it. Every place and abbreviation is
//! data of that database, and which of its places are well known is CLDR's.

use chrono::{DateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, TZ_VARIANTS, Tz};
use windows_timezones::WindowsTimezone;

use super::ics::vendor_zone;
use super::suggest::nearest;
use crate::model::{Timestamp, fold};

/// A winter and a summer. What places call their time and how far it is from UTC changes too seldom for a hint to need today.
const SEASONS: [Timestamp; 2] = [
    DateTime::from_timestamp_nanos(1_767_225_600_000_000_000),
    DateTime::from_timestamp_nanos(1_782_864_000_000_000_000),
];

/// More places than fit on a line help nobody.
const PLACES_MAX: usize = 4;

/// Shorter than the name of any place: an abbreviation is no slip of another.
const PLACE_CHARS_MIN: usize = 5;

/// What to write instead of a name that is none.
pub(super) fn instead_of(text: &str) -> String {
    let places = places(text);
    if !places.is_empty() {
        return format!("write a place, such as {}", places.join(", "));
    }
    let zones = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let of_city = |zone: &&str| zone.rsplit('/').next().is_some_and(|city| fold(city) == fold(text));
    let near = || nearest(text, zones()).filter(|_| text.chars().count() >= PLACE_CHARS_MIN);
    vendor_zone(text).map(Tz::name).or_else(|| zones().find(of_city)).or_else(near).map_or_else(
        || "write a name of the IANA database, such as \"Europe/Lisbon\"".to_owned(),
        |near| format!("did you mean '{near}'?"),
    )
}

/// Why a zone is no place, and what to write instead; `None` for the zone of a place, and for UTC.
pub(super) fn no_place(zone: Tz) -> Option<String> {
    let name = zone.name();
    let is_fixed = matches!(name, "EST" | "MST" | "HST") || name.starts_with("Etc/GMT");
    let seconds = zone.offset_from_utc_datetime(&DateTime::UNIX_EPOCH.naive_utc()).fix().local_minus_utc();
    if !is_fixed || seconds == 0 {
        return None;
    }
    let places = if name.starts_with("Etc/") { at(seconds) } else { places(name) };
    Some(format!("write a place, such as {}", places.join(", ")))
}

/// The places whose clocks are called so, or are so far from UTC.
fn places(text: &str) -> Vec<String> {
    let is_called = |zone: Tz, at: &Timestamp| {
        let offset = zone.offset_from_utc_datetime(&at.naive_utc());
        offset.abbreviation().is_some_and(|name| name.eq_ignore_ascii_case(text.trim()))
    };
    let called = chosen(|zone| SEASONS.iter().any(|at| is_called(zone, at)));
    if called.is_empty() { seconds(text).map(at).unwrap_or_default() } else { called }
}

/// The places that are so far from UTC in their standard time.
fn at(seconds: i32) -> Vec<String> {
    let [winter, _] = SEASONS.map(|at| at.naive_utc());
    chosen(|zone| {
        zone.offset_from_utc_datetime(&winter).base_utc_offset() == TimeDelta::seconds(i64::from(seconds))
    })
}

/// The well-known places of which this holds, those whose clocks change first: they are what somebody forgets.
fn chosen(holds: impl Fn(Tz) -> bool) -> Vec<String> {
    let is_known = |zone: &Tz| {
        let windows = WindowsTimezone::try_from(*zone).ok();
        zone.name().contains('/') && windows.is_some_and(|windows| windows.tzdb_id() == zone.name())
    };
    let mut found: Vec<Tz> =
        TZ_VARIANTS.iter().copied().filter(is_known).filter(|zone| holds(*zone)).collect();
    found.retain(|zone| !zone.name().starts_with("Etc/"));
    found.sort_by_key(|zone| {
        let [winter, summer] = SEASONS.map(|at| zone.offset_from_utc_datetime(&at.naive_utc()).fix());
        winter == summer
    });
    found.iter().take(PLACES_MAX).map(|zone| format!("'{}'", zone.name())).collect()
}

/// Seconds of `GMT+1`, `UTC-05:30`, `+0200`.
fn seconds(text: &str) -> Option<i32> {
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(&text).trim();
    let (sign, text) = match text.strip_prefix('+') {
        Some(text) => (1, text),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, minutes) = match text.split_once(':') {
        Some(parts) => parts,
        None if text.len() == 4 => text.split_at_checked(2)?,
        None => (text, "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_call_a_zone_leads_to_a_place_of_it() {
        for (text, place) in [
            ("CST", "'America/Chicago'"),
            ("PST", "'America/Los_Angeles'"),
            ("EDT", "'America/New_York'"),
            ("BST", "'Europe/London'"),
            ("IST", "'Asia/Jerusalem'"),
            ("GMT+1", "'Europe/Berlin'"),
            ("UTC-5", "'America/New_York'"),
            ("UTC+05:45", "'Asia/Katmandu'"),
            ("-0800", "'America/Los_Angeles'"),
            ("W. Europe Standard Time", "'Europe/Berlin'"),
            ("Lisbon", "'Europe/Lisbon'"),
            ("Europe/Lisbonn", "'Europe/Lisbon'"),
            ("XYZ", "a name of the IANA database"),
        ] {
            let said = instead_of(text);
            assert!(said.contains(place), "{text}: {said}");
        }
    }

    #[test]
    fn a_zone_without_a_place_has_one_to_write_instead() {
        let said = |zone: &str| no_place(zone.parse().unwrap());
        assert!(said("EST").unwrap().contains("'America/New_York'"));
        assert!(said("MST").unwrap().contains("'America/Denver'"));
        assert!(said("Etc/GMT+5").unwrap().contains("'America/New_York'"));
        assert!(
            ["UTC", "Etc/UTC", "Etc/GMT", "Europe/Berlin", "Asia/Tokyo"]
                .iter()
                .all(|zone| said(zone).is_none())
        );
    }
}
