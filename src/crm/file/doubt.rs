//! Rows that may be no contacts: what a report says of itself below its rows, and the rest of a row that an unquoted line
//! break cut in two. What a row is shows only in those after it.

use csv::StringRecord;

/// Words that begin a line of sums, or the last line.
const WORDS: [&str; 12] = [
    "total",
    "totals",
    "subtotal",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "count",
    "anzahl",
    "somme",
    "end",
    "eof",
];

/// What a row reads like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    Row,
    /// Words in one cell, or a sum.
    Words,
    /// One cell, which may go on with words above it.
    One,
    /// Words where an id may be, and more: a row, or the rest of one.
    Rest,
}

/// How a row reads in a table of this many columns. Most rows are told by their first cell.
pub(super) fn reads(row: &StringRecord, columns: usize) -> Reads {
    let first = row.iter().map(str::trim).enumerate().find(|(_, cell)| !cell.is_empty());
    let Some((at, first)) = first else { return Reads::Row };
    let (begins_with_words, is_sum) = (at == 0 && is_words(first), is_sum(first));
    if !begins_with_words && !is_sum && row.len() >= columns {
        return Reads::Row;
    }
    let filled = row.iter().filter(|cell| !cell.trim().is_empty()).count();
    if (begins_with_words && filled == 1) || (is_sum && filled <= 2 && filled < columns) {
        Reads::Words
    } else if begins_with_words && filled < columns && row.iter().all(|cell| !cell.contains('@')) {
        Reads::Rest
    } else if filled == 1 && first.contains(char::is_alphabetic) && !first.contains('@') {
        Reads::One
    } else {
        Reads::Row
    }
}

fn is_words(cell: &str) -> bool {
    !cell.contains('@') && (cell.contains(char::is_whitespace) || !cell.contains(char::is_alphanumeric))
}

fn is_sum(cell: &str) -> bool {
    let word = cell.split(|char: char| !char.is_alphabetic()).next().unwrap_or_default();
    word.len() < 16 && !cell.contains('@') && WORDS.contains(&word.to_lowercase().as_str())
}

/// A row with its line, or why it is none.
pub(super) type Settled = (u64, Result<StringRecord, String>);

/// Rows of which it is not known yet what they are.
#[derive(Default)]
pub(super) struct Doubts {
    /// A row that ends early, unless the next shows that it was cut in two.
    short: Option<(u64, StringRecord)>,
    /// Where rows that read like words are.
    words: Vec<u64>,
}

const CUT: &str =
    "the row ends early, and the next does not begin like one: a line break without quotes around its cell?";
const NO_ROW: &str =
    "the row reads like words of a report, or like the rest of the row above it, and not like a contact";

impl Doubts {
    pub(super) fn is_empty(&self) -> bool {
        self.short.is_none() && self.words.is_empty()
    }

    pub(super) fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// Whether a row that begins with words goes on with the one above: that one ends early, and begins otherwise.
    pub(super) fn may_be_cut(&self) -> bool {
        let begins_so = |row: &StringRecord| row.get(0).is_some_and(|first| is_words(first.trim()));
        self.short.as_ref().is_some_and(|(_, row)| !begins_so(row))
    }

    pub(super) fn hold_short(&mut self, line: u64, row: StringRecord) {
        self.short = Some((line, row));
    }

    /// `apart`: there are blank lines above, so it is no rest of the row before.
    pub(super) fn add_words(&mut self, line: u64, apart: bool) -> Option<Settled> {
        let is_no_rest = apart && self.words.is_empty();
        self.words.push(line);
        self.short.take_if(|_| is_no_rest).map(|(line, row)| (line, Ok(row)))
    }

    /// What they are, now that a row follows, or nothing more. At the end of the file, words are what a report says of itself.
    pub(super) fn settle(&mut self, at_end: bool) -> impl Iterator<Item = Settled> + use<> {
        let Self { short, words } = std::mem::take(self);
        let words = if at_end { Vec::new() } else { words };
        let was_cut = !words.is_empty();
        let short = short.map(|(line, row)| (line, if was_cut { Err(CUT.to_owned()) } else { Ok(row) }));
        short.into_iter().chain(words.into_iter().map(|line| (line, Err(NO_ROW.to_owned()))))
    }
}
