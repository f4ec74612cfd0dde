//! What the reading of a row comes to, in every format.

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
