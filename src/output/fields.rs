//! What the data is like: as tables with what needs somebody first, and as one flat sheet.

use anyhow::Result;

use super::backtest::percent;
use super::csv;
use super::{Cell, Printable, table};
use crate::model::one_line;
use crate::stats::Share;
use crate::survey::{ConditionReport, FieldReport, OwnerRow, Report, TestReport};

/// Longest value in a table, where several share a cell.
const VALUE_CHARS_MAX: usize = 30;

/// Longest sentence.
const TEXT_CHARS_MAX: usize = 600;

/// A condition may name many values.
const WORDS_CHARS_MAX: usize = 160;

#[rustfmt::skip]
const HEADER: [&str; 16] = [
    "part", "name", "property", "type", "filled", "unreadable", "samples", "first_unreadable", "different", "frequent",
    "lowest", "highest", "in_future", "holds", "unclear", "absent_values",
];

/// What needs somebody first.
pub(crate) fn text(report: &Report) -> Printable {
    let aside = any(report.set_aside, " set aside as unreadable");
    let comma = if aside.is_empty() { "" } else { ", " };
    let mut parts = vec![format!("{} contacts from {}{comma}{aside}", report.contacts, report.source)];
    let marked = |is_grave| if is_grave { "!" } else { "-" };
    let attention: Vec<String> = report
        .attention
        .iter()
        .flat_map(|what| {
            let text = format!("{} {}", marked(what.is_grave), one_line(&what.told(), TEXT_CHARS_MAX));
            let table = what.table.unwrap_or_default();
            let lines =
                what.write.iter().map(move |line| format!("    {table} {}", one_line(line, TEXT_CHARS_MAX)));
            std::iter::once(text).chain(lines)
        })
        .collect();
    parts.extend((!attention.is_empty()).then(|| attention.join("\n")));
    let fields = report.fields.iter().map(|field| field_row(field, report.contacts));
    parts.push(table(&["Field", "Type", "Filled", "Unreadable", "Different", "Values"], fields));
    if !report.conditions.is_empty() {
        let rows = report.conditions.iter().map(condition_row);
        parts.push(table(&["Condition", "Holds", "Unclear", "No contact has"], rows));
    }
    if !report.owners.is_empty() {
        let cells = |row: &OwnerRow| [row.owner.clone(), row.field.to_owned(), row.contacts.to_string()];
        let rows = report.owners.iter().map(cells);
        parts.push(table(&["Owner who is no rep", "Field", "Contacts"], rows));
    }
    parts.push("E-mails, names and phone numbers of contacts are counted and not listed.".to_owned());
    Printable::laid_out(&parts.join("\n\n"))
}

fn field_row(field: &FieldReport, contacts: u64) -> [Cell; 6] {
    let property = Some(&field.property).filter(|property| **property != field.field);
    let share = Share { hits: field.filled, of: contacts };
    [
        Cell::stacked([field.field.clone(), property.cloned().unwrap_or_default()]),
        field.kind.to_owned().into(),
        Cell::stacked([field.filled.to_string(), percent(share.rate())]),
        Cell::stacked([any(field.unreadable, ""), samples(field)]),
        different(field).into(),
        Cell::stacked([frequent(field), ends(field), any(field.in_future, " in the future")]),
    ]
}

fn samples(field: &FieldReport) -> String {
    let quoted = field.samples.iter().map(|sample| format!("'{}'", one_line(sample, VALUE_CHARS_MAX)));
    quoted.collect::<Vec<_>>().join(", ")
}

fn different(field: &FieldReport) -> String {
    if field.is_more { format!("more than {}", field.different) } else { field.different.to_string() }
}

fn frequent(field: &FieldReport) -> String {
    let frequent = field.frequent.iter().flatten();
    let each = frequent.map(|most| format!("{} ({})", one_line(&most.value, VALUE_CHARS_MAX), most.contacts));
    each.collect::<Vec<_>>().join(", ")
}

fn ends(field: &FieldReport) -> String {
    let ends = field.lowest.iter().chain(&field.highest);
    ends.map(String::as_str).collect::<Vec<_>>().join(" to ")
}

/// The count, where there is any.
fn any(count: u64, words: &str) -> String {
    if count > 0 { format!("{count}{words}") } else { String::new() }
}

fn condition_row(condition: &ConditionReport) -> [Cell; 4] {
    let place = format!("{}, line {}", condition.of, condition.line);
    [
        Cell::stacked([place, one_line(&condition.words, WORDS_CHARS_MAX)]),
        condition.holds.to_string().into(),
        any(condition.unclear, "").into(),
        Cell::stacked(condition.tests.iter().map(absent)),
    ]
}

/// `3 of 6: at, ch, li`.
fn absent(test: &TestReport) -> String {
    if test.absent == 0 {
        return String::new();
    }
    let named = test.absent_values.iter().map(|value| one_line(value, VALUE_CHARS_MAX));
    let named = named.collect::<Vec<_>>().join(", ");
    let more = if test.absent > test.absent_values.len() { ", …" } else { "" };
    format!("{} of {}: {named}{more}", test.absent, test.values)
}

/// A row each field, condition and owner.
pub(crate) fn csv(report: &Report) -> Result<String> {
    let fields = report.fields.iter().map(|field| {
        let of_field = [field.field.clone(), field.property.clone(), field.kind.to_owned()];
        let counted = [field.filled.to_string(), field.unreadable.to_string(), field.samples.join("; ")];
        let spread = [
            field.first_unreadable.clone().unwrap_or_default(),
            different(field),
            frequent(field),
            field.lowest.clone().unwrap_or_default(),
            field.highest.clone().unwrap_or_default(),
            field.in_future.to_string(),
        ];
        row("field", of_field.into_iter().chain(counted).chain(spread))
    });
    let conditions = report.conditions.iter().map(|condition| {
        let named = [condition.of.clone(), condition.words.clone()];
        let absent = condition.tests.iter().map(absent).filter(|absent| !absent.is_empty());
        let found = [
            condition.holds.to_string(),
            condition.unclear.to_string(),
            absent.collect::<Vec<_>>().join("; "),
        ];
        let blank = std::iter::repeat_n(String::new(), HEADER.len() - 1 - named.len() - found.len());
        row("condition", named.into_iter().chain(blank).chain(found))
    });
    let owners = report.owners.iter().map(|owner| {
        row("owner", [owner.owner.clone(), owner.field.to_owned(), String::new(), owner.contacts.to_string()])
    });
    let rows: Vec<Vec<String>> = fields.chain(conditions).chain(owners).collect();
    Ok(String::from_utf8(csv::csv(&HEADER, &rows)?)?)
}

fn row(part: &str, cells: impl IntoIterator<Item = String>) -> Vec<String> {
    let cells = std::iter::once(part.to_owned()).chain(cells);
    cells.chain(std::iter::repeat(String::new())).take(HEADER.len()).collect()
}
