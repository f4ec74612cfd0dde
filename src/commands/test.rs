//! Runs the definition's own examples.

mod coverage;
mod junit;

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use serde_json::json;

use super::session::load_rules;
use super::{Outcome, Time};
use crate::assign::{self, Lead, Loads, RepLoad, Routing};
use crate::cli::{Format, Global, TestArgs};
use crate::model::{ContactId, Record, Verdict};
use crate::output::{Printer, table};
use crate::qualify::{StepKind, Trace, facts, trace};
use crate::rules::{EXAMPLE_FAILS, Example, Expectation, Finding, Findings, Rules};
use crate::sla;
use coverage::Coverage;

/// One thing that came out otherwise than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mismatch {
    what: &'static str,
    expected: String,
    got: String,
}

/// What an example came to.
struct Checked<'a> {
    example: &'a Example,
    mismatches: Vec<Mismatch>,
    /// The conditions of what decided, for an example that fails.
    decided: Vec<String>,
}

pub(super) fn command(
    global: &Global,
    args: &TestArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<Outcome> {
    let Some(rules) = load_rules(global, time.now, printer)? else {
        return Ok(Outcome::Refused);
    };
    let wanted = |example: &&Example| args.filter.as_deref().is_none_or(|text| example.name.contains(text));
    let mut coverage = Coverage::new(&rules);
    let checked: Vec<Checked<'_>> = rules
        .examples
        .iter()
        .filter(wanted)
        .map(|example| check(&rules, example, Some(&mut coverage)))
        .collect();
    let failed = checked.iter().filter(|checked| !checked.mismatches.is_empty()).count();
    if let Some(path) = &args.junit {
        let report = junit::report(&checked);
        std::fs::write(path, report).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let percent = coverage.percent();
    let is_covered = args.min_coverage.is_none_or(|least| percent >= least);
    if global.format == Some(Format::Json) {
        printer.data(&serde_json::to_string_pretty(&as_json(&checked, &coverage))?);
    } else {
        printer.data(&as_text(&checked, args, &coverage, failed));
    }
    if let Some(least) = args.min_coverage.filter(|_| !is_covered) {
        printer.error(&format!("the examples cover {percent} % of the definition, less than {least} %"));
    }
    Ok(if failed == 0 && is_covered { Outcome::Done } else { Outcome::Unfinished })
}

/// Notes every example that fails, at its place in the file.
pub(super) fn check_examples(rules: &Rules, findings: &mut Findings) {
    for example in &rules.examples {
        for Mismatch { what, expected, got } in check(rules, example, None).mismatches {
            let message = format!("example '{}': {what} should be '{expected}' but is '{got}'", example.name);
            let finding = Finding::error(EXAMPLE_FAILS, example.span.clone(), message);
            findings.add(finding.help("`handoff test` shows the conditions that decided"));
        }
    }
}

fn check<'a>(rules: &Rules, example: &'a Example, coverage: Option<&mut Coverage>) -> Checked<'a> {
    let Ok(id) = ContactId::parse("example") else {
        return Checked { example, mismatches: Vec::new(), decided: Vec::new() };
    };
    let record = Record { id, modified_ms: None, values: example.contact.clone() };
    let contact = record.into_contact(rules.fields.all());
    let mut traced = Trace::default();
    let evaluation = trace(rules, &contact, example.at, &mut traced);
    let facts = facts(rules, &contact, example.at);
    let routing = evaluation.verdict.is_qualified().then(|| {
        let idle = vec![RepLoad::default(); rules.reps.len()];
        assign::assign(
            rules,
            &Lead { facts, passed: &[], only_team: None },
            &Loads::new(idle, HashMap::new()),
            example.at,
        )
    });
    if let Some(coverage) = coverage {
        coverage.see(&traced, routing.as_ref());
    }
    let got = Got { rules, example, verdict: evaluation.verdict, routing };
    let mismatches = got.mismatches(evaluation.score, evaluation.fit);
    let decided = if mismatches.is_empty() { Vec::new() } else { decided(rules, &traced) };
    Checked { example, mismatches, decided }
}

/// Every leaf of the definition with what it saw.
fn decided(rules: &Rules, traced: &Trace<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for part in &traced.parts {
        let name = coverage::name(rules, part.kind);
        lines.push(format!("{} {name}", if part.holds { "✓" } else { "✗" }));
        for step in traced.of(part) {
            if let StepKind::Leaf { leaf, seen } = step.kind {
                let mark = if step.holds { "✓" } else { "✗" };
                lines.push(format!("  {mark} {} — {}", leaf.text, seen.shown()));
            }
        }
    }
    lines
}

struct Got<'a> {
    rules: &'a Rules,
    example: &'a Example,
    verdict: Verdict,
    routing: Option<Routing>,
}

