//! Assigns reps to waiting handoffs and plans what follows.

use anyhow::Result;

use super::session::Session;
use super::skew;
use crate::assign::{self, Lead, Loads, Routing};
use crate::handoff::Context;
use crate::handoff::assign::skipped_rows;
use crate::handoff::burst::to_route;
use crate::handoff::case::Case;
use crate::handoff::close::unclear_by;
use crate::handoff::past::{had_company, loads};
use crate::handoff::report::{RunReport, Waiting};
use crate::model::Timestamp;
use crate::store::{Db, HandoffRow, SkippedRow};

/// Handoffs routed in one transaction.
const BATCH: usize = 200;

/// Routes everything that waits; picks, rotations, effects and SLA steps commit together.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    skew::agree_on_time(session)?;
    let mut loads = loads(&session.rules, session.store.read(), session.now)?;
    let waiting = session.store.read().handoffs_to_route()?;
    let waiting = to_route(waiting, session.now);
    if !waiting.is_empty() {
        session.learn_account();
    }
    let context = session.context();
    for batch in waiting.chunks(BATCH) {
        context.store.write(|db| {
            skew::decided(db, context.now)?;
            for handoff in batch {
                let routed = db.savepoint(|| route_one(&context, db, handoff, &mut loads, report))?;
                if routed.is_none() {
                    report.set_aside(&handoff.crm_id);
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn route_one(
    context: &Context<'_>,
    db: Db<'_>,
    handoff: &HandoffRow,
    loads: &mut Loads,
    report: &mut RunReport,
) -> Result<()> {
    let case = Case::of(context, db, handoff.clone())?;
    if let Some(why) = unclear_by(context.rules, &case.contact, context.now) {
        return keep_waiting(&case, &why, None, Vec::new(), report);
    }
    let skipped = case.had_it_before()?;
    let company = had_company(context.rules, db, &case.facts())?;
    let lead = Lead { facts: case.facts(), skipped: &skipped, only_team: None, company: &company };
    match assign::assign(context.rules, &lead, loads, context.now) {
        Routing::Assigned(assignment) => {
            let handed_off = case.assign_to(&assignment)?;
            loads.record(&assignment, context.now);
            report.handed_off.push(handed_off);
        }
        Routing::Waiting(waiting) => {
            keep_waiting(&case, &waiting.why, waiting.until, skipped_rows(&waiting.skipped), report)?;
        }
    }
    Ok(())
}

fn keep_waiting(
    case: &Case<'_>,
    why: &str,
    until: Option<Timestamp>,
    passed_over: Vec<SkippedRow>,
    report: &mut RunReport,
) -> Result<()> {
    let handoff = &case.handoff;
    if (handoff.note.as_deref(), handoff.next) != (Some(why), until) {
        case.db.keep_waiting(handoff.id, why, until)?;
    }
    report.waiting.push(Waiting {
        handoff: handoff.id,
        contact: case.who().name(),
        company: case.who().company_name(),
        tier: handoff.tier.clone(),
        why: why.to_owned(),
        until,
        passed_over,
    });
    Ok(())
}
