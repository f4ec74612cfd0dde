//! What of the data needs somebody, each in a sentence, the gravest first.

use std::ops::Range;

use serde::Serialize;

use super::condition::{ConditionReport, TestReport};
use super::field::FieldReport;
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
    /// Things do not stand well while it is so: `status` and `fields` end with exit code 1.
    pub is_grave: bool,
    /// Where in the definition.
    #[serde(skip)]
    pub span: Option<Range<usize>>,
}

impl Attention {
    pub(super) fn grave(text: String) -> Self {
        Self { is_grave: true, ..told(text) }
    }
}

pub(super) fn attention(report: &Report, rules: &Rules) -> Vec<Attention> {
    let unreadable = report.fields.iter().filter_map(unreadable);
    let absent = report.conditions.iter().flat_map(|condition| {
        condition.tests.iter().filter_map(move |found| absent(condition, found, report, rules))
    });
    let times = report.fields.iter().filter_map(in_future);
    let mut all: Vec<Attention> =
        unreadable.chain(absent).chain(nobody(&report.owners)).chain(times).collect();
    all.sort_by_key(|attention| !attention.is_grave);
    all
}

fn told(text: String) -> Attention {
    Attention { text, is_grave: false, span: None }
}

fn unreadable(field: &FieldReport) -> Option<Attention> {
    if field.unreadable == 0 {
        return None;
    }
    let samples: Vec<String> = field.samples.iter().map(|sample| format!("'{sample}'")).collect();
    let text = format!(
        "`{}` cannot be read as a {} in {} of {} contacts that have it: {} (first contact {})",
        field.field,
        field.kind,
        field.unreadable,
        field.filled,
        samples.join(", "),
        field.first_unreadable.as_deref().unwrap_or_default()
    );
    let is_grave = field.is_used && field.unreadable * 100 >= field.filled * GRAVE_PERCENT;
    Some(Attention { is_grave, ..told(text) })
}

fn absent(of: &ConditionReport, found: &TestReport, report: &Report, rules: &Rules) -> Option<Attention> {
    let Operand::Field(id) = found.operand else { return None };
    let name = &rules.fields.get(id)?.name;
    let field = report.fields.iter().find(|field| field.field == *name && field.filled > 0)?;
    // A list of which nobody has anything harms nobody while the condition finds people in other ways.
    if found.values == 0 || found.absent < found.values || of.holds > 0 {
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
    Some(Attention { span: Some(found.span.clone()), ..told(text) })
}

fn nobody(owners: &[OwnerRow]) -> Option<Attention> {
    let contacts: u64 = owners.iter().map(|owner| owner.contacts).sum();
    let named = owners.iter().take(OWNERS_NAMED);
    let mut named: Vec<String> = named.map(|row| format!("'{}' ({})", row.owner, row.contacts)).collect();
    if owners.len() > OWNERS_NAMED {
        named.push(format!("{} more", owners.len() - OWNERS_NAMED));
    }
    let text = format!("{contacts} contacts have an owner who is no rep: {}", named.join(", "));
    (contacts > 0).then(|| told(text))
}

fn in_future(field: &FieldReport) -> Option<Attention> {
    let zone = if field.without_zone > 0 {
        format!(", and {} name no zone, so they were read as UTC", field.without_zone)
    } else {
        String::new()
    };
    let text = format!("`{}` is in the future for {} contacts{zone}", field.field, field.in_future);
    (field.in_future > 0 && field.is_used).then(|| told(text))
}
