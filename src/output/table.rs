//! Tables for terminals. Cells are cleaned here: whatever reaches a terminal as a table cannot steer it.

use comfy_table::{ContentArrangement, Table, presets};

use crate::model::one_line;

/// Width where the terminal's is unknown, such as in a pipe or a log.
const WIDTH: u16 = 120;

/// Longest text of one cell; it wraps.
const CELL_CHARS_MAX: usize = 200;

/// Lays out rows under a header.
pub fn table<R: IntoIterator<Item = String>>(header: &[&str], rows: impl IntoIterator<Item = R>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(WIDTH);
    }
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row.into_iter().map(|cell| one_line(&cell, CELL_CHARS_MAX)));
    }
    table.trim_fmt()
}
