//! Compares a table with its rows: what is unknown, missing, of another type or out of bounds.

use super::spec::{Bounds, Key, Kind, Literal, Relation, TableSpec};
use crate::rules::codes::{BAD_VALUE, MISSING, UNKNOWN_KEY, WRONG_TYPE};
use crate::rules::finding::{Finding, Findings};
use crate::rules::item::{Entry, Item, Node, Table};
use crate::rules::suggest::did_you_mean;
use crate::rules::values::{
    as_number, format_duration, is_email, parse_duration, read_day, read_time, wrong_entry, wrong_type,
};

/// Notes all that is wrong with a table that findings call `name`, and with the tables in it.
pub(in crate::rules) fn check(table: &Table, spec: &'static TableSpec, name: &str, findings: &mut Findings) {
    for entry in table.entries.iter().filter(|entry| spec.key(&entry.key).is_none()) {
        let message = format!("unknown key `{}` in {name}", entry.key);
        let finding = Finding::error(UNKNOWN_KEY, entry.key_span.clone(), message);
        findings.add(finding.help(did_you_mean(&entry.key, spec.keys.iter().map(|key| key.name))));
    }
    for key in spec.keys {
        match table.get(key.name) {
            Some(entry) => check_value(key, &entry.item, findings),
            // What connectors there are is known to whoever loads the definition.
            None if key.is_required && !matches!(key.kind, Kind::Connector) => {
                missing(key, table, name, findings);
            }
            None => {}
        }
    }
    for relation in spec.relations {
        check_relation(relation, table, spec, name, findings);
    }
}

/// A `[[table]]` is missing by its own name, so that it can be found in the documentation.
fn missing(key: &Key, table: &Table, name: &str, findings: &mut Findings) {
    let what = if let Kind::Tables(spec) = key.kind
        && spec.name.starts_with("[[")
    {
        format!("at least one {}", spec.name)
    } else {
        format!("`{}`", key.name)
    };
    findings.error(MISSING, table.span.clone(), format!("{name} needs {what}"));
}

fn check_value(key: &Key, item: &Item, findings: &mut Findings) {
    if let Some(finding) = problem(key, item) {
        findings.add(finding);
        return;
    }
    match (key.kind, &item.node) {
        (Kind::Table(spec), Node::Table(table)) => check(table, spec, spec.name, findings),
        (Kind::Tables(spec), Node::List(items)) => {
            for item in items {
                match item.as_table() {
                    Some(table) => check(table, spec, spec.name, findings),
                    None => findings.add(wrong_entry(key.name, "a table", item)),
                }
            }
        }
        (Kind::Texts, Node::List(items)) => {
            for item in items.iter().filter(|item| item.as_text().is_none()) {
                findings.add(wrong_entry(key.name, "a text", item));
            }
        }
        _ => {}
    }
}

/// What is wrong with the value itself; entries of lists and tables are looked at one by one.
pub(in crate::rules) fn problem(key: &Key, item: &Item) -> Option<Finding> {
    let name = key.name;
    let bad = |message: String| Finding::error(BAD_VALUE, item.span.clone(), message);
    let expect = |is_right: bool, expected: &str| (!is_right).then(|| wrong_type(name, expected, item));
    let text = item.as_text();
    match key.kind {
        Kind::Text => expect(text.is_some(), "a text"),
        Kind::Name | Kind::Email | Kind::Word(_) if text.is_none() => expect(false, "a text"),
        Kind::Name => text?.trim().is_empty().then(|| bad(format!("`{name}` is blank"))),
        Kind::Email => (!is_email(text?.trim())).then(|| bad(format!("`{name}` is not an e-mail address"))),
        Kind::Word(words) => {
            let text = text?;
            let is_known = words.iter().any(|(word, _)| *word == text.trim());
            (!is_known).then(|| {
                let help = did_you_mean(text, words.iter().map(|(word, _)| *word));
                bad(format!("`{name}` cannot be '{text}'")).help(help)
            })
        }
        Kind::TextThat(takes) => {
            let why = takes(text.unwrap_or_default()).err()?;
            Some(match text {
                Some(_) => bad(format!("`{name}` {why}")),
                None => Finding::error(
                    WRONG_TYPE,
                    item.span.clone(),
                    format!("`{name}` {why}, not {}", item.node.kind()),
                ),
            })
        }
        Kind::Flag => expect(item.as_flag().is_some(), "true or false"),
        Kind::Number => expect(as_number(item).is_some(), "a number"),
        Kind::Positive => match as_number(item) {
            None => expect(false, "a number"),
            Some(number) => (number <= 0.0).then(|| bad(format!("`{name}` must be above 0"))),
        },
        Kind::Count(bounds) => count_problem(name, bounds, item),
        Kind::Span(bounds) => span_problem(name, bounds, item),
        Kind::Day => expect(read_day(item).is_some(), "a day such as 2026-10-01"),
        Kind::Moment => expect(read_time(item).is_some(), "a date and time such as \"2026-11-23T10:00:00Z\""),
        Kind::Texts => expect(item.as_list().is_some(), "a list of texts"),
        Kind::Condition => expect(item.as_table().is_some(), "a table such as { score.at_least = 65 }"),
        Kind::Table(spec) => {
            let like = spec.like.map(|like| format!("a table such as {like}"));
            expect(item.as_table().is_some(), like.as_deref().unwrap_or("a table"))
        }
        Kind::Tables(_) => tables_problem(key, item),
        Kind::Connector => expect(item.as_table().is_some(), "a table"),
        Kind::Special(special) => (special.check)(name, item),
    }
}

