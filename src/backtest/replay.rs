//! Takes contacts in one after the other, judges each once, and keeps only what the report needs of it.

use std::collections::HashMap;

use super::difference::{Comparison, Differences};
use super::lens::{Lens, Seen};
use crate::model::{Contact, FieldId, Timestamp, Value, Verdict};
use crate::qualify::{Facts, Sum, company_fields, evaluate, leaf_answer};
use crate::rules::{Condition, Leaf, Operand, RouteTarget, Rules};
use crate::stats::Share;

/// More groups than a table can show; the rest is counted together.
const GROUPS_MAX: usize = 1_000;

/// What is asked of history besides the verdicts.
#[derive(Clone, Debug)]
pub struct Questions {
    pub lens: Lens,
    pub by: Option<FieldId>,
    pub sweep: Option<Operand>,
    /// How many differences are listed one by one.
    pub listed: usize,
}

/// What is kept of one contact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    pub verdict: Verdict,
    pub date: Option<Timestamp>,
    pub converted: bool,
    /// Position in [`Replayed::groups`].
    pub group: u32,
    /// The value that is swept.
    pub value: Option<f64>,
}

/// A qualified contact, with what routes look at.
#[derive(Clone, Debug)]
pub struct Lead {
    pub contact: Contact,
    pub score: Sum,
    pub fit: Sum,
    /// When it counts, else when it was judged.
    pub at: Timestamp,
    pub is_dated: bool,
}

/// All of history, judged.
#[derive(Debug)]
pub struct Replayed {
    pub cases: Vec<Case>,
    pub leads: Vec<Lead>,
    pub groups: Vec<String>,
    /// Each condition of tiers and ICP with those who satisfy it.
    pub conditions: Vec<(String, Share)>,
    pub differences: Option<Differences>,
}

/// The replay while it goes on.
pub struct Replay<'r> {
    rules: &'r Rules,
    questions: Questions,
    /// What routes look at.
    routed_by: Vec<FieldId>,
    cases: Vec<Case>,
    leads: Vec<Lead>,
    groups: Groups,
    conditions: Vec<(&'r Leaf, Share)>,
    comparison: Option<Comparison<'r>>,
}

impl<'r> Replay<'r> {
    pub fn new(rules: &'r Rules, against: Option<&'r Rules>, questions: Questions) -> Self {
        let conditions = if questions.lens.has_outcome() { leaves(rules) } else { Vec::new() };
        Self {
            routed_by: routed_by(rules),
            comparison: against.map(|old| Comparison::new(rules, old, questions.listed)),
            cases: Vec::new(),
            leads: Vec::new(),
            groups: Groups::default(),
            conditions: conditions.into_iter().map(|leaf| (leaf, Share::default())).collect(),
            rules,
            questions,
        }
    }

    /// Judges one contact. `old` is the same contact with the fields of the rules it is compared against.
    pub fn see(&mut self, contact: &Contact, old: Option<&Contact>) {
        let Seen { date, judged_at: now, converted } = self.questions.lens.look(contact);
        let questions = &self.questions;
        let evaluation = evaluate(self.rules, contact, now);
        let facts = Facts { contact, score: evaluation.score, fit: evaluation.fit, now, handed_off_at: None };
        for (leaf, share) in &mut self.conditions {
            if leaf_answer(leaf, &facts).holds() {
                share.count(converted);
            }
        }
        if let (Some(comparison), Some(old)) = (&mut self.comparison, old) {
            comparison.see(&facts, evaluation.verdict, old);
        }
        if evaluation.verdict.is_qualified() {
            let contact = slim(contact, &self.routed_by);
            self.leads.push(Lead {
                contact,
                score: evaluation.score,
                fit: evaluation.fit,
                at: date.unwrap_or(now),
                is_dated: date.is_some(),
            });
        }
        self.cases.push(Case {
            verdict: evaluation.verdict,
            date,
            converted,
            group: questions.by.map_or(0, |field| self.groups.of(contact.value(field))),
            value: questions.sweep.and_then(|operand| number(operand, &facts)),
        });
    }

    pub fn lens(&self) -> &Lens {
        &self.questions.lens
    }

    pub fn finish(self) -> Replayed {
        Replayed {
            cases: self.cases,
            leads: self.leads,
            groups: self.groups.names,
            conditions: self.conditions.into_iter().map(|(leaf, share)| (leaf.text.clone(), share)).collect(),
            differences: self.comparison.map(Comparison::finish),
        }
    }
}

fn number(operand: Operand, facts: &Facts<'_>) -> Option<f64> {
    match operand {
        Operand::Score => facts.score.number(),
        Operand::Fit => facts.fit.number(),
        Operand::Field(field) => facts.contact.value(field).as_number(),
    }
}

/// The fields that verdicts and routes look at.
pub fn fields_looked_at(rules: &Rules) -> Vec<FieldId> {
    sorted(fields_of_conditions(rules).into_iter().chain(routed_by(rules)).collect())
}

