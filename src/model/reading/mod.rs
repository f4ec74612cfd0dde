//! How the raw text of a field becomes a value: what `[fields]` and the source say of it, compiled once.

mod country;
mod flag;
mod iso;
mod number;
mod time;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use chrono_tz::Tz;

pub use country::country_names;
pub use number::{Decimal, RangeEnd};
pub use time::Format;

use super::mailbox::address;
use super::{Kind, Text, Timestamp, Value, fold, one_address, one_domain, one_line};

/// The type of fields that hold countries.
pub const COUNTRY: &str = "country";

/// How much of a value that cannot be read its reason shows.
const SAMPLE_CHARS_MAX: usize = 40;

/// What a text says, besides its letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    #[default]
    Plain,
    Email,
    /// The domain of an e-mail address.
    EmailDomain,
    Domain,
    Country,
}

/// How a field's text is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub kind: Kind,
    pub form: Form,
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
            form: Form::Plain,
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
            Kind::Text => self.text(raw),
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

    fn text(&self, raw: &str) -> Value {
        match self.form {
            Form::Plain => Value::Text(Text::new(raw)),
            Form::Email => Value::Text(Text::compared_as(raw, &one_address(raw))),
            Form::Domain => Value::Text(Text::compared_as(raw, &one_domain(raw))),
            Form::Country => match country::code(raw) {
                Some(code) => Value::Text(Text::new(code)),
                None => unreadable("not a country", raw),
            },
            Form::EmailDomain => {
                let domain = address(raw).rsplit_once('@').map_or("", |(_, domain)| domain.trim());
                if domain.is_empty() {
                    Value::Missing
                } else {
                    Value::Text(Text::compared_as(domain, &one_domain(domain)))
                }
            }
        }
    }

    /// The word for the type in `rules.toml`.
    pub fn type_name(&self) -> &'static str {
        if self.form == Form::Country { COUNTRY } else { self.kind.name() }
    }

    /// What a value that can be read is, for people.
    pub fn words(&self) -> &'static str {
        if self.form == Form::Country { "a country" } else { self.kind.words() }
    }

    /// A text of the definition as values of the field are compared: the whole of one. `None` when no value can be so.
    pub fn key<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        Some(match self.form {
            Form::Plain => fold(text),
            Form::Email => one_address(text),
            Form::EmailDomain | Form::Domain => one_domain(text),
            Form::Country => Cow::Owned(country::code(text)?.to_ascii_lowercase()),
        })
    }

    /// A text of the definition that is looked for within values: a domain keeps its form, so that the ends of names meet.
    pub fn part<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let folded = fold(text);
        match self.form {
            Form::Email if !folded.is_ascii() => match folded.rsplit_once('@') {
                Some((local, domain)) => Cow::Owned(format!("{local}@{}", one_domain(domain))),
                None => folded,
            },
            Form::EmailDomain | Form::Domain if !folded.is_ascii() => {
                Cow::Owned(one_domain(&folded).into_owned())
            }
            Form::Plain | Form::Email | Form::EmailDomain | Form::Domain | Form::Country => folded,
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

/// In words: `number, range low`.
impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name())?;
        if self.decimal == Decimal::Comma {
            f.write_str(", decimal comma")?;
        }
        if let Some(end) = self.range {
            write!(f, ", range {}", end.name())?;
        }
        for format in &self.formats {
            write!(f, ", format {}", format.text())?;
        }
        if let Some(zone) = self.zone {
            write!(f, ", in {}", zone.name())?;
        }
        let mut map: Vec<(&str, String)> =
            self.map.texts.iter().map(|(text, value)| (&**text, value.shown())).collect();
        map.extend(self.map.date.iter().map(|value| ("any date", value.shown())));
        map.sort_unstable();
        map.iter().try_for_each(|(text, value)| write!(f, ", {text} is {value}"))
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
