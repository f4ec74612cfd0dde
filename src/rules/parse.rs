//! TOML text -> a tree of [`Item`]s, or every syntax error.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::codes::BAD_VALUE;
use super::finding::Findings;
use super::item::{Entry, Item, Node, Table};
use super::syntax::report;

/// Deepest nesting accepted; a readable definition has at most ten levels.
const DEPTH_MAX: usize = 64;

/// The document as a table. `None` when it is not TOML: what recovery guesses would only give findings that mislead.
pub(super) fn parse(text: &str, findings: &mut Findings) -> Option<Table> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut reader = TreeReader { text, findings, discarded: Vec::new() };
    let table = if errors.is_empty() {
        Some(reader.table(document.into_inner(), 0..0, 0))
    } else {
        reader.discarded.push(DeValue::Table(document.into_inner()));
        None
    };
    reader.dismantle();
    let errors = errors.iter().map(|error| (within(error.span().unwrap_or(0..0), text), error.message()));
    report(errors.collect(), text, findings);
    table
}

/// The span, moved onto whole characters of the text.
fn within(span: Range<usize>, text: &str) -> Range<usize> {
    let boundary = |at: &usize| text.is_char_boundary(*at);
    let start = (0..=span.start.min(text.len())).rfind(boundary).unwrap_or(0);
    let end = (span.end.max(start)..text.len()).find(boundary).unwrap_or(text.len());
    start..end
}

struct TreeReader<'a, 'b> {
    text: &'a str,
    findings: &'b mut Findings,
    /// What is nested too deeply. A dotted key nests without end, and dropping such a tree whole would exhaust the stack.
    discarded: Vec<DeValue<'a>>,
}

impl<'a> TreeReader<'a, '_> {
    fn table(&mut self, table: DeTable<'a>, span: Range<usize>, depth: usize) -> Table {
        let mut entries: Vec<Entry> = table
            .into_iter()
            .filter_map(|(key, value)| {
                let key_span = within(key.span(), self.text);
                let item = self.item(value, key_span.clone(), depth + 1)?;
                Some(Entry { key: key.into_inner().into_owned(), key_span, item })
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        Table { entries, span }
    }

    fn item(&mut self, value: Spanned<DeValue<'a>>, key: Range<usize>, depth: usize) -> Option<Item> {
        let span = within(value.span(), self.text);
        let value = value.into_inner();
        if depth > DEPTH_MAX {
            self.findings.error(BAD_VALUE, key, format!("nested more than {DEPTH_MAX} levels deep"));
            self.discarded.push(value);
            return None;
        }
        let node = match value {
            DeValue::String(text) => Node::Text(text.into_owned()),
            DeValue::Integer(integer) => self.integer(&integer, &span),
            DeValue::Float(float) => self.float(float.as_str(), &span),
            DeValue::Boolean(flag) => Node::Bool(flag),
            DeValue::Datetime(moment) => Node::Datetime(moment.to_string()),
            DeValue::Array(items) => Node::List(
                items.into_iter().filter_map(|item| self.item(item, key.clone(), depth + 1)).collect(),
            ),
            DeValue::Table(table) => Node::Table(self.table(table, span.clone(), depth)),
        };
        Some(Item { span, node })
    }

    /// One that is too large has a finding, and stays as large as can be, so that its key is still there.
    fn integer(&mut self, integer: &DeInteger<'_>, span: &Range<usize>) -> Node {
        let number = i64::from_str_radix(integer.as_str(), integer.radix());
        let number = number.unwrap_or_else(|_| {
            self.findings.error(BAD_VALUE, span.clone(), "the number is too large");
            if integer.as_str().starts_with('-') { i64::MIN } else { i64::MAX }
        });
        Node::Integer(number)
    }

    /// As for an integer that is too large.
    fn float(&mut self, text: &str, span: &Range<usize>) -> Node {
        let number: Option<f64> = text.parse().ok();
        let finite = number.filter(|number| number.is_finite());
        let number = finite.unwrap_or_else(|| {
            self.findings.error(BAD_VALUE, span.clone(), "the number must be finite");
            if text.starts_with('-') { f64::MIN } else { f64::MAX }
        });
        Node::Float(number)
    }

    /// Drops what was discarded, one level at a time.
    fn dismantle(&mut self) {
        while let Some(value) = self.discarded.pop() {
            match value {
                DeValue::Array(items) => self.discarded.extend(items.into_iter().map(Spanned::into_inner)),
                DeValue::Table(table) => {
                    self.discarded.extend(table.into_iter().map(|(_, value)| value.into_inner()));
                }
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(&'static str, Range<usize>)> {
        let mut findings = Findings::default();
        parse(text, &mut findings);
        let found = findings.as_slice().iter();
        found.map(|finding| (finding.code, finding.span.clone().unwrap())).collect()
    }

    #[test]
    fn entries_keep_the_order_of_the_file() {
        let table = parse("b = 1\na = 2\n", &mut Findings::default()).unwrap();
        let keys: Vec<_> = table.entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["b", "a"]);
    }

    #[test]
    fn every_syntax_error_is_found() {
        assert_eq!(codes("a = \nb = 1\nc d\n").len(), 2);
    }

    #[test]
    fn a_key_of_many_parts_is_refused_where_it_goes_too_deep() {
        let text = format!("{}a = 1", "a.".repeat(70));
        assert_eq!(codes(&text), [("H005", 128..129)]);
    }

    #[test]
    fn long_keys_in_nested_tables_are_refused_and_dropped_safely() {
        let long_key = format!("{}a", "a.".repeat(75));
        let open = format!("{{ {long_key} = ").repeat(75);
        let found = codes(&format!("a = {open}1{}", "}".repeat(75)));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "H005");
    }

    #[test]
    fn brackets_nested_without_end_are_refused() {
        assert!(!codes(&format!("a = {}", "[".repeat(200_000))).is_empty());
    }

    #[test]
    fn numbers_that_cannot_be_compared_are_refused() {
        assert_eq!(codes("a = 99999999999999999999\nb = nan\nc = 0xff"), [("H005", 4..24), ("H005", 29..32)]);
    }
}
