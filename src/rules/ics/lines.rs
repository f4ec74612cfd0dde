//! From bytes to the components of a calendar and those of their properties that bear on absence.

use calcard::icalendar::{ICalendarEntry, ICalendarParameterName, ICalendarProperty};
use calcard::{Entry, Parser};
use encoding_rs::{Encoding, UTF_8};

use crate::model::one_line;

/// A property and the line that it begins on.
#[derive(Debug)]
pub(super) struct Line {
    pub number: usize,
    /// Upper case.
    pub name: String,
    /// What stands after the last colon, as it stands: the library reads on where a value that it can begin to read is
    /// spoilt (`20261124T09x` is a day to it, `COUNT=-5` is 5), which would be a day off that nobody took. No value that
    /// says when has a colon.
    pub value: String,
    entry: ICalendarEntry,
}

/// A component with the properties that stand in it and in nothing inside it.
#[derive(Debug)]
pub(super) struct Component {
    pub kind: String,
    pub number: usize,
    pub lines: Vec<Line>,
}

/// What a file holds, in its order; what is inside a component comes after it.
#[derive(Debug, Default)]
pub(super) struct Components {
    pub list: Vec<Component>,
    /// What cannot be read, with its line.
    pub set_aside: Vec<String>,
}

/// Twenty years of a busy calendar; more is not a calendar of absences.
const BYTES_MAX: usize = 8 << 20;
const COMPONENTS_MAX: usize = 20_000;
/// Room for some thousand dates in one EXDATE.
const LINE_BYTES_MAX: usize = 64 << 10;

/// Everything else (attachments, other vendors' extensions) is not even parsed.
const WANTED: [&str; 23] = [
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
    "SEQUENCE",
    "STATUS",
    "TRANSP",
    "SUMMARY",
    "ATTENDEE",
    "FREEBUSY",
    "METHOD",
    "TZID",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "X-LIC-LOCATION",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "X-WR-TIMEZONE",
];

/// The properties in which people write: exports that do not fold them leave lines of theirs behind.
const TEXTS: [&str; 6] = ["DESCRIPTION", "SUMMARY", "LOCATION", "COMMENT", "CONTACT", "X-ALT-DESC"];

/// The components whose properties are wanted.
const READ: [&str; 6] = ["VCALENDAR", "VEVENT", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT"];

impl Line {
    /// A parameter; the pieces of one that has commas and no quotes, as zones of Windows have, put together again.
    pub(super) fn parameter(&self, name: &ICalendarParameterName) -> Option<String> {
        let pieces: Vec<&str> = self.entry.parameters(name).filter_map(|value| value.as_text()).collect();
        (!pieces.is_empty()).then(|| pieces.join(", "))
    }

    /// A value that is text, without its escapes.
    pub(super) fn text(&self) -> String {
        let pieces: Vec<&str> = self.entry.values.iter().filter_map(|value| value.as_text()).collect();
        pieces.join(",")
    }

    pub(super) fn is(&self, value: &str) -> bool {
        self.value.eq_ignore_ascii_case(value)
    }
}

impl Component {
    pub(super) fn first(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }
}

/// # Errors
/// Why it is no calendar at all.
pub(super) fn components(bytes: &[u8]) -> Result<Components, String> {
    if bytes.len() > BYTES_MAX {
        return Err(format!("the calendar is larger than {} MiB", BYTES_MAX >> 20));
    }
    let mut reader = LineReader::default();
    let utf_16 = Encoding::for_bom(bytes).filter(|(encoding, _)| *encoding != UTF_8);
    match utf_16 {
        Some((encoding, _)) => reader.read(encoding.decode(bytes).0.as_bytes()),
        None => reader.read(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)),
    }
    let lines = reader.lines;
    if !lines.first().is_some_and(|line| line.name == "BEGIN" && line.is("VCALENDAR")) {
        return Err("not an iCalendar file: it does not begin with BEGIN:VCALENDAR".to_owned());
    }
    let mut tree = Components::default();
    // Places in the list, of which only components that are read have one.
    let mut open: Vec<(String, usize, Option<usize>)> = Vec::new();
    for line in lines {
        let kind = line.value.to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" => {
                let is_read = READ.contains(&kind.as_str());
                // No component is inside one of its kind: the one before was cut off.
                let before = open.iter().position(|(other, ..)| is_read && *other == kind);
                if let Some(depth) = before {
                    tree.cut_off(open.drain(depth..));
                }
                open.push((kind.clone(), line.number, is_read.then_some(tree.list.len())));
                if is_read {
                    tree.list.push(Component { kind, number: line.number, lines: Vec::new() });
                }
            }
            "END" => {
                if let Some(depth) = open.iter().rposition(|(other, ..)| *other == kind) {
                    tree.cut_off(open.drain(depth + 1..));
                    open.pop();
                } else if READ.contains(&kind.as_str()) {
                    let (number, kind) = (line.number, shown(&kind));
                    tree.set_aside.push(format!("line {number}: the {kind} that ends here does not begin"));
                }
            }
            _ => {
                let place = open.last().and_then(|(_, _, place)| *place);
                if let Some(component) = place.and_then(|place| tree.list.get_mut(place)) {
                    component.lines.push(line);
                }
            }
        }
        if tree.list.len() > COMPONENTS_MAX {
            return Err(format!("the calendar has more than {COMPONENTS_MAX} events"));
        }
    }
    tree.cut_off(open.into_iter());
    Ok(tree)
}

