//! Other ways of reading a field whose values cannot be read, each tried on all of them before it is proposed.

use chrono::Datelike as _;

use crate::model::{Decimal, Form, Format, Kind, RangeEnd, Reading, Value, ValueMap};

/// A way that read less than it could not by so much is given up.
const FAILED_MAX: u64 = 100;

/// Of what cannot be read a way must read so much; the rest may be slips of the pen.
const READ_PERCENT_MIN: u64 = 90;

/// Dates in other years were read in a wrong way, such as 0018 for 2018.
const YEARS: std::ops::Range<i32> = 1970..2100;

/// The days and the times of day of the common formats; where the order of day and month is unclear, both.
#[rustfmt::skip]
const DAYS: [&str; 16] = [
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%m.%d.%y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%y",
];
const TIMES: [&str; 5] = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"];

/// Said of a field that can be read already, and finds nobody.
pub(super) const TYPE: &str = "type";

/// Said of a source and not of a field.
pub(super) const DECIMAL: &str = "decimal";

/// One way of reading a field.
#[derive(Debug)]
pub(super) struct Trial {
    /// The key in the field's table.
    pub(super) key: &'static str,
    /// What it may say, tried in their order; with how many values each read.
    options: Vec<(String, Reading, u64)>,
    failed: u64,
}

impl Trial {
    /// The ways to try on a field that is read so.
    pub(super) fn all(reading: &Reading) -> Vec<Self> {
        let one =
            |key, text: &str, reading| Self { key, options: vec![(text.to_owned(), reading, 0)], failed: 0 };
        match reading.kind {
            Kind::Number => {
                let (other, text) = match reading.decimal {
                    Decimal::Point => (Decimal::Comma, "\",\""),
                    Decimal::Comma => (Decimal::Point, "\".\""),
                };
                let of_source = one(DECIMAL, text, Reading { decimal: other, ..reading.clone() });
                let low = Reading { range: Some(RangeEnd::Low), ..reading.clone() };
                let low = reading.range.is_none().then(|| one("range", "\"low\"", low));
                low.into_iter().chain([of_source]).collect()
            }
            Kind::Bool if reading.map.date.is_none() => {
                let mut dated = reading.clone();
                dated.map.date = Some(Value::Bool(true));
                vec![one("map", "{ \"{date}\" = true }", dated)]
            }
            Kind::DateTime => {
                let by = |text: &str| {
                    let format = Format::parse(text).ok()?;
                    let formats = vec![format];
                    Some((format!("\"{text}\""), Reading { formats, ..reading.clone() }, 0))
                };
                let ways = DAYS
                    .iter()
                    .map(|day| TIMES.iter().filter_map(|time| by(&format!("{day}{time}"))).collect());
                let ways = ways.chain([by("excel").into_iter().collect()]);
                ways.map(|options| Self { key: "format", options, failed: 0 }).collect()
            }
            Kind::Text if reading.form == Form::Plain && reading.map == ValueMap::default() => {
                vec![one(TYPE, "\"country\"", Reading { form: Form::Country, ..reading.clone() })]
            }
            Kind::Bool | Kind::Text => Vec::new(),
        }
    }

    /// Tries it on a value that could not be read; whether it is worth going on.
    pub(super) fn is_worth_trying(&mut self, raw: &str) -> bool {
        match self.options.iter_mut().find(|(_, reading, _)| reads(reading, raw)) {
            Some((_, _, count)) => *count += 1,
            None => self.failed += 1,
        }
        self.failed <= self.read() + FAILED_MAX
    }

    /// Tries it on a number that is read already, which it must not lose.
    pub(super) fn must_read(&mut self, raw: &str) {
        self.failed +=
            u64::from(self.key == DECIMAL && !self.options.iter().any(|(_, reading, _)| reads(reading, raw)));
    }

    /// Whether two texts are the same, read this way.
    pub(super) fn is_same(&self, one: &str, other: &str) -> bool {
        let read = |text| self.options.first().map(|(_, reading, _)| reading.read(text));
        matches!(read(one), Some(Value::Text(_))) && read(one) == read(other)
    }

    /// How many values it read.
    pub(super) fn read(&self) -> u64 {
        self.options.iter().map(|(_, _, count)| count).sum()
    }

    /// Whether it read nearly everything.
    pub(super) fn is_good(&self) -> bool {
        self.read() * 100 >= (self.read() + self.failed) * READ_PERCENT_MIN
    }

    /// What the key is to say.
    pub(super) fn words(&self) -> String {
        let used = self.options.iter().filter(|(_, _, count)| *count > 0);
        let used: Vec<&str> = used.map(|(text, _, _)| text.as_str()).collect();
        if self.key == "format" { format!("[{}]", used.join(", ")) } else { used.join(", ") }
    }
}

fn reads(reading: &Reading, raw: &str) -> bool {
    match reading.read(raw) {
        Value::Time(time) => YEARS.contains(&time.year()),
        Value::Unreadable(_) | Value::Missing => false,
        Value::Number(_) | Value::Bool(_) | Value::Text(_) => true,
    }
}
