//! Calendar files: events that take whole days.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use crate::model::Absence;

/// The absences that overlap the days from `from` to `to`.
pub(super) fn absences(
    text: &str,
    _timezone: Tz,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Absence>, String> {
    if !text.trim_start().starts_with("BEGIN:VCALENDAR") {
        return Err("it is not a calendar: BEGIN:VCALENDAR is missing".to_owned());
    }
    let date = |line: &str| {
        let (_, value) = line.rsplit_once(':')?;
        NaiveDate::parse_from_str(value.trim(), "%Y%m%d").ok()
    };
    let mut absences = Vec::new();
    for event in text.split("BEGIN:VEVENT").skip(1) {
        let line = |name: &str| event.lines().find(|line| line.starts_with(name));
        let Some(first) = line("DTSTART").and_then(date) else {
            continue;
        };
        let end = line("DTEND").and_then(date);
        let last = end.and_then(|end| end.checked_sub_days(Days::new(1)));
        let last = last.unwrap_or(first).max(first);
        if first <= to && last >= from {
            absences.push(Absence::Days { first, last });
        }
    }
    Ok(absences)
}
