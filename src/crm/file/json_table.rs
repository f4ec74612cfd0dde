//! Rows of a JSON Lines file: one flat object a line.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Number, Value};

use super::config::Source;
use super::open::{Bytes, Opened};
use super::row::{CELL_BYTES_MAX, Step};
use crate::connector::lines::{LINE_BYTES_MAX, Lines};

/// Integers beyond it may have lost digits while they were read; as ids they would name somebody else.
const INTEGER_EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// An open JSON Lines file.
pub(super) struct JsonTable {
    name: String,
    lines: Lines<Bytes>,
    wanted: Vec<String>,
    cells: Vec<Option<String>>,
    line: u64,
    transcoded: bool,
}

impl JsonTable {
    pub(super) fn open(source: &Source, opened: Opened) -> Result<Self> {
        if opened.metadata.len() == 0 {
            bail!("{} is empty; it needs one JSON object a line", source.name);
        }
        Ok(Self {
            name: source.name.clone(),
            lines: Lines::new(opened.bytes),
            wanted: Vec::new(),
            cells: Vec::new(),
            line: 0,
            transcoded: opened.transcoded,
        })
    }

    pub(super) fn select(&mut self, wanted: &[String]) {
        self.wanted = wanted.to_vec();
    }

    pub(super) fn cell(&self, slot: usize) -> Option<&str> {
        self.cells.get(slot)?.as_deref()
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn read(&mut self) -> Result<Step> {
        loop {
            let Some(line) = self.lines.read().with_context(|| self.name.clone())? else {
                return Ok(Step::End);
            };
            self.line = line.number;
            let Some(text) = line.text else {
                return Ok(Step::Bad(format!("the line is longer than {LINE_BYTES_MAX} bytes")));
            };
            if text.trim_ascii().is_empty() {
                continue;
            }
            let row = parse(text, self.transcoded).and_then(|object| flatten(object, &self.wanted));
            return Ok(match row {
                Ok(cells) => {
                    self.cells = cells;
                    Step::Row
                }
                Err(reason) => Step::Bad(reason),
            });
        }
    }

    /// The names in the first `rows_max` objects, and whether that was all of the file.
    pub(super) fn names(mut self, rows_max: usize) -> Result<(BTreeSet<String>, bool)> {
        let mut names = BTreeSet::new();
        for _ in 0..rows_max {
            let Some(line) = self.lines.read().with_context(|| self.name.clone())? else {
                return Ok((names, true));
            };
            if let Some(Ok(object)) = line.text.map(|text| parse(text, false)) {
                names.extend(object.into_iter().map(|(name, _)| name));
            }
        }
        Ok((names, false))
    }
}

fn parse(text: &[u8], transcoded: bool) -> Result<Map<String, Value>, String> {
    let text = str::from_utf8(text)
        .map_err(|_| "the line is not UTF-8; save the file as UTF-8, or set `encoding` in [crm.file]")?;
    if transcoded && text.contains(char::REPLACEMENT_CHARACTER) {
        return Err("the line has bytes that its encoding does not know".to_owned());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("the line is not a JSON object".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

/// The wanted members as text; every member must be flat, wanted or not.
fn flatten(mut object: Map<String, Value>, wanted: &[String]) -> Result<Vec<Option<String>>, String> {
    if let Some((name, _)) = object.iter().find(|(_, value)| value.is_object()) {
        return Err(format!("'{name}' is an object; write its members as columns of their own"));
    }
    let mut cells = Vec::with_capacity(wanted.len());
    for name in wanted {
        let cell = object.remove(name).map(|value| to_text(name, value));
        let cell = cell.transpose()?.flatten();
        if cell.as_ref().is_some_and(|cell: &String| cell.len() > CELL_BYTES_MAX) {
            return Err(format!("'{name}' is longer than {CELL_BYTES_MAX} bytes"));
        }
        cells.push(cell);
    }
    Ok(cells)
}

fn to_text(name: &str, value: Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(flag.to_string())),
        Value::Number(number) => number_to_text(name, &number).map(Some),
        Value::String(text) => Ok(Some(text)),
        Value::Object(_) => Err(format!("'{name}' has an object in a list")),
        Value::Array(items) => {
            let mut texts = Vec::with_capacity(items.len());
            for item in items {
                if item.is_array() {
                    return Err(format!("'{name}' has a list in a list"));
                }
                texts.extend(to_text(name, item)?);
            }
            Ok(Some(texts.join(";")))
        }
    }
}

fn number_to_text(name: &str, number: &Number) -> Result<String, String> {
    let inexact = number.is_f64() && number.as_f64().is_some_and(|float| float.abs() >= INTEGER_EXACT_MAX);
    if inexact {
        Err(format!("'{name}' is too large to be read exactly; write it as text, in quotes"))
    } else {
        Ok(number.to_string())
    }
}
