//! `[[disqualify]]` and `[[mql]]`: who is out, and who is qualified in which tier.

use super::codes::UNKNOWN_SLA;
use super::compile::{Names, Scope, compile, never};
use super::definition::{Disqualifier, Priority, Tier};
use super::finding::Findings;
use super::item::Table;
use super::reader::Reader;
use super::register::{Register, choice, required_name};

const PRIORITIES: &[(&str, Priority)] =
    &[("low", Priority::Low), ("medium", Priority::Medium), ("high", Priority::High)];

pub(super) fn disqualifiers(
    tables: &[&Table],
    names: &mut Names,
    findings: &mut Findings,
) -> (Vec<Disqualifier>, Register) {
    let mut register = Register::new("disqualifier");
    let mut disqualifiers = Vec::with_capacity(tables.len());
    for table in tables {
        let mut reader = Reader::new(table, "[[disqualify]]");
        let name = required_name(&mut reader, "name", findings);
        let when = required_condition(&mut reader, Scope::Plain, names, findings);
        reader.finish(findings);
        if let Some((name, span)) = name {
            register.add(name, span.clone(), findings);
            disqualifiers.push(Disqualifier { name: name.to_owned(), span, when });
        }
    }
    (disqualifiers, register)
}

pub(super) fn tiers(
    tables: &[&Table],
    slas: &mut Register,
    names: &mut Names,
    findings: &mut Findings,
) -> (Vec<Tier>, Register) {
    let mut register = Register::new("tier");
    let mut tiers: Vec<Tier> = Vec::with_capacity(tables.len());
    for table in tables {
        let mut reader = Reader::new(table, "[[mql]]");
        let name = required_name(&mut reader, "name", findings);
        let when = required_condition(&mut reader, Scope::Plain, names, findings);
        let sla = sla(&mut reader, slas, findings);
        let priority = choice(&mut reader, "priority", PRIORITIES, Priority::Medium, findings);
        reader.finish(findings);
        let Some((name, span)) = name else { continue };
        register.add(name, span.clone(), findings);
        tiers.push(Tier { name: name.to_owned(), span, when, sla, priority });
    }
    (tiers, register)
}

/// The condition at `when`, which must be there.
pub(super) fn required_condition(
    reader: &mut Reader<'_>,
    scope: Scope,
    names: &mut Names,
    findings: &mut Findings,
) -> super::Condition {
    if reader.item("when").is_none() {
        reader.missing("when", findings);
    }
    match reader.table("when", findings) {
        Some(table) => compile(table, scope, names, findings),
        None => never(),
    }
}

fn sla(reader: &mut Reader<'_>, slas: &mut Register, findings: &mut Findings) -> Option<usize> {
    let name = reader.text("sla", findings)?;
    let span = &reader.item("sla")?.span;
    slas.require(name, span, UNKNOWN_SLA, findings)
}
