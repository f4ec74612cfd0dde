//! Lines of bounded length, read one after the other: a file without line ends cannot fill the memory.

use std::io::{self, BufRead, Read};

/// Longest line that is read; a longer one is skipped. A contact with a thousand properties takes a tenth of it.
pub(crate) const LINE_BYTES_MAX: usize = 1 << 20;

/// A reader of lines.
pub(crate) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    number: u64,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// From 1.
    pub(crate) number: u64,
    /// Without the line end; `None` when it is longer than [`LINE_BYTES_MAX`].
    pub(crate) text: Option<&'a [u8]>,
    /// In the file, with the line end.
    pub(crate) bytes: u64,
    /// False for a last line that nobody finished.
    pub(crate) ended: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, line: Vec::new(), number: 0 }
    }

    /// The next line; `None` at the end.
    pub(crate) fn read(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut bounded = self.reader.by_ref().take(LINE_BYTES_MAX as u64 + 1);
        let mut bytes = bounded.read_until(b'\n', &mut self.line)? as u64;
        if bytes == 0 {
            return Ok(None);
        }
        self.number += 1;
        let mut text = self.line.strip_suffix(b"\n");
        let ended = text.is_some();
        if !ended && self.line.len() <= LINE_BYTES_MAX {
            text = Some(&self.line);
        } else if !ended {
            bytes += self.reader.skip_until(b'\n')? as u64;
        }
        Ok(Some(Line {
            number: self.number,
            text: text.map(|text| text.strip_suffix(b"\r").unwrap_or(text)),
            bytes,
            ended: ended || text.is_none(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: &[u8]) -> Vec<(u64, Option<String>, u64, bool)> {
        let mut lines = Lines::new(bytes);
        let mut all = Vec::new();
        while let Some(line) = lines.read().unwrap() {
            let text = line.text.map(|text| String::from_utf8_lossy(text).into_owned());
            all.push((line.number, text, line.bytes, line.ended));
        }
        all
    }

    #[test]
    fn both_line_ends_are_understood_and_a_torn_last_line_is_told() {
        let lines = read_all(b"a\r\n\nb");
        assert_eq!(lines[0], (1, Some("a".to_owned()), 3, true));
        assert_eq!(lines[1], (2, Some(String::new()), 1, true));
        assert_eq!(lines[2], (3, Some("b".to_owned()), 1, false));
    }

    #[test]
    fn a_line_beyond_the_limit_is_skipped_and_the_next_one_is_read() {
        let mut bytes = vec![b'x'; LINE_BYTES_MAX + 5];
        bytes.extend_from_slice(b"\nnext\n");
        let lines = read_all(&bytes);
        assert_eq!(lines[0], (1, None, LINE_BYTES_MAX as u64 + 6, true));
        assert_eq!(lines[1].1.as_deref(), Some("next"));
    }
}
