//! From text to the properties of each event: unfolds lines and keeps those that bear on absence.

use ical::PropertyParser;
use ical::property::Property;

use crate::model::one_line;

/// A property and the line that it begins on.
#[derive(Debug)]
pub(super) struct Line {
    pub number: usize,
    /// Upper case.
    pub name: String,
    pub property: Property,
}

/// Twenty years of a busy calendar; more is not a calendar of absences.
const BYTES_MAX: usize = 8 << 20;
const EVENTS_MAX: usize = 20_000;
/// Room for a thousand dates in one EXDATE; the parser takes quadratic time in the length.
const LINE_BYTES_MAX: usize = 16 << 10;

/// Everything else (descriptions, attendees, attachments, other vendors' extensions) is not even parsed.
const WANTED: [&str; 12] = [
    "BEGIN",
    "END",
    "UID",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "STATUS",
    "TRANSP",
];

/// What an event is called. It says nothing of when, so one that cannot be read is left out.
pub(super) const NAME: &str = "SUMMARY";

/// The properties of every VEVENT, without those of components inside it such as alarms.
pub(super) fn events(text: &str) -> Result<Vec<Vec<Line>>, String> {
    if text.len() > BYTES_MAX {
        return Err(format!("the calendar is larger than {} MiB", BYTES_MAX >> 20));
    }
    let lines = wanted_lines(text)?;
    let is_calendar = lines.first().is_some_and(|line| is(line, "BEGIN", "VCALENDAR"));
    if !is_calendar {
        return Err("not an iCalendar file: it does not begin with BEGIN:VCALENDAR".to_owned());
    }
    let mut events = Vec::new();
    let mut open: Option<(usize, Vec<Line>)> = None;
    let mut nested = 0_usize;
    for line in lines {
        let Some((_, event)) = &mut open else {
            if is(&line, "BEGIN", "VEVENT") {
                open = Some((line.number, Vec::new()));
            }
            continue;
        };
        match line.name.as_str() {
            "BEGIN" => nested += 1,
            "END" if nested > 0 => nested -= 1,
            "END" => events.extend(open.take().map(|(_, event)| event)),
            _ if nested == 0 => event.push(line),
            _ => {}
        }
        if events.len() > EVENTS_MAX {
            return Err(format!("the calendar has more than {EVENTS_MAX} events"));
        }
    }
    match open {
        Some((number, _)) => Err(format!("line {number}: the event that begins here does not end")),
        None => Ok(events),
    }
}

fn is(line: &Line, name: &str, value: &str) -> bool {
    let written = line.property.value.as_deref().unwrap_or_default();
    line.name == name && written.trim().eq_ignore_ascii_case(value)
}

fn wanted_lines(text: &str) -> Result<Vec<Line>, String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut lines = Vec::new();
    let mut physical = (1..).zip(text.lines()).peekable();
    while let Some((number, first)) = physical.next() {
        let name = name_of(first);
        let is_name = name == NAME;
        let is_wanted = is_name || WANTED.contains(&name.as_str());
        let mut logical = if is_wanted { first.to_owned() } else { String::new() };
        while let Some((_, more)) = physical.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
            if is_wanted && logical.len() <= LINE_BYTES_MAX {
                logical.extend(more.chars().skip(1));
            }
        }
        if is_name {
            let fits = logical.len() <= LINE_BYTES_MAX;
            lines.extend(fits.then(|| parse(number, name, &logical).ok()).flatten());
            continue;
        }
        if logical.len() > LINE_BYTES_MAX {
            return Err(format!("line {number}: {name} is longer than {LINE_BYTES_MAX} bytes"));
        }
        if is_wanted {
            lines.push(parse(number, name, &logical)?);
        }
    }
    Ok(lines)
}

fn name_of(line: &str) -> String {
    let name = line.split([':', ';']).next().unwrap_or_default();
    // No wanted name is longer: a line of megabytes is not copied to be looked at.
    let is_plausible = name.len() <= 32;
    if is_plausible { name.trim().to_ascii_uppercase() } else { String::new() }
}

fn parse(number: usize, name: String, line: &str) -> Result<Line, String> {
    let property = PropertyParser::from_reader(line.as_bytes()).next();
    let property = property.and_then(Result::ok).ok_or_else(|| {
        let shown = one_line(line, 60);
        format!("line {number}: '{shown}' is not a calendar property")
    })?;
    Ok(Line { number, name, property })
}
