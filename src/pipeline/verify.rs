//! Before handoff writes, it reads the contact again: an owner set by someone since, a deletion, an opt-out are respected.

use anyhow::Result;
use chrono::TimeDelta;

use super::session::Session;
use crate::crm::Reread;
use crate::handoff::Context;
use crate::handoff::burst::regroup;
use crate::handoff::case::Case;
use crate::handoff::close::{disqualified_by, unclear_by};
use crate::handoff::owner::{given_to, owner};
use crate::handoff::report::RunReport;
use crate::model::{Contact, ContactId, RepId, Status};
use crate::mutant;
use crate::qualify::evaluate;
use crate::store::{AssignmentRow, Closing, Db, HandoffRow};

/// Whoever cannot be read now is looked at again by the next run.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// What the contact, read again, makes of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verified {
    Holds,
    /// Somebody set another owner: it is theirs, when they are a rep.
    NewOwner(String),
    /// Whether it is out of the question cannot be read: nothing is sent, and nothing taken from anybody, until it can.
    Unclear(String),
    /// The contact is gone, or out of the question for now: should that change, it is judged anew.
    Void(String),
}

impl Verified {
    /// Why what was decided no longer holds.
    fn why_not(&self) -> Option<String> {
        match self {
            Self::Holds | Self::Unclear(_) => None,
            Self::NewOwner(owner) => Some(taken_by(owner)),
            Self::Void(why) => Some(why.clone()),
        }
    }
}

fn taken_by(owner: &str) -> String {
    format!("{owner} became its owner in the CRM since it was read")
}

/// Reads the contacts of handoffs whose owner is about to be set, and takes back what no longer holds. Of whoever
/// is stored as unclear nothing is sent, whether that sets an owner or not.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    let to_write = session.store.read().owners_to_write()?;
    if session.store.read().handoffs_to_send()?.is_empty() || mutant::is("no second look") {
        return Ok(());
    }
    let not_begun: Vec<i64> =
        to_write.iter().filter(|(_, has_begun)| !has_begun).map(|(id, _)| *id).collect();
    let mut handoffs = Vec::with_capacity(to_write.len());
    let mut contacts = Vec::with_capacity(to_write.len());
    for (id, has_begun) in to_write {
        let handoff = session.store.read().handoff(id)?;
        contacts.push(ContactId::parse(&handoff.crm_id).map_err(anyhow::Error::msg)?);
        handoffs.push((handoff, has_begun));
    }
    let mut fresh = None;
    if !contacts.is_empty() {
        fresh = session.crm.read(session.rules.fields.all(), &contacts)?;
        session.learn_account();
    }
    let context = session.context();
    context.store.write(|db| {
        let mut verification =
            Verification { context: &context, db, fresh: fresh.as_ref(), not_begun: &not_begun, report };
        for (handoff, has_begun) in &handoffs {
            verification.verify(handoff, *has_begun)?;
        }
        for id in db.handoffs_to_send()? {
            let case = Case::load(&context, db, id)?;
            if let Some(why) = case.unclear()? {
                verification.hold_back(&case.handoff, &why)?;
            }
        }
        Ok(())
    })
}

struct Verification<'a> {
    context: &'a Context<'a>,
    db: Db<'a>,
    /// `None`: what is stored is current.
    fresh: Option<&'a Reread>,
    /// Handoffs of which nothing has been sent yet.
    not_begun: &'a [i64],
    report: &'a mut RunReport,
}

