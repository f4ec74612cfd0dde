//! Rows of named cells, from CSV or JSON Lines. Which columns are wanted is said once; then rows are read one after the other
//! and cells are asked for by slot.

use anyhow::Result;

use super::config::Source;
use super::csv_table::CsvTable;
use super::header::{Found, find};
use super::json_table::JsonTable;
use super::open::{Progress, open};
use super::row::{Step, said};
use super::stamp::FileStamp;

/// How far into a JSON Lines file its names are looked for.
const NAMED_ROWS_MAX: usize = 10_000;

/// An open file of rows.
pub(super) struct Table {
    form: Form,
    /// As the file was when it was opened.
    pub(super) stamp: FileStamp,
    progress: Progress,
    source: Source,
}

enum Form {
    Csv(Box<CsvTable>),
    Json(Box<JsonTable>),
}

/// The names of a file's columns.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    /// There are no others: a long JSON Lines file may have some further down.
    pub(super) complete: bool,
    /// The line that has them; `None` where each row has its own.
    pub(super) line: Option<u64>,
}

impl Columns {
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name) != Found::No
    }

    /// For people, with commas between.
    pub(super) fn listed(&self) -> String {
        let names = self.names.iter().map(String::as_str).filter(|name| !name.is_empty());
        names.collect::<Vec<_>>().join(", ")
    }

    /// Members of JSON have exactly one spelling.
    pub(super) fn find(&self, name: &str) -> Found {
        if self.line.is_some() {
            return find(&self.names, name);
        }
        self.names.iter().position(|known| known == name).map_or(Found::No, Found::At)
    }

    pub(super) fn of(source: &Source) -> Result<Self> {
        match Table::open(source)?.form {
            Form::Csv(csv) => {
                let line = Some(csv.header_line());
                Ok(Self { names: csv.columns().to_vec(), complete: true, line })
            }
            Form::Json(json) => {
                let (names, complete) = json.names(NAMED_ROWS_MAX)?;
                Ok(Self {
                    // Without a single object there are no names to go by, and every line says why.
                    complete: complete && !names.is_empty(),
                    names: names.into_iter().collect(),
                    line: None,
                })
            }
        }
    }
}

impl Table {
    pub(super) fn open(source: &Source) -> Result<Self> {
        let opened = open(source)?;
        let stamp = FileStamp::of(&opened.metadata);
        let progress = opened.progress.clone();
        let form = if source.is_json() {
            Form::Json(Box::new(JsonTable::open(source, opened)?))
        } else {
            Form::Csv(Box::new(CsvTable::open(source, opened)?))
        };
        Ok(Self { form, stamp, progress, source: source.clone() })
    }

    /// Names the columns whose cells will be asked for; slot 0 is the first. No name twice; a name that the
    /// file does not have is a column without values.
    pub(super) fn select(&mut self, wanted: &[String]) {
        match &mut self.form {
            Form::Csv(csv) => csv.select(wanted),
            Form::Json(json) => json.select(wanted),
        }
    }

    /// A last row without a line end may be half of what is being written; it waits until the file rests.
    pub(super) fn read(&mut self) -> Result<Step> {
        let (step, is_ended) = match &mut self.form {
            Form::Csv(csv) => (csv.read()?, csv.is_ended()),
            Form::Json(json) => (json.read()?, json.is_ended()),
        };
        if step != Step::End && !is_ended && !FileStamp::now(&self.source)?.is_settled() {
            let why = "the last row has no line end and the file was written just now; the next run reads it";
            return Ok(Step::Bad(why.to_owned()));
        }
        Ok(step)
    }

    /// A cell of the present row, without what guards it and surrounding space; `None` when it is blank.
    pub(super) fn cell(&self, slot: usize) -> Option<&str> {
        let cell = match &self.form {
            Form::Csv(csv) => csv.cell(slot),
            Form::Json(json) => json.cell(slot),
        };
        cell.and_then(said)
    }

    /// Where the present row begins, from 1.
    pub(super) fn line(&self) -> u64 {
        match &self.form {
            Form::Csv(csv) => csv.line(),
            Form::Json(json) => json.line(),
        }
    }

    pub(super) fn progress(&self) -> f64 {
        self.progress.share()
    }
}

#[cfg(test)]
mod tests;
