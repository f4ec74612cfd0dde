//! What became of handoffs that a rep has, and of those that sales took: from what reps did and what the CRM says.

use std::collections::HashMap;

use anyhow::Result;
use chrono::TimeDelta;

use super::Context;
use super::case::Case;
use super::clock::wait_for_delivery;
use super::close::{Telling, disqualified_by};
use super::report::RunReport;
use crate::model::{Activity, Status, Timestamp, fold};
use crate::qualify::{SoFar, evaluate, signs, waits};
use crate::store::{HandoffRow, OpenHandoff};

/// What time alone brings about in an accepted handoff is seen within a day.
pub(crate) const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);

/// Records touches and ends, each written back as `[outcome.write]` says and told in the thread; then stops and starts clocks.
pub(crate) fn record(
    context: &Context<'_>,
    open: Vec<OpenHandoff>,
    activity: &[Activity],
    report: &mut RunReport,
) -> Result<()> {
    let acts = ActsOf::new(activity);
    context.store.write(|db| {
        let mut cases = Vec::with_capacity(open.len());
        for open in open {
            let mut case = Case::of(context, db, open.row)?;
            // Whoever acted on one of a group acted on all: this one may have been dealt with already.
            if case.handoff.group.is_some() {
                case.refresh()?;
            }
            case.see(&acts, report)?;
            cases.push(case);
        }
        wait_for_delivery(context, db)?;
        if context.rules.outcome.waiting.is_some() || db.is_any_paused()? {
            for mut case in cases {
                case.refresh()?;
                case.keep_time(report)?;
            }
        }
        Ok(())
    })
}

impl Case<'_> {
    fn see(&self, acts: &ActsOf<'_>, report: &mut RunReport) -> Result<()> {
        let (rules, now, handoff) = (self.rules(), self.now(), &self.handoff);
        let is_accepted = handoff.status == Status::Accepted;
        if !handoff.status.is_open() && !is_accepted {
            return Ok(());
        }
        let facts = self.facts();
        let acts = acts.on(handoff, self.who().email().as_deref(), now);
        let so_far = SoFar { held_before: handoff.held_before, is_accepted };
        let signs = signs(&rules.outcome, &facts, so_far, &acts);
        if signs.held_before != handoff.held_before {
            self.db.set_held_before(handoff.id, signs.held_before)?;
        }
        if is_accepted && !self.context.tells_endings {
            self.db.looked(handoff.id, now)?;
        }
        if let Some(last) = signs.last.filter(|last| handoff.sign.is_none_or(|sign| sign < *last)) {
            self.db.set_sign(handoff.id, last)?;
        }
        let (aloud, silently) = (Telling::Aloud, Telling::Silently);
        let acted = if let Some((ending, sign)) = signs.ended {
            let acted = self.ended(ending, &sign, aloud)?;
            if sign.is_act && !is_accepted {
                self.for_each_other(report, |other| other.ended(ending, &sign, silently))?;
            } else if !is_accepted {
                self.for_each_other(report, |other| other.touched(&sign, silently))?;
            }
            Some(acted)
        } else if is_accepted {
            None
        } else if let Some(why) = disqualified_by(rules, evaluate(rules, &self.contact, now).verdict) {
            Some(self.cancelled(&why)?)
        } else if let Some(sign) = self.new_touch(&acts, signs.touched) {
            let acted = self.touched(&sign, aloud)?;
            self.for_each_other(report, |other| other.touched(&sign, silently))?;
            Some(acted)
        } else if waits(&rules.outcome, &facts, handoff.held_before) {
            // To wait is a sign of life; once a day is often enough to write it down.
            if last_sign(handoff) + LOOK_AGAIN <= now {
                self.db.set_sign(handoff.id, now)?;
            }
            None
        } else {
            let last = last_sign(handoff).max(signs.last.unwrap_or(handoff.created));
            let is_stale = last + rules.outcome.stale_after <= now;
            if is_stale {
                self.for_each_other(report, |other| other.stale(last, silently))?;
            }
            is_stale.then(|| self.stale(last, aloud)).transpose()?
        };
        report.outcomes.extend(acted);
        Ok(())
    }
}

/// The last sign of life as it is stored: what the rep did, else the assignment.
fn last_sign(handoff: &HandoffRow) -> Timestamp {
    let signs = [handoff.sign, handoff.touched, handoff.assigned];
    signs.into_iter().flatten().max().unwrap_or(handoff.created)
}

/// From when on acts on a handoff count.
pub(crate) fn since(handoff: &HandoffRow) -> Timestamp {
    handoff.accepted.or(handoff.assigned).unwrap_or(handoff.created)
}

/// Acts by the contact they name, so that many handoffs find theirs among many acts.
struct ActsOf<'a>(HashMap<String, Vec<&'a Activity>>);

impl<'a> ActsOf<'a> {
    fn new(activity: &'a [Activity]) -> Self {
        let mut by_contact: HashMap<String, Vec<&Activity>> = HashMap::new();
        for act in activity {
            by_contact.entry(fold(act.contact.trim()).into_owned()).or_default().push(act);
        }
        Self(by_contact)
    }

    /// The acts on one handoff's contact, whether they name its id or, whatever the case, its e-mail.
    fn on(&self, handoff: &HandoffRow, email: Option<&str>, now: Timestamp) -> Vec<Activity> {
        let since = since(handoff);
        let id = fold(&handoff.crm_id);
        let of = |name: &str| self.0.get(name).map(Vec::as_slice).unwrap_or_default();
        let by_id = of(&id).iter().filter(|act| act.contact.trim() == handoff.crm_id);
        let email = email.map(|email| fold(email.trim())).filter(|email| *email != id);
        let by_email = email.as_deref().map(of).unwrap_or_default();
        // An act dated ahead of this run has not happened yet.
        let counts = |act: &Activity| act.at >= since && act.at <= now;
        by_id.chain(by_email).map(|act| (*act).clone()).filter(counts).collect()
    }
}
