//! A rep gets a handoff: what is written down, and what follows from it.

use std::collections::HashMap;

use anyhow::{Context as _, Result};

use super::case::{Case, frozen_sla};
use super::effects::Announcement;
use super::owner::owner;
use super::past::companies;
use super::report::HandedOff;
use super::words::{held_values, local};
use crate::assign::{Assignment, SkipReason, Skipped};
use crate::model::{Rep, RepId, Timestamp, Turn, Untrusted};
use crate::qualify::{Facts, PartKind, Trace, outcomes_holding, trace};
use crate::rules::Rules;
use crate::sla;
use crate::store::{AssignmentRow, NewAssignment, SkippedRow};

/// What is written down of an assignment, beside its rep and route.
pub(super) struct Terms<'a> {
    pub round: u32,
    pub why: &'a str,
    pub due: Option<Timestamp>,
    pub skipped: &'a [SkippedRow],
    pub turns: &'a [(String, Turn)],
}

impl Case<'_> {
    /// Writes down an assignment with everything that follows from it.
    pub(crate) fn assign_to(&self, assignment: &Assignment) -> Result<HandedOff> {
        let (db, rules, now, handoff) = (self.db, self.rules(), self.now(), &self.handoff);
        let rep = rules.reps.get(assignment.rep.0).context("the pick names no rep")?;
        let round = handoff.round + 1;
        let sla = frozen_sla(handoff)?;
        let plan = sla.as_ref().and_then(|sla| Some((sla::plan(sla, &rep.hours, now)?, sla.respond_within)));
        let due = plan.as_ref().map(|(plan, _)| plan.due);
        if due.is_none() && sla.is_some() {
            let why = format!("{} has no working time ahead in which the SLA could end", rep.email);
            db.add_event(handoff.id, now, "no due time", None, Some(&why))?;
        }
        let skipped = skipped_rows(&assignment.skipped);
        let email = |rep: &RepId| rules.reps.get(rep.0).map(|rep| rep.email.clone());
        let turns: Vec<(String, Turn)> =
            assignment.turns.iter().filter_map(|(rep, turn)| Some((email(rep)?, *turn))).collect();
        let terms = Terms { round, why: &assignment.why, due, skipped: &skipped, turns: &turns };
        self.write_assignment(assignment, rep, &terms)?;
        for step in plan.iter().flat_map(|(plan, _)| &plan.steps) {
            db.plan_step(handoff.id, round, step.n, step.at, &serde_json::to_string(&step.action)?)?;
        }
        let mut together_with = Vec::new();
        for member in self.members()? {
            member.follow(self, assignment, rep, due)?;
            together_with.push(member.who().name());
        }
        self.announce(&Announcement {
            rep,
            round,
            why: &assignment.why,
            due: plan.map(|(plan, within)| (plan.due, within)),
            link: self.context.link(&handoff.crm_id),
            together_with: &together_with,
        })?;
        Ok(self.handed_off(assignment, rep, due, skipped, together_with))
    }

    /// Writes down who has it from now on.
    pub(super) fn write_assignment(
        &self,
        assignment: &Assignment,
        rep: &Rep,
        terms: &Terms<'_>,
    ) -> Result<()> {
        let (rules, now) = (self.rules(), self.now());
        // An SLA is counted on the calendar that the rep had when it began.
        let calendar = self.handoff.sla.as_ref().map(|_| serde_json::to_string(&rep.hours)).transpose()?;
        self.db.assign(&NewAssignment {
            handoff: self.handoff.id,
            round: terms.round,
            rep: &rep.email,
            found: owner(rules, &self.contact).as_deref(),
            route: rules.routes.get(assignment.route).map_or("", |route| &route.name),
            team: assignment.team.and_then(|team| rules.teams.get(team)).map(|team| team.name.as_str()),
            why: terms.why,
            passed_over: terms.skipped,
            at: now,
            due: terms.due,
            calendar: calendar.as_deref(),
            held_before: outcomes_holding(
                &rules.outcome,
                &Facts { handed_off_at: Some(now), ..self.facts() },
            ),
            turns: terms.turns,
            companies: &companies(rules, &self.contact),
        })
    }

    fn handed_off(
        &self,
        assignment: &Assignment,
        rep: &Rep,
        due: Option<Timestamp>,
        skipped: Vec<SkippedRow>,
        together_with: Vec<Untrusted>,
    ) -> HandedOff {
        let route = self.rules().routes.get(assignment.route);
        HandedOff {
            handoff: self.handoff.id,
            contact: self.who().name(),
            company: self.who().company_name(),
            tier: self.handoff.tier.clone(),
            why_now: self.handoff.why.clone(),
            seen: self.seen(),
            owner: rep.name.clone(),
            owner_email: rep.email.clone(),
            route: route.map_or_else(String::new, |route| route.name.clone()),
            why_owner: assignment.why.clone(),
            due,
            due_local: due.map(|due| local(due, rep.hours.timezone)),
            passed_over: skipped,
            together_with,
        }
    }

    /// The values that make the tier hold; the reasons of old when it holds no longer.
    fn seen(&self) -> Vec<String> {
        let (rules, mut traced) = (self.rules(), Trace::default());
        trace(rules, &self.contact, self.now(), &mut traced);
        let is_tier = |at: usize| rules.tiers.get(at).is_some_and(|tier| tier.name == self.handoff.tier);
        let part = traced.parts.iter().find(|part| matches!(part.kind, PartKind::Tier(at) if is_tier(at)));
        match part.filter(|part| part.answer.holds()) {
            Some(part) => held_values(rules, &traced, part),
            None => self.handoff.why.clone(),
        }
    }

    /// Reps who had this handoff and may not get it again.
    pub(crate) fn had_it_before(&self) -> Result<Vec<(RepId, SkipReason)>> {
        Ok(had_it_before(self.rules(), &self.db.assignments(self.handoff.id)?))
    }
}

/// Reps of these assignments who may not get the handoff again.
pub(crate) fn had_it_before(rules: &Rules, assignments: &[AssignmentRow]) -> Vec<(RepId, SkipReason)> {
    let by_email: HashMap<&str, RepId> =
        rules.reps.iter().enumerate().map(|(index, rep)| (rep.email.as_str(), RepId(index))).collect();
    assignments
        .iter()
        .filter_map(|assignment| {
            let reason = match assignment.ended.as_deref() {
                Some("lapsed") => SkipReason::LetItLapse,
                Some("rejected") => SkipReason::RejectedIt,
                Some(_) | None => return None,
            };
            Some((*by_email.get(assignment.rep.as_str())?, reason))
        })
        .collect()
}

pub(crate) fn skipped_rows(skipped: &[Skipped]) -> Vec<SkippedRow> {
    skipped
        .iter()
        .map(|skipped| SkippedRow { rep: skipped.rep.clone(), reason: skipped.reason.to_string() })
        .collect()
}
