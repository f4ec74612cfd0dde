//! `[[example]]`: the definition's own tests, as data.

use std::ops::Range;

use super::argument::read_time;
use super::catalogue::Catalogue;
use super::codes::{BAD_VALUE, UNKNOWN_NAME, UNKNOWN_REP, UNKNOWN_SLA, UNKNOWN_TEAM};
use super::definition::{Example, Expectation};
use super::fields::Fields;
use super::finding::{Finding, Findings};
use super::item::{Entry, Node, Table};
use super::outcome::scalar;
use super::reader::{Reader, wrong_type};
use super::register::{Register, required_name};
use super::suggest::did_you_mean;
use crate::model::{EMAIL_DOMAIN, Timestamp, VerdictKind};

/// Everything that an example can name.
pub(super) struct Known<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) fields: &'a Fields,
    pub(super) disqualifiers: Register,
    pub(super) tiers: Register,
    pub(super) routes: Register,
    pub(super) reps: Register,
    pub(super) teams: Register,
    pub(super) slas: Register,
}

/// Reads every `[[example]]`.
pub(super) fn examples(tables: &[&Table], known: &mut Known<'_>, findings: &mut Findings) -> Vec<Example> {
    let mut register = Register::new("example");
    let mut examples = Vec::with_capacity(tables.len());
    for table in tables {
        let mut reader = Reader::new(table, "[[example]]");
        let name = required_name(&mut reader, "name", findings);
        if reader.item("at").is_none() {
            reader.missing("at", findings);
        }
        let at = moment(&mut reader, "at", findings);
        let contact = reader.table("contact", findings);
        if reader.item("contact").is_none() {
            reader.missing("contact", findings);
        }
        let contact = contact.map(|table| values(table, known, findings));
        let expect = expectation(&mut reader, known, findings);
        reader.finish(findings);
        let Some((name, span)) = name else { continue };
        register.add(name, span.clone(), findings);
        if let (Some(at), Some(contact), Some(expect)) = (at, contact, expect) {
            examples.push(Example { name: name.to_owned(), span, at, contact, expect });
        }
    }
    examples
}

fn moment(reader: &mut Reader<'_>, key: &'static str, findings: &mut Findings) -> Option<Timestamp> {
    let item = reader.item(key)?;
    let time = read_time(item);
    if time.is_none() {
        wrong_type(key, "a date and time such as \"2026-11-23T10:00:00Z\"", item, findings);
    }
    time
}

/// One raw value per field, as the CRM would send it.
fn values(table: &Table, known: &Known<'_>, findings: &mut Findings) -> Vec<Option<String>> {
    let mut values = vec![None; known.fields.all().len()];
    for entry in &table.entries {
        match &entry.item.node {
            Node::Table(company) if entry.key == "company" => {
                for inner in &company.entries {
                    let name = format!("company.{}", inner.key);
                    set_value(&name, inner, known, &mut values, findings);
                }
            }
            Node::Table(_)
            | Node::Text(_)
            | Node::Integer(_)
            | Node::Float(_)
            | Node::Bool(_)
            | Node::Datetime(_)
            | Node::List(_) => set_value(&entry.key, entry, known, &mut values, findings),
        }
    }
    // The derived field is read from the very value of `email`, as a connector reads it from the same property.
    let field = |name: &str| known.fields.find(name).map(|id| usize::from(id.0));
    if let (Some(email), Some(domain)) = (field("email"), field(EMAIL_DOMAIN)) {
        let email = values.get(email).cloned().flatten();
        if let Some(domain) = values.get_mut(domain) {
            *domain = email;
        }
    }
    values
}

fn set_value(
    name: &str,
    entry: &Entry,
    known: &Known<'_>,
    values: &mut [Option<String>],
    findings: &mut Findings,
) {
    if name == EMAIL_DOMAIN {
        let message = "`email_domain` follows from `email`: write that";
        findings.error(BAD_VALUE, entry.key_span.clone(), message);
        return;
    }
    let Some(id) = known.fields.find(name) else {
        findings.add(known.catalogue.unknown(name, entry.key_span.clone()));
        return;
    };
    let Some(value) = scalar(&entry.item.node) else {
        wrong_type(name, "a text, a number, a date or true or false", &entry.item, findings);
        return;
    };
    if let Some(slot) = values.get_mut(usize::from(id.0)) {
        *slot = Some(value);
    }
}

fn expectation(
    reader: &mut Reader<'_>,
    known: &mut Known<'_>,
    findings: &mut Findings,
) -> Option<Expectation> {
    if reader.item("expect").is_none() {
        reader.missing("expect", findings);
    }
    let table = reader.table("expect", findings)?;
    let mut reader = Reader::new(table, "`expect`");
    let r = &mut reader;
    let expect = Expectation {
        verdict: verdict(r, findings),
        disqualified_by: reference(r, "disqualified_by", &mut known.disqualifiers, UNKNOWN_NAME, findings),
        mql: reference(r, "mql", &mut known.tiers, UNKNOWN_NAME, findings),
        route: reference(r, "route", &mut known.routes, UNKNOWN_NAME, findings),
        owner: reference(r, "owner", &mut known.reps, UNKNOWN_REP, findings),
        team: reference(r, "team", &mut known.teams, UNKNOWN_TEAM, findings),
        sla: reference(r, "sla", &mut known.slas, UNKNOWN_SLA, findings),
        score: r.number("score", findings),
        fit: r.number("fit", findings),
        due: moment(r, "due", findings),
    };
    reader.finish(findings);
    if table.entries.is_empty() {
        findings.error(BAD_VALUE, table.span.clone(), "`expect` expects nothing");
    }
    Some(expect)
}

fn verdict(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<VerdictKind> {
    let word = reader.text("verdict", findings)?;
    let kind = VerdictKind::parse(word);
    if kind.is_none() {
        let span: Range<usize> = reader.item("verdict")?.span.clone();
        let finding = Finding::error(BAD_VALUE, span, format!("`verdict` cannot be '{word}'"));
        findings.add(finding.help(did_you_mean(word, VerdictKind::ALL.map(VerdictKind::name))));
    }
    kind
}

/// The name as it was spelled where it was given.
fn reference(
    reader: &mut Reader<'_>,
    key: &'static str,
    register: &mut Register,
    code: &'static str,
    findings: &mut Findings,
) -> Option<String> {
    let name = reader.text(key, findings)?;
    let span = &reader.item(key)?.span;
    let position = register.require(name, span, code, findings)?;
    register.name(position).map(str::to_owned)
}
