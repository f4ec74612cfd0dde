//! `[outcome]`: what the CRM says when a rep acted, and what handoff writes back.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::catalogue::Catalogue;
use super::codes::BAD_VALUE;
use super::compile::{Names, Scope, compile};
use super::condition::Condition;
use super::definition::{Outcome, OutcomeEvent};
use super::finding::{Finding, Findings};
use super::item::Entry;
use super::reader::Reader;
use super::values::{scalar, wrong_type};
use crate::model::{EMAIL_DOMAIN, fold};

/// Fields that handoff sets itself or that nobody sets.
const NOT_WRITABLE: [&str; 3] = ["id", "owner", EMAIL_DOMAIN];

pub(super) fn outcome(reader: Reader<'_>, names: &mut Names, findings: &mut Findings) -> Outcome {
    let conditions = OutcomeEvent::SEEN.into_iter();
    let when = conditions
        .filter_map(|event| Some((event, condition(reader, event.name(), names, findings)?)))
        .collect();
    let waiting = condition(reader, "waiting", names, findings);
    let reason = reader.text("reason").zip(reader.place("reason"));
    let reason = reason.and_then(|(name, span)| names.fields.require(name, &span, findings));
    let write = reader.nested("write").map(|reader| writes(reader, &names.fields, findings));
    let span = |key| reader.duration(key).unwrap_or(TimeDelta::MAX);
    Outcome {
        when,
        waiting,
        reason,
        credit: reader.texts("credit").map(|(text, _)| fold(text).into_owned()).collect(),
        cooldown: span("cooldown"),
        stale_after: span("stale_after"),
        watch: span("watch"),
        write: write.unwrap_or_default(),
    }
}

fn condition(
    reader: Reader<'_>,
    key: &'static str,
    names: &mut Names,
    findings: &mut Findings,
) -> Option<Condition> {
    let table = reader.table(key)?;
    let condition = compile(table, Scope::Outcome, names, findings);
    if condition.is_always() {
        let message = format!("`{key}` has no condition: every handoff would be {key} at once");
        findings.error(BAD_VALUE, table.span.clone(), message);
    }
    Some(condition)
}

fn writes(
    reader: Reader<'_>,
    fields: &Catalogue,
    findings: &mut Findings,
) -> BTreeMap<OutcomeEvent, BTreeMap<String, String>> {
    let mut writes = BTreeMap::new();
    for event in OutcomeEvent::ALL {
        if let Some(table) = reader.table(event.name()) {
            let set = table.entries.iter();
            let set = set.filter_map(|entry| property_and_value(entry, fields, findings));
            writes.insert(event, set.collect());
        }
    }
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
        findings.add(wrong_type(name, "a text, a number or true or false", &entry.item));
        return None;
    };
    Some((property, value))
}
