//! Working hours as people write them: `mon-fri 09:00-17:30`, `2026-12-21..2027-01-04`.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use crate::model::{Absence, Shift, Timestamp};

/// `mon-fri 09:00-17:30`, or one day instead of a range; `24:00` is the midnight that ends the day.
pub(super) fn shifts(text: &str) -> Result<Vec<Shift>, String> {
    let wrong = || format!("'{text}' is not a shift; write one such as \"mon-fri 09:00-17:30\"");
    let (days, times) = text.trim().split_once(' ').ok_or_else(wrong)?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (from, to) = times.trim().split_once('-').ok_or_else(wrong)?;
    let weekday = |name: &str| name.parse::<Weekday>().map_err(|_| wrong());
    let time = |text: &str| match text {
        "24:00" => Ok(NaiveTime::MIN),
        _ => NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| wrong()),
    };
    let (from, to) = (time(from)?, time(to)?);
    let (mut day, last) = (weekday(first)?, weekday(last)?);
    let mut shifts = vec![Shift { day, from, to }];
    while day != last {
        day = day.succ();
        shifts.push(Shift { day, from, to });
    }
    Ok(shifts)
}

/// `2026-12-24`, `2026-12-21..2027-01-04`, or with times in the person's own zone.
pub(super) fn absence(text: &str, timezone: Tz) -> Result<Absence, String> {
    let wrong = || format!("'{text}' is not a date or a range of dates such as \"2026-12-21..2027-01-04\"");
    let (first, last) = text.trim().split_once("..").unwrap_or((text.trim(), text.trim()));
    let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d");
    if let (Ok(first), Ok(last)) = (date(first), date(last)) {
        if first > last {
            return Err(format!("'{text}' ends before it begins"));
        }
        return Ok(Absence::Days { first, last });
    }
    let moment = |text: &str| -> Option<Timestamp> {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok()?;
        Some(
            timezone
                .from_local_datetime(&local)
                .earliest()?
                .with_timezone(&Utc),
        )
    };
    let (from, until) = moment(first).zip(moment(last)).ok_or_else(wrong)?;
    if from >= until {
        return Err(format!("'{text}' ends before it begins"));
    }
    Ok(Absence::Span { from, until })
}
