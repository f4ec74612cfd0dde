//! `holidays` and `away`: dates, ranges and calendar files -> the days a rep does not work.

use std::ops::Range;

use chrono::{Days, NaiveDate, TimeDelta};

use super::codes::{BAD_ROW, BAD_VALUE, NOTHING_AHEAD, UNREADABLE_FILE};
use super::feed::Feed;
use super::files::Files;
use super::finding::{Finding, Findings};
use super::hours;
use super::ics::{Calendar, Whose};
use super::item::{Item, Node, Table};
use super::keys::CALENDAR;
use super::reader::Reader;
use super::values::wrong_type;
use crate::model::{Absence, CalendarCopy, Timestamp, WorkingTime, local_date};

/// How far calendars are read: repeated events have no end of their own.
const PAST_DAYS: u64 = 366;
const FUTURE_DAYS: u64 = 3 * 366;

/// A copy of yesterday's calendar lacks what people entered since.
const OLD: TimeDelta = TimeDelta::days(1);

/// As many as fit on a line.
const SET_ASIDE_SHOWN: usize = 3;

/// A holiday is a day or a few; longer is somebody's absence.
const HOLIDAY_DAYS_MAX: i64 = 31;

/// Reads `holidays` and `away` into working time whose zone is known. `email`: who asks to be left alone.
pub(super) fn read(
    reader: Reader<'_>,
    email: &str,
    hours: &mut WorkingTime,
    files: &mut Files,
    now: Timestamp,
    findings: &mut Findings,
) {
    let mut source = Source { files, findings, hours, now };
    for (absence, name) in source.absences("holidays", reader.item("holidays"), Whose::Everybody) {
        source.holiday(absence, &name);
    }
    let away = source.absences("away", reader.item("away"), Whose::Rep(email));
    hours.away.extend(away.into_iter().map(|(absence, _)| absence));
}

/// An absence, and what a calendar calls it.
type Named = (Absence, String);

struct Source<'a> {
    files: &'a mut Files,
    findings: &'a mut Findings,
    hours: &'a mut WorkingTime,
    now: Timestamp,
}