impl Verification<'_> {
    fn verify(&mut self, handoff: &HandoffRow, has_begun: bool) -> Result<()> {
        let (db, now) = (self.db, self.context.now);
        // Somebody of the same company was taken back: it is handed off anew.
        if !has_begun && handoff.group.is_some() && db.handoff(handoff.id)?.status != Status::Assigned {
            return Ok(());
        }
        if let Some(why) = self.fresh.and_then(|fresh| fresh.unreadable.get(&handoff.crm_id)) {
            db.put_off_effects(handoff.id, now, LOOK_AGAIN, why, false)?;
            self.report.put_off(&handoff.crm_id, why);
            return Ok(());
        }
        let found = self.read_again(handoff)?;
        let verified = verified(self.context, handoff, &db.assignments(handoff.id)?, found.as_ref());
        if let Verified::Unclear(why) = &verified
            && (has_begun || handoff.group.is_none())
        {
            return self.hold_back(handoff, why);
        }
        if has_begun {
            // Whether it is gone or only cannot be read now, the CRM says when it is written to.
            if found.is_some()
                && let Some(why) = verified.why_not()
            {
                db.cancel_owner(handoff.id)?;
                db.add_event(handoff.id, now, "not written", None, Some(&why))?;
                self.report.not_written(handoff.id, &why);
            }
            return Ok(());
        }
        if verified != Verified::Holds {
            regroup(db, handoff, self.not_begun, now)?;
        }
        match verified {
            Verified::Holds => Ok(()),
            // Alone from here on, it waits by itself.
            Verified::Unclear(why) => {
                self.db.undo_assignment(handoff, &why, self.context.now)?;
                self.report.taken_back(handoff.id, &why);
                Ok(())
            }
            Verified::NewOwner(owner) => self.hand_to_owner(handoff, &owner),
            Verified::Void(why) => {
                self.cancel(handoff, &why)?;
                // It may be back, as when its file was being written: nobody is lost for having been away.
                db.forget_verdict(handoff.contact)?;
                if found.is_none() {
                    // Whoever was linked to it takes its place, as after a merge in the CRM.
                    db.release_links(handoff.contact, None, now)?;
                }
                Ok(())
            }
        }
    }

    fn read_again(&self, handoff: &HandoffRow) -> Result<Option<Contact>> {
        let Some(fresh) = self.fresh else {
            return Ok(Some(self.db.contact(handoff.contact, &self.context.layouts)?.contact));
        };
        let record = fresh.records.iter().find(|record| record.id.as_str() == handoff.crm_id);
        Ok(record.map(|record| record.clone().into_contact(self.context.rules.fields.all())))
    }

    fn hold_back(&mut self, handoff: &HandoffRow, why: &str) -> Result<()> {
        self.db.put_off_effects(handoff.id, self.context.now, LOOK_AGAIN, why, true)?;
        let events = self.db.events(handoff.id)?;
        if events.last().is_none_or(|event| event.how.as_deref() != Some(why)) {
            self.db.add_event(handoff.id, self.context.now, "held back", None, Some(why))?;
            self.report.held_back(handoff.id, why);
        }
        Ok(())
    }

    fn cancel(&mut self, handoff: &HandoffRow, why: &str) -> Result<()> {
        let closing = Closing {
            status: Status::Cancelled,
            at: self.context.now,
            by: None,
            how: why,
            reason: None,
            watch_until: None,
        };
        self.db.close(handoff.id, &closing)?;
        self.db.give_turn_back(handoff, why, self.context.now)?;
        self.report.taken_back(handoff.id, why);
        Ok(())
    }

    /// The owner that somebody set keeps the contact: with task and alert when it is a rep; else it is none of our business.
    fn hand_to_owner(&mut self, handoff: &HandoffRow, owner: &str) -> Result<()> {
        let rules = self.context.rules;
        let why = taken_by(owner);
        let Some(rep) = rules.reps.iter().position(|rep| rep.email == owner) else {
            return self.cancel(handoff, &format!("{why}, and is no rep in the rules"));
        };
        self.db.undo_assignment(handoff, &why, self.context.now)?;
        self.report.taken_back(handoff.id, &why);
        let assignment = given_to(rules, handoff, RepId(rep), why);
        let case = Case::load(self.context, self.db, handoff.id)?;
        self.report.handed_off.push(case.assign_to(&assignment)?);
        Ok(())
    }
}

fn verified(
    context: &Context<'_>,
    handoff: &HandoffRow,
    assignments: &[AssignmentRow],
    found: Option<&Contact>,
) -> Verified {
    let rules = context.rules;
    let Some(fresh) = found else {
        let gone = Verified::Void("the contact is no longer in the CRM".to_owned());
        return mutant::swap("handed off though deleted", gone, Verified::Holds);
    };
    if let Some(why) = unclear_by(rules, fresh, context.now) {
        return Verified::Unclear(why);
    }
    if let Some(why) = disqualified_by(rules, evaluate(rules, fresh, context.now).verdict) {
        return Verified::Void(why);
    }
    // Who had it in an earlier round was set by handoff itself, which what is stored may not show yet.
    let found = assignments.iter().find(|row| row.round == handoff.round).and_then(|row| row.found.as_ref());
    let is_known = |owner: &String| Some(owner) == found || assignments.iter().any(|row| row.rep == *owner);
    match owner(rules, fresh).filter(|owner| !is_known(owner)) {
        Some(new) => mutant::swap("owner taken from somebody", Verified::NewOwner(new), Verified::Holds),
        None => Verified::Holds,
    }
}
