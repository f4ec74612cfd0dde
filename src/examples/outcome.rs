//! What an example comes to, key by key of its `expect`.

use super::Mismatch;
use crate::assign::{Assignment, Routing};
use crate::model::{Rep, Sla, Verdict, fold};
use crate::qualify::{Evaluation, PartKind, StepKind, Trace};
use crate::rules::{Escalated, Example, Expectation, Rules, Team, Tier};
use crate::sla::{self, Plan};

/// An example, judged and routed.
pub(super) struct Judged<'a> {
    pub rules: &'a Rules,
    pub example: &'a Example,
    pub evaluation: Evaluation,
    /// `None`: not qualified, so not routed.
    pub routing: Option<Routing>,
    pub traced: &'a Trace<'a>,
}

impl Judged<'_> {
    pub(super) fn mismatches(&self) -> Vec<Mismatch> {
        let expect = &self.example.expect;
        let mut mismatches: Vec<Mismatch> = self
            .single(expect)
            .into_iter()
            .filter_map(|(what, expected, got)| differ(what, expected, got))
            .collect();
        mismatches.extend(expect.failing.iter().filter_map(|text| self.failing(text)));
        mismatches.extend(expect.escalations.iter().filter_map(|expected| self.escalated(expected)));
        mismatches
    }

    /// Keys with one value: what is expected, if anything, and what came out.
    fn single(&self, expect: &Expectation) -> Vec<(&'static str, Option<String>, Option<String>)> {
        let number = |number: Option<f64>| number.map(|number| format!("{number}"));
        let Evaluation { verdict, score, fit } = self.evaluation;
        let waits = matches!(self.routing, Some(Routing::Waiting(_)));
        vec![
            (
                "verdict",
                expect.verdict.map(|kind| kind.name().to_owned()),
                Some(verdict.kind().name().to_owned()),
            ),
            ("disqualified_by", expect.disqualified_by.clone(), self.disqualifier()),
            ("mql", expect.mql.clone(), self.tier().map(|tier| tier.name.clone())),
            ("route", expect.route.clone(), self.route()),
            ("team", expect.team.clone(), self.team().map(|team| team.name.clone())),
            (
                "owner",
                expect.owner.as_deref().map(str::to_lowercase),
                self.owner().map(|rep| rep.email.clone()),
            ),
            ("waiting", expect.waiting.map(|waits| waits.to_string()), Some(waits.to_string())),
            ("sla", expect.sla.clone(), self.sla().map(|sla| sla.name.clone())),
            ("score", number(expect.score), number(score.number())),
            ("fit", number(expect.fit), number(fit.number())),
            ("due", expect.due.map(|due| due.to_rfc3339()), self.plan().map(|plan| plan.due.to_rfc3339())),
        ]
    }

    /// A condition that should not hold: it does, or there is none of these words.
    fn failing(&self, text: &str) -> Option<Mismatch> {
        let wanted = fold(text);
        let of_tiers_and_icp =
            self.traced.parts.iter().filter(|part| !matches!(part.kind, PartKind::Disqualifier(_)));
        let mut got = None;
        for step in of_tiers_and_icp.flat_map(|part| self.traced.of(part)) {
            if let StepKind::Leaf { leaf, .. } = step.kind
                && fold(&leaf.text) == wanted
            {
                if !step.answer.holds() {
                    return None;
                }
                got = Some("it holds");
            }
        }
        let got = got.unwrap_or("no condition of a tier or the ICP has these words").to_owned();
        Some(Mismatch { what: "failing", expected: text.to_owned(), got })
    }

    fn escalated(&self, expected: &Escalated) -> Option<Mismatch> {
        let got = self.step_at(expected).map_or("nothing", |step| step.action.name());
        let at = expected.at.format("%Y-%m-%d %H:%M:%S UTC");
        (got != expected.action).then(|| Mismatch {
            what: "escalations",
            expected: format!("{} at {at}", expected.action),
            got: got.to_owned(),
        })
    }

    /// The last step that has come by then, if nobody acts.
    pub(super) fn step_at(&self, expected: &Escalated) -> Option<sla::PlannedStep> {
        let plan = self.plan()?;
        plan.steps.into_iter().rev().find(|step| step.at <= expected.at)
    }

    pub(super) fn tier(&self) -> Option<&Tier> {
        match self.evaluation.verdict {
            Verdict::Qualified { tier } | Verdict::OutsideIcp { tier } => self.rules.tiers.get(tier),
            Verdict::Disqualified { .. } | Verdict::Unclear { .. } | Verdict::NotYet => None,
        }
    }

    fn disqualifier(&self) -> Option<String> {
        match self.evaluation.verdict {
            Verdict::Disqualified { by } | Verdict::Unclear { by } => {
                self.rules.disqualifiers.get(by).map(|rule| rule.name.clone())
            }
            Verdict::Qualified { .. } | Verdict::OutsideIcp { .. } | Verdict::NotYet => None,
        }
    }

    fn assignment(&self) -> Option<&Assignment> {
        match self.routing.as_ref()? {
            Routing::Assigned(assignment) => Some(assignment),
            Routing::Waiting(_) => None,
        }
    }

    /// The position of the route that decided.
    pub(super) fn route_at(&self) -> Option<usize> {
        Some(match self.routing.as_ref()? {
            Routing::Assigned(assignment) => assignment.route,
            Routing::Waiting(waiting) => waiting.route,
        })
    }

    fn route(&self) -> Option<String> {
        self.rules.routes.get(self.route_at()?).map(|route| route.name.clone())
    }

    pub(super) fn team(&self) -> Option<&Team> {
        self.rules.teams.get(self.assignment()?.team?)
    }

    fn owner(&self) -> Option<&Rep> {
        self.rules.reps.get(self.assignment()?.rep.0)
    }

    /// The SLA of the tier; only who is qualified has one.
    pub(super) fn sla(&self) -> Option<&Sla> {
        self.evaluation.verdict.is_qualified().then(|| self.rules.slas.get(self.tier()?.sla?)).flatten()
    }

    fn plan(&self) -> Option<Plan> {
        sla::plan(self.sla()?, &self.owner()?.hours, self.example.at)
    }
}

fn differ(what: &'static str, expected: Option<String>, got: Option<String>) -> Option<Mismatch> {
    let expected = expected?;
    (Some(&expected) != got.as_ref()).then(|| Mismatch {
        what,
        expected,
        got: got.unwrap_or_else(|| "nothing".to_owned()),
    })
}
