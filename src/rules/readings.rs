//! What `[fields]` says of how a field's text is read: `type`, `format`, `timezone`, `range`, `map`.

use chrono_tz::Tz;

use super::codes::{BAD_VALUE, DOES_NOT_FIT};
use super::finding::{Finding, Findings};
use super::item::{Entry, Table};
use super::people::zone;
use super::reader::Reader;
use super::values::{as_written, wrong_type};
use crate::model::{Decimal, Form, Format, Kind, RangeEnd, Reading, Value, ValueMap, fold, form_of};

/// What a source says of all its fields.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceDefaults {
    zone: Option<Tz>,
    decimal: Decimal,
}

/// The key of a map that stands for any date and time.
const ANY_DATE: &str = "{date}";

impl SourceDefaults {
    /// Reads the table of a CRM. Whether that CRM takes the keys is for its own rows to say.
    pub fn read(table: &Table, findings: &mut Findings) -> Self {
        let text =
            |key| table.get(key).and_then(|entry| Some((entry.item.as_text()?, entry.item.span.clone())));
        Self {
            zone: text("timezone").and_then(|(text, span)| zone(text, span, findings)),
            decimal: if text("decimal").is_some_and(|(text, _)| text == ",") {
                Decimal::Comma
            } else {
                Decimal::Point
            },
        }
    }

    /// How a field is read of which `[fields]` says no more than the type.
    pub fn reading(self, name: &str, kind: Kind) -> Reading {
        let plain = Reading { form: form_of(name), ..Reading::plain(kind) };
        match kind {
            Kind::Text | Kind::Bool => plain,
            Kind::Number => Reading { decimal: self.decimal, ..plain },
            Kind::DateTime => Reading { zone: self.zone, decimal: self.decimal, ..plain },
        }
    }
}

/// What `[fields]` says of one field.
pub(super) struct Declared<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Kind,
    pub(super) form: Form,
    pub(super) reader: Reader<'a>,
}

impl Declared<'_> {
    pub(super) fn reading(&self, defaults: SourceDefaults, findings: &mut Findings) -> Reading {
        let mut reading = Reading { form: self.form, ..defaults.reading(self.name, self.kind) };
        let has_dates = self.kind == Kind::DateTime
            || self.kind == Kind::Bool && self.map().is_some_and(|map| map.get(ANY_DATE).is_some());
        if self.is_for(has_dates, "format", "datetime", findings) {
            reading.formats = self.formats(findings);
        }
        if has_dates {
            reading.zone = defaults.zone;
        }
        if self.is_for(has_dates, "timezone", "datetime", findings) {
            let text = self.reader.text("timezone").zip(self.reader.place("timezone"));
            let own = text.and_then(|(text, span)| zone(text, span, findings));
            reading.zone = own.or(reading.zone);
        }
        if self.is_for(self.kind == Kind::Number, "range", "number", findings) {
            let ends = [("low", RangeEnd::Low), ("middle", RangeEnd::Middle), ("high", RangeEnd::High)];
            reading.range = self.reader.choice("range", &ends);
        }
        if let Some(map) = self.map() {
            reading.map = self.read_map(map, &reading, findings);
        }
        reading
    }

    fn map(&self) -> Option<&Table> {
        self.reader.table("map")
    }

    /// Whether the key is there; notes a finding when the field's type has no use for it.
    fn is_for(&self, fits: bool, key: &'static str, needed: &str, findings: &mut Findings) -> bool {
        let Some(entry) = self.reader.entry(key) else { return false };
        if !fits {
            let message =
                format!("`{key}` is for a {needed} field, and `{}` is {}", self.name, self.kind.name());
            let finding = Finding::error(DOES_NOT_FIT, entry.key_span.clone(), message);
            findings.add(finding.help(format!("take it out, or say type = \"{needed}\"")));
        }
        fits
    }

    fn formats(&self, findings: &mut Findings) -> Vec<Format> {
        let Some(item) = self.reader.item("format") else { return Vec::new() };
        let items = item.as_list().unwrap_or(std::slice::from_ref(item));
        let mut formats = Vec::with_capacity(items.len());
        for (text, span) in items.iter().filter_map(|item| Some((item.as_text()?, item.span.clone()))) {
            match Format::parse(text) {
                Ok(format) => formats.push(format),
                Err(why) => findings.error(BAD_VALUE, span, format!("`format`: {why}")),
            }
        }
        formats
    }

    fn read_map(&self, table: &Table, reading: &Reading, findings: &mut Findings) -> ValueMap {
        let mut map = ValueMap::default();
        for entry in &table.entries {
            let Some(value) = mapped(entry, reading, findings) else { continue };
            if entry.key.trim() == ANY_DATE {
                if self.kind == Kind::Bool {
                    map.date = Some(value);
                } else {
                    let message = format!(
                        "`map`: \"{ANY_DATE}\" is for a bool field, and `{}` is {}",
                        self.name,
                        self.kind.name()
                    );
                    findings.error(DOES_NOT_FIT, entry.key_span.clone(), message);
                }
                continue;
            }
            let key = fold(&entry.key);
            if key.is_empty() {
                let finding = Finding::error(
                    BAD_VALUE,
                    entry.key_span.clone(),
                    "`map`: a blank value is a missing one",
                );
                findings.add(finding.help("name a value that is there; what is missing stays missing"));
            } else if map.texts.insert((&*key).into(), value).is_some() {
                let message = format!("`map`: '{key}' is there twice; values are compared without case");
                findings.error(BAD_VALUE, entry.key_span.clone(), message);
            }
        }
        map
    }
}

/// What an entry of the map stands for: a value as the source would write it, or nothing at all.
fn mapped(entry: &Entry, reading: &Reading, findings: &mut Findings) -> Option<Value> {
    let Some(written) = as_written(&entry.item.node, reading) else {
        findings.add(wrong_type(&entry.key, "a text, a number, a date or true or false", &entry.item));
        return None;
    };
    let value = reading.read(&written);
    if let Value::Unreadable(why) = &value {
        findings.error(BAD_VALUE, entry.item.span.clone(), format!("`map`: {why}"));
        return None;
    }
    Some(value)
}