impl Source<'_> {
    /// Whole days become dates; the rest is an absence like any other.
    fn holiday(&mut self, absence: Absence, name: &str) {
        match absence {
            Absence::Days { first, last } if (last - first).num_days() < HOLIDAY_DAYS_MAX => {
                for day in first.iter_days().take_while(|day| *day <= last) {
                    let known = self.hours.holidays.entry(day).or_default();
                    if known.is_empty() {
                        name.clone_into(known);
                    }
                }
            }
            Absence::Days { .. } | Absence::Span { .. } => self.hours.away.push(absence),
        }
    }

    /// A list of texts and calendars, or one calendar.
    fn absences(&mut self, key: &'static str, item: Option<&Item>, whose: Whose<'_>) -> Vec<Named> {
        match item.map(|item| (&item.node, item)) {
            None => Vec::new(),
            Some((Node::List(items), _)) => {
                items.iter().flat_map(|item| self.one(key, item, whose)).collect()
            }
            Some((_, item)) => self.one(key, item, whose),
        }
    }

    fn one(&mut self, key: &'static str, item: &Item, whose: Whose<'_>) -> Vec<Named> {
        let read = match &item.node {
            Node::Text(text) | Node::Datetime(text) => {
                hours::absence(text, self.hours.timezone).map(|absence| vec![(absence, String::new())])
            }
            Node::Table(table) => return self.file(key, table, whose).unwrap_or_default(),
            Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::List(_) => {
                self.findings.add(wrong_type(key, "a list of dates, or { ics = \"…\" }", item));
                return Vec::new();
            }
        };
        read.map_err(|why| {
            let message = format!("`{key}`: {why}");
            self.findings.error(BAD_VALUE, item.span.clone(), message);
        })
        .unwrap_or_default()
    }

    /// `{ ics = "pt.ics" }`.
    fn file(&mut self, key: &'static str, table: &Table, whose: Whose<'_>) -> Option<Vec<Named>> {
        let reader = Reader::called(table, &CALENDAR, &format!("`{key}`"), self.findings);
        let (name, span, bytes) = match feed(reader, self.findings)? {
            (Some(feed), span) => {
                let name = feed.told();
                let copy = self.files.copy(feed)?;
                self.tell_age(&name, &span, &copy);
                (name, span, Ok(copy.bytes?))
            }
            (None, span) => {
                let name = reader.text("ics")?.to_owned();
                let bytes = self.files.bytes(&name);
                let bytes = bytes.map_err(|why| self.files.unreadable(&name, &span, &why));
                (format!("calendar {name}"), span, bytes)
            }
        };
        let calendar = bytes.and_then(|bytes| {
            let calendar = Calendar::read(&bytes, whose, self.hours.timezone, self.days());
            calendar.map_err(|why| Finding::error(BAD_ROW, span.clone(), format!("{name}: {why}")))
        });
        match calendar {
            Ok(calendar) => {
                self.tell(&name, &span, &calendar);
                Some(calendar.absences)
            }
            Err(finding) => {
                self.findings.add(finding.of_calendar());
                None
            }
        }
    }

    /// How old the copy of a calendar on the web is, when it could not be read anew.
    fn tell_age(&mut self, name: &str, span: &Range<usize>, copy: &CalendarCopy) {
        let problem = copy.problem.as_deref().unwrap_or("no run has asked for it yet");
        let Some(read) = copy.read else {
            let message = format!("{name} has never been read: {problem}");
            let finding = Finding::error(UNREADABLE_FILE, span.clone(), message);
            self.findings.add(finding.help("whoever it is about counts as at work until then").of_calendar());
            return;
        };
        if copy.problem.is_some() {
            let message =
                format!("{name} was last read {}; now: {problem}", read.format("%Y-%m-%d %H:%M UTC"));
            let finding = if self.now - read < OLD {
                Finding::warning(UNREADABLE_FILE, span.clone(), message)
            } else {
                Finding::error(UNREADABLE_FILE, span.clone(), message)
            };
            self.findings.add(finding.help("what it said then counts").of_calendar());
        }
    }

    /// What of a calendar was left out, and whether it has come to its end.
    fn tell(&mut self, name: &str, span: &Range<usize>, calendar: &Calendar) {
        if !calendar.set_aside.is_empty() {
            let all = &calendar.set_aside;
            let shown = all.iter().take(SET_ASIDE_SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
            let more = all.len().saturating_sub(SET_ASIDE_SHOWN);
            let more = if more == 0 { String::new() } else { format!("; and {more} more") };
            let message = format!("{name}: {} cannot be read: {shown}{more}", count(all.len()));
            let finding = Finding::warning(BAD_ROW, span.clone(), message);
            self.findings.add(finding.help("a run goes on without what cannot be read").of_calendar());
        }
        let today = local_date(self.hours.timezone, self.now);
        let is_ahead = |absence: &Absence| match absence {
            Absence::Days { last, .. } => *last >= today,
            Absence::Span { until, .. } => *until > self.now,
        };
        if !calendar.absences.iter().any(|(absence, _)| is_ahead(absence)) {
            let last =
                calendar.last.map(|last| format!(": its last event begins on {last}")).unwrap_or_default();
            let finding =
                Finding::warning(NOTHING_AHEAD, span.clone(), format!("{name} has nothing ahead{last}"));
            self.findings.add(finding.help("export it again, with the coming years").of_calendar());
        }
    }

    fn days(&self) -> (NaiveDate, NaiveDate) {
        let today = self.now.date_naive();
        let from = today.checked_sub_days(Days::new(PAST_DAYS)).unwrap_or(NaiveDate::MIN);
        let to = today.checked_add_days(Days::new(FUTURE_DAYS)).unwrap_or(NaiveDate::MAX);
        (from, to)
    }
}

/// The calendar on the web that an entry names, if it is one, and where it is named.
fn feed(reader: Reader<'_>, findings: &mut Findings) -> Option<(Option<Feed>, Range<usize>)> {
    if let Some((name, span)) = reader.name("ics_from") {
        return Some((Some(Feed::Variable(name.to_owned())), span));
    }
    let (ics, span) = reader.name("ics")?;
    let feed = match Feed::of(ics).transpose() {
        Ok(feed) => feed,
        Err(why) => {
            findings.error(BAD_VALUE, span, format!("`ics` {why}"));
            return None;
        }
    };
    if feed.as_ref().is_some_and(Feed::tells_a_secret) {
        let message = "whoever has this address can read the calendar";
        let finding = Finding::warning(BAD_VALUE, span.clone(), message);
        findings.add(finding.help(
            "put the address into the environment and name the variable: { ics_from = \"ANA_CALENDAR\" }",
        ));
    }
    Some((feed, span))
}

fn count(entries: usize) -> String {
    if entries == 1 { "an entry".to_owned() } else { format!("{entries} entries") }
}
