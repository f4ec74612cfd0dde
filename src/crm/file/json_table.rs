//! Rows of a JSON Lines file: one object a line. A member of an object in it is named by its path: `company.employees`.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::Number;

use super::config::Source;
use super::json::Json;
use super::open::{Bytes, Opened, SET_ENCODING};
use super::row::{CELL_BYTES_MAX, Step, is_padding};
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
    is_ended: bool,
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
            is_ended: true,
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

    /// Whether the present line has its end.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended
    }

    pub(super) fn read(&mut self) -> Result<Step> {
        loop {
            let Some(line) = self.lines.read().with_context(|| self.name.clone())? else {
                return Ok(Step::End);
            };
            (self.line, self.is_ended) = (line.number, line.ended);
            let Some(text) = line.text else {
                return Ok(Step::Bad(format!("the line is longer than {LINE_BYTES_MAX} bytes")));
            };
            if text.iter().all(|byte| is_padding(char::from(*byte))) {
                continue;
            }
            let row = parse(text, self.transcoded).and_then(|object| cells(&object, &self.wanted));
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
            if let Some(Ok(Json::Object(members))) = line.text.map(|text| parse(text, false)) {
                add_names("", &members, &mut names);
            }
        }
        Ok((names, false))
    }
}

fn add_names(path: &str, members: &[(String, Json)], names: &mut BTreeSet<String>) {
    for (name, value) in members {
        let name = format!("{path}{name}");
        if let Json::Object(members) = value {
            add_names(&format!("{name}."), members, names);
        } else {
            names.insert(name);
        }
    }
}

fn parse(text: &[u8], transcoded: bool) -> Result<Json, String> {
    let text = str::from_utf8(text).map_err(|_| format!("the line is not UTF-8; {SET_ENCODING}"))?;
    if transcoded && text.contains(char::REPLACEMENT_CHARACTER) {
        return Err("the line has bytes that its encoding does not know".to_owned());
    }
    match serde_json::from_str(text.trim_end_matches(is_padding)) {
        Ok(Json::Object(members)) => Ok(Json::Object(members)),
        Ok(_) => Err("the line is not a JSON object".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

/// The wanted members as text.
fn cells(object: &Json, wanted: &[String]) -> Result<Vec<Option<String>>, String> {
    let mut cells = Vec::with_capacity(wanted.len());
    for name in wanted {
        let cell = object.member(name)?.map(|value| to_text(name, value));
        let cell = cell.transpose()?.flatten();
        if cell.as_ref().is_some_and(|cell: &String| cell.len() > CELL_BYTES_MAX) {
            return Err(format!("'{name}' is longer than {CELL_BYTES_MAX} bytes"));
        }
        cells.push(cell);
    }
    Ok(cells)
}

fn to_text(name: &str, value: &Json) -> Result<Option<String>, String> {
    match value {
        Json::Null => Ok(None),
        Json::Bool(flag) => Ok(Some(flag.to_string())),
        Json::Number(number) => number_to_text(name, number).map(Some),
        Json::Text(text) => Ok(Some(text.clone())),
        Json::Object(members) => {
            let member = members.first().map_or("name", |(member, _)| member);
            Err(format!("'{name}' is an object; name a member of it, such as '{name}.{member}'"))
        }
        Json::List(items) => {
            let mut texts = Vec::with_capacity(items.len());
            for item in items {
                match item {
                    Json::List(_) => return Err(format!("'{name}' has a list in a list")),
                    Json::Object(_) => return Err(format!("'{name}' has an object in a list")),
                    Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
                        texts.extend(to_text(name, item)?);
                    }
                }
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
