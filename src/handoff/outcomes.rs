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
use crate::qualify::{SoFar, Timers, evaluate, signs, waits};
use crate::store::{Db, HandoffRow, Look, text_hash};

/// How long nothing is looked at of which nobody says that it changed.
const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);

/// A handoff that is to be looked at.
pub(crate) struct ToLook {
    pub id: i64,
    /// What was done on it, also what is dated ahead.
    pub acts: Vec<Activity>,
    /// The same as a number.
    pub hash: i64,
}

/// Records touches and ends, each written back as `[outcome.write]` says and told in the thread; then stops and starts clocks,
/// and says when each handoff is to be looked at again.
pub(crate) fn record(
    context: &Context<'_>,
    db: Db<'_>,
    to_look: &[ToLook],
    report: &mut RunReport,
) -> Result<()> {
    let timers = Timers::of_outcomes(context.rules);
    let mut cases = Vec::with_capacity(to_look.len());
    for look in to_look {
        // Loaded no sooner: whoever acted on one of a group acted on all.
        let case = Case::load(context, db, look.id)?;
        case.see(&look.acts, report)?;
        cases.push(case);
    }
    wait_for_delivery(context, db)?;
    for (mut case, look) in cases.into_iter().zip(to_look) {
        case.refresh()?;
        case.keep_time(report)?;
        case.refresh()?;
        let next = case.next_look(&timers, &look.acts)?;
        db.looked(look.id, &Look { at: context.now, next, acts: look.hash })?;
    }
    Ok(())
}

impl Case<'_> {
    fn see(&self, acts: &[Activity], report: &mut RunReport) -> Result<()> {
        let (rules, now, handoff) = (self.rules(), self.now(), &self.handoff);
        let is_accepted = handoff.status == Status::Accepted;
        if !handoff.status.is_open() && !is_accepted {
            return Ok(());
        }
        let facts = self.facts();
        // An act dated ahead of this run has not happened yet.
        let counts = |act: &&Activity| act.at >= since(handoff) && act.at <= now;
        let acts: Vec<Activity> = acts.iter().filter(counts).cloned().collect();
        let so_far = SoFar { held_before: handoff.held_before, is_accepted };
        let signs = signs(&rules.outcome, &facts, so_far, &acts);
        if signs.held_before != handoff.held_before {
            self.db.set_held_before(handoff.id, signs.held_before)?;
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
            // It may be qualified again before anybody has judged it in between: that is a new crossing.
            self.db.end_qualified(handoff.contact)?;
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

    /// From when on a look may find something else, by time alone, if until then nothing changes and nobody acts.
    fn next_look(&self, timers: &Timers, acts: &[Activity]) -> Result<Timestamp> {
        let (rules, now, handoff, facts) = (self.rules(), self.now(), &self.handoff, self.facts());
        let mut next = sweep(handoff.id, now);
        let mut offer = |moment: Option<Timestamp>| next = moment.map_or(next, |moment| next.min(moment));
        offer(acts.iter().map(|act| act.at).filter(|at| *at > now).min());
        offer(timers.holds_until(rules, &facts));
        if handoff.status.is_open() {
            offer(last_sign(handoff).checked_add_signed(rules.outcome.stale_after));
            if waits(&rules.outcome, &facts, handoff.held_before) {
                offer(Some(last_sign(handoff) + LOOK_AGAIN));
            }
            offer(self.clock()?.and_then(|clock| clock.running().acknowledged_until()));
        }
        Ok(next)
    }
}

/// Half a day to a day, spread evenly: the second net under everything that says when a look is due.
fn sweep(handoff: i64, now: Timestamp) -> Timestamp {
    let spread = handoff.wrapping_mul(7_919).rem_euclid(LOOK_AGAIN.num_seconds() / 2);
    now + LOOK_AGAIN / 2 + TimeDelta::seconds(spread)
}

/// The last sign of life as it is stored: what the rep did, else the assignment.
fn last_sign(handoff: &HandoffRow) -> Timestamp {
    let signs = [handoff.sign, handoff.touched, handoff.assigned];
    signs.into_iter().flatten().max().unwrap_or(handoff.created)
}

/// From when on acts on a handoff count.
fn since(handoff: &HandoffRow) -> Timestamp {
    handoff.accepted.or(handoff.assigned).unwrap_or(handoff.created)
}

/// What had been done, as a number: the same acts have the same, and none have none.
pub(crate) fn acts_hash(acts: &[Activity]) -> i64 {
    if acts.is_empty() {
        return 0;
    }
    let mut lines: Vec<String> = acts
        .iter()
        .map(|act| {
            let Activity { at, contact, by, kind, note, .. } = act;
            let note = note.as_deref().unwrap_or_default();
            [&at.to_rfc3339(), contact, kind.name(), by, note].join("\u{1f}")
        })
        .collect();
    lines.sort_unstable();
    text_hash(&lines.join("\u{1e}"))
}

/// Acts by the contact they name, so that many handoffs find theirs among many acts.
pub(crate) struct ActsOf<'a>(HashMap<String, Vec<&'a Activity>>);

impl<'a> ActsOf<'a> {
    pub(crate) fn new(activity: &'a [Activity]) -> Self {
        let mut by_contact: HashMap<String, Vec<&Activity>> = HashMap::new();
        for act in activity {
            by_contact.entry(fold(act.contact.trim()).into_owned()).or_default().push(act);
        }
        Self(by_contact)
    }

    /// The acts on one contact since the handoff, whether they name its id or, whatever the case, its e-mail.
    pub(crate) fn on(&self, crm_id: &str, email: Option<&str>, since: Timestamp) -> Vec<Activity> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let id = fold(crm_id);
        let of = |name: &str| self.0.get(name).map(Vec::as_slice).unwrap_or_default();
        let by_id = of(&id).iter().filter(|act| act.contact.trim() == crm_id);
        let email = email.map(|email| fold(email.trim())).filter(|email| *email != id);
        let by_email = email.as_deref().map(of).unwrap_or_default();
        by_id.chain(by_email).filter(|act| act.at >= since).map(|act| (*act).clone()).collect()
    }
}
