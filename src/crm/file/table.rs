//! Rows of named cells, from CSV or JSON Lines. Which columns are wanted is said once; then rows are read one after the other
//! and cells are asked for by slot.

use anyhow::Result;

use super::config::Source;
use super::csv_table::CsvTable;
use super::json_table::JsonTable;
use super::open::{Progress, open};
use super::row::Step;
use super::stamp::FileStamp;

/// How far into a JSON Lines file its names are looked for.
const NAMED_ROWS_MAX: usize = 10_000;

/// An open file of rows.
pub(super) struct Table {
    form: Form,
    /// As the file was when it was opened.
    pub(super) stamp: FileStamp,
    progress: Progress,
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
}

impl Columns {
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    pub(super) fn of(source: &Source) -> Result<Self> {
        match Table::open(source)?.form {
            Form::Csv(csv) => Ok(Self { names: csv.columns().to_vec(), complete: true }),
            Form::Json(json) => {
                let (names, complete) = json.names(NAMED_ROWS_MAX)?;
                Ok(Self {
                    // Without a single object there are no names to go by, and every line says why.
                    complete: complete && !names.is_empty(),
                    names: names.into_iter().collect(),
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
        Ok(Self { form, stamp, progress })
    }

    /// Names the columns whose cells will be asked for; slot 0 is the first. No name twice; a name that the
    /// file does not have is a column without values.
    pub(super) fn select(&mut self, wanted: &[String]) {
        match &mut self.form {
            Form::Csv(csv) => csv.select(wanted),
            Form::Json(json) => json.select(wanted),
        }
    }

    pub(super) fn read(&mut self) -> Result<Step> {
        match &mut self.form {
            Form::Csv(csv) => csv.read(),
            Form::Json(json) => json.read(),
        }
    }

    /// A cell of the present row, without surrounding space; `None` when it is blank.
    pub(super) fn cell(&self, slot: usize) -> Option<&str> {
        let cell = match &self.form {
            Form::Csv(csv) => csv.cell(slot),
            Form::Json(json) => json.cell(slot),
        };
        cell.map(str::trim).filter(|cell| !cell.is_empty())
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
