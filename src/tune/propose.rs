//! The search: one threshold after the other, each tried at every value that makes a difference, as few as the goal takes.
//! Every candidate is judged as a whole definition, so that a score whose high end is worse than its middle fools nobody.

use std::ops::Range;

use serde::Serialize;

use super::goal::Distance;
use super::{Claim, Goal, Knob, Measured, Part, Samples, knobs, set};
use crate::backtest::{Band, Fall, bands, steepest_fall};
use crate::qualify::facts;
use crate::rules::{Operand, Rules};
use crate::stats::Share;

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
    /// By time; without dates, by the order of the source.
    pub by_time: bool,
    /// Each contact that was looked at stands for so many.
    pub stride: usize,
    /// Empty when nothing is better than what there is.
    pub changes: Vec<Change>,
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

/// Searches on the earlier part of `samples`, which are sorted, and judges the result on the later.
pub fn tune(mut rules: Rules, samples: &Samples, goal: Goal) -> Tuned {
    let (early, late) = samples.split();
    let count = early.samples.len() + late.samples.len();
    let both = |rules: &Rules| BothParts {
        tuned_on: early.measure(rules, goal.per_day),
        held_out: late.measure(rules, goal.per_day),
    };
    let before = both(&rules);
    let falls = falls(&rules, &[early, late], goal);
    let mut search = Search { early, goal, expected: goal.leads_of(&early, count) };
    let changes = search.run(&mut rules);
    let after = both(&rules);
    let mut claim = goal.claim(&after.held_out, goal.leads_of(&late, count));
    let unmet = search.distance(&rules).is_none_or(|distance| distance.shortfall > 0.0);
    if unmet && claim.holds() {
        claim.unsupported.push("no threshold reaches the goal on the contacts that were searched".to_owned());
    }
    Tuned {
        goal,
        tuned_on: early.samples.len(),
        held_out: late.samples.len(),
        by_time: early.days.is_some(),
        stride: samples.stride(),
        changes,
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

struct Search<'a> {
    early: Part<'a>,
    goal: Goal,
    expected: Option<f64>,
}

impl Search<'_> {
    fn distance(&self, rules: &Rules) -> Option<Distance> {
        let measured = self.early.measure(rules, self.goal.per_day);
        self.goal.distance(&measured, self.expected)
    }

    /// Turns the best knob, then the best of the others, until the goal is met or nothing helps.
    fn run(&mut self, rules: &mut Rules) -> Vec<Change> {
        let mut left = knobs(rules);
        let mut changes = Vec::new();
        let mut best = self.distance(rules);
        while changes.len() < CHANGES_MAX {
            let is_met = best.is_some_and(|distance| distance.shortfall <= 0.0);
            if is_met && !changes.is_empty() {
                break;
            }
            let Some((at, to, distance)) = self.best_turn(rules, &left, best) else { break };
            let knob = left.remove(at);
            set(rules, &knob, to);
            best = Some(distance);
            changes.push(Change { threshold: knob.name, from: knob.value, to, span: knob.span });
        }
        changes
    }

    /// The knob, the value and the distance that beat everything so far, if anything does.
    fn best_turn(
        &self,
        rules: &mut Rules,
        knobs: &[Knob],
        so_far: Option<Distance>,
    ) -> Option<(usize, f64, Distance)> {
        let mut best: Option<(usize, f64, Distance)> = None;
        for (at, knob) in knobs.iter().enumerate() {
            for to in self.candidates(rules, knob) {
                set(rules, knob, to);
                let distance = self.distance(rules);
                let beaten = best.map(|(_, _, distance)| distance).or(so_far);
                if let Some(distance) = distance.filter(|new| beaten.is_none_or(|old| *new < old)) {
                    best = Some((at, to, distance));
                }
            }
            set(rules, knob, knob.value);
        }
        best
    }

    /// The values of a knob that make a difference, and sense: what a change takes away must not convert better than what
    /// it leaves, as it does where a score falls off at its end.
    fn candidates(&self, rules: &Rules, knob: &Knob) -> Vec<f64> {
        let bands = bands(values(rules, &self.early, knob.operand));
        let is_other = |value: &f64| value.total_cmp(&knob.value).is_ne();
        let has_outcome = self.goal.has_outcome;
        let candidates = bands.iter().map(|band| if knob.is_upper_end { band.to } else { band.from });
        candidates.filter(is_other).filter(|to| !has_outcome || keeps_the_better(&bands, knob, *to)).collect()
    }
}

/// Whether a stricter threshold leaves contacts that convert at least as well as those it takes away.
fn keeps_the_better(bands: &[Band], knob: &Knob, to: f64) -> bool {
    let (mut kept, mut taken) = (Share::default(), Share::default());
    for band in bands {
        let (is_in, was_in) = if knob.is_upper_end {
            (band.to <= to, band.to <= knob.value)
        } else {
            (band.from >= to, band.from >= knob.value)
        };
        match (is_in, was_in) {
            (true, _) => kept.add(band.share),
            (false, true) => taken.add(band.share),
            (false, false) => {}
        }
    }
    taken.rate().is_none_or(|taken| kept.rate().is_some_and(|kept| kept >= taken))
}

fn values(rules: &Rules, part: &Part<'_>, operand: Operand) -> Vec<(f64, bool)> {
    let value = |sample: &super::Sample| {
        let facts = facts(rules, &sample.contact, sample.judged_at);
        match operand {
            Operand::Score => facts.score,
            Operand::Fit => facts.fit,
            Operand::Field(field) => sample.contact.value(field).as_number(),
        }
    };
    part.samples.iter().filter_map(|sample| Some((value(sample)?, sample.converted))).collect()
}

/// Numbers of which more is not better.
fn falls(rules: &Rules, parts: &[Part<'_>], goal: Goal) -> Vec<(String, Fall)> {
    let mut falls: Vec<(String, Fall)> = Vec::new();
    for knob in knobs(rules).into_iter().filter(|_| goal.has_outcome) {
        let values = parts.iter().flat_map(|part| values(rules, part, knob.operand)).collect();
        let fall = steepest_fall(&bands(values));
        if let Some(fall) = fall.filter(|_| !falls.iter().any(|(field, _)| *field == knob.field)) {
            falls.push((knob.field, fall));
        }
    }
    falls
}
