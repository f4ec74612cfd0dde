//! Rows of a CSV file as spreadsheets and exports write them: quoted line breaks, ragged rows, stray bytes. A row that cannot
//! be read is told with its line, and the reading goes on.

use std::collections::VecDeque;
use std::io::SeekFrom;

use anyhow::{Result, anyhow, bail};
use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord};

use super::config::Source;
use super::doubt::{Doubts, Reads, Settled, reads};
use super::header::{DELIMITERS, Found, Preamble, clean, find, sniff_delimiter};
use super::open::{BUFFER_BYTES, Bytes, Opened};
use super::quotes;
use super::replay::{RECORD_BYTES_MAX, Replay, is_too_long};
use super::row::{CELL_BYTES_MAX, Step, is_padding};

/// In a table of fewer columns, a line of text that has as many delimiters as a row is no sign of anything.
const WIDE: usize = 4;

/// An open CSV file, its header read.
pub(super) struct CsvTable {
    reader: Reader<Replay<Bytes>>,
    /// As it stands in the file: exports put one behind the other have it again.
    header: StringRecord,
    columns: Vec<String>,
    delimiter: u8,
    /// Slot -> position in the row.
    positions: Vec<Option<usize>>,
    row: StringRecord,
    line: u64,
    /// How many lines stand above the header.
    lines_above: u64,
    transcoded: bool,
    doubts: Doubts,
    /// Rows that were read ahead.
    ready: VecDeque<Settled>,
    is_at_end: bool,
    /// The line of a last row that has no line end.
    unended: Option<u64>,
}

