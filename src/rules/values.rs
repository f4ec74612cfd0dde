//! Plain values: numbers, spans of time, moments, addresses; and what to say of a value of another type.

use chrono::{NaiveDate, TimeDelta};

use super::finding::Finding;
use super::item::{Item, Node};
use crate::model::{Kind, Reading, Timestamp, Value};

/// Longest span accepted: a hundred years, far from the end of the calendar.
const DURATION_DAYS_MAX: i64 = 36_500;

/// What to say of a value of another type.
pub(super) fn wrong_type(key: &str, expected: &str, item: &Item) -> Finding {
    let message = format!("`{key}` must be {expected}, not {}", item.node.kind());
    Finding::error(super::codes::WRONG_TYPE, item.span.clone(), message)
}

/// What to say of one entry of a list.
pub(super) fn wrong_entry(key: &str, expected: &str, item: &Item) -> Finding {
    let message = format!("every entry of `{key}` must be {expected}, not {}", item.node.kind());
    Finding::error(super::codes::WRONG_TYPE, item.span.clone(), message)
}

pub(super) fn as_number(item: &Item) -> Option<f64> {
    match item.node {
        Node::Integer(number) => Some(integer_as_f64(number)),
        Node::Float(number) if number.is_finite() => Some(number),
        Node::Float(_)
        | Node::Text(_)
        | Node::Bool(_)
        | Node::Datetime(_)
        | Node::List(_)
        | Node::Table(_) => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "CRM values are compared as f64; 2^53 is far beyond any score or count"
)]
fn integer_as_f64(number: i64) -> f64 {
    number as f64
}

/// Reads `90s`, `5m`, `8h`, `30d`, `2w`, or several in a row such as `1h30m`.
///
/// # Errors
/// Why the text is no span of time.
pub(super) fn parse_duration(text: &str) -> Result<TimeDelta, String> {
    let wrong = || {
        format!("'{text}' is not a span of time; write one such as \"90s\", \"5m\", \"8h\", \"30d\", \"2w\"")
    };
    let mut total = TimeDelta::zero();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let mut chars = after.chars();
        let seconds: i64 = match chars.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            Some(_) | None => return Err(wrong()),
        };
        rest = chars.as_str().trim_start();
        let part = number.checked_mul(seconds).and_then(TimeDelta::try_seconds);
        total = part.and_then(|part| total.checked_add(&part)).ok_or_else(wrong)?;
    }
    if total.num_days() > DURATION_DAYS_MAX {
        return Err(format!("'{text}' is longer than {DURATION_DAYS_MAX} days"));
    }
    Ok(total)
}

/// The shortest spelling of a span: `90s`, `5m`, `1h30m`, `30d`.
pub fn format_duration(span: TimeDelta) -> String {
    let mut seconds = span.num_seconds().max(0);
    if seconds == 0 {
        return "0s".to_owned();
    }
    let mut parts = Vec::new();
    for (unit, size) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
        if seconds >= size {
            parts.push(format!("{}{unit}", seconds / size));
            seconds %= size;
        }
    }
    parts.concat()
}

/// A TOML date or a text, read as the CRM's own values are.
pub(super) fn read_time(item: &Item) -> Option<Timestamp> {
    match &item.node {
        Node::Datetime(text) | Node::Text(text) => match Kind::DateTime.read(text) {
            Value::Time(time) => Some(time),
            Value::Missing | Value::Unreadable(_) | Value::Number(_) | Value::Bool(_) | Value::Text(_) => {
                None
            }
        },
        Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::List(_) | Node::Table(_) => None,
    }
}

/// A day, as a TOML date or a text.
pub(super) fn read_day(item: &Item) -> Option<NaiveDate> {
    match &item.node {
        Node::Datetime(text) | Node::Text(text) => text.trim().parse().ok(),
        Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::List(_) | Node::Table(_) => None,
    }
}

/// A plain value as the CRM would write it.
pub(super) fn scalar(node: &Node) -> Option<String> {
    match node {
        Node::Text(text) | Node::Datetime(text) => Some(text.clone()),
        Node::Integer(number) => Some(number.to_string()),
        Node::Float(number) => Some(number.to_string()),
        Node::Bool(flag) => Some(flag.to_string()),
        Node::List(_) | Node::Table(_) => None,
    }
}

/// A plain value as this field's source would write it: with its decimal.
pub(super) fn as_written(node: &Node, reading: &Reading) -> Option<String> {
    if let Node::Float(number) = node { Some(reading.spell(*number)) } else { scalar(node) }
}

pub(super) fn is_email(text: &str) -> bool {
    let strange = |c: char| c.is_whitespace() || c.is_control() || c == '@';
    text.rsplit_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !name.contains(strange) && !domain.contains(strange)
    })
}
