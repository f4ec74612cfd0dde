//! Assigns reps to waiting handoffs, plans what follows, and delivers.

use std::collections::HashMap;

use anyhow::Result;

use super::group::{is_led_or_collects, members};
use super::plan::{self, Planned};
use super::recheck;
use super::rotation::{companies, had_company, loads};
use super::session::Session;
use crate::assign::{self, Assignment, Lead, Loads, PassReason, PassedOver, Routing};
use crate::brief::held_values;
use crate::model::{ContactId, Rep, RepId, Timestamp, Turn, Untrusted};
use crate::output::run_report::{HandedOff, RunReport, Waiting};
use crate::qualify::{Facts, PartKind, Trace, facts, outcomes_holding, trace};
use crate::rules::Rules;
use crate::store::{AssignmentRow, Db, HandoffRow, Layouts, NewAssignment, PassedOverRow};

/// Handoffs routed in one transaction.
const BATCH: usize = 200;

/// Routes everything that waits; picks, rotations, effects and SLA steps commit together.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    let mut loads = loads(&session.rules, &session.store, session.now)?;
    let waiting = session.store.read().handoffs_to_route()?;
    let is_led = |handoff: &HandoffRow| is_led_or_collects(handoff, &waiting, session.now);
    let waiting: Vec<HandoffRow> = waiting.iter().filter(|handoff| !is_led(handoff)).cloned().collect();
    let layouts = Layouts::new(session.rules.fields.all());
    let this = &*session;
    for batch in waiting.chunks(BATCH) {
        this.store.write(|db| {
            for handoff in batch {
                let routed = db.apart(|| route_one(this, db, handoff, &layouts, &mut loads, report))?;
                if routed.is_none() {
                    report.set_aside(&handoff.crm_id);
                }
            }
            Ok(())
        })?;
    }
    recheck::stage(session, report)?;
    let delivered = session.deliver_leaving_time()?;
    report.delivered.add(delivered);
    Ok(())
}

fn route_one(
    session: &Session,
    db: Db<'_>,
    handoff: &HandoffRow,
    layouts: &Layouts<'_>,
    loads: &mut Loads,
    report: &mut RunReport,
) -> Result<()> {
    let row = db.contact(handoff.contact, layouts)?;
    let facts = facts(&session.rules, &row.contact, session.now);
    let passed = passed_before(&session.rules, &db.assignments(handoff.id)?);
    let company = had_company(&session.rules, db, &facts)?;
    let lead = Lead { facts, passed: &passed, only_team: None, company: &company };
    match assign::assign(&session.rules, &lead, loads, session.now) {
        Routing::Assigned(assignment) => {
            let handed_off = hand_to(session, db, handoff, &assignment, &facts)?;
            loads.record(&assignment, session.now);
            report.handed_off.push(handed_off);
        }
        Routing::Waiting(waiting) => {
            if (handoff.note.as_ref(), handoff.next) != (Some(&waiting.why), waiting.until) {
                db.keep_waiting(handoff.id, &waiting.why, waiting.until)?;
            }
            let who = plan::who(&session.rules, &facts);
            report.waiting.push(Waiting {
                handoff: handoff.id,
                contact: who.name(),
                company: who.company_name(),
                tier: handoff.tier.clone(),
                why: waiting.why,
                until: waiting.until,
                passed_over: passed_over_rows(&waiting.passed_over),
            });
        }
    }
    Ok(())
}

/// Writes down an assignment with everything that follows from it.
pub(super) fn hand_to(
    session: &Session,
    db: Db<'_>,
    handoff: &HandoffRow,
    assignment: &Assignment,
    facts: &Facts<'_>,
) -> Result<HandedOff> {
    let Session { rules, now, .. } = session;
    let rep = rules.reps.get(assignment.rep.0).ok_or_else(|| anyhow::anyhow!("the pick names no rep"))?;
    let route = rules.routes.get(assignment.route).map_or("", |route| route.name.as_str());
    let team = assignment.team.and_then(|team| rules.teams.get(team)).map(|team| team.name.as_str());
    let round = handoff.round + 1;
    let timeline = plan::timeline(handoff, rep, *now)?;
    let due = timeline.as_ref().map(|(plan, within)| (plan.due, *within));
    if due.is_none() && handoff.sla.is_some() {
        let why = format!("{} has no working time ahead in which the SLA could end", rep.email);
        db.add_event(handoff.id, *now, "no due time", None, Some(&why))?;
    }
    let calendar = plan::calendar(handoff, rep)?;
    let email = |rep: &RepId| rules.reps.get(rep.0).map(|rep| rep.email.clone());
    let turns: Vec<(String, Turn)> =
        assignment.turns.iter().filter_map(|(rep, turn)| Some((email(rep)?, *turn))).collect();
    db.assign(&NewAssignment {
        handoff: handoff.id,
        round,
        rep: &rep.email,
        found: recheck::owner(rules, facts.contact).as_deref(),
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
    let members = members(session, db, handoff)?;
    for member in &members {
        member.follow(session, db, handoff, assignment, rep, due.map(|(due, _)| due))?;
    }
    let together_with: Vec<Untrusted> = members.iter().map(|member| member.name(session)).collect();
    let contact = ContactId::parse(&handoff.crm_id).map_err(anyhow::Error::msg)?;
    let link = session.crm.link(&contact);
    plan::effects(
        session,
        db,
        &Planned { handoff, rep, round, why: &assignment.why, facts, link, together_with: &together_with },
        due,
    )?;
    let row = report_row(session, handoff, assignment, facts, due.map(|(due, _)| due), rep);
    Ok(HandedOff { together_with, ..row })
}

fn report_row(
    session: &Session,
    handoff: &HandoffRow,
    assignment: &Assignment,
    facts: &Facts<'_>,
    due: Option<Timestamp>,
    rep: &Rep,
) -> HandedOff {
    let rules = &session.rules;
    let route = rules.routes.get(assignment.route).map_or("", |route| route.name.as_str());
    let who = plan::who(rules, facts);
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
        due_local: due.map(|due| crate::brief::local(due, rep.hours.timezone)),
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

fn passed_over_rows(passed: &[PassedOver]) -> Vec<PassedOverRow> {
    passed
        .iter()
        .map(|passed| PassedOverRow { rep: passed.rep.clone(), reason: passed.reason.to_string() })
        .collect()
}

/// Reps who had this handoff and may not get it again.
pub(super) fn passed_before(rules: &Rules, assignments: &[AssignmentRow]) -> Vec<(RepId, PassReason)> {
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
