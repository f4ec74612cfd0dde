//! Which parts of a definition its examples reach: an untested tier is an agreement that nobody has looked at.

use super::outcome::Judged;
use crate::qualify::{Answer, PartKind, StepKind};
use crate::rules::Rules;

/// Parts of the definition, and which way the examples saw them come out.
#[derive(Clone, Debug)]
pub struct Coverage {
    parts: Vec<(Of, Covered)>,
}

/// One part of the definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    pub name: String,
    /// It held, was chosen, or had come.
    pub reached: bool,
    /// It did not. `None` for the only route or team of a definition, which cannot be missed.
    pub missed: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Part(PartKind),
    /// A test of the ICP, by position.
    Requirement(usize),
    Route(usize),
    Team(usize),
    /// SLA and step, by position.
    Step(usize, usize),
}

/// A part's name for people.
pub fn part_name(rules: &Rules, kind: PartKind) -> String {
    let named = |what: &str, name: Option<&str>| format!("{what} '{}'", name.unwrap_or_default());
    match kind {
        PartKind::Disqualifier(at) => {
            named("disqualifier", rules.disqualifiers.get(at).map(|rule| &*rule.name))
        }
        PartKind::Tier(at) => named("tier", rules.tiers.get(at).map(|tier| &*tier.name)),
        PartKind::Icp => "ICP requirements".to_owned(),
        PartKind::Fit => "ICP minimum fit".to_owned(),
    }
}

impl Coverage {
    /// Everything that the examples of a definition should reach.
    pub fn new(rules: &Rules) -> Self {
        let mut parts = Vec::new();
        let mut add = |of, name, needs_miss: bool| {
            parts.push((of, Covered { name, reached: false, missed: needs_miss.then_some(false) }));
        };
        let disqualifiers = (0..rules.disqualifiers.len()).map(PartKind::Disqualifier);
        for kind in disqualifiers.chain((0..rules.tiers.len()).map(PartKind::Tier)) {
            add(Of::Part(kind), part_name(rules, kind), true);
        }
        for (at, leaf) in rules.icp.when.leaves().into_iter().enumerate() {
            add(Of::Requirement(at), format!("ICP: {}", leaf.text), true);
        }
        if rules.icp.minimum_fit.is_some() {
            add(Of::Part(PartKind::Fit), part_name(rules, PartKind::Fit), true);
        }
        for (at, route) in rules.routes.iter().enumerate() {
            add(Of::Route(at), format!("route '{}'", route.name), rules.routes.len() > 1);
        }
        for (at, team) in rules.teams.iter().enumerate() {
            add(Of::Team(at), format!("team '{}'", team.name), rules.teams.len() > 1);
        }
        for (at, sla) in rules.slas.iter().enumerate() {
            for (step, action) in sla.steps.iter().map(|step| step.action.name()).enumerate() {
                add(Of::Step(at, step), format!("SLA '{}', step {}: {action}", sla.name, step + 1), true);
            }
        }
        Self { parts }
    }

    /// Takes in what one example came to.
    pub(super) fn see(&mut self, outcome: &Judged<'_>) {
        for part in &outcome.traced.parts {
            self.mark_answer(Of::Part(part.kind), part.answer);
            if part.kind == PartKind::Icp {
                let leaves =
                    outcome.traced.of(part).iter().filter(|step| matches!(step.kind, StepKind::Leaf { .. }));
                for (at, leaf) in leaves.enumerate() {
                    self.mark_answer(Of::Requirement(at), leaf.answer);
                }
            }
        }
        if let Some(chosen) = outcome.route_at() {
            for route in 0..outcome.rules.routes.len() {
                self.mark(Of::Route(route), route == chosen);
            }
            let chosen = outcome.team().map(|team| team.name.as_str());
            for (at, team) in outcome.rules.teams.iter().enumerate() {
                self.mark(Of::Team(at), chosen == Some(team.name.as_str()));
            }
        }
        self.see_steps(outcome);
    }

    /// At a time that an example looks at, the steps up to the present one have come, and the others have not.
    fn see_steps(&mut self, outcome: &Judged<'_>) {
        let Some(sla) = outcome.tier().and_then(|tier| tier.sla).filter(|_| outcome.sla().is_some()) else {
            return;
        };
        let steps = outcome.rules.slas.get(sla).map_or(0, |sla| sla.steps.len());
        for expected in &outcome.example.expect.escalations {
            // Once they start over, all have come.
            let come = outcome.step_at(expected).map_or(0, |step| step.n as usize).min(steps);
            for step in 0..steps {
                self.mark(Of::Step(sla, step), step < come);
            }
        }
    }

    /// What is unclear has neither held nor failed.
    fn mark_answer(&mut self, of: Of, answer: Answer) {
        answer.certain().into_iter().for_each(|came| self.mark(of, came));
    }

    fn mark(&mut self, of: Of, came: bool) {
        for (_, part) in self.parts.iter_mut().filter(|(other, _)| *other == of) {
            part.reached |= came;
            part.missed = part.missed.map(|missed| missed || !came);
        }
    }

    pub fn parts(&self) -> impl Iterator<Item = &Covered> {
        self.parts.iter().map(|(_, part)| part)
    }

    /// Of everything that should be reached and missed, how much is; a definition without parts is covered.
    pub fn percent(&self) -> u32 {
        let wanted: usize = self.parts().map(|part| 1 + usize::from(part.missed.is_some())).sum();
        let got: usize =
            self.parts().map(|part| usize::from(part.reached) + usize::from(part.missed == Some(true))).sum();
        (got * 100).checked_div(wanted).and_then(|percent| u32::try_from(percent).ok()).unwrap_or(100)
    }
}
