//! One VEVENT, read into what absence needs of it.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::lines::{Line, NAME};
use super::stamp::{Key, Length, Stamp, parameter};
use crate::model::one_line;

/// Longer is a description.
const NAME_CHARS_MAX: usize = 60;

/// An event of the calendar; recurring when it has rules or further dates.
#[derive(Debug)]
pub(super) struct Event {
    pub line: usize,
    pub uid: Option<String>,
    /// SUMMARY, cleaned; often blank.
    pub name: String,
    pub start: Stamp,
    pub length: Length,
    /// RRULE values, with their lines.
    pub rules: Vec<(usize, String)>,
    /// RDATE: further starts, and their own length where it is a period.
    pub further: Vec<(Stamp, Option<Length>)>,
    pub excluded: BTreeSet<Key>,
    /// RECURRENCE-ID: the instance of the series that this event stands for.
    pub replaces: Option<Key>,
    is_cancelled: bool,
    is_transparent: bool,
}

impl Event {
    pub(super) fn read(lines: &[Line], floating: Tz) -> Result<Self, String> {
        let first = |name: &str| lines.iter().find(|line| line.name == name);
        let Some(start_line) = first("DTSTART") else {
            let number = lines.first().map_or(0, |line| line.number);
            return Err(format!("line {number}: the event here has no DTSTART"));
        };
        let start = Stamp::read(value(start_line), start_line, floating)?;
        let mut event = Self {
            line: start_line.number,
            uid: first("UID").map(|line| value(line).to_owned()),
            name: first(NAME)
                .map(|line| one_line(&unescaped(value(line)), NAME_CHARS_MAX))
                .unwrap_or_default(),
            start,
            length: length(start, first("DTEND"), first("DURATION"), floating)?,
            rules: Vec::new(),
            further: Vec::new(),
            excluded: BTreeSet::new(),
            replaces: None,
            is_cancelled: first("STATUS").is_some_and(|line| value(line).eq_ignore_ascii_case("CANCELLED")),
            is_transparent: first("TRANSP")
                .is_some_and(|line| value(line).eq_ignore_ascii_case("TRANSPARENT")),
        };
        for line in lines {
            event.read_recurrence(line, floating)?;
        }
        Ok(event)
    }

    /// A cancelled event is none, and a timed one shown as free ('lunch?') keeps nobody from work. An all-day event counts
    /// though it is transparent: calendars of public holidays mark theirs so, in order not to block anybody's day.
    pub(super) fn is_absence(&self) -> bool {
        let is_all_day = matches!(self.start, Stamp::Day(_));
        !self.is_cancelled && (is_all_day || !self.is_transparent)
    }

    fn read_recurrence(&mut self, line: &Line, floating: Tz) -> Result<(), String> {
        let values = || value(line).split(',').filter(|value| !value.trim().is_empty());
        match line.name.as_str() {
            "RRULE" => self.rules.push((line.number, value(line).to_owned())),
            "RDATE" => {
                for written in values() {
                    self.further.push(further(written, line, floating)?);
                }
            }
            "EXDATE" => {
                for written in values() {
                    self.excluded.insert(Stamp::read(written, line, floating)?.key());
                }
            }
            "RECURRENCE-ID" => {
                if let Some(range) = parameter(line, "RANGE") {
                    let (number, range) = (line.number, one_line(range, 40));
                    return Err(format!(
                        "line {number}: RANGE={range} is not supported; split the series in the calendar and export it again"
                    ));
                }
                self.replaces = Some(Stamp::read(value(line), line, floating)?.key());
            }
            _ => {}
        }
        Ok(())
    }
}

/// RFC 5545, section 3.3.11.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n' | 'N')) => plain.push(' '),
            ('\\', Some(escaped)) => plain.push(escaped),
            (c, _) => plain.push(c),
        }
    }
    plain
}

fn value(line: &Line) -> &str {
    line.property.value.as_deref().unwrap_or_default().trim()
}

fn length(start: Stamp, end: Option<&Line>, duration: Option<&Line>, floating: Tz) -> Result<Length, String> {
    let mut length = match (end, duration) {
        (Some(line), _) => {
            let end = Stamp::read(value(line), line, floating)?;
            Length::between(start, end).ok_or_else(|| {
                let (number, shown) = (line.number, one_line(value(line), 40));
                format!("line {number}: DTEND '{shown}' does not fit its DTSTART: not after it, or not of its kind")
            })?
        }
        (None, Some(line)) => Length::read(value(line), line)?,
        (None, None) => Length::NONE,
    };
    if matches!(start, Stamp::Day(_)) {
        // The day of the start belongs to an all-day event however short it claims to be.
        length.days = length.days.max(1);
    }
    Ok(length)
}

/// One value of RDATE: a start, or a period with its end or duration.
fn further(written: &str, line: &Line, floating: Tz) -> Result<(Stamp, Option<Length>), String> {
    let Some((start, until)) = written.split_once('/') else {
        return Ok((Stamp::read(written, line, floating)?, None));
    };
    let start = Stamp::read(start, line, floating)?;
    if until.trim_start().starts_with(['P', 'p', '+']) {
        return Ok((start, Some(Length::read(until, line)?)));
    }
    let end = Stamp::read(until, line, floating)?;
    let length = Length::between(start, end).ok_or_else(|| {
        let (number, shown) = (line.number, one_line(written, 60));
        format!("line {number}: the period '{shown}' ends before it starts")
    })?;
    Ok((start, Some(length)))
}
