//! What of the data needs somebody, each in a sentence, the gravest first.

use std::ops::Range;

use serde::Serialize;

use super::condition::{ConditionReport, TestReport};
use super::field::FieldReport;
use super::proposal::{FIELDS, Proposer};
use super::{OwnerRow, Report};
use crate::rules::{Operand, Rules};

/// Of the values of a field that decides something, so many may be unreadable before things do not stand well. A cell or two
/// that somebody mistyped are told and alarm nobody; a column in a format that was not expected does.
const GRAVE_PERCENT: u64 = 5;

/// Owners that are named; the rest is counted.
const OWNERS_NAMED: usize = 3;

/// One thing, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attention {
    pub text: String,
    /// Whom it concerns.
    #[serde(skip)]
    pub named: String,
    /// The table of the definition to write one of the lines in.
    pub table: Option<&'static str>,
    /// The line that mends it; several, where the data does not say which.
    pub write: Vec<String>,
    /// Things do not stand well while it is so: `status` and `fields` end with exit code 1.
    pub is_grave: bool,
    /// Where in the definition.
    #[serde(skip)]
    pub span: Option<Range<usize>>,
}

impl Attention {
    /// The sentence, with those whom it concerns.
    pub fn told(&self) -> String {
        let colon = if self.named.is_empty() { "" } else { ": " };
        format!("{}{colon}{}", self.text, self.named)
    }

    /// What to write, where that is known.
    pub fn help(&self) -> Option<String> {
        let lines: Vec<String> = self.write.iter().map(|line| format!("`{line}`")).collect();
        self.table.map(|table| format!("in {table}: {}", lines.join(", or ")))
    }

    /// All of it in one line. `for_log`: without those whom it concerns.
    pub fn line(&self, for_log: bool) -> String {
        let told = if for_log { self.text.clone() } else { self.told() };
        told + &self.help().map(|help| format!("; {help}")).unwrap_or_default()
    }

    pub(super) fn grave(text: String) -> Self {
        Self { is_grave: true, ..told(text) }
    }
}

pub(super) fn attention(report: &Report, rules: &Rules, definition: &str) -> Vec<Attention> {
    let proposer = Proposer { rules, definition, fields: &report.fields };
    let unreadable = report.fields.iter().filter_map(|field| unreadable(field, &proposer));
    let absent = report
        .conditions
        .iter()
        .flat_map(|condition| condition.tests.iter().filter_map(|found| absent(condition, found, &proposer)));
    let times = report.fields.iter().filter_map(|field| times(field, rules));
    let mut all: Vec<Attention> =
        unreadable.chain(absent).chain(nobody(&report.owners)).chain(times).collect();
    all.sort_by_key(|attention| !attention.is_grave);
    all
}

fn told(text: String) -> Attention {
    Attention { text, named: String::new(), table: None, write: Vec::new(), is_grave: false, span: None }
}

fn unreadable(field: &FieldReport, proposer: &Proposer<'_>) -> Option<Attention> {
    if field.unreadable == 0 {
        return None;
    }
    let samples: Vec<String> = field.samples.iter().map(|sample| format!("'{sample}'")).collect();
    let text = format!(
        "`{}` cannot be read as {} in {} of {} contacts that have it: {} (first contact {})",
        field.field,
        field.kind_words,
        field.unreadable,
        field.filled,
        samples.join(", "),
        field.first_unreadable.as_deref().unwrap_or_default()
    );
    let is_grave = field.is_used && field.unreadable * 100 >= field.filled * GRAVE_PERCENT;
    let (table, write, words) = proposer.propose(field);
    Some(Attention { table, write, is_grave, ..told(text + &words) })
}

fn absent(of: &ConditionReport, found: &TestReport, proposer: &Proposer<'_>) -> Option<Attention> {
    let Operand::Field(id) = found.operand else { return None };
    let name = &proposer.rules.fields.get(id)?.name;
    let field = proposer.fields.iter().find(|field| field.field == *name && field.filled > 0)?;
    if found.values == 0 || found.absent < found.values {
        return None;
    }
    let write = proposer.as_country(field, &found.absent_values);
    // A list of which nobody has anything harms nobody while the condition finds people in other ways.
    if write.is_none() && of.holds > 0 {
        return None;
    }
    let values = match found.absent_values.as_slice() {
        [only] => format!("its value '{only}' does not occur"),
        _ => format!("none of its {} values occurs", found.values),
    };
    let most_often = field.frequent.iter().flatten().next();
    let most_often = most_often.map(|most| format!(", most often '{}'", most.value)).unwrap_or_default();
    let more = if field.is_more { "more than " } else { "" };
    let text = format!("{}: {values} in `{name}` ({more}{} different{most_often})", of.of, field.different);
    let mends = if write.is_some() { "; with this line they do" } else { "" };
    let table = write.as_ref().map(|_| FIELDS);
    let write = write.into_iter().collect();
    Some(Attention { table, write, span: Some(found.span.clone()), ..told(text + mends) })
}

fn nobody(owners: &[OwnerRow]) -> Option<Attention> {
    let contacts: u64 = owners.iter().map(|owner| owner.contacts).sum();
    let named = owners.iter().take(OWNERS_NAMED);
    let mut named: Vec<String> = named.map(|row| format!("'{}' ({})", row.owner, row.contacts)).collect();
    if owners.len() > OWNERS_NAMED {
        named.push(format!("{} more", owners.len() - OWNERS_NAMED));
    }
    let text = format!("{contacts} contacts have an owner who is no rep");
    (contacts > 0).then(|| Attention { named: named.join(", "), ..told(text) })
}

/// Times that may be hours off: they name no zone, or lie ahead.
fn times(field: &FieldReport, rules: &Rules) -> Option<Attention> {
    let FieldReport { field: name, in_future, without_zone, .. } = field;
    let ahead = format!("`{name}` is in the future for {in_future} contacts");
    let text = match (in_future, without_zone) {
        (0, 0) => return None,
        (0, local) => format!("`{name}` names no zone in {local} contacts, so it is read as UTC"),
        (_, 0) => ahead,
        (_, local) => format!("{ahead}, and names no zone in {local}, so it is read as UTC"),
    };
    let zone = (*without_zone > 0 && rules.crm.kind == "file").then_some(zone(rules));
    let table = zone.as_ref().map(|_| "[crm.file]");
    field.is_used.then(|| Attention { table, write: zone.into_iter().collect(), ..told(text) })
}

/// The zone of the reps, where they share one: whoever exported it likely does too.
fn zone(rules: &Rules) -> String {
    let mut zones: Vec<&str> = rules.reps.iter().map(|rep| rep.hours.timezone.name()).collect();
    zones.dedup();
    // Whoever names no zone is on UTC, which tells nothing of the export.
    let shared = zones.first().filter(|zone| zones.len() == 1 && **zone != "UTC").unwrap_or(&"…");
    format!("timezone = \"{shared}\"")
}
