//! How the raw text of a field becomes a value: what `[fields]` and the source say of it, compiled once.

mod flag;
mod iso;
mod number;
mod time;

use std::collections::HashMap;

use chrono_tz::Tz;

pub use number::{Decimal, RangeEnd};
pub use time::Format;

use super::{Kind, Text, Timestamp, Value, fold, one_line};

/// How much of a value that cannot be read its reason shows.
const SAMPLE_CHARS_MAX: usize = 40;

/// How a field's text is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub kind: Kind,
    /// What separates the fraction of a number.
    pub decimal: Decimal,
    /// Which number stands for a range; without it a range cannot be read.
    pub range: Option<RangeEnd>,
    /// Of times that name none; `None` when nobody said, which is UTC.
    pub zone: Option<Tz>,
    /// Tried in their order, before the spellings that are always read.
    pub formats: Vec<Format>,
    pub map: ValueMap,
}

/// Values that stand for others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueMap {
    /// By the folded text.
    pub texts: HashMap<Box<str>, Value>,
    /// What any date and time stands for in a field of yes and no.
    pub date: Option<Value>,
}

impl Reading {
    /// Nothing is known but the type.
    pub fn plain(kind: Kind) -> Self {
        Self {
            kind,
            decimal: Decimal::Point,
            range: None,
            zone: None,
            formats: Vec::new(),
            map: ValueMap::default(),
        }
    }

    /// Reads a raw value. Blank is missing; what does not fit the type is unreadable with a reason, never an error.
    pub fn read(&self, raw: &str) -> Value {
        let raw = raw.trim();
        if raw.is_empty() {
            return Value::Missing;
        }
        if !self.map.texts.is_empty()
            && let Some(value) = self.map.texts.get(&*fold(raw))
        {
            return value.clone();
        }
        match self.kind {
            Kind::Text => Value::Text(Text::new(raw)),
            Kind::Number => self.number(raw),
            Kind::Bool => self.flag(raw),
            Kind::DateTime => {
                self.time(raw).map_or_else(|| unreadable("not a date and time", raw), Value::Time)
            }
        }
    }

    /// Whether a text is a time that no zone stands with, neither in the text nor in the definition.
    pub fn lacks_zone(&self, raw: &str) -> bool {
        self.zone.is_none() && time::is_local(raw.trim(), &self.formats)
    }

    /// A number as the source would write it.
    pub fn spell(&self, number: f64) -> String {
        match self.decimal {
            Decimal::Point => number.to_string(),
            Decimal::Comma => number.to_string().replace('.', ","),
        }
    }

    fn number(&self, raw: &str) -> Value {
        if let Some(number) = number::read(raw, self.decimal) {
            return Value::Number(number);
        }
        match (number::range(raw, self.decimal), self.range) {
            (Some(range), Some(end)) => Value::Number(range.at(end)),
            (Some(_), None) => unreadable("a range and not a number", raw),
            (None, _) => unreadable("not a number", raw),
        }
    }

    fn flag(&self, raw: &str) -> Value {
        if let Some(flag) = flag::read(raw) {
            return Value::Bool(flag);
        }
        let date = self.map.date.as_ref().filter(|_| self.time(raw).is_some());
        date.cloned().unwrap_or_else(|| unreadable("not yes or no", raw))
    }

    fn time(&self, raw: &str) -> Option<Timestamp> {
        time::read(raw, &self.formats, self.zone.unwrap_or(Tz::UTC), self.decimal)
    }
}

impl Kind {
    /// Reads a raw value of which nothing is known but the type.
    pub fn read(self, raw: &str) -> Value {
        Reading::plain(self).read(raw)
    }
}

fn unreadable(what: &str, raw: &str) -> Value {
    Value::Unreadable(format!("{what}: '{}'", one_line(raw, SAMPLE_CHARS_MAX)).into())
}

#[cfg(test)]
mod tests;
