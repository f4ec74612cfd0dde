//! `holidays` and `away`: dates, ranges and calendar files -> the days a rep does not work.

use chrono::{Days, NaiveDate};

use super::codes::{BAD_ROW, BAD_VALUE};
use super::files::Files;
use super::finding::Findings;
use super::item::{Item, Node, Table};
use super::keys::CALENDAR;
use super::reader::Reader;
use super::values::wrong_type;
use super::{hours, ics};
use crate::model::{Absence, Timestamp, WorkingTime};

/// How far calendars are read: repeated events have no end of their own.
const PAST_DAYS: u64 = 366;
const FUTURE_DAYS: u64 = 3 * 366;

/// A holiday is a day or a few; longer is somebody's absence.
const HOLIDAY_DAYS_MAX: i64 = 31;

/// Reads `holidays` and `away` into working time whose zone is known.
pub(super) fn read(
    reader: Reader<'_>,
    hours: &mut WorkingTime,
    files: &mut Files,
    now: Timestamp,
    findings: &mut Findings,
) {
    let mut source = Source { files, findings, hours, now };
    for (absence, name) in source.absences("holidays", reader.item("holidays")) {
        source.holiday(absence, &name);
    }
    let away = source.absences("away", reader.item("away"));
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
    fn absences(&mut self, key: &'static str, item: Option<&Item>) -> Vec<Named> {
        match item.map(|item| (&item.node, item)) {
            None => Vec::new(),
            Some((Node::List(items), _)) => items.iter().flat_map(|item| self.one(key, item)).collect(),
            Some((_, item)) => self.one(key, item),
        }
    }

    fn one(&mut self, key: &'static str, item: &Item) -> Vec<Named> {
        let read = match &item.node {
            Node::Text(text) | Node::Datetime(text) => {
                hours::absence(text, self.hours.timezone).map(|absence| vec![(absence, String::new())])
            }
            Node::Table(table) => return self.file(key, table).unwrap_or_default(),
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
    fn file(&mut self, key: &'static str, table: &Table) -> Option<Vec<Named>> {
        let reader = Reader::called(table, &CALENDAR, &format!("`{key}`"), self.findings);
        let (name, span) = reader.text("ics").zip(reader.place("ics"))?;
        let text = self.files.read(name, &span, self.findings)?;
        match self.calendar(&text) {
            Ok(absences) => Some(absences),
            Err(why) => {
                self.findings.error(BAD_ROW, span, format!("{name}: {why}"));
                None
            }
        }
    }

    fn calendar(&self, text: &str) -> Result<Vec<Named>, String> {
        let today = self.now.date_naive();
        let from = today.checked_sub_days(Days::new(PAST_DAYS)).unwrap_or(NaiveDate::MIN);
        let to = today.checked_add_days(Days::new(FUTURE_DAYS)).unwrap_or(NaiveDate::MAX);
        ics::named_absences(text, self.hours.timezone, from, to)
    }
}
