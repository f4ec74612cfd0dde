//! `[[disqualify]]` and `[[mql]]`: who is out, and who is qualified in which tier.

use super::codes::UNKNOWN_SLA;
use super::compile::{Names, Scope, compile, never};
use super::condition::Condition;
use super::definition::{Disqualifier, Priority, Tier};
use super::finding::Findings;
use super::reader::Reader;
use super::register::Register;

pub(super) fn disqualifiers(
    readers: &[Reader<'_>],
    names: &mut Names,
    findings: &mut Findings,
) -> (Vec<Disqualifier>, Register) {
    let mut register = Register::new("disqualifier");
    let mut disqualifiers = Vec::with_capacity(readers.len());
    for reader in readers {
        let when = required_condition(*reader, Scope::Plain, names, findings);
        if let Some((name, span)) = reader.name("name") {
            register.add(name, span.clone(), findings);
            disqualifiers.push(Disqualifier { name: name.to_owned(), span, when });
        }
    }
    (disqualifiers, register)
}

pub(super) fn tiers(
    readers: &[Reader<'_>],
    slas: &mut Register,
    names: &mut Names,
    findings: &mut Findings,
) -> (Vec<Tier>, Register) {
    let mut register = Register::new("tier");
    let mut tiers: Vec<Tier> = Vec::with_capacity(readers.len());
    for reader in readers {
        let when = required_condition(*reader, Scope::Plain, names, findings);
        let sla = sla(*reader, slas, findings);
        let priorities = [Priority::Low, Priority::Medium, Priority::High];
        let priority = reader.choice("priority", &priorities.map(|priority| (priority.name(), priority)));
        let Some((name, span)) = reader.name("name") else { continue };
        register.add(name, span.clone(), findings);
        let priority = priority.unwrap_or(Priority::Medium);
        tiers.push(Tier { name: name.to_owned(), span, when, sla, priority });
    }
    (tiers, register)
}

/// The condition at `when`, which must be there.
pub(super) fn required_condition(
    reader: Reader<'_>,
    scope: Scope,
    names: &mut Names,
    findings: &mut Findings,
) -> Condition {
    reader.table("when").map_or_else(never, |table| compile(table, scope, names, findings))
}

fn sla(reader: Reader<'_>, slas: &mut Register, findings: &mut Findings) -> Option<usize> {
    let (name, span) = reader.text("sla").zip(reader.place("sla"))?;
    slas.require(name, &span, UNKNOWN_SLA, findings)
}
