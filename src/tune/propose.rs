//! The search: one threshold after the other, each tried at every value that makes a difference, as few as the goal takes.
//! Every candidate is judged as a whole definition, so that a score whose high end is worse than its middle fools nobody.

use std::cmp::Ordering;
use std::ops::Range;

use serde::Serialize;

use super::goal::Distance;
use super::{Claim, Goal, Knob, Measured, Part, Samples, knobs, set};
use crate::backtest::{Fall, bands, steepest_fall};
use crate::qualify::facts;
use crate::rules::{Operand, Rules};
use crate::stats::float;

/// Thresholds changed at once: a proposal is discussed by people.
const CHANGES_MAX: usize = 3;

/// One threshold and its proposed value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    pub threshold: String,
    pub from: f64,
    pub to: f64,
    #[serde(skip)]
    pub span: Range<usize>,
}

/// A proposal and its proof.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tuned {
    pub goal: Goal,
    pub tuned_on: usize,
    pub held_out: usize,
    /// Contacts without a date, where others have one: they are in neither part.
    pub undated: usize,
    /// By time; without dates, by the order of the source.
    pub by_time: bool,
    /// Each contact that was looked at stands for so many.
    pub stride: usize,
    /// Empty when nothing is better than what there is.
    pub changes: Vec<Change>,
    /// What would have come nearer to the goal, and why it may not be.
    pub passed_over: Vec<String>,
    pub before: BothParts,
    pub after: BothParts,
    /// Fields of thresholds whose higher values are worse, on all of history.
    pub falls: Vec<(String, Fall)>,
    pub claim: Claim,
}

/// A definition on the part that was searched and on the part that was held out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BothParts {
    pub tuned_on: Measured,
    pub held_out: Measured,
}

/// Searches on the earlier part of `samples`, which are sorted, and judges the result on the later. `refusal` says why a
/// definition with these changes may not be: those are passed over.
pub fn tune(mut rules: Rules, samples: &Samples, goal: Goal, refusal: &Refusal<'_>) -> Tuned {
    let (early, late) = samples.split();
    // Of a goal for all of history, what is for those without a date is not to be found among the others.
    let count =
        float((early.samples.len() + late.samples.len()) as u64) / samples.dated_share().max(f64::EPSILON);
    let falls = falls(&rules, &[early, late], goal);
    let mut search =
        Search { early, goal, expected: goal.leads_of(&early, count), refusal, passed_over: Vec::new() };
    let present = [early.leads(&rules), late.leads(&rules)];
    let changes = search.run(&mut rules);
    let proposed = [early.leads(&rules), late.leads(&rules)];
    let both = |[tuned_on, held_out]: &[Vec<bool>; 2]| BothParts {
        tuned_on: early.measure(tuned_on, goal.per_day),
        held_out: late.measure(held_out, goal.per_day),
    };
    let (before, after) = (both(&present), both(&proposed));
    let expected = goal.leads_of(&late, count);
    let mut claim = goal.claim(&after.held_out, expected);
    let ([_, was], [_, is]) = (&present, &proposed);
    goal.bear_out(&mut claim, (&before.held_out, &after.held_out), late.left_out(was, is), expected);
    let unmet =
        goal.distance(&after.tuned_on, search.expected).is_none_or(|distance| distance.shortfall > 0.0);
    if unmet && claim.holds() {
        claim.unsupported.push("no threshold reaches the goal on the contacts that were searched".to_owned());
    }
    Tuned {
        goal,
        tuned_on: early.samples.len(),
        held_out: late.samples.len(),
        undated: samples.undated(),
        by_time: early.days.is_some(),
        stride: samples.stride(),
        changes,
        passed_over: search.passed_over,
        before,
        after,
        falls,
        claim,
    }
}

/// What to write where, for the text of the definition.
pub fn edits(changes: &[Change]) -> Vec<(Range<usize>, String)> {
    changes.iter().map(|change| (change.span.clone(), change.to.to_string())).collect()
}

/// Why a definition with these changes may not be.
pub type Refusal<'a> = dyn Fn(&[Change]) -> Option<String> + 'a;

struct Search<'a> {
    early: Part<'a>,
    goal: Goal,
    expected: Option<f64>,
    refusal: &'a Refusal<'a>,
    passed_over: Vec<String>,
}

/// One knob at another value: its position, the value, and how the definition then stands.
#[derive(Clone, Copy)]
struct Turn {
    at: usize,
    to: f64,
    distance: Distance,
}

