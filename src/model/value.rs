//! One value of one field, read once into its type.

use chrono::{DateTime, Utc};

use super::Text;

/// A moment. Everything inside is UTC; zones appear only where a working day or a reader is concerned.
pub type Timestamp = DateTime<Utc>;

/// What a field holds, as `[fields]` declares it or the standard name implies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Bool,
    DateTime,
}

/// A field's value. `Missing` makes every condition on it false, save `is_set = false`; `Unreadable` makes it unclear, save `is_set`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Missing,
    /// Could not be read as the field's type; holds the reason, such as `not a number: 'abc'`.
    Unreadable(Box<str>),
    Number(f64),
    Bool(bool),
    Text(Text),
    Time(Timestamp),
}

impl Value {
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            Self::Missing | Self::Unreadable(_) | Self::Number(_) | Self::Bool(_) | Self::Time(_) => None,
        }
    }

    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Missing | Self::Unreadable(_) | Self::Text(_) | Self::Bool(_) | Self::Time(_) => None,
        }
    }

    pub fn as_time(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Missing | Self::Unreadable(_) | Self::Text(_) | Self::Bool(_) | Self::Number(_) => None,
        }
    }

    /// For people: cleaned, at most 60 characters of text, whole numbers without a fraction.
    pub fn shown(&self) -> String {
        match self {
            Self::Missing => "missing".to_owned(),
            Self::Unreadable(why) => super::one_line(why, SHOWN_CHARS_MAX),
            Self::Number(number) => format!("{number}"),
            Self::Bool(true) => "yes".to_owned(),
            Self::Bool(false) => "no".to_owned(),
            Self::Text(text) => text.shown(SHOWN_CHARS_MAX),
            Self::Time(time) => time.format("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }
}

/// A value in a trace or a brief shares its line with the condition.
const SHOWN_CHARS_MAX: usize = 60;

impl Kind {
    /// The word `rules.toml` uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::DateTime => "datetime",
        }
    }

    /// What a value of it is, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Bool => "yes or no",
            Self::DateTime => "a date and time",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_cannot_be_compared_are_unreadable() {
        for raw in ["NaN", "1e999", "-inf", "twelve", "1,23"] {
            assert!(matches!(Kind::Number.read(raw), Value::Unreadable(_)), "{raw}");
        }
        assert_eq!(Kind::Number.read(" 12.50 "), Value::Number(12.5));
    }

    #[test]
    fn a_day_that_does_not_exist_is_unreadable() {
        assert_eq!(Kind::DateTime.read("2026-02-31").shown(), "not a date and time: '2026-02-31'");
    }

    #[test]
    fn times_are_read_in_every_spelling_that_crms_export() {
        let expected = Kind::DateTime.read("2026-11-23T10:00:00Z");
        for raw in
            ["2026-11-23T11:00:00+01:00", "2026-11-23 10:00", "2026-11-23 10:00:00.000", "1795428000000"]
        {
            assert_eq!(Kind::DateTime.read(raw), expected, "{raw}");
        }
    }

    #[test]
    fn blank_is_missing_whatever_the_type() {
        for kind in [Kind::Text, Kind::Number, Kind::Bool, Kind::DateTime] {
            assert_eq!(kind.read("  "), Value::Missing);
        }
    }
}