impl Components {
    /// What does not end is not taken for whole.
    fn cut_off(&mut self, unended: impl Iterator<Item = (String, usize, Option<usize>)>) {
        for (kind, number, place) in unended {
            self.set_aside.push(format!("line {number}: the {} that begins here does not end", shown(&kind)));
            // Of a calendar that was cut off, what came before the cut stands.
            if let Some(component) = place.and_then(|place| self.list.get_mut(place))
                && component.kind != "VCALENDAR"
            {
                component.kind.clear();
            }
        }
    }
}

/// What people call a component.
fn shown(kind: &str) -> String {
    match kind {
        "VCALENDAR" => "calendar".to_owned(),
        "VEVENT" => "event".to_owned(),
        other => one_line(other, 40),
    }
}

#[derive(Default)]
struct LineReader {
    lines: Vec<Line>,
    /// The file writes its own names in lower case.
    is_lower: bool,
    is_in_text: bool,
}

impl LineReader {
    /// Unfolds before anything is decoded: a fold may lie inside a character.
    fn read(&mut self, bytes: &[u8]) {
        let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
        let physical = bytes.split(|byte| *byte == end).map(|line| {
            let kept = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
            line.get(..kept).unwrap_or_default()
        });
        let mut physical = (1..).zip(physical).peekable();
        while let Some((number, first)) = physical.next() {
            let name = name_of(first);
            let mut logical = name.as_ref().map(|_| first.to_vec()).unwrap_or_default();
            while let Some((_, more)) =
                physical.next_if(|(_, line)| line.starts_with(b" ") || line.starts_with(b"\t"))
            {
                // One byte more than is read tells that there was too much.
                if name.is_some() && logical.len() <= LINE_BYTES_MAX {
                    logical.extend_from_slice(more.get(1..).unwrap_or_default());
                }
            }
            if let Some(name) = name {
                self.line(number, name, &String::from_utf8_lossy(&logical));
            }
        }
    }

    fn line(&mut self, number: usize, name: &str, logical: &str) {
        let upper = name.to_ascii_uppercase();
        if self.lines.is_empty() {
            self.is_lower = name != upper;
        }
        let value = logical.rsplit_once(':').map_or("", |(_, value)| value);
        // After a text that was not folded: 'Status: cancelled' is a line of it.
        let looks_written = (name != upper && !self.is_lower) || value.starts_with([' ', '\t']);
        if self.is_in_text && looks_written {
            return;
        }
        self.is_in_text = TEXTS.contains(&upper.as_str());
        if !WANTED.contains(&upper.as_str()) {
            return;
        }
        // What is put in the place of a value that cannot be read is none, and sets its event aside.
        let (entry, value) =
            match Some(logical).filter(|line| line.len() <= LINE_BYTES_MAX).map(|line| entry(&upper, line)) {
                Some(Some(entry)) => (entry, value.trim().to_owned()),
                Some(None) => (blank(), "not a property".to_owned()),
                None => (blank(), format!("longer than {LINE_BYTES_MAX} bytes")),
            };
        self.lines.push(Line { number, name: upper, value, entry });
    }
}

/// Lets the library read one property, as it would inside an event.
fn entry(name: &str, line: &str) -> Option<ICalendarEntry> {
    if matches!(name, "BEGIN" | "END") {
        return Some(blank());
    }
    let Entry::ICalendar(mut calendar) = Parser::new(&format!("BEGIN:VEVENT\n{line}\nEND:VEVENT\n")).entry()
    else {
        return None;
    };
    calendar.components.first_mut()?.entries.pop()
}

fn blank() -> ICalendarEntry {
    ICalendarEntry::new(ICalendarProperty::Comment)
}

/// The name of a property, if the line may be one.
fn name_of(line: &[u8]) -> Option<&str> {
    // No wanted name is longer: a line of megabytes is not searched.
    let end = line.iter().take(40).position(|byte| matches!(byte, b':' | b';'))?;
    let name = str::from_utf8(line.get(..end)?).ok()?.trim();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}
