//! `[[disqualify]]` and `[[mql]]`: who is out, and who is qualified in which tier.

use super::codes::{UNKNOWN_SLA, UNREACHABLE_TIER};
use super::compile::{Names, Scope, compile, never};
use super::definition::{Disqualifier, Priority, Tier};
use super::finding::{Finding, Findings};
use super::item::{Item, Node, Table};
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
            register.add(name, span, findings);
            disqualifiers.push(Disqualifier { name: name.to_owned(), when });
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
    let mut earlier: Vec<(&str, &Table, bool)> = Vec::new();
    for table in tables {
        let mut reader = Reader::new(table, "[[mql]]");
        let name = required_name(&mut reader, "name", findings);
        let when = required_condition(&mut reader, Scope::Plain, names, findings);
        let sla = sla(&mut reader, slas, findings);
        let priority = choice(&mut reader, "priority", PRIORITIES, Priority::Medium, findings);
        let condition = reader.item("when").and_then(Item::as_table);
        reader.finish(findings);
        let Some((name, span)) = name else { continue };
        if let Some(condition) = condition {
            let shadow = earlier.iter().find(|(_, table, always)| *always || same_tables(table, condition));
            if let Some((first, _, _)) = shadow {
                let message =
                    format!("tier '{name}' is never reached: tier '{first}' takes all it could take");
                let finding = Finding::warning(UNREACHABLE_TIER, span.clone(), message);
                findings
                    .add(finding.help("tiers are tried in the order of the file: put the narrower first"));
            }
            earlier.push((name, condition, when.is_always()));
        }
        register.add(name, span, findings);
        tiers.push(Tier { name: name.to_owned(), when, sla, priority });
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

/// Whether two tables say the same, wherever they stand and in whatever order.
fn same_tables(a: &Table, b: &Table) -> bool {
    a.entries.len() == b.entries.len()
        && a.entries
            .iter()
            .all(|entry| b.get(&entry.key).is_some_and(|other| same(&entry.item.node, &other.item.node)))
}

fn same(a: &Node, b: &Node) -> bool {
    match (a, b) {
        (Node::Table(a), Node::Table(b)) => same_tables(a, b),
        (Node::List(a), Node::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.node, &b.node))
        }
        _ => a == b,
    }
}