impl CsvTable {
    pub(super) fn open(source: &Source, opened: Opened) -> Result<Self> {
        let mut bytes = Replay::new(opened.bytes);
        let preamble = Preamble::take(&mut bytes)?;
        let delimiter = source.delimiter.or(preamble.delimiter);
        let delimiter = delimiter.unwrap_or_else(|| sniff_delimiter(bytes.kept_from(0)));
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(bytes);
        let place = source.place(preamble.lines + 1);
        let header = reader.headers().map_err(|error| explain_header(&place, &error))?.clone();
        let columns: Vec<String> = header.iter().map(clean).collect();
        if columns.is_empty() {
            bail!("{} is empty; it needs a header line with the names of its columns", source.name);
        }
        let length = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let raw = reader.get_ref().kept_from(0);
        if quotes::stray(raw.get(..length).unwrap_or(raw), delimiter).is_some() {
            bail!("{place}: a quote in the header is not closed");
        }
        Ok(Self {
            reader,
            header,
            columns,
            delimiter,
            positions: Vec::new(),
            row: StringRecord::new(),
            line: 1,
            lines_above: preamble.lines,
            transcoded: opened.transcoded,
            doubts: Doubts::default(),
            ready: VecDeque::new(),
            is_at_end: false,
            unended: None,
        })
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn header_line(&self) -> u64 {
        self.lines_above + 1
    }

    pub(super) fn select(&mut self, wanted: &[String]) {
        let position = |name: &String| match find(&self.columns, name) {
            Found::At(position) => Some(position),
            Found::No | Found::Twice(..) => None,
        };
        self.positions = wanted.iter().map(position).collect();
    }

    pub(super) fn cell(&self, slot: usize) -> Option<&str> {
        let position = self.positions.get(slot).copied().flatten()?;
        self.row.get(position)
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether the present row has its line end: it may be half of a row that is being written.
    pub(super) fn is_ended(&self) -> bool {
        self.unended != Some(self.line)
    }

    pub(super) fn read(&mut self) -> Result<Step> {
        loop {
            if let Some((line, row)) = self.ready.pop_front() {
                self.line = line;
                return Ok(match row {
                    Ok(row) => {
                        self.row = row;
                        Step::Row
                    }
                    Err(reason) => Step::Bad(reason),
                });
            }
            if self.is_at_end {
                return Ok(Step::End);
            }
            let mut apart = false;
            let step = self.read_next(&mut apart)?;
            let is_short = self.row.len() < self.columns.len();
            let reads = match step {
                Step::Row => reads(&self.row, self.columns.len()),
                Step::Bad(_) | Step::End => Reads::Row,
            };
            if reads == Reads::Row && self.doubts.is_empty() && !(is_short && step == Step::Row) {
                self.is_at_end = step == Step::End;
                return Ok(step);
            }
            if reads == Reads::Words || (reads == Reads::One && self.doubts.has_words()) {
                self.ready.extend(self.doubts.add_words(self.line, apart));
                continue;
            }
            if reads == Reads::Rest && !apart && self.doubts.may_be_cut() {
                self.doubts.add_words(self.line, false);
                self.ready.extend(self.doubts.settle(false));
                continue;
            }
            self.ready.extend(self.doubts.settle(step == Step::End));
            match step {
                Step::Row if is_short => self.doubts.hold_short(self.line, self.row.clone()),
                Step::Row => self.ready.push_back((self.line, Ok(self.row.clone()))),
                Step::Bad(reason) => self.ready.push_back((self.line, Err(reason))),
                Step::End => self.is_at_end = true,
            }
        }
    }

    /// The next row as it stands there. `apart`: there were blank ones above it.
    fn read_next(&mut self, apart: &mut bool) -> Result<Step> {
        loop {
            let before = self.reader.position().clone();
            self.reader.get_mut().mark(before.byte());
            let read = self.reader.read_record(&mut self.row);
            let start = self.first_byte(&before);
            self.line = start.line() + self.lines_above;
            *apart |= start.line() > before.line() + 1;
            let end = self.reader.position().byte();
            if end > start.byte() && !matches!(self.raw(end - 1).first(), Some(b'\n' | b'\r')) {
                self.unended = Some(self.line);
            }
            let mut is_cut = false;
            let (mut flaw, may_be_open) = match read {
                Ok(false) => return Ok(Step::End),
                // Spreadsheets write rows that were cleared as nothing but delimiters.
                Ok(true) if self.row.as_slice().trim_matches(is_padding).is_empty() => {
                    *apart = true;
                    continue;
                }
                Ok(true) if self.row.get(0) == self.header.get(0) && self.row == self.header => continue,
                Ok(true) => {
                    let is_ragged = self.row.len() != self.columns.len();
                    (self.flaw(), is_ragged || self.row.as_slice().contains('\n'))
                }
                Err(error) => {
                    is_cut = error.is_io_error();
                    (Some(explain_row(error)?), true)
                }
            };
            let is_padding_only = || self.raw(start.byte()).iter().all(|byte| is_padding(char::from(*byte)));
            if flaw.is_some() && is_padding_only() {
                self.resume(&start, start.byte())?;
                continue;
            }
            if may_be_open && let Some(open) = self.stray_quote(&start, is_cut) {
                let line = start.line() + self.lines_above + self.lines_between(&start, open);
                flaw = Some(match flaw.filter(|_| is_cut) {
                    Some(too_long) => {
                        format!("{too_long}; is the quote that opens a cell on line {line} left open?")
                    }
                    None => format!(
                        "the quote that opens a cell on line {line} is not closed where the cell ends"
                    ),
                });
                self.resume(&start, open)?;
            } else if is_cut {
                self.resume(&start, start.byte())?;
            }
            return Ok(flaw.map_or(Step::Row, Step::Bad));
        }
    }

    /// What is kept of the file, from an offset on.
    fn raw(&self, from: u64) -> &[u8] {
        self.reader.get_ref().kept_from(from)
    }

    /// Where the record really begins: the reader counts the line ends before it as part of it.
    fn first_byte(&self, before: &Position) -> Position {
        let mut start = before.clone();
        for byte in self.raw(before.byte()) {
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
    fn flaw(&self) -> Option<String> {
        let (cells, columns) = (self.row.len(), self.columns.len());
        if cells > columns && self.row.iter().skip(columns).any(|cell| !cell.trim().is_empty()) {
            return Some(format!("the row has {cells} cells, and the header {columns}"));
        }
        if let Some(text) = self.row.get(0).filter(|_| cells == 1 && columns > 1) {
            let is_other = |other: &u8| {
                *other != self.delimiter && text.bytes().filter(|byte| byte == other).count() + 1 == columns
            };
            if let Some(other) = DELIMITERS.iter().find(|other| is_other(other)) {
                let (other, own) =
                    (char::from(*other).escape_debug(), char::from(self.delimiter).escape_debug());
                return Some(format!("the row has '{other}' between its cells, and the header '{own}'"));
            }
        }
        let text = self.row.as_slice();
        if text.len() > CELL_BYTES_MAX {
            let mut cells = self.columns.iter().zip(&self.row);
            if let Some((column, _)) = cells.find(|(_, cell)| cell.len() > CELL_BYTES_MAX) {
                return Some(format!("the cell in column '{column}' is longer than {CELL_BYTES_MAX} bytes"));
            }
        }
        if columns >= WIDE && text.contains('\n') && self.holds_rows() {
            return Some("a cell holds lines that look like rows: is a quote set wrong?".to_owned());
        }
        if self.transcoded && text.contains(char::REPLACEMENT_CHARACTER) {
            return Some("the row has bytes that its encoding does not know".to_owned());
        }
        None
    }

    /// Whether a cell has a whole line with as many delimiters as a row.
    fn holds_rows(&self) -> bool {
        let delimiter = char::from(self.delimiter);
        let looks_like_row = |line: &str| line.matches(delimiter).count() + 1 == self.columns.len();
        self.row.iter().any(|cell| cell.split('\n').skip(1).any(looks_like_row))
    }

    /// The offset of a quote that took what follows into its cell. `is_cut`: the record goes on behind what is kept.
    fn stray_quote(&self, start: &Position, is_cut: bool) -> Option<u64> {
        let raw = self.raw(start.byte());
        let length = usize::try_from(self.reader.position().byte() - start.byte()).unwrap_or(usize::MAX);
        let record = if is_cut { raw } else { raw.get(..length).unwrap_or(raw) };
        let open = quotes::stray(record, self.delimiter)?;
        Some(start.byte() + open as u64)
    }

    fn lines_between(&self, start: &Position, to: u64) -> u64 {
        let length = usize::try_from(to - start.byte()).unwrap_or(usize::MAX);
        self.raw(start.byte()).iter().take(length).filter(|byte| **byte == b'\n').count() as u64
    }

    /// Goes on with the line after the one that an offset lies in: nothing before it was taken for something else.
    fn resume(&mut self, start: &Position, from: u64) -> Result<()> {
        let line = start.line() + self.lines_between(start, from) + 1;
        let next = self.reader.get_mut().next_line(from)?;
        let mut position = Position::new();
        position.set_byte(next).set_line(line);
        self.reader.seek_raw(SeekFrom::Start(next), position)?;
        Ok(())
    }
}

fn explain_header(place: &str, error: &csv::Error) -> anyhow::Error {
    if matches!(error.kind(), ErrorKind::Utf8 { .. }) {
        anyhow!("{place}: the header is not UTF-8; {}", super::open::SET_ENCODING)
    } else {
        anyhow!("{place}: cannot read the header: {error}")
    }
}

/// The reason when the record is to blame; the error when the file is.
fn explain_row(error: csv::Error) -> Result<String> {
    if let ErrorKind::Utf8 { err, .. } = error.kind() {
        return Ok(format!("cell {} is not UTF-8; {}", err.field() + 1, super::open::SET_ENCODING));
    }
    if let ErrorKind::Io(io) = error.kind()
        && is_too_long(io)
    {
        return Ok(format!("the row is longer than {RECORD_BYTES_MAX} bytes"));
    }
    Err(error.into())
}
