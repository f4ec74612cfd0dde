//! A rep becomes the owner of a handoff: what is written down, and what follows from it.

use std::collections::HashMap;

use anyhow::Result;

use super::Context;
use super::brief::{held_values, local};
use super::burst::members;
use super::effects::{self, Planned};
use super::owner;
use super::past::companies;
use super::report::HandedOff;
use crate::assign::{Assignment, PassReason, PassedOver};
use crate::model::{ContactId, Rep, RepId, Timestamp, Turn, Untrusted};
use crate::qualify::{Facts, PartKind, Trace, outcomes_holding, trace};
use crate::rules::Rules;
use crate::store::{AssignmentRow, Db, HandoffRow, NewAssignment, PassedOverRow};

/// Writes down an assignment with everything that follows from it.
pub(crate) fn hand_to(
    context: &Context<'_>,
    db: Db<'_>,
    handoff: &HandoffRow,
    assignment: &Assignment,
    facts: &Facts<'_>,
) -> Result<HandedOff> {
    let Context { rules, now, .. } = context;
    let rep = rules.reps.get(assignment.rep.0).ok_or_else(|| anyhow::anyhow!("the pick names no rep"))?;
    let route = rules.routes.get(assignment.route).map_or("", |route| route.name.as_str());
    let team = assignment.team.and_then(|team| rules.teams.get(team)).map(|team| team.name.as_str());
    let round = handoff.round + 1;
    let timeline = effects::timeline(handoff, rep, *now)?;
    let due = timeline.as_ref().map(|(plan, within)| (plan.due, *within));
    if due.is_none() && handoff.sla.is_some() {
        let why = format!("{} has no working time ahead in which the SLA could end", rep.email);
        db.add_event(handoff.id, *now, "no due time", None, Some(&why))?;
    }
    let calendar = effects::calendar(handoff, rep)?;
    let email = |rep: &RepId| rules.reps.get(rep.0).map(|rep| rep.email.clone());
    let turns: Vec<(String, Turn)> =
        assignment.turns.iter().filter_map(|(rep, turn)| Some((email(rep)?, *turn))).collect();
    db.assign(&NewAssignment {
        handoff: handoff.id,
        round,
        rep: &rep.email,
        found: owner::owner(rules, facts.contact).as_deref(),
        route,
        team,
        why: &assignment.why,
        passed_over: &passed_over_rows(&assignment.passed_over),
        at: *now,
        due: due.map(|(due, _)| due),
        calendar: calendar.as_deref(),
        held_before: outcomes_holding(&rules.outcome, &Facts { handed_off_at: Some(*now), ..*facts }),
        turns: &turns,
        companies: &companies(rules, facts.contact),
    })?;
    for step in timeline.iter().flat_map(|(plan, _)| &plan.steps) {
        db.plan_step(handoff.id, round, step.n, step.at, &serde_json::to_string(&step.action)?)?;
    }
    let members = members(context, db, handoff)?;
    for member in &members {
        member.follow(context, db, handoff, assignment, rep, due.map(|(due, _)| due))?;
    }
    let together_with: Vec<Untrusted> = members.iter().map(|member| member.name(context)).collect();
    let contact = ContactId::parse(&handoff.crm_id).map_err(anyhow::Error::msg)?;
    let link = context.account.and_then(|account| account.links.of(&contact));
    effects::effects(
        context,
        db,
        &Planned { handoff, rep, round, why: &assignment.why, facts, link, together_with: &together_with },
        due,
    )?;
    let row = report_row(context, handoff, assignment, facts, due.map(|(due, _)| due), rep);
    Ok(HandedOff { together_with, ..row })
}

fn report_row(
    context: &Context<'_>,
    handoff: &HandoffRow,
    assignment: &Assignment,
    facts: &Facts<'_>,
    due: Option<Timestamp>,
    rep: &Rep,
) -> HandedOff {
    let rules = &context.rules;
    let route = rules.routes.get(assignment.route).map_or("", |route| route.name.as_str());
    let who = effects::who(rules, facts);
    HandedOff {
        handoff: handoff.id,
        contact: who.name(),
        company: who.company_name(),
        tier: handoff.tier.clone(),
        why_now: handoff.why.clone(),
        seen: seen(rules, handoff, facts),
        owner: rep.name.clone(),
        owner_email: rep.email.clone(),
        route: route.to_owned(),
        why_owner: assignment.why.clone(),
        due,
        due_local: due.map(|due| local(due, rep.hours.timezone)),
        passed_over: passed_over_rows(&assignment.passed_over),
        together_with: Vec::new(),
    }
}

/// The values that make the tier hold; the reasons of old when it holds no longer.
fn seen(rules: &Rules, handoff: &HandoffRow, facts: &Facts<'_>) -> Vec<String> {
    let mut traced = Trace::default();
    trace(rules, facts.contact, facts.now, &mut traced);
    let is_tier = |at: usize| rules.tiers.get(at).is_some_and(|tier| tier.name == handoff.tier);
    let part = traced.parts.iter().find(|part| matches!(part.kind, PartKind::Tier(at) if is_tier(at)));
    match part.filter(|part| part.holds) {
        Some(part) => held_values(rules, &traced, part),
        None => handoff.why.clone(),
    }
}

pub(crate) fn passed_over_rows(passed: &[PassedOver]) -> Vec<PassedOverRow> {
    passed
        .iter()
        .map(|passed| PassedOverRow { rep: passed.rep.clone(), reason: passed.reason.to_string() })
        .collect()
}

/// Reps who had this handoff and may not get it again.
pub(crate) fn passed_before(rules: &Rules, assignments: &[AssignmentRow]) -> Vec<(RepId, PassReason)> {
    let by_email: HashMap<&str, RepId> =
        rules.reps.iter().enumerate().map(|(index, rep)| (rep.email.as_str(), RepId(index))).collect();
    assignments
        .iter()
        .filter_map(|assignment| {
            let reason = match assignment.ended.as_deref() {
                Some("lapsed") => PassReason::LetItLapse,
                Some("rejected") => PassReason::RejectedIt,
                Some(_) | None => return None,
            };
            Some((*by_email.get(assignment.rep.as_str())?, reason))
        })
        .collect()
}
