//! One VEVENT, read into what absence needs of it.

use calcard::icalendar::ICalendarParameterName as Parameter;
use chrono_tz::Tz;

use super::Whose;
use super::lines::{Component, Line};
use super::stamp::{Length, Stamp};
use super::zones::Zones;
use crate::model::one_line;

/// Longer is a description.
const NAME_CHARS_MAX: usize = 60;

/// An event of the calendar; recurring when it has rules or further dates.
#[derive(Debug)]
pub(super) struct Event {
    pub line: usize,
    pub uid: Option<String>,
    /// The higher, the later the version.
    pub sequence: u32,
    /// SUMMARY, cleaned; often blank.
    pub name: String,
    pub start: Stamp,
    pub length: Length,
    /// RRULE values, with their lines.
    pub rules: Vec<(usize, String)>,
    /// RDATE: further starts, and their own length where it is a period.
    pub further: Vec<(Stamp, Option<Length>)>,
    /// EXDATE.
    pub excluded: Vec<Stamp>,
    /// RECURRENCE-ID: the instance of the series that this event stands for.
    pub replaces: Option<Stamp>,
    /// It stands for the later ones, too.
    pub replaces_later: bool,
    is_cancelled: bool,
    is_free: bool,
    /// The addresses of who said that they do not come.
    declined: Vec<String>,
}

impl Event {
    /// # Errors
    /// What cannot be read of it, with the line.
    pub(super) fn read(component: &Component, zones: &Zones, floating: Tz) -> Result<Self, String> {
        let first = |name: &str| component.first(name);
        let Some(start_line) = first("DTSTART") else {
            return Err(format!("line {}: the event here has no DTSTART", component.number));
        };
        let start = Stamp::read(&start_line.value, start_line, zones, floating)?;
        let is = |name: &str, value: &str| first(name).is_some_and(|line| line.is(value));
        let mut event = Self {
            line: start_line.number,
            uid: first("UID").map(Line::text),
            sequence: first("SEQUENCE").and_then(|line| line.value.parse().ok()).unwrap_or_default(),
            name: first("SUMMARY").map(|line| one_line(&line.text(), NAME_CHARS_MAX)).unwrap_or_default(),
            start,
            length: length(start, first("DTEND"), first("DURATION"), zones, floating)?,
            rules: Vec::new(),
            further: Vec::new(),
            excluded: Vec::new(),
            replaces: None,
            replaces_later: false,
            is_cancelled: is("STATUS", "CANCELLED"),
            // The second is how Outlook says it; WORKINGELSEWHERE is a day at home.
            is_free: is("TRANSP", "TRANSPARENT")
                || is(BUSY_STATUS, "FREE")
                || is(BUSY_STATUS, "WORKINGELSEWHERE"),
            declined: Vec::new(),
        };
        // What names an instance without a zone is on the clock of the series.
        let floating = if let Stamp::Time { zone, .. } = start { zone } else { floating };
        for line in &component.lines {
            event.read_more(line, zones, floating)?;
        }
        Ok(event)
    }

    /// What is cancelled, shown as free or declined keeps nobody from work. Calendars of public holidays mark their days as
    /// free, in order not to block anybody's: those count.
    pub(super) fn counts(&self, whose: Whose<'_>) -> bool {
        !self.is_cancelled
            && match whose {
                Whose::Everybody => !self.is_free || matches!(self.start, Stamp::Day(_)),
                Whose::Rep(email) => {
                    !self.is_free && !self.declined.iter().any(|who| who.eq_ignore_ascii_case(email))
                }
            }
    }

    fn read_more(&mut self, line: &Line, zones: &Zones, floating: Tz) -> Result<(), String> {
        let values = || line.value.split(',').filter(|value| !value.trim().is_empty());
        match line.name.as_str() {
            "RRULE" => self.rules.push((line.number, line.value.clone())),
            "RDATE" => {
                for written in values() {
                    self.further.push(period(written, line, zones, floating)?);
                }
            }
            "EXDATE" => {
                for written in values() {
                    self.excluded.push(Stamp::read(written, line, zones, floating)?);
                }
            }
            "RECURRENCE-ID" => {
                // The library knows no other range, and the RFC has none since 2009.
                self.replaces_later = line.parameter(&Parameter::Range).is_some();
                self.replaces = Some(Stamp::read(&line.value, line, zones, floating)?);
            }
            "ATTENDEE" if line.parameter(&Parameter::Partstat).is_some_and(|answer| is_no(&answer)) => {
                let address = line.text();
                let address = address.split_once(':').map_or(address.as_str(), |(_, address)| address);
                self.declined.push(address.trim().to_owned());
                self.declined.extend(line.parameter(&Parameter::Email));
            }
            _ => {}
        }
        Ok(())
    }
}

const BUSY_STATUS: &str = "X-MICROSOFT-CDO-BUSYSTATUS";

/// Who delegates sends somebody else.
fn is_no(answer: &str) -> bool {
    answer.eq_ignore_ascii_case("DECLINED") || answer.eq_ignore_ascii_case("DELEGATED")
}

fn length(
    start: Stamp,
    end: Option<&Line>,
    duration: Option<&Line>,
    zones: &Zones,
    floating: Tz,
) -> Result<Length, String> {
    let mut length = match (end, duration) {
        (Some(line), _) => {
            let end = Stamp::read(&line.value, line, zones, floating)?;
            Length::between(start, end).ok_or_else(|| {
                let (number, shown) = (line.number, one_line(&line.value, 40));
                format!("line {number}: DTEND '{shown}' does not fit its DTSTART: not after it, or not of its kind")
            })?
        }
        (None, Some(line)) => Length::read(&line.value, line)?,
        (None, None) => Length::NONE,
    };
    if matches!(start, Stamp::Day(_)) {
        // The day of the start belongs to an all-day event however short it claims to be.
        length.days = length.days.max(1);
    }
    Ok(length)
}

/// One value of RDATE or FREEBUSY: a start, or a period with its end or duration.
///
/// # Errors
/// What cannot be read of it, with the line.
pub(super) fn period(
    written: &str,
    line: &Line,
    zones: &Zones,
    floating: Tz,
) -> Result<(Stamp, Option<Length>), String> {
    let Some((start, until)) = written.split_once('/') else {
        return Ok((Stamp::read(written, line, zones, floating)?, None));
    };
    let start = Stamp::read(start, line, zones, floating)?;
    if until.trim_start().starts_with(['P', 'p', '+']) {
        return Ok((start, Some(Length::read(until, line)?)));
    }
    let end = Stamp::read(until, line, zones, floating)?;
    let length = Length::between(start, end).ok_or_else(|| {
        let (number, shown) = (line.number, one_line(written, 60));
        format!("line {number}: the period '{shown}' ends before it starts")
    })?;
    Ok((start, Some(length)))
}
