//! The verdict, alone or with its full trace.

use super::points::sum;
use super::trace::{Step, record};
use super::{Facts, holds};
use crate::model::{Contact, FieldId, Timestamp, Verdict};
use crate::rules::{PointSheet, Rules};

/// What evaluation says of one contact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    pub verdict: Verdict,
    pub score: Option<f64>,
    pub fit: Option<f64>,
}

/// The facts about a contact: its score and fit come from the rules or from the CRM, as the rules say.
pub fn facts<'a>(rules: &Rules, contact: &'a Contact, now: Timestamp) -> Facts<'a> {
    let mut facts = Facts { contact, score: None, fit: None, now, handed_off_at: None };
    facts.fit = number(rules.icp.points.as_ref(), rules.fields.fit(), &facts);
    facts.score = number(rules.score.as_ref(), rules.fields.score(), &facts);
    facts
}

fn number(sheet: Option<&PointSheet>, field: Option<FieldId>, facts: &Facts<'_>) -> Option<f64> {
    match sheet {
        Some(sheet) => Some(sum(sheet, facts)),
        None => field.and_then(|field| facts.contact.value(field).as_number()),
    }
}

/// The verdict alone: stops at the first disqualifier that holds, then at the first tier.
pub fn evaluate(rules: &Rules, contact: &Contact, now: Timestamp) -> Evaluation {
    let facts = facts(rules, contact, now);
    Evaluation { verdict: verdict(rules, &facts), score: facts.score, fit: facts.fit }
}

fn verdict(rules: &Rules, facts: &Facts<'_>) -> Verdict {
    if let Some(by) = rules.disqualifiers.iter().position(|rule| holds(&rule.when, facts)) {
        return Verdict::Disqualified { by };
    }
    match rules.tiers.iter().position(|tier| holds(&tier.when, facts)) {
        None => Verdict::NotYet,
        Some(tier) if fits(rules, facts) => Verdict::Qualified { tier },
        Some(tier) => Verdict::OutsideIcp { tier },
    }
}

fn fits(rules: &Rules, facts: &Facts<'_>) -> bool {
    fit_is_enough(rules, facts) && holds(&rules.icp.when, facts)
}

fn fit_is_enough(rules: &Rules, facts: &Facts<'_>) -> bool {
    rules.icp.minimum_fit.is_none_or(|least| facts.fit.is_some_and(|fit| fit >= least))
}

/// Every condition of a definition evaluated for one contact. Meant to be reused: [`trace`] clears it first.
#[derive(Debug, Default)]
pub struct Trace<'a> {
    pub steps: Vec<Step<'a>>,
    pub parts: Vec<Part>,
}

/// One disqualifier, tier or the ICP, and its place in [`Trace::steps`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub kind: PartKind,
    pub holds: bool,
    pub steps: std::ops::Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    Disqualifier(usize),
    Tier(usize),
    /// The hard requirements.
    Icp,
    /// `minimum_fit`; has no steps.
    Fit,
}

impl<'a> Trace<'a> {
    /// The steps of one part.
    pub fn of(&self, part: &Part) -> &[Step<'a>] {
        self.steps.get(part.steps.clone()).unwrap_or_default()
    }

    fn add(&mut self, kind: PartKind, condition: &'a crate::rules::Condition, facts: &Facts<'a>) -> bool {
        let start = self.steps.len();
        let holds = record(condition, facts, 0, &mut self.steps);
        self.parts.push(Part { kind, holds, steps: start..self.steps.len() });
        holds
    }
}

/// The same verdict as [`evaluate`], with every condition evaluated and recorded in `trace`.
pub fn trace<'a>(
    rules: &'a Rules,
    contact: &'a Contact,
    now: Timestamp,
    trace: &mut Trace<'a>,
) -> Evaluation {
    trace.steps.clear();
    trace.parts.clear();
    let facts = facts(rules, contact, now);
    let mut disqualified = None;
    for (index, rule) in rules.disqualifiers.iter().enumerate() {
        let holds = trace.add(PartKind::Disqualifier(index), &rule.when, &facts);
        disqualified = disqualified.or(holds.then_some(index));
    }
    let mut reached = None;
    for (index, tier) in rules.tiers.iter().enumerate() {
        let holds = trace.add(PartKind::Tier(index), &tier.when, &facts);
        reached = reached.or(holds.then_some(index));
    }
    let required = trace.add(PartKind::Icp, &rules.icp.when, &facts);
    let fit = fit_is_enough(rules, &facts);
    trace.parts.push(Part { kind: PartKind::Fit, holds: fit, steps: 0..0 });
    let verdict = match (disqualified, reached) {
        (Some(by), _) => Verdict::Disqualified { by },
        (None, None) => Verdict::NotYet,
        (None, Some(tier)) if required && fit => Verdict::Qualified { tier },
        (None, Some(tier)) => Verdict::OutsideIcp { tier },
    };
    Evaluation { verdict, score: facts.score, fit: facts.fit }
}
