//! Before handoff writes, it reads the contact again: an owner set by someone since, a deletion, an opt-out are respected.

use anyhow::Result;
use chrono::TimeDelta;

use super::session::Session;
use crate::handoff::Context;
use crate::handoff::assign::hand_to;
use crate::handoff::burst::regroup;
use crate::handoff::close::disqualified_by;
use crate::handoff::owner::{given_to, owner};
use crate::handoff::report::RunReport;
use crate::model::{Contact, ContactId, Record, RepId, Status, Timestamp};
use crate::mutant;
use crate::qualify::{evaluate, facts};
use crate::rules::Rules;
use crate::store::{AssignmentRow, Closing, Db, HandoffRow, Layouts};

/// Whoever cannot be read now is looked at again by the next run.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// What a second look says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Second {
    GoOn,
    /// Somebody set another owner: it is theirs, when they are a rep.
    Owned(String),
    /// The contact is gone, or out of the question for now: should that change, it is judged anew.
    Cancel(String),
}

impl Second {
    /// Why what was decided no longer holds.
    fn why(&self) -> Option<String> {
        match self {
            Self::GoOn => None,
            Self::Owned(owner) => Some(taken_by(owner)),
            Self::Cancel(why) => Some(why.clone()),
        }
    }
}

fn taken_by(owner: &str) -> String {
    format!("{owner} became its owner in the CRM since it was read")
}

/// Reads the contacts of handoffs whose owner is about to be set, and takes back what no longer holds.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    let (ids, has_begun): (Vec<i64>, Vec<bool>) = session.store.read().owners_to_write()?.into_iter().unzip();
    if ids.is_empty() || mutant::is("no second look") {
        return Ok(());
    }
    let handoffs = ids.iter().map(|id| session.store.read().handoff(*id)).collect::<Result<Vec<_>>>()?;
    let not_begun: Vec<i64> =
        ids.into_iter().zip(&has_begun).filter(|(_, has_begun)| !**has_begun).map(|(id, _)| id).collect();
    let contacts = handoffs
        .iter()
        .map(|handoff| ContactId::parse(&handoff.crm_id).map_err(anyhow::Error::msg))
        .collect::<Result<Vec<_>>>()?;
    let Some(fresh) = session.crm.read(session.rules.fields.all(), &contacts)? else {
        return Ok(());
    };
    session.learn_links();
    let this = session.context();
    let layouts = Layouts::new(this.rules.fields.all());
    this.store.write(|db| {
        for (handoff, has_begun) in handoffs.iter().zip(has_begun) {
            // Somebody of the same company was taken back: it is handed off anew.
            if !has_begun && handoff.group.is_some() && db.handoff(handoff.id)?.status != Status::Assigned {
                continue;
            }
            if let Some(why) = fresh.unreadable.get(&handoff.crm_id) {
                db.put_off_writes(handoff.id, this.now + LOOK_AGAIN, why)?;
                report.put_off(&handoff.crm_id, why);
                continue;
            }
            let stored = db.contact(handoff.contact, &layouts)?.contact;
            let record = fresh.records.iter().find(|record| record.id.as_str() == handoff.crm_id);
            let assignments = db.assignments(handoff.id)?;
            let second = second_look(this.rules, handoff, &assignments, record, this.now);
            if has_begun {
                // Whether it is gone or only cannot be read now, the CRM says when it is written to.
                if record.is_some()
                    && let Some(why) = second.why()
                {
                    db.cancel_owner(handoff.id)?;
                    db.add_event(handoff.id, this.now, "not written", None, Some(&why))?;
                    report.not_written(handoff.id, &why);
                }
                continue;
            }
            if second != Second::GoOn {
                regroup(db, handoff, &not_begun, this.now)?;
            }
            match second {
                Second::GoOn => {}
                Second::Owned(owner) => hand_to_owner(&this, db, handoff, &stored, &owner, report)?,
                Second::Cancel(why) => {
                    cancel(&this, db, handoff, &why, report)?;
                    // It may be back, as when its file was being written: nobody is lost for having been away.
                    db.forget_verdict(handoff.contact)?;
                    if record.is_none() {
                        // Whoever was linked to it takes its place, as after a merge in the CRM.
                        db.release_links(handoff.contact, None, this.now)?;
                    }
                }
            }
        }
        Ok(())
    })
}

fn cancel(
    context: &Context<'_>,
    db: Db<'_>,
    handoff: &HandoffRow,
    why: &str,
    report: &mut RunReport,
) -> Result<()> {
    let closing = Closing {
        status: Status::Cancelled,
        at: context.now,
        by: None,
        how: why,
        reason: None,
        watch_until: None,
    };
    db.close(handoff.id, &closing)?;
    db.give_turn_back(handoff, why, context.now)?;
    report.taken_back(handoff.id, why);
    Ok(())
}

/// The owner that somebody set keeps the contact: with task and alert when it is a rep; else it is none of our business.
fn hand_to_owner(
    context: &Context<'_>,
    db: Db<'_>,
    handoff: &HandoffRow,
    stored: &Contact,
    owner: &str,
    report: &mut RunReport,
) -> Result<()> {
    let rules = context.rules;
    let why = taken_by(owner);
    let Some(rep) = rules.reps.iter().position(|rep| rep.email == owner) else {
        return cancel(context, db, handoff, &format!("{why}, and is no rep in the rules"), report);
    };
    db.undo_assignment(handoff, &why, context.now)?;
    report.taken_back(handoff.id, &why);
    let assignment = given_to(rules, handoff, RepId(rep), why);
    let facts = facts(rules, stored, context.now);
    report.handed_off.push(hand_to(context, db, &db.handoff(handoff.id)?, &assignment, &facts)?);
    Ok(())
}

fn second_look(
    rules: &Rules,
    handoff: &HandoffRow,
    assignments: &[AssignmentRow],
    fresh: Option<&Record>,
    now: Timestamp,
) -> Second {
    let Some(record) = fresh else {
        if mutant::is("handed off though deleted") {
            return Second::GoOn;
        }
        return Second::Cancel("the contact is no longer in the CRM".to_owned());
    };
    let fresh = record.clone().into_contact(rules.fields.all());
    if let Some(why) = disqualified_by(rules, evaluate(rules, &fresh, now).verdict) {
        return Second::Cancel(why);
    }
    // Who had it in an earlier round was set by handoff itself, which what is stored may not show yet.
    let found = assignments.iter().find(|row| row.round == handoff.round).and_then(|row| row.found.as_ref());
    let is_known = |owner: &String| Some(owner) == found || assignments.iter().any(|row| row.rep == *owner);
    match owner(rules, &fresh).filter(|owner| !is_known(owner)) {
        Some(_) if mutant::is("owner taken from somebody") => Second::GoOn,
        Some(new) => Second::Owned(new),
        None => Second::GoOn,
    }
}
