//! The rows of a list's file: CSV with a header, or one entry a line.

use std::collections::HashMap;

use super::suggest::did_you_mean;
use crate::model::{fold, one_line};

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) key: String,
    pub(super) value: Option<String>,
    /// Such as `accounts.csv:3`.
    pub(super) place: String,
}

/// The columns to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns<'a> {
    pub(super) key: &'a str,
    pub(super) value: Option<&'a str>,
}

/// What a message shows of a cell.
const SHOWN_CHARS_MAX: usize = 60;

pub(super) fn is_csv(file: &str) -> bool {
    let extension = std::path::Path::new(file).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

/// One entry a line; `#` begins a comment.
pub(super) fn lines(file: &str, text: &str) -> Vec<Row> {
    let rows = (1..).zip(text.lines()).filter_map(|(number, line)| {
        let entry = line.split('#').next().unwrap_or_default().trim();
        (!entry.is_empty()).then(|| Row {
            key: entry.to_owned(),
            value: None,
            place: format!("{file}:{number}"),
        })
    });
    rows.collect()
}

/// The rows of a CSV file whose key is not blank, or every row that cannot be used.
pub(super) fn rows(file: &str, text: &str, columns: &Columns<'_>) -> Result<Vec<Row>, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let header = reader.headers().cloned().map_err(|error| vec![format!("{file}: {error}")])?;
    let find = |name: &str| {
        let position = header.iter().position(|column| fold(column) == fold(name));
        position
            .ok_or_else(|| vec![format!("{file} has no column '{name}'; {}", did_you_mean(name, &header))])
    };
    let key = find(columns.key)?;
    let value = columns.value.map(find).transpose()?;

    let mut rows: Vec<Row> = Vec::new();
    let mut by_key: HashMap<String, Option<String>> = HashMap::new();
    let mut problems = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(format!("{file}: {error}"));
                continue;
            }
        };
        let cell = |column: usize| record.get(column).filter(|cell| !cell.is_empty());
        let Some(key) = cell(key) else { continue };
        let value = value.and_then(cell).map(str::to_owned);
        let line = record.position().map_or(0, csv::Position::line);
        let place = format!("{file}:{line}");
        let before = by_key.insert(fold(key).into_owned(), value.clone());
        if before.is_some_and(|before| before != value) {
            let shown = one_line(key, SHOWN_CHARS_MAX);
            problems.push(format!("{place}: '{shown}' stands here twice, with another value"));
        }
        rows.push(Row { key: key.to_owned(), value, place });
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// Spreadsheets of half of Europe write `;` where others write `,`.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN_AND_REP: Columns<'_> = Columns { key: "domain", value: Some("rep") };

    fn pairs(text: &str) -> Vec<(String, Option<String>, String)> {
        let rows = rows("a.csv", text, &DOMAIN_AND_REP).unwrap();
        rows.into_iter().map(|row| (row.key, row.value, row.place)).collect()
    }

    #[test]
    fn a_semicolon_separates_as_well_as_a_comma() {
        assert_eq!(
            pairs("Domain;Rep\nx.example; ana@acme.example\n"),
            pairs("rep,domain\nana@acme.example,x.example\n")
        );
    }

    #[test]
    fn rows_without_a_key_are_no_entries_and_rows_without_a_value_have_none() {
        let rows = pairs("domain,rep\n,ana@acme.example\n\"x.example\",\ny.example\n");
        assert_eq!(
            rows,
            [
                ("x.example".to_owned(), None, "a.csv:3".to_owned()),
                ("y.example".to_owned(), None, "a.csv:4".to_owned())
            ]
        );
    }

    #[test]
    fn a_key_with_two_values_is_a_problem_with_its_line() {
        let problems = rows("a.csv", "domain,rep\nx.example,a\nX.example,b\n", &DOMAIN_AND_REP).unwrap_err();
        assert_eq!(problems, ["a.csv:3: 'X.example' stands here twice, with another value"]);
    }

    #[test]
    fn a_missing_column_is_named_with_the_nearest() {
        let problems = rows("a.csv", "domains,rep\n", &DOMAIN_AND_REP).unwrap_err();
        assert_eq!(problems, ["a.csv has no column 'domain'; did you mean 'domains'?"]);
    }

    #[test]
    fn a_plain_file_has_one_entry_a_line_and_comments() {
        let rows = lines("x.txt", "# rivals\nrival.example  # the big one\n\nother.example\n");
        let keys: Vec<_> = rows.iter().map(|row| (row.key.as_str(), row.place.as_str())).collect();
        assert_eq!(keys, [("rival.example", "x.txt:2"), ("other.example", "x.txt:4")]);
    }
}
