//! What became of handoffs that a rep has, and of those that sales took: from what reps did and what the CRM says.

use std::collections::HashMap;

use anyhow::Result;
use chrono::TimeDelta;

use super::Context;
use super::burst::for_each_other;
use super::clock;
use super::close::{Told, disqualified_by};
use super::effects;
use crate::handoff::report::RunReport;
use crate::model::{Activity, Status, Timestamp, fold};
use crate::qualify::{Facts, SoFar, evaluate, facts, signs, waits};
use crate::store::{Db, HandoffRow, Layouts, OpenHandoff};

/// What time alone brings about in an accepted handoff is seen within a day.
pub(crate) const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);

/// Records touches and ends; each is written back as `[outcome.write]` says and told in the thread.
pub(crate) fn record(
    context: &Context<'_>,
    open: &[OpenHandoff],
    activity: &[Activity],
    report: &mut RunReport,
) -> Result<()> {
    let layouts = Layouts::new(context.rules.fields.all());
    let acts = ActsOf::new(activity);
    context.store.write(|db| {
        for handoff in open {
            record_one(context, db, &handoff.row, &acts, &layouts, report)?;
        }
        Ok(())
    })
}

fn record_one(
    context: &Context<'_>,
    db: Db<'_>,
    handoff: &HandoffRow,
    acts: &ActsOf<'_>,
    layouts: &Layouts<'_>,
    report: &mut RunReport,
) -> Result<()> {
    let Context { rules, now, .. } = context;
    // Whoever acted on one of a group acted on all: this one may have been dealt with already.
    let reread = handoff.group.map(|_| db.handoff(handoff.id)).transpose()?;
    let handoff = reread.as_ref().unwrap_or(handoff);
    if !handoff.status.is_open() && handoff.status != Status::Accepted {
        return Ok(());
    }
    let contact = db.contact(handoff.contact, layouts)?.contact;
    let facts = Facts { handed_off_at: handoff.assigned, ..facts(rules, &contact, *now) };
    let email = effects::who(rules, &facts).email();
    let acts = acts.on(handoff, email.as_deref(), *now);
    let is_accepted = handoff.status == Status::Accepted;
    let so_far = SoFar { held_before: handoff.held_before, is_accepted };
    let signs = signs(&rules.outcome, &facts, so_far, &acts);
    if signs.held_before != handoff.held_before {
        db.set_held_before(handoff.id, signs.held_before)?;
    }
    if is_accepted && !context.tells_endings {
        db.looked(handoff.id, *now)?;
    }
    if let Some(last) = signs.last.filter(|last| handoff.sign.is_none_or(|sign| sign < *last)) {
        db.set_sign(handoff.id, last)?;
    }
    let told = Told { context, db, handoff, facts: &facts, is_quiet: false };
    let acted = if let Some((ending, sign)) = signs.ended {
        let acted = told.ended(ending, &sign)?;
        if sign.is_act && !is_accepted {
            for_each_other(context, db, handoff, report, |other| other.ended(ending, &sign))?;
        } else if !is_accepted {
            for_each_other(context, db, handoff, report, |other| other.touched(&sign))?;
        }
        Some(acted)
    } else if is_accepted {
        None
    } else if let Some(why) = disqualified_by(rules, evaluate(rules, &contact, *now).verdict) {
        Some(told.cancelled(&why)?)
    } else if let Some(sign) = clock::touch(context, handoff, &facts, &acts, signs.touched) {
        let acted = told.touched(&sign)?;
        for_each_other(context, db, handoff, report, |other| other.touched(&sign))?;
        Some(acted)
    } else if waits(&rules.outcome, &facts, handoff.held_before) {
        // To wait is a sign of life; once a day is often enough to write it down.
        if last_sign(handoff) + LOOK_AGAIN <= *now {
            db.set_sign(handoff.id, *now)?;
        }
        None
    } else {
        let last = last_sign(handoff).max(signs.last.unwrap_or(handoff.created));
        let is_stale = last + rules.outcome.stale_after <= *now;
        if is_stale {
            for_each_other(context, db, handoff, report, |other| other.stale(last))?;
        }
        is_stale.then(|| told.stale(last)).transpose()?
    };
    report.outcomes.extend(acted);
    Ok(())
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
