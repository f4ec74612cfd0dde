//! The definition's own tests: an example's contact is judged, routed and timed as a run would, and compared with what is
//! expected. Pure.

mod coverage;
mod mutants;
mod outcome;

use crate::assign::{self, Lead, Loads, RepLoad, Rotations};
use crate::model::{ContactId, Record};
use crate::qualify::{StepKind, Trace, facts, trace};
use crate::rules::{Example, Rules};

pub use coverage::{Coverage, Covered, part_name};
pub use mutants::{Mutant, mutants};
use outcome::Judged;

/// One thing that came out otherwise than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The key of `expect`.
    pub what: &'static str,
    pub expected: String,
    pub got: String,
}

/// What an example came to.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    pub example: &'a Example,
    pub mismatches: Vec<Mismatch>,
    /// For an example that fails: every condition with what it saw.
    pub trace: Vec<String>,
}

impl Checked<'_> {
    pub fn passes(&self) -> bool {
        self.mismatches.is_empty()
    }
}

/// Runs one example; what it reaches is added to `coverage`.
pub fn check<'a>(rules: &Rules, example: &'a Example, coverage: &mut Coverage) -> Checked<'a> {
    // The id is ours and plain: it always parses, and no rule can look at an example that has none.
    let Ok(id) = ContactId::parse("example") else {
        return Checked { example, mismatches: Vec::new(), trace: Vec::new() };
    };
    let record = Record { id, modified_ms: None, values: example.contact.clone() };
    let contact = record.into_contact(rules.fields.all());
    let mut traced = Trace::default();
    let evaluation = trace(rules, &contact, example.at, &mut traced);
    let rules_then = with_absences(rules, example);
    let routing = evaluation.verdict.is_qualified().then(|| {
        let facts = facts(rules, &contact, example.at);
        let lead = Lead { facts, skipped: &[], only_team: None, company: &[] };
        assign::assign(&rules_then, &lead, &loads(rules, example), example.at)
    });
    let judged = Judged { rules: &rules_then, example, evaluation, routing, traced: &traced };
    coverage.see(&judged);
    let mismatches = judged.mismatches();
    let trace = if mismatches.is_empty() { Vec::new() } else { trace_lines(rules, &traced) };
    Checked { example, mismatches, trace }
}

fn loads(rules: &Rules, example: &Example) -> Loads {
    let mut reps = vec![RepLoad::default(); rules.reps.len()];
    for given in &example.loads {
        if let Some(load) = reps.get_mut(given.rep.0) {
            (load.open, load.today) = (given.open, given.today);
        }
    }
    Loads::new(reps, Rotations::default())
}

fn with_absences(rules: &Rules, example: &Example) -> Rules {
    let mut rules = rules.clone();
    for (rep, absence) in &example.away {
        if let Some(rep) = rules.reps.get_mut(rep.0) {
            rep.hours.away.push(*absence);
        }
    }
    rules
}

fn trace_lines(rules: &Rules, traced: &Trace<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for part in &traced.parts {
        lines.push(format!("{} {}", part.answer.mark(), part_name(rules, part.kind)));
        for step in traced.of(part) {
            if let StepKind::Leaf { leaf, seen } = step.kind {
                lines.push(format!("  {} {} — {}", step.answer.mark(), leaf.text, seen.shown()));
            }
        }
    }
    lines
}