fn count_problem(name: &str, bounds: Bounds, item: &Item) -> Option<Finding> {
    let integer = if let Node::Integer(number) = item.node { u32::try_from(number).ok() } else { None };
    match integer {
        Some(number) if number > bounds.most => {
            let message = format!("`{name}` is at most {}, not {number}", bounds.most);
            Some(explained(Finding::error(BAD_VALUE, item.span.clone(), message), bounds.why))
        }
        Some(number) if number >= bounds.least => None,
        Some(_) | None => {
            let given =
                as_number(item).map_or_else(|| item.node.kind().to_owned(), |number| number.to_string());
            let message = format!("`{name}` must be a whole number from {}, not {given}", bounds.least);
            Some(Finding::error(WRONG_TYPE, item.span.clone(), message))
        }
    }
}

fn span_problem(name: &str, bounds: Bounds, item: &Item) -> Option<Finding> {
    let Some(text) = item.as_text() else {
        return Some(wrong_type(name, "a span of time such as \"5m\"", item));
    };
    let span = match parse_duration(text) {
        Ok(span) => span,
        Err(why) => return Some(Finding::error(BAD_VALUE, item.span.clone(), format!("`{name}`: {why}"))),
    };
    let message = if span < bounds.least_span() {
        let least = format_duration(bounds.least_span());
        if span.is_zero() {
            format!("`{name}` is no time at all")
        } else {
            format!("`{name}` is shorter than {least}")
        }
    } else if span > bounds.most_span() {
        format!("`{name}` is longer than {}", format_duration(bounds.most_span()))
    } else {
        return None;
    };
    Some(explained(Finding::error(BAD_VALUE, item.span.clone(), message), bounds.why))
}

/// With the help that its row has, if any.
fn explained(finding: Finding, help: &str) -> Finding {
    if help.is_empty() { finding } else { finding.help(help) }
}

fn tables_problem(key: &Key, item: &Item) -> Option<Finding> {
    let name = key.name;
    match item.as_list() {
        None => {
            let finding =
                Finding::error(WRONG_TYPE, item.span.clone(), format!("`{name}` must be a list of tables"));
            Some(finding.help(format!("write `[[{name}]]`, with two brackets, for each")))
        }
        Some([]) if key.is_required => {
            let message = format!("`{name}` needs at least one entry");
            Some(Finding::error(BAD_VALUE, item.span.clone(), message))
        }
        Some(_) => None,
    }
}

fn check_relation(relation: &Relation, table: &Table, spec: &TableSpec, name: &str, findings: &mut Findings) {
    let is_there = |key: &str| table.get(key).is_some();
    let miss = |what: String| Finding::error(MISSING, table.span.clone(), format!("{name} {what}"));
    match *relation {
        Relation::Needs { keys, other, why, help } if !is_there(other) => {
            if let Some(key) = keys.iter().find(|key| is_there(key)) {
                let finding = miss(format!("has `{key}` and needs `{other}`{why}"));
                findings.add(explained(finding, help));
            }
        }
        Relation::NeedsWhere { key, value, other } if !is_there(other) => {
            if holds(table, spec, key, value) == Some(true) {
                findings.add(miss(format!("needs `{other}`")));
            }
        }
        Relation::OnlyWhere { keys, key, value, why, help } => {
            if holds(table, spec, key, value) == Some(false) {
                for entry in keys.iter().filter_map(|key| table.get(key)) {
                    let message = format!("`{}` {why}", entry.key);
                    let finding = Finding::error(BAD_VALUE, caret(entry), message);
                    findings.add(explained(finding, help));
                }
            }
        }
        Relation::OneOf { keys, ask } => {
            let given: Vec<&Entry> =
                table.entries.iter().filter(|entry| keys.contains(&&*entry.key)).collect();
            match given.as_slice() {
                // An unknown key was meant to be one of them.
                [] if table.entries.iter().all(|entry| spec.key(&entry.key).is_some()) => {
                    findings.add(miss(format!("needs {ask}")));
                }
                [first, second, ..] => {
                    let message =
                        format!("`{}` and `{}` exclude each other; keep one of them", first.key, second.key);
                    findings.error(BAD_VALUE, second.item.span.clone(), message);
                }
                [] | [_] => {}
            }
        }
        Relation::NotEmpty(message) if table.entries.is_empty() => {
            findings.error(BAD_VALUE, table.span.clone(), message);
        }
        Relation::Needs { .. } | Relation::NeedsWhere { .. } | Relation::NotEmpty(_) => {}
    }
}

/// Under a value; a list of tables has no place of its own, so under its key.
fn caret(entry: &Entry) -> std::ops::Range<usize> {
    if entry.item.as_list().is_some() { entry.key_span.clone() } else { entry.item.span.clone() }
}

/// Whether a key has a value, by default or because it says so; `None` when what it says is wrong, or missing.
fn holds(table: &Table, spec: &TableSpec, key: &str, value: Literal) -> Option<bool> {
    let row = spec.key(key)?;
    let Some(entry) = table.get(key) else {
        if row.is_required {
            return None;
        }
        return match value {
            Literal::Word(word) => Some(row.default == Some(word)),
            Literal::Flag(flag) => Some(row.default == Some(if flag { "true" } else { "false" })),
        };
    };
    if problem(row, &entry.item).is_some() {
        return None;
    }
    match value {
        Literal::Word(word) => Some(entry.item.as_text()?.trim() == word),
        Literal::Flag(flag) => Some(entry.item.as_flag()? == flag),
    }
}
