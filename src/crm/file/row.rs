//! What the reading of a row comes to, in every format, and of a cell.

/// Longest cell; a note of sixty pages.
pub(super) const CELL_BYTES_MAX: usize = 64 * 1024;

/// What a reading found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Its cells can be asked for.
    Row,
    /// A row that cannot be used, and why.
    Bad(String),
    End,
}

/// Space, and what programs put behind the end of a text: the `^Z` of DOS, and the zeros of a file that was made larger
/// before it was written.
pub(super) fn is_padding(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\0' | '\x1a')
}

/// What a cell says; `None` when it is blank. Spreadsheets keep digits as they are by `="00123"` and `'00123`, and exports
/// guard what a spreadsheet would run by an apostrophe.
pub(super) fn said(cell: &str) -> Option<&str> {
    let cell = cell.trim().trim_end_matches(is_padding);
    let cell = match cell.as_bytes() {
        [b'=', b'"', .., b'"'] if cell.len() > 3 => cell.get(2..cell.len() - 1).unwrap_or(cell).trim(),
        [b'\'', b'=' | b'+' | b'-' | b'@', ..] => cell.trim_start_matches('\''),
        [b'\'', rest @ ..]
            if !rest.is_empty() && rest.iter().all(|byte| b"0123456789.,:/ ".contains(byte)) =>
        {
            cell.trim_start_matches('\'')
        }
        _ => cell,
    };
    (!cell.is_empty()).then_some(cell)
}

/// A spreadsheet keeps fifteen digits of a number.
const DIGITS_KEPT: usize = 15;

/// Why an id is not the one that was exported: it was shown as a number in scientific notation.
pub(super) fn is_scientific(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && exponent.strip_prefix('+').is_some_and(digits)
}

/// How many digits of an id a spreadsheet would have lost; 0 when none.
pub(super) fn digits_beyond(id: &str) -> usize {
    if id.bytes().all(|byte| byte.is_ascii_digit()) { id.len().saturating_sub(DIGITS_KEPT) } else { 0 }
}

/// Whether exactly these digits are zeros.
pub(super) fn may_be_rounded(id: &str) -> bool {
    digits_beyond(id) > 0 && id.bytes().skip(DIGITS_KEPT).all(|byte| byte == b'0')
}