impl Got<'_> {
    fn mismatches(&self, score: Option<f64>, fit: Option<f64>) -> Vec<Mismatch> {
        let Expectation {
            verdict,
            disqualified_by,
            mql,
            route,
            owner,
            team,
            sla,
            score: wanted_score,
            fit: wanted_fit,
            due,
        } = &self.example.expect;
        let number = |number: Option<f64>| number.map(|number| format!("{number}"));
        let tier = self.tier();
        let checks = [
            (
                "verdict",
                verdict.map(|kind| kind.name().to_owned()),
                Some(self.verdict.kind().name().to_owned()),
            ),
            ("disqualified_by", disqualified_by.clone(), self.disqualifier()),
            ("mql", mql.clone(), tier.map(|tier| tier.name.clone())),
            ("route", route.clone(), self.route()),
            ("team", team.clone(), self.team()),
            ("owner", owner.as_deref().map(str::to_lowercase), self.owner().map(|rep| rep.email.clone())),
            ("sla", sla.clone(), self.sla().map(|sla| sla.name.clone())),
            ("score", number(*wanted_score), number(score)),
            ("fit", number(*wanted_fit), number(fit)),
            ("due", due.map(|due| due.to_rfc3339()), self.due()),
        ];
        checks
            .into_iter()
            .filter_map(|(what, expected, got)| {
                let expected = expected?;
                (Some(&expected) != got.as_ref()).then(|| Mismatch {
                    what,
                    expected,
                    got: got.unwrap_or_else(|| "nothing".to_owned()),
                })
            })
            .collect()
    }

    fn tier(&self) -> Option<&crate::rules::Tier> {
        match self.verdict {
            Verdict::Qualified { tier } | Verdict::OutsideIcp { tier } => self.rules.tiers.get(tier),
            Verdict::Disqualified { .. } | Verdict::NotYet => None,
        }
    }

    fn disqualifier(&self) -> Option<String> {
        match self.verdict {
            Verdict::Disqualified { by } => self.rules.disqualifiers.get(by).map(|rule| rule.name.clone()),
            Verdict::Qualified { .. } | Verdict::OutsideIcp { .. } | Verdict::NotYet => None,
        }
    }

    fn assignment(&self) -> Option<&assign::Assignment> {
        match self.routing.as_ref()? {
            Routing::Assigned(assignment) => Some(assignment),
            Routing::Waiting(_) => None,
        }
    }

    fn route(&self) -> Option<String> {
        let at = match self.routing.as_ref()? {
            Routing::Assigned(assignment) => assignment.route,
            Routing::Waiting(waiting) => waiting.route,
        };
        self.rules.routes.get(at).map(|route| route.name.clone())
    }

    fn team(&self) -> Option<String> {
        let team = self.assignment()?.team?;
        self.rules.teams.get(team).map(|team| team.name.clone())
    }

    fn owner(&self) -> Option<&crate::model::Rep> {
        self.rules.reps.get(self.assignment()?.rep.0)
    }

    fn sla(&self) -> Option<&crate::model::Sla> {
        self.rules.slas.get(self.tier()?.sla?)
    }

    fn due(&self) -> Option<String> {
        let plan = sla::plan(self.sla()?, &self.owner()?.hours, self.example.at)?;
        Some(plan.due.to_rfc3339())
    }
}

fn as_text(checked: &[Checked<'_>], args: &TestArgs, coverage: &Coverage, failed: usize) -> String {
    let mut lines = Vec::new();
    for Checked { example, mismatches, decided } in checked {
        lines.push(format!("{} {}", if mismatches.is_empty() { "✓" } else { "✗" }, example.name));
        for Mismatch { what, expected, got } in mismatches {
            lines.push(format!("    {what}: expected '{expected}', got '{got}'"));
        }
        lines.extend(decided.iter().map(|line| format!("    {line}")));
    }
    if args.coverage || args.min_coverage.is_some() {
        lines.push(table(&["Part of the definition", "Reached", "Missed"], coverage.rows()));
        lines.push(format!("coverage: {} %", coverage.percent()));
    }
    lines.push(format!("{} passed, {failed} failed", checked.len() - failed));
    lines.join("\n")
}

fn as_json(checked: &[Checked<'_>], coverage: &Coverage) -> serde_json::Value {
    let examples: Vec<serde_json::Value> = checked
        .iter()
        .map(|Checked { example, mismatches, decided }| {
            let mismatches: Vec<serde_json::Value> = mismatches
                .iter()
                .map(|Mismatch { what, expected, got }| json!({ "what": what, "expected": expected, "got": got }))
                .collect();
            json!({ "name": example.name, "passed": mismatches.is_empty(), "mismatches": mismatches, "decided": decided })
        })
        .collect();
    json!({ "examples": examples, "coverage_percent": coverage.percent(), "coverage": coverage.as_json() })
}
