//! Wall-clock times as moments: what the gaps and overlaps of a zone make of them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::{GapInfo, Tz};

use super::Timestamp;

/// The first moment at which a clock in the zone shows `local`; for a time that is skipped, the first moment after the gap.
pub fn earliest_moment(zone: Tz, local: NaiveDateTime) -> Timestamp {
    zone.from_local_datetime(&local)
        .earliest()
        .map_or_else(|| after_gap(zone, local), |moment| moment.to_utc())
}

/// The last moment at which a clock in the zone shows `local`; for a time that is skipped, the first moment after the gap.
pub fn latest_moment(zone: Tz, local: NaiveDateTime) -> Timestamp {
    zone.from_local_datetime(&local).latest().map_or_else(|| after_gap(zone, local), |moment| moment.to_utc())
}

/// The moment at which a day begins; where midnight is skipped, that is the first moment after the gap.
pub fn start_of_day(zone: Tz, date: NaiveDate) -> Timestamp {
    earliest_moment(zone, date.and_time(NaiveTime::MIN))
}

/// What a calendar in the zone shows.
pub fn local_date(zone: Tz, at: Timestamp) -> NaiveDate {
    let utc = at.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(offset).unwrap_or(utc).date()
}

/// Outside the years that the zone database knows there are no gaps, so that UTC never stands in for a real answer.
fn after_gap(zone: Tz, local: NaiveDateTime) -> Timestamp {
    GapInfo::new(&local, &zone).and_then(|gap| gap.end).map_or_else(|| local.and_utc(), |end| end.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
    }

    fn utc(text: &str) -> Timestamp {
        local(text).and_utc()
    }

    #[test]
    fn a_skipped_time_is_the_first_moment_after_the_gap() {
        let skipped = local("2026-03-29T02:30");
        assert_eq!(earliest_moment(Tz::Europe__Berlin, skipped), utc("2026-03-29T01:00"));
        assert_eq!(latest_moment(Tz::Europe__Berlin, skipped), utc("2026-03-29T01:00"));
    }

    #[test]
    fn a_repeated_time_has_an_earliest_and_a_latest_moment() {
        let repeated = local("2026-10-25T02:30");
        assert_eq!(earliest_moment(Tz::Europe__Berlin, repeated), utc("2026-10-25T00:30"));
        assert_eq!(latest_moment(Tz::Europe__Berlin, repeated), utc("2026-10-25T01:30"));
    }

    #[test]
    fn a_day_that_a_zone_skipped_begins_and_ends_at_once() {
        let zone = Tz::Pacific__Apia;
        let skipped = NaiveDate::from_ymd_opt(2011, 12, 30).unwrap();
        assert_eq!(start_of_day(zone, skipped), utc("2011-12-30T10:00"));
        assert_eq!(start_of_day(zone, skipped.succ_opt().unwrap()), utc("2011-12-30T10:00"));
    }

    #[test]
    fn the_date_is_the_one_of_the_zone() {
        let at = utc("2026-06-30T23:30");
        assert_eq!(local_date(Tz::Europe__Berlin, at), NaiveDate::from_ymd_opt(2026, 7, 1).unwrap());
        assert_eq!(local_date(Tz::America__New_York, Timestamp::MIN_UTC), Timestamp::MIN_UTC.date_naive());
    }
}
