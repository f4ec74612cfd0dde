//! Byte offsets in a text -> lines and columns.

/// Where a byte stands. Both count from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A line without its end, and the bytes it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A text with its line starts.
pub(super) struct Places<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// The line that a byte stands in; the last line for what lies beyond the text.
    pub(super) fn line(&self, offset: usize) -> Line<'a> {
        let number = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(number - 1).copied().unwrap_or_default();
        let rest = self.text.get(start..).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default();
        Line { number, text, start, end: start + text.len() }
    }

    pub(super) fn of(&self, offset: usize) -> Place {
        let line = self.line(offset);
        let within = offset.min(line.end) - line.start;
        let before = line.text.char_indices().take_while(|(at, _)| *at < within);
        Place { line: line.number, column: before.count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, offset: usize) -> (usize, usize) {
        let place = Places::new(text).of(offset);
        (place.line, place.column)
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        assert_eq!(place("ab\ncd", 0), (1, 1));
        assert_eq!(place("ab\ncd", 2), (1, 3));
        assert_eq!(place("ab\ncd", 4), (2, 2));
        assert_eq!(place("", 0), (1, 1));
    }

    #[test]
    fn columns_are_characters_not_bytes() {
        assert_eq!(place("näme = 1", "näme".len()), (1, 5));
    }

    #[test]
    fn what_lies_beyond_the_text_is_its_end() {
        assert_eq!(place("ab\ncd", 99), (2, 3));
        assert_eq!(place("ab\n", 99), (2, 1));
    }

    #[test]
    fn a_line_of_windows_ends_before_its_carriage_return() {
        assert_eq!(Places::new("ab\r\ncd").line(0).text, "ab");
    }
}
