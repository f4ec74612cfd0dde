//! Reads one table key by key, and finds what nobody read.

use std::ops::Range;

use chrono::TimeDelta;

use super::finding::{Finding, Findings};
use super::item::{Entry, Item, Node, Table};
use super::suggest::did_you_mean;

/// A cursor over one table. Each method reads one key and notes a finding when its value does not fit; [`Reader::finish`]
/// notes every key that no method asked for.
#[derive(Debug)]
pub struct Reader<'a> {
    table: &'a Table,
    asked: Vec<&'static str>,
    /// What the table is called in findings: `[crm.file]`, `[[rep]]`.
    name: String,
}

impl<'a> Reader<'a> {
    pub fn new(table: &'a Table, name: impl Into<String>) -> Self {
        Self { table, asked: Vec::new(), name: name.into() }
    }

    pub fn span(&self) -> Range<usize> {
        self.table.span.clone()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The entry itself, for what no other method fits.
    pub fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        self.asked.push(key);
        self.table.get(key)
    }

    pub fn item(&mut self, key: &'static str) -> Option<&'a Item> {
        self.entry(key).map(|entry| &entry.item)
    }

    pub fn text(&mut self, key: &'static str, findings: &mut Findings) -> Option<&'a str> {
        let item = self.item(key)?;
        if let Node::Text(text) = &item.node {
            Some(text)
        } else {
            wrong_type(key, "a text", item, findings);
            None
        }
    }

    pub fn required_text(&mut self, key: &'static str, findings: &mut Findings) -> Option<&'a str> {
        if self.table.get(key).is_none() {
            self.missing(key, findings);
        }
        self.text(key, findings)
    }

    pub fn flag(&mut self, key: &'static str, findings: &mut Findings) -> Option<bool> {
        let item = self.item(key)?;
        if let Node::Bool(flag) = item.node {
            Some(flag)
        } else {
            wrong_type(key, "true or false", item, findings);
            None
        }
    }

    pub fn number(&mut self, key: &'static str, findings: &mut Findings) -> Option<f64> {
        let item = self.item(key)?;
        let number = as_number(item);
        if number.is_none() {
            wrong_type(key, "a number", item, findings);
        }
        number
    }

    /// A whole number of at least `least`.
    pub fn count(&mut self, key: &'static str, least: u32, findings: &mut Findings) -> Option<u32> {
        let item = self.item(key)?;
        let count = match item.node {
            Node::Integer(number) => u32::try_from(number).ok().filter(|count| *count >= least),
            Node::Text(_)
            | Node::Float(_)
            | Node::Bool(_)
            | Node::Datetime(_)
            | Node::List(_)
            | Node::Table(_) => None,
        };
        if count.is_none() {
            let given =
                as_number(item).map_or_else(|| item.node.kind().to_owned(), |number| number.to_string());
            let message = format!("`{key}` must be a whole number from {least}, not {given}");
            findings.error("H003", item.span.clone(), message);
        }
        count
    }

    /// A span of time such as `90s`, `5m`, `8h`, `30d`, `2w`.
    pub fn duration(&mut self, key: &'static str, findings: &mut Findings) -> Option<TimeDelta> {
        let item = self.item(key)?;
        let Node::Text(text) = &item.node else {
            wrong_type(key, "a span of time such as \"5m\"", item, findings);
            return None;
        };
        match parse_duration(text) {
            Ok(span) => Some(span),
            Err(why) => {
                findings.error("H005", item.span.clone(), format!("`{key}`: {why}"));
                None
            }
        }
    }

    /// A list of texts, each with its place.
    pub fn texts(&mut self, key: &'static str, findings: &mut Findings) -> Vec<(&'a str, Range<usize>)> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        let Node::List(items) = &item.node else {
            wrong_type(key, "a list of texts", item, findings);
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            if let Node::Text(text) = &item.node {
                texts.push((text.as_str(), item.span.clone()));
            } else {
                wrong_entry(key, "a text", item, findings);
            }
        }
        texts
    }

    pub fn table(&mut self, key: &'static str, findings: &mut Findings) -> Option<&'a Table> {
        let item = self.item(key)?;
        if let Node::Table(table) = &item.node {
            Some(table)
        } else {
            wrong_type(key, table_like(key), item, findings);
            None
        }
    }

    /// The tables of `[[key]]`.
    pub fn tables(&mut self, key: &'static str, findings: &mut Findings) -> Vec<&'a Table> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        let Node::List(items) = &item.node else {
            let finding =
                Finding::error("H003", item.span.clone(), format!("`{key}` must be a list of tables"));
            findings.add(finding.help(format!("write `[[{key}]]`, with two brackets, for each")));
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            if let Node::Table(table) = &item.node {
                tables.push(table);
            } else {
                wrong_entry(key, "a table", item, findings);
            }
        }
        tables
    }

    pub fn missing(&self, key: &str, findings: &mut Findings) {
        findings.error("H004", self.table.span.clone(), format!("{} needs `{key}`", self.name));
    }

    /// Notes every key that was never asked for, with the nearest one that exists.
    pub fn finish(self, findings: &mut Findings) {
        for entry in &self.table.entries {
            if self.asked.contains(&entry.key.as_str()) {
                continue;
            }
            let message = format!("unknown key `{}` in {}", entry.key, self.name);
            let finding = Finding::error("H002", entry.key_span.clone(), message);
            findings.add(finding.help(did_you_mean(&entry.key, self.asked.iter().copied())));
        }
    }
}

pub fn wrong_type(key: &str, expected: &str, item: &Item, findings: &mut Findings) {
    let message = format!("`{key}` must be {expected}, not {}", item.node.kind());
    findings.error("H003", item.span.clone(), message);
}

fn wrong_entry(key: &str, expected: &str, item: &Item, findings: &mut Findings) {
    let message = format!("every entry of `{key}` must be {expected}, not {}", item.node.kind());
    findings.error("H003", item.span.clone(), message);
}

/// What a table at a key looks like, where people tend to write something else.
fn table_like(key: &str) -> &'static str {
    match key {
        "when" | "accepted" | "rejected" | "recycled" | "converted" | "lost" => {
            "a table such as { score.at_least = 65 }"
        }
        "to" => "a table such as { team = \"inbound\" }",
        "contact" => "a table such as { email = \"joao@fintech.example\" }",
        _ => "a table",
    }
}

pub fn as_number(item: &Item) -> Option<f64> {
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

/// Longest span accepted: a hundred years, far from the end of the calendar.
const DURATION_DAYS_MAX: i64 = 36_500;

/// Reads `90s`, `5m`, `8h`, `30d`, `2w`, or several in a row such as `1h30m`.
pub fn parse_duration(text: &str) -> Result<TimeDelta, String> {
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
