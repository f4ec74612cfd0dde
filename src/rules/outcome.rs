//! `[outcome]`: what the CRM says when a rep acted, and what handoff writes back.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::catalogue::Catalogue;
use super::codes::BAD_VALUE;
use super::compile::{Names, Scope, compile};
use super::condition::Condition;
use super::definition::{Outcome, OutcomeEvent};
use super::finding::{Finding, Findings};
use super::item::{Entry, Node, Table};
use super::reader::{Reader, wrong_type};
use crate::model::{EMAIL_DOMAIN, fold};

/// A month: long enough that a rejected contact does not come back while the rep remembers the last call.
const COOLDOWN: TimeDelta = TimeDelta::days(30);

/// A quarter: a rep whose list is full of what nobody looks at any more gets nothing new.
const STALE_AFTER: TimeDelta = TimeDelta::days(90);

/// Half a year: longer than most sales cycles, and an end to the watching.
const WATCH: TimeDelta = TimeDelta::days(180);

/// Fields that handoff sets itself or that nobody sets.
const NOT_WRITABLE: [&str; 3] = ["id", "owner", EMAIL_DOMAIN];

pub(super) fn outcome(table: Option<&Table>, names: &mut Names, findings: &mut Findings) -> Outcome {
    let empty = Table::default();
    let mut reader = Reader::new(table.unwrap_or(&empty), "[outcome]");
    let conditions = OutcomeEvent::SEEN.into_iter();
    let when = conditions
        .filter_map(|event| Some((event, condition(&mut reader, event.name(), names, findings)?)))
        .collect();
    let waiting = condition(&mut reader, "waiting", names, findings);
    let reason = reader.text("reason", findings);
    let reason = reason.and_then(|name| {
        let span = &reader.item("reason")?.span;
        names.fields.require(name, span, findings)
    });
    let credit = reader.texts("credit", findings);
    let credit = credit.into_iter().map(|(text, _)| fold(text).into_owned()).collect();
    let cooldown = reader.duration("cooldown", findings).unwrap_or(COOLDOWN);
    let stale_after = stale_after(&mut reader, findings);
    let watch = reader.duration("watch", findings).unwrap_or(WATCH);
    let write = reader
        .table("write", findings)
        .map(|table| writes(table, &names.fields, findings))
        .unwrap_or_default();
    reader.finish(findings);
    Outcome { when, waiting, reason, credit, cooldown, stale_after, watch, write }
}

fn stale_after(reader: &mut Reader<'_>, findings: &mut Findings) -> TimeDelta {
    let Some(span) = reader.duration("stale_after", findings) else {
        return STALE_AFTER;
    };
    if span.is_zero()
        && let Some(item) = reader.item("stale_after")
    {
        let message = "`stale_after` is no time at all: every handoff would be stale at once";
        findings.error(BAD_VALUE, item.span.clone(), message);
    }
    span
}

fn condition(
    reader: &mut Reader<'_>,
    key: &'static str,
    names: &mut Names,
    findings: &mut Findings,
) -> Option<Condition> {
    let table = reader.table(key, findings)?;
    let condition = compile(table, Scope::Outcome, names, findings);
    if condition.is_always() {
        let message = format!("`{key}` has no condition: every handoff would be {key} at once");
        findings.error(BAD_VALUE, table.span.clone(), message);
    }
    Some(condition)
}

fn writes(
    table: &Table,
    fields: &Catalogue,
    findings: &mut Findings,
) -> BTreeMap<OutcomeEvent, BTreeMap<String, String>> {
    let mut reader = Reader::new(table, "[outcome.write]");
    let mut writes = BTreeMap::new();
    for event in OutcomeEvent::ALL {
        if let Some(table) = reader.table(event.name(), findings) {
            let set = table.entries.iter();
            let set = set.filter_map(|entry| property_and_value(entry, fields, findings));
            writes.insert(event, set.collect());
        }
    }
    reader.finish(findings);
    writes
}

fn property_and_value(
    entry: &Entry,
    fields: &Catalogue,
    findings: &mut Findings,
) -> Option<(String, String)> {
    let name = entry.key.as_str();
    let refuse = |message: String| Finding::error(BAD_VALUE, entry.key_span.clone(), message);
    if name == "company" || name.starts_with("company.") {
        let finding = refuse("handoff writes to the contact, not to its company".to_owned());
        findings.add(finding);
        return None;
    }
    if NOT_WRITABLE.contains(&name) {
        let finding = refuse(format!("`{name}` cannot be written"));
        findings.add(finding.help("the owner is set by the route; write other fields of the contact"));
        return None;
    }
    let Some(property) = fields.property(name) else {
        findings.add(fields.unknown(name, entry.key_span.clone()));
        return None;
    };
    let Some(value) = scalar(&entry.item.node) else {
        wrong_type(name, "a text, a number or true or false", &entry.item, findings);
        return None;
    };
    Some((property, value))
}

/// A plain value as the CRM would write it.
pub(super) fn scalar(node: &Node) -> Option<String> {
    match node {
        Node::Text(text) | Node::Datetime(text) => Some(text.clone()),
        Node::Integer(number) => Some(number.to_string()),
        Node::Float(number) => Some(number.to_string()),
        Node::Bool(flag) => Some(flag.to_string()),
        Node::List(_) | Node::Table(_) => None,
    }
}
