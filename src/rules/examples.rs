//! `[[example]]`: the definition's own tests, as data.

use super::codes::{BAD_VALUE, MISSING, UNKNOWN_FIELD, UNKNOWN_NAME, UNKNOWN_REP, UNKNOWN_SLA, UNKNOWN_TEAM};
use super::definition::Rules;
use super::example::{Escalated, Example, Expectation, GivenLoad};
use super::fields::Fields;
use super::finding::{Finding, Findings};
use super::hours;
use super::item::{Entry, Item, Table};
use super::keys::{EXAMPLES, LOAD};
use super::parse::parse;
use super::reader::Reader;
use super::register::Register;
use super::source::Source;
use super::suggest::did_you_mean;
use super::values::{as_written, wrong_type};
use crate::model::{Absence, EMAIL_DOMAIN, Rep, RepId, VerdictKind};

/// Everything that an example can name.
pub(super) struct ExampleNames<'a> {
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
        let mut known = ExampleNames::of(rules);
        let root = Reader::new(&document, &EXAMPLES, &mut findings);
        read = examples(&root.tables("example"), &mut known, &mut findings);
        if read.is_empty() && !findings.has_errors() {
            findings.error(MISSING, 0..0, "there is no [[example]] in this file");
        }
    }
    findings.sort();
    (read, findings)
}

impl<'a> ExampleNames<'a> {
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
pub(super) fn examples(
    readers: &[Reader<'_>],
    known: &mut ExampleNames<'_>,
    findings: &mut Findings,
) -> Vec<Example> {
    let mut register = Register::new("example");
    let mut examples = Vec::with_capacity(readers.len());
    for reader in readers {
        let at = reader.moment("at");
        let contact = reader.table("contact").map(|table| values(table, known, findings));
        let loads = loads(*reader, known, findings);
        let away = away(*reader, known, findings);
        let expect = reader.nested("expect").map(|reader| expectation(reader, known, findings));
        let Some((name, span)) = reader.name("name") else { continue };
        register.add(name, span.clone(), findings);
        if let (Some(at), Some(contact), Some(expect)) = (at, contact, expect) {
            examples.push(Example { name: name.to_owned(), span, at, contact, loads, away, expect });
        }
    }
    examples
}

/// One raw value per field, as the CRM would send it.
fn values(table: &Table, known: &ExampleNames<'_>, findings: &mut Findings) -> Vec<Option<String>> {
    let mut values = vec![None; known.fields.all().len()];
    for entry in &table.entries {
        match entry.item.as_table().filter(|_| entry.key == "company") {
            Some(company) => {
                for inner in &company.entries {
                    let name = format!("company.{}", inner.key);
                    set_value(&name, inner, known, &mut values, findings);
                }
            }
            None => set_value(&entry.key, entry, known, &mut values, findings),
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
    known: &ExampleNames<'_>,
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
    let reading = known.fields.get(id).map(|field| &field.reading);
    let Some(value) = reading.and_then(|reading| as_written(&entry.item.node, reading)) else {
        findings.add(wrong_type(name, "a text, a number, a date or true or false", &entry.item));
        return;
    };
    if let Some(slot) = values.get_mut(usize::from(id.0)) {
        *slot = Some(value);
    }
}

/// `loads = { "ana@acme.example" = { open = 24, today = 3 } }`: what reps have already.
fn loads(reader: Reader<'_>, known: &mut ExampleNames<'_>, findings: &mut Findings) -> Vec<GivenLoad> {
    let Some(table) = reader.table("loads") else { return Vec::new() };
    let mut loads = Vec::with_capacity(table.entries.len());
    for Entry { key, key_span, item } in &table.entries {
        let rep = known.reps.require(key, key_span, UNKNOWN_REP, findings).map(RepId);
        let Some(load) = item.as_table() else {
            findings.add(wrong_type(key, "a table such as { open = 3, today = 1 }", item));
            continue;
        };
        let load = Reader::new(load, &LOAD, findings);
        let count = |key| load.count(key).unwrap_or_default();
        let (open, today) = (count("open"), count("today"));
        loads.extend(rep.map(|rep| GivenLoad { rep, open, today }));
    }
    loads
}

/// `away = { "bo@acme.example" = ["2026-11-23"] }`: absences on top of those in the definition.
fn away(reader: Reader<'_>, known: &mut ExampleNames<'_>, findings: &mut Findings) -> Vec<(RepId, Absence)> {
    let Some(table) = reader.table("away") else { return Vec::new() };
    let mut away = Vec::new();
    for Entry { key, key_span, item } in &table.entries {
        let position = known.reps.require(key, key_span, UNKNOWN_REP, findings);
        let Some(items) = item.as_list() else {
            findings.add(wrong_type(key, "a list of days such as [\"2026-11-23\"]", item));
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
    let Some(text) = item.as_text() else {
        findings.add(wrong_type("away", "a text", item));
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

fn expectation(reader: Reader<'_>, known: &mut ExampleNames<'_>, findings: &mut Findings) -> Expectation {
    let kinds = VerdictKind::ALL.map(|kind| (kind.name(), kind));
    let mut named = |key, register: &mut Register, code| reference(reader, key, register, code, findings);
    Expectation {
        verdict: reader.choice("verdict", &kinds),
        disqualified_by: named("disqualified_by", &mut known.disqualifiers, UNKNOWN_NAME),
        mql: named("mql", &mut known.tiers, UNKNOWN_NAME),
        route: named("route", &mut known.routes, UNKNOWN_NAME),
        owner: named("owner", &mut known.reps, UNKNOWN_REP),
        team: named("team", &mut known.teams, UNKNOWN_TEAM),
        sla: named("sla", &mut known.slas, UNKNOWN_SLA),
        score: reader.number("score"),
        fit: reader.number("fit"),
        due: reader.moment("due"),
        waiting: reader.flag("waiting"),
        failing: reader.texts("failing").map(|(text, _)| text.to_owned()).collect(),
        escalations: escalations(reader),
    }
}

/// `escalations = [{ at = "…", do = "remind" }]`: which step is the last to have come at that time.
fn escalations(reader: Reader<'_>) -> Vec<Escalated> {
    let read = |reader: Reader<'_>| {
        Some(Escalated { at: reader.moment("at")?, action: reader.text("do")?.trim().to_owned() })
    };
    reader.tables("escalations").into_iter().filter_map(read).collect()
}

/// The name as it was spelled where it was given.
fn reference(
    reader: Reader<'_>,
    key: &'static str,
    register: &mut Register,
    code: &'static str,
    findings: &mut Findings,
) -> Option<String> {
    let (name, span) = reader.text(key).zip(reader.place(key))?;
    let position = register.require(name, &span, code, findings)?;
    register.name(position).map(str::to_owned)
}
