//! The verdict, alone or with its full trace.

use super::holds::sum_answer;
use super::points::sum;
use super::trace::{Step, record};
use super::{Answer, Facts, Sum, answer};
use crate::model::{Contact, FieldId, Timestamp, Verdict};
use crate::mutant;
use crate::rules::{PointSheet, Rules, Test};

/// What evaluation says of one contact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    pub verdict: Verdict,
    pub score: Sum,
    pub fit: Sum,
}

/// The facts about a contact: its score and fit come from the rules or from the CRM, as the rules say.
pub fn facts<'a>(rules: &Rules, contact: &'a Contact, now: Timestamp) -> Facts<'a> {
    let mut facts = Facts { contact, score: Sum::Missing, fit: Sum::Missing, now, handed_off_at: None };
    facts.fit = number(rules.icp.points.as_ref(), rules.fields.fit(), &facts);
    facts.score = number(rules.score.as_ref(), rules.fields.score(), &facts);
    facts
}

pub(super) fn number(sheet: Option<&PointSheet>, field: Option<FieldId>, facts: &Facts<'_>) -> Sum {
    match sheet {
        Some(sheet) => sum(sheet, facts),
        None => field.map_or(Sum::Missing, |field| Sum::from(facts.contact.value(field))),
    }
}

/// The verdict alone: stops at the first disqualifier that holds, then at the first tier.
pub fn evaluate(rules: &Rules, contact: &Contact, now: Timestamp) -> Evaluation {
    let facts = facts(rules, contact, now);
    Evaluation { verdict: verdict(rules, &facts), score: facts.score, fit: facts.fit }
}

/// The verdict over these facts.
pub fn verdict(rules: &Rules, facts: &Facts<'_>) -> Verdict {
    let mut judged = Judged::default();
    for (at, rule) in rules.disqualifiers.iter().enumerate() {
        judged.disqualifier(at, answer(&rule.when, facts));
        if judged.disqualified.is_some() {
            break;
        }
    }
    if judged.disqualified.is_none() && judged.unclear.is_none() {
        judged.reached = rules.tiers.iter().position(|tier| answer(&tier.when, facts).holds());
    }
    judged.verdict(|| fit_answer(rules, facts).holds() && answer(&rules.icp.when, facts).holds())
}

/// The first of each that came out so.
#[derive(Default)]
struct Judged {
    disqualified: Option<usize>,
    unclear: Option<usize>,
    reached: Option<usize>,
}

impl Judged {
    fn disqualifier(&mut self, at: usize, answer: Answer) {
        match answer {
            Answer::Yes => self.disqualified = self.disqualified.or(Some(at)),
            Answer::No => {}
            Answer::Unclear if mutant::is("an unread opt-out is none") => {}
            Answer::Unclear => self.unclear = self.unclear.or(Some(at)),
        }
    }

    /// A disqualifier that may hold keeps a contact from being handed off, whatever else is said of it.
    fn verdict(&self, fits: impl FnOnce() -> bool) -> Verdict {
        match (self.disqualified, self.unclear, self.reached) {
            (Some(by), _, _) => Verdict::Disqualified { by },
            (None, Some(by), _) => Verdict::Unclear { by },
            (None, None, None) => Verdict::NotYet,
            (None, None, Some(tier)) if fits() => Verdict::Qualified { tier },
            (None, None, Some(tier)) => Verdict::OutsideIcp { tier },
        }
    }
}

/// Whether the fit is enough.
fn fit_answer(rules: &Rules, facts: &Facts<'_>) -> Answer {
    rules.icp.minimum_fit.map_or(Answer::Yes, |least| sum_answer(&Test::AtLeast(least), facts.fit))
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
    pub answer: Answer,
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

    fn add(&mut self, kind: PartKind, condition: &'a crate::rules::Condition, facts: &Facts<'a>) -> Answer {
        let start = self.steps.len();
        let answer = record(condition, facts, 0, &mut self.steps);
        self.parts.push(Part { kind, answer, steps: start..self.steps.len() });
        answer
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
    let mut judged = Judged::default();
    for (index, rule) in rules.disqualifiers.iter().enumerate() {
        judged.disqualifier(index, trace.add(PartKind::Disqualifier(index), &rule.when, &facts));
    }
    for (index, tier) in rules.tiers.iter().enumerate() {
        let holds = trace.add(PartKind::Tier(index), &tier.when, &facts).holds();
        judged.reached = judged.reached.or(holds.then_some(index));
    }
    let required = trace.add(PartKind::Icp, &rules.icp.when, &facts);
    let fit = fit_answer(rules, &facts);
    trace.parts.push(Part { kind: PartKind::Fit, answer: fit, steps: 0..0 });
    let verdict = judged.verdict(|| required.holds() && fit.holds());
    Evaluation { verdict, score: facts.score, fit: facts.fit }
}