impl Search<'_> {
    fn distance(&self, leads: &[bool]) -> Option<Distance> {
        self.goal.distance(&self.early.measure(leads, self.goal.per_day), self.expected)
    }

    /// Turns the best knob, then the best of the others, until the goal is met or nothing helps.
    fn run(&mut self, rules: &mut Rules) -> Vec<Change> {
        let mut left = knobs(rules);
        let mut changes = Vec::new();
        while changes.len() < CHANGES_MAX {
            let leads = self.early.leads(rules);
            let so_far = self.distance(&leads);
            let is_met = so_far.is_some_and(|distance| distance.shortfall <= 0.0);
            if is_met && !changes.is_empty() {
                break;
            }
            let turns = self.turns(rules, &left, &leads, so_far);
            let Some(turn) = turns.into_iter().find(|turn| self.is_allowed(&left, *turn, &changes)) else {
                break;
            };
            let knob = left.remove(turn.at);
            set(rules, &knob, turn.to);
            changes.push(knob.changed(turn.to));
        }
        changes
    }

    /// Every turn that beats the present definition, the best first.
    fn turns(
        &self,
        rules: &mut Rules,
        knobs: &[Knob],
        leads: &[bool],
        so_far: Option<Distance>,
    ) -> Vec<Turn> {
        let mut turns = Vec::new();
        for (at, knob) in knobs.iter().enumerate() {
            let bands = bands(values(rules, &self.early, knob.operand));
            for to in knob.values(&bands).into_iter().filter(|to| to.total_cmp(&knob.value).is_ne()) {
                set(rules, knob, to);
                let changed = self.early.leads(rules);
                let distance = self.distance(&changed).filter(|new| so_far.is_none_or(|old| *new < old));
                let distance = distance.filter(|_| self.keeps_the_better(leads, &changed));
                turns.extend(distance.map(|distance| Turn { at, to, distance }));
            }
            set(rules, knob, knob.value);
        }
        turns.sort_by(|one, other| one.distance.partial_cmp(&other.distance).unwrap_or(Ordering::Equal));
        turns
    }

    /// What a change takes away must not convert better than what it leaves, as it does where a score falls off at its end.
    fn keeps_the_better(&self, before: &[bool], after: &[bool]) -> bool {
        let left_out = self.early.left_out(before, after).rate().filter(|_| self.goal.has_outcome);
        let kept = self.early.measure(after, false).share.rate();
        left_out.is_none_or(|left_out| kept.is_some_and(|kept| kept >= left_out))
    }

    fn is_allowed(&mut self, knobs: &[Knob], turn: Turn, changes: &[Change]) -> bool {
        let Some(change) = knobs.get(turn.at).map(|knob| knob.changed(turn.to)) else { return false };
        let shown = format!("{} {}", change.threshold, change.to);
        let refusal = (self.refusal)(&[changes, &[change]].concat());
        let is_allowed = refusal.is_none();
        self.passed_over.extend(refusal.map(|why| format!("{shown}: {why}")));
        is_allowed
    }
}

impl Knob {
    fn changed(&self, to: f64) -> Change {
        Change { threshold: self.name.clone(), from: self.value, to, span: self.span.clone() }
    }
}

fn values(rules: &Rules, part: &Part<'_>, operand: Operand) -> Vec<(f64, bool)> {
    let value = |sample: &super::Sample| {
        let facts = facts(rules, &sample.contact, sample.seen.judged_at);
        match operand {
            Operand::Score => facts.score.number(),
            Operand::Fit => facts.fit.number(),
            Operand::Field(field) => sample.contact.value(field).as_number(),
        }
    };
    part.samples.iter().filter_map(|sample| Some((value(sample)?, sample.seen.converted))).collect()
}

/// Numbers of which more is not better.
fn falls(rules: &Rules, parts: &[Part<'_>], goal: Goal) -> Vec<(String, Fall)> {
    let mut fields: Vec<(String, Operand)> = Vec::new();
    for knob in knobs(rules).into_iter().filter(|_| goal.has_outcome) {
        if !fields.iter().any(|(field, _)| *field == knob.field) {
            fields.push((knob.field, knob.operand));
        }
    }
    let numbers = fields.len();
    let fall = |(field, operand): (String, Operand)| {
        let values = parts.iter().flat_map(|part| values(rules, part, operand)).collect();
        Some((field, steepest_fall(&bands(values), numbers)?))
    };
    fields.into_iter().filter_map(fall).collect()
}
