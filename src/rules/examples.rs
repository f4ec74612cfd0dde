//! `[[example]]`: the definition's own tests, as data.

use std::ops::Range;

use super::argument::read_time;
use super::codes::{BAD_VALUE, MISSING, UNKNOWN_FIELD, UNKNOWN_NAME, UNKNOWN_REP, UNKNOWN_SLA, UNKNOWN_TEAM};
use super::definition::Rules;
use super::example::{Escalated, Example, Expectation, GivenLoad};
use super::fields::Fields;
use super::finding::{Finding, Findings};
use super::hours;
use super::item::{Entry, Item, Node, Table};
use super::outcome::scalar;
use super::parse::parse;
use super::reader::{Reader, wrong_type};
use super::register::{Register, required_name};
use super::source::Source;
use super::suggest::did_you_mean;
use crate::model::{Absence, EMAIL_DOMAIN, Rep, RepId, Timestamp, VerdictKind};

/// Everything that an example can name.
pub(super) struct Known<'a> {
    pub(super) fields: &'a Fields,
    pub(super) people: &'a [Rep],
    pub(super) disqualifiers: Register,
    pub(super) tiers: Register,
    pub(super) routes: Register,
    pub(super) reps: Register,
    pub(super) teams: Register,
    pub(super) slas: Register,
}

/// Reads a file of examples for a definition that has been loaded. The findings are about that file.
pub fn load_examples(source: &Source, rules: &Rules) -> (Vec<Example>, Findings) {
    let mut findings = Findings::default();
    let mut read = Vec::new();
    if let Some(document) = parse(&source.text, &mut findings) {
        let mut known = Known::of(rules);
        let mut root = Reader::new(&document, "the file of examples");
        read = examples(&root.tables("example", &mut findings), &mut known, &mut findings);
        root.finish(&mut findings);
        if read.is_empty() && !findings.has_errors() {
            findings.error(MISSING, 0..0, "there is no [[example]] in this file");
        }
    }
    findings.sort();
    (read, findings)
}

impl<'a> Known<'a> {
    fn of(rules: &'a Rules) -> Self {
        let names = |what, names: Vec<&str>| Register::known(what, names);
        Self {
            fields: &rules.fields,
            people: &rules.reps,
            disqualifiers: names(
                "disqualifier",
                rules.disqualifiers.iter().map(|rule| &*rule.name).collect(),
            ),
            tiers: names("tier", rules.tiers.iter().map(|tier| &*tier.name).collect()),
            routes: names("route", rules.routes.iter().map(|route| &*route.name).collect()),
            reps: names("rep", rules.reps.iter().map(|rep| &*rep.email).collect()),
            teams: names("team", rules.teams.iter().map(|team| &*team.name).collect()),
            slas: names("SLA", rules.slas.iter().map(|sla| &*sla.name).collect()),
        }
    }
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
        let loads = loads(&mut reader, known, findings);
        let away = away(&mut reader, known, findings);
        let expect = expectation(&mut reader, known, findings);
        reader.finish(findings);
        let Some((name, span)) = name else { continue };
        register.add(name, span.clone(), findings);
        if let (Some(at), Some(contact), Some(expect)) = (at, contact, expect) {
            examples.push(Example { name: name.to_owned(), span, at, contact, loads, away, expect });
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
        let finding =
            Finding::error(UNKNOWN_FIELD, entry.key_span.clone(), format!("unknown field `{name}`"));
        let fields = known.fields.all().iter().map(|field| field.name.as_str());
        findings.add(finding.help(did_you_mean(name, fields)));
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

/// `loads = { "ana@acme.example" = { open = 24, today = 3 } }`: what reps have already.
fn loads(reader: &mut Reader<'_>, known: &mut Known<'_>, findings: &mut Findings) -> Vec<GivenLoad> {
    let Some(table) = reader.table("loads", findings) else { return Vec::new() };
    let mut loads = Vec::with_capacity(table.entries.len());
    for Entry { key, key_span, item } in &table.entries {
        let rep = known.reps.require(key, key_span, UNKNOWN_REP, findings).map(RepId);
        let Node::Table(load) = &item.node else {
            wrong_type(key, "a table such as { open = 3, today = 1 }", item, findings);
            continue;
        };
        let mut reader = Reader::new(load, "`loads`");
        let open = reader.count("open", 0, findings).unwrap_or(0);
        let today = reader.count("today", 0, findings).unwrap_or(0);
        reader.finish(findings);
        loads.extend(rep.map(|rep| GivenLoad { rep, open, today }));
    }
    loads
}

/// `away = { "bo@acme.example" = ["2026-11-23"] }`: absences on top of those in the definition.
fn away(reader: &mut Reader<'_>, known: &mut Known<'_>, findings: &mut Findings) -> Vec<(RepId, Absence)> {
    let Some(table) = reader.table("away", findings) else { return Vec::new() };
    let mut away = Vec::new();
    for Entry { key, key_span, item } in &table.entries {
        let position = known.reps.require(key, key_span, UNKNOWN_REP, findings);
        let Node::List(items) = &item.node else {
            wrong_type(key, "a list of days such as [\"2026-11-23\"]", item, findings);
            continue;
        };
        let Some((position, rep)) = position.and_then(|at| Some((at, known.people.get(at)?))) else {
            continue;
        };
        for item in items {
            away.extend(absence(item, rep, findings).map(|absence| (RepId(position), absence)));
        }
    }
    away
}

fn absence(item: &Item, rep: &Rep, findings: &mut Findings) -> Option<Absence> {
    let Node::Text(text) = &item.node else {
        wrong_type("away", "a text", item, findings);
        return None;
    };
    match hours::absence(text, rep.hours.timezone) {
        Ok(absence) => Some(absence),
        Err(why) => {
            findings.error(BAD_VALUE, item.span.clone(), format!("`away`: {why}"));
            None
        }
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
        waiting: r.flag("waiting", findings),
        failing: r.texts("failing", findings).into_iter().map(|(text, _)| text.to_owned()).collect(),
        escalations: escalations(r, findings),
    };
    reader.finish(findings);
    if table.entries.is_empty() {
        findings.error(BAD_VALUE, table.span.clone(), "`expect` expects nothing");
    }
    Some(expect)
}

/// Words of `do` in an expected escalation: those of a step, or that none has come yet.
const ESCALATED: [&str; 5] = ["nothing", "remind", "notify", "reassign", "return"];

/// `escalations = [{ at = "…", do = "remind" }]`: which step is the last to have come at that time.
fn escalations(reader: &mut Reader<'_>, findings: &mut Findings) -> Vec<Escalated> {
    let mut escalations = Vec::new();
    for table in reader.tables("escalations", findings) {
        let mut reader = Reader::new(table, "`escalations`");
        let at = moment(&mut reader, "at", findings);
        let word = reader.required_text("do", findings);
        if reader.item("at").is_none() {
            reader.missing("at", findings);
        }
        if let Some(word) = word.filter(|word| !ESCALATED.contains(word)) {
            let finding = Finding::error(BAD_VALUE, table.span.clone(), format!("`do` cannot be '{word}'"));
            findings.add(finding.help(did_you_mean(word, ESCALATED)));
        }
        reader.finish(findings);
        if let (Some(at), Some(word)) = (at, word) {
            escalations.push(Escalated { at, action: word.to_owned() });
        }
    }
    escalations
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
