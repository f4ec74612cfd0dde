//! Tables for terminals: one rule under the header, none between rows. Cells are cleaned here: whatever reaches a terminal
//! as a table cannot steer it.

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};

use crate::model::one_line;

/// Width where the terminal's is unknown, such as in a pipe or a log.
const WIDTH: u16 = 120;

/// Longest text of one line of a cell; it wraps.
const LINE_CHARS_MAX: usize = 240;

const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// What stands in one place of a table: clean text in one or more lines.
pub struct Cell(String);

impl Cell {
    /// Lines below each other; blank ones are left out.
    pub fn stacked(lines: impl IntoIterator<Item = String>) -> Self {
        let lines = lines.into_iter().map(|line| one_line(&line, LINE_CHARS_MAX));
        Self(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self(one_line(&text, LINE_CHARS_MAX))
    }
}

/// Lays out rows under a header, as wide as the terminal.
pub fn table<R: IntoIterator<Item: Into<Cell>>>(
    header: &[&str],
    rows: impl IntoIterator<Item = R>,
) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(WIDTH);
    }
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row.into_iter().map(|cell| Into::<Cell>::into(cell).0));
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_close_and_a_cell_may_have_lines() {
        let rows = [
            [Cell::stacked(["Ann Lee".to_owned(), "Acme".to_owned()]), Cell::from("hot".to_owned())],
            [Cell::stacked(["Bo".to_owned(), String::new()]), Cell::from("cold".to_owned())],
        ];
        insta::assert_snapshot!(table(&["Who", "Tier"], rows), @r"
         Who       Tier
        ────────────────
         Ann Lee   hot
         Acme
         Bo        cold
        ");
    }

    #[test]
    fn untrusted_text_cannot_add_a_row_or_steer_the_terminal() {
        let text = table(&["Who"], [["Ann\u{1b}[2J\r\nBo".to_owned()]]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
