//! Rows of a CSV file as spreadsheets and exports write them: quoted line breaks, ragged rows, stray bytes. A row that cannot
//! be read is told with its line, and the reading goes on.

use std::io::SeekFrom;

use anyhow::{Result, anyhow, bail};
use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord};

use super::config::Source;
use super::open::{BUFFER_BYTES, Bytes, Opened};
use super::replay::{RECORD_BYTES_MAX, Replay, is_too_long};
use super::row::{CELL_BYTES_MAX, Step};

/// The characters that may separate cells when the config does not say.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// An open CSV file, its header read.
pub(super) struct CsvTable {
    reader: Reader<Replay<Bytes>>,
    columns: Vec<String>,
    /// Slot -> position in the row.
    positions: Vec<Option<usize>>,
    row: StringRecord,
    line: u64,
    transcoded: bool,
}

impl CsvTable {
    pub(super) fn open(source: &Source, opened: Opened) -> Result<Self> {
        let mut bytes = Replay::new(opened.bytes);
        let delimiter = match source.delimiter {
            Some(delimiter) => delimiter,
            None => sniff_delimiter(bytes.peek_line()?),
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(bytes);
        let header = reader.headers().map_err(|error| explain_header(source, &error))?;
        let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        if columns.is_empty() {
            bail!("{} is empty; it needs a header line with the names of its columns", source.name);
        }
        if let Some(twice) = first_duplicate(&columns) {
            bail!("{}: two columns are called '{twice}'; rename one of them", source.place(1));
        }
        Ok(Self {
            reader,
            columns,
            positions: Vec::new(),
            row: StringRecord::new(),
            line: 1,
            transcoded: opened.transcoded,
        })
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn select(&mut self, wanted: &[String]) {
        let position = |name: &String| self.columns.iter().position(|column| column == name);
        self.positions = wanted.iter().map(position).collect();
    }

    pub(super) fn cell(&self, slot: usize) -> Option<&str> {
        let position = self.positions.get(slot).copied().flatten()?;
        self.row.get(position)
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn read(&mut self) -> Result<Step> {
        loop {
            let before = self.reader.position().clone();
            self.reader.get_mut().mark(before.byte());
            let read = self.reader.read_record(&mut self.row);
            let start = self.first_byte(&before);
            self.line = start.line();
            let flaw = match read {
                Ok(false) => return Ok(Step::End),
                // Spreadsheets write rows that were cleared as nothing but delimiters.
                Ok(true) if self.row.as_slice().trim().is_empty() => continue,
                Ok(true) => self.flaw(&start),
                Err(error) => Some(explain_row(error)?),
            };
            let Some(mut reason) = flaw else {
                return Ok(Step::Row);
            };
            if self.go_to_next_line(&start)? {
                reason.push_str("; is a quote left open?");
            }
            return Ok(Step::Bad(reason));
        }
    }

    /// Where the record really begins: the reader counts the line ends before it as part of it.
    fn first_byte(&self, before: &Position) -> Position {
        let mut start = before.clone();
        for byte in self.reader.get_ref().kept_from(before.byte()) {
            match byte {
                b'\n' => start.set_line(start.line() + 1),
                b'\r' => &mut start,
                _ => break,
            };
            start.set_byte(start.byte() + 1);
        }
        start
    }

    /// What is wrong with the present row.
    fn flaw(&self, start: &Position) -> Option<String> {
        if self.row.len() != self.columns.len() {
            let (cells, columns) = (self.row.len(), self.columns.len());
            return Some(format!("the row has {cells} of the header's {columns} cells"));
        }
        if self.row.as_slice().len() > CELL_BYTES_MAX {
            let mut cells = self.columns.iter().zip(&self.row);
            if let Some((column, _)) = cells.find(|(_, cell)| cell.len() > CELL_BYTES_MAX) {
                return Some(format!("the cell in column '{column}' is longer than {CELL_BYTES_MAX} bytes"));
            }
        }
        if self.row.as_slice().contains('\n') && self.has_open_quote(start) {
            return Some("the row goes over several lines with an odd number of quotes".to_owned());
        }
        if self.transcoded && self.row.as_slice().contains(char::REPLACEMENT_CHARACTER) {
            return Some("the row has bytes that its encoding does not know".to_owned());
        }
        None
    }

    /// A quote that nobody closed takes the following rows into its cell without any sign but this.
    fn has_open_quote(&self, start: &Position) -> bool {
        let length = self.reader.position().byte() - start.byte();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let bytes = self.reader.get_ref().kept_from(start.byte()).iter();
        bytes.take(length).filter(|byte| **byte == b'"').count() % 2 == 1
    }

    /// A row that cannot be read may have swallowed others after a stray quote: goes back to the line after its first.
    /// True when there was something to go back for.
    fn go_to_next_line(&mut self, start: &Position) -> Result<bool> {
        let end = self.reader.position().byte();
        let next = self.reader.get_mut().next_line(start.byte())?;
        let swallowed = end > next;
        let mut position = Position::new();
        position.set_byte(next).set_line(start.line() + 1);
        self.reader.seek_raw(SeekFrom::Start(next), position)?;
        Ok(swallowed)
    }
}

/// The most frequent of the usual delimiters outside quotes; a comma when there is none.
fn sniff_delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        let outside = header.iter().filter(|byte| {
            quoted ^= **byte == b'"';
            !quoted && **byte == delimiter
        });
        outside.count()
    };
    // The first of equals wins, so a header of one column has the comma.
    let most = DELIMITERS.into_iter().rev().max_by_key(|byte| count(*byte));
    most.unwrap_or(b',')
}

fn first_duplicate(columns: &[String]) -> Option<&String> {
    let mut seen = std::collections::HashSet::new();
    columns.iter().find(|column| !column.is_empty() && !seen.insert(column.as_str()))
}

fn explain_header(source: &Source, error: &csv::Error) -> anyhow::Error {
    let place = source.place(1);
    if matches!(error.kind(), ErrorKind::Utf8 { .. }) {
        anyhow!("{place}: the header is not UTF-8; set `encoding` in [crm.file], such as \"windows-1252\"")
    } else {
        anyhow!("{place}: cannot read the header: {error}")
    }
}

/// The reason when the record is to blame; the error when the file is.
fn explain_row(error: csv::Error) -> Result<String> {
    if let ErrorKind::Utf8 { err, .. } = error.kind() {
        let cell = err.field() + 1;
        return Ok(format!(
            "cell {cell} is not UTF-8; save the file as UTF-8, or set `encoding` in [crm.file]"
        ));
    }
    if let ErrorKind::Io(io) = error.kind()
        && is_too_long(io)
    {
        return Ok(format!("the row is longer than {RECORD_BYTES_MAX} bytes"));
    }
    Err(error.into())
}