/// The fields that the conditions of the definition look at, and its points.
pub fn fields_of_conditions(rules: &Rules) -> Vec<FieldId> {
    let sheets = rules.score.iter().chain(&rules.icp.points).flat_map(|sheet| &sheet.points);
    let conditions = rules.disqualifiers.iter().map(|rule| &rule.when);
    let conditions = conditions.chain(rules.tiers.iter().map(|tier| &tier.when)).chain([&rules.icp.when]);
    let conditions = conditions.chain(sheets.clone().map(|points| &points.when));
    let conditions = conditions.chain(rules.routes.iter().map(|route| &route.when));
    let leaves = conditions.flat_map(Condition::leaves);
    let mut fields: Vec<FieldId> = leaves.filter_map(|leaf| field_of(rules, leaf.operand)).collect();
    fields.extend(sheets.filter_map(|points| Some(points.decay.as_ref()?.since)));
    fields.extend(rules.icp.minimum_fit.and_then(|_| field_of(rules, Operand::Fit)));
    sorted(fields)
}

/// The CRM's field behind an operand; `None` for a sum of points.
pub fn field_of(rules: &Rules, operand: Operand) -> Option<FieldId> {
    match operand {
        Operand::Field(field) => Some(field),
        Operand::Score => rules.fields.find("score").filter(|_| rules.score.is_none()),
        Operand::Fit => rules.fields.find("fit").filter(|_| rules.icp.points.is_none()),
    }
}

/// The tests of tiers and ICP, each once.
fn leaves(rules: &Rules) -> Vec<&Leaf> {
    let tiers = rules.tiers.iter().map(|tier| &tier.when);
    let mut leaves: Vec<&Leaf> = Vec::new();
    for leaf in tiers.chain([&rules.icp.when]).flat_map(Condition::leaves) {
        if !leaves.iter().any(|known| known.text == leaf.text) {
            leaves.push(leaf);
        }
    }
    leaves
}

/// The fields that routes look at, by condition or by target.
fn routed_by(rules: &Rules) -> Vec<FieldId> {
    let conditions = rules.routes.iter().flat_map(|route| route.when.leaves());
    let conditions = conditions.filter_map(|leaf| field_of(rules, leaf.operand));
    let mut fields: Vec<FieldId> = conditions.chain(fields_of_targets(rules).flatten()).collect();
    if rules.teams.iter().any(|team| team.same_company.is_some()) {
        fields.extend(company_fields(rules));
    }
    sorted(fields)
}

/// The fields by which the target of each route finds a rep; any of them will do.
pub fn fields_of_targets(rules: &Rules) -> impl Iterator<Item = Vec<FieldId>> {
    rules.routes.iter().map(|route| {
        let names: &[&str] = match route.to {
            RouteTarget::OwnerOfContact => &["owner"],
            RouteTarget::OwnerOfCompany => &["company.owner"],
            RouteTarget::AccountIn(_) => &["company.domain", "email_domain"],
            RouteTarget::Team(_) | RouteTarget::Rep(_) => &[],
        };
        names.iter().filter_map(|name| rules.fields.find(name)).collect()
    })
}

fn sorted(mut fields: Vec<FieldId>) -> Vec<FieldId> {
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The contact with only the values in `fields`, so that a long history fits into memory.
fn slim(contact: &Contact, fields: &[FieldId]) -> Contact {
    let length = fields.last().map_or(0, |last| usize::from(last.0) + 1);
    let mut values = vec![Value::Missing; length];
    for field in fields {
        if let Some(slot) = values.get_mut(usize::from(field.0)) {
            *slot = contact.value(*field).clone();
        }
    }
    Contact::new(contact.id.clone(), values.into())
}

/// Values of a field, numbered as they come.
#[derive(Debug, Default)]
struct Groups {
    names: Vec<String>,
    by_key: HashMap<String, u32>,
}

impl Groups {
    fn of(&mut self, value: &Value) -> u32 {
        if let Some(known) = value.as_text().and_then(|text| self.by_key.get(text.folded())) {
            return *known;
        }
        let (key, name) = match value.as_text() {
            Some(text) => (text.folded().to_owned(), value.shown()),
            // No text of a CRM is folded to this.
            None => (format!("\n{}", value.shown()), value.shown()),
        };
        let (key, name) = if self.names.len() < GROUPS_MAX || self.by_key.contains_key(&key) {
            (key, name)
        } else {
            ("\nothers".to_owned(), "all others".to_owned())
        };
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let names = &mut self.names;
        *self.by_key.entry(key).or_insert_with(|| {
            names.push(name);
            next
        })
    }
}

impl Lead {
    /// As routes see it.
    pub fn facts(&self, now: Timestamp) -> Facts<'_> {
        Facts { contact: &self.contact, score: self.score, fit: self.fit, now, handed_off_at: None }
    }
}
