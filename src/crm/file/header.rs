//! The first lines of a CSV file: what stands above the header, which character separates cells, what the columns are called.

use std::borrow::Cow;
use std::io::{BufRead, Read};

use anyhow::Result;
use csv::ReaderBuilder;

use super::config::Source;
use super::open::open;
use super::replay::Replay;
use crate::model::fold;

/// The characters that may separate cells when the config does not say.
pub(super) const DELIMITERS: [u8; 4] = *b",;\t|";

/// How far down a title is looked past for the header.
const TITLE_LINES_MAX: usize = 20;
const HEAD_BYTES: u64 = 1 << 16;

/// What stands above the header.
#[derive(Debug, Default)]
pub(super) struct Preamble {
    /// As Excel's `sep=;` says.
    pub(super) delimiter: Option<u8>,
    pub(super) lines: u64,
}

impl Preamble {
    /// Takes blank lines and `sep=;` off the file, so that it begins with its header.
    pub(super) fn take<R: BufRead>(bytes: &mut Replay<R>) -> Result<Self> {
        let mut preamble = Self::default();
        loop {
            let line = bytes.peek_line()?;
            let delimiter = separator(line);
            let is_blank = line.iter().all(|byte| byte.is_ascii_whitespace() || b"\",;|".contains(byte));
            if line.is_empty() || (delimiter.is_none() && !is_blank) {
                return Ok(preamble);
            }
            preamble.delimiter = delimiter.or(preamble.delimiter);
            preamble.lines += 1;
            bytes.drop_peeked();
        }
    }
}

/// The delimiter of a line such as `sep=;`, which Excel reads and other exports write.
fn separator(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (key, value) = line.split_at_checked(4)?;
    match value {
        _ if !key.eq_ignore_ascii_case(b"sep=") => None,
        b"\\t" => Some(b'\t'),
        [byte] => Some(*byte),
        _ => None,
    }
}

/// The most frequent of the usual delimiters outside quotes; a comma when there is none.
pub(super) fn sniff_delimiter(header: &[u8]) -> u8 {
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

/// A column's name without what nobody sees: space around it and space twice in it, marks of no width.
pub(super) fn clean(name: &str) -> String {
    let visible = name.replace(['\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\0'], "");
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a name stands among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    No,
    At(usize),
    /// Nobody can tell which of these is meant.
    Twice(usize, usize),
}

/// Looks for a column: spelled just so, else in other case.
pub(super) fn find(names: &[String], wanted: &str) -> Found {
    let wanted =
        if names.iter().any(|name| name == wanted) { Cow::Borrowed(wanted) } else { clean(wanted).into() };
    let exact = only(names, |name| name == wanted);
    if exact != Found::No || wanted.is_empty() {
        return exact;
    }
    let folded = fold(&wanted);
    only(names, |name| fold(name) == folded)
}

fn only(names: &[String], is_it: impl Fn(&str) -> bool) -> Found {
    let mut positions = names.iter().enumerate().filter(|(_, name)| is_it(name)).map(|(at, _)| at);
    match (positions.next(), positions.next()) {
        (None, _) => Found::No,
        (Some(at), None) => Found::At(at),
        (Some(first), Some(second)) => Found::Twice(first, second),
    }
}

/// The line below a title that looks like the header: more cells than the first line has, each a word and no two alike.
pub(super) fn header_below(source: &Source, columns: &[String]) -> Option<usize> {
    let mut head = Vec::new();
    open(source).ok()?.bytes.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    let titles = columns.iter().filter(|name| !name.is_empty()).count();
    let looks_like_header = |line: &[u8]| {
        let mut reader =
            ReaderBuilder::new().has_headers(false).delimiter(sniff_delimiter(line)).from_reader(line);
        let Some(Ok(cells)) = reader.records().next() else { return false };
        let mut names: Vec<String> = cells.iter().map(clean).collect();
        let is_word = |name: &String| name.starts_with(char::is_alphabetic) && !name.contains('@');
        let (are_words, count) = (names.iter().all(is_word), names.len());
        names.sort_unstable();
        names.dedup();
        are_words && count > titles.max(1) && names.len() == count
    };
    let mut lines = head.split(|byte| *byte == b'\n').take(TITLE_LINES_MAX).enumerate().skip(1);
    lines.find(|(_, line)| looks_like_header(line)).map(|(at, _)| at + 1)
}
