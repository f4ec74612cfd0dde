//! People of one company who crossed within minutes: one task, one message, one owner, one outcome. Each keeps a handoff of
//! its own; the first that is open leads, and the task, the message and the SLA are its.

use std::collections::HashMap;

use anyhow::Result;

use super::Context;
use super::assign::Terms;
use super::case::Case;
use super::close::unclear_by;
use super::past::companies;
use super::report::{Acted, RunReport};
use crate::assign::Assignment;
use crate::model::{Rep, Status, Timestamp};
use crate::qualify::company_fields;
use crate::store::{Collecting, Db, HandoffRow, Layouts};

/// A new handoff waits for others of its company, or joins those who wait.
pub(super) fn collect(context: &Context<'_>, db: Db<'_>, handoff: i64, contact: i64) -> Result<()> {
    let Some(wait) = context.rules.bursts else { return Ok(()) };
    let names: Vec<&str> = company_fields(context.rules)
        .filter_map(|field| context.rules.fields.get(field))
        .map(|field| field.name.as_str())
        .collect();
    let layouts = Layouts::only(context.rules.fields.all(), |field| names.contains(&field.name.as_str()));
    let contact = db.contact(contact, &layouts)?.contact;
    let companies = companies(context.rules, &contact);
    if companies.is_empty() {
        return Ok(());
    }
    let into = db.collecting(&companies, context.now)?;
    let into = into.unwrap_or(Collecting { group: handoff, until: context.now + wait });
    let note = "waits for others of its company, to be one task with them";
    db.join_group(handoff, &companies, into, note)
}

/// Those of the waiting that are to be routed now: not one whose group collects, nor one that another leads.
pub(crate) fn to_route(waiting: Vec<HandoffRow>, now: Timestamp) -> Vec<HandoffRow> {
    let mut leaders: HashMap<i64, i64> = HashMap::new();
    for (group, id) in waiting.iter().filter_map(|handoff| Some((handoff.group?, handoff.id))) {
        leaders.entry(group).and_modify(|leader| *leader = id.min(*leader)).or_insert(id);
    }
    let leads = |handoff: &HandoffRow| {
        handoff.group.is_none_or(|group| {
            handoff.collects_until.is_none_or(|until| until <= now)
                && leaders.get(&group) == Some(&handoff.id)
        })
    };
    waiting.into_iter().filter(leads).collect()
}

impl<'a> Case<'a> {
    fn others(&self, wanted: impl Fn(&HandoffRow) -> bool) -> Result<Vec<Case<'a>>> {
        let others = self.db.others_of_group(&self.handoff)?.into_iter().filter(wanted);
        others.map(|other| Case::of(self.context, self.db, other)).collect()
    }

    /// Those who are handed off together with it.
    pub(super) fn members(&self) -> Result<Vec<Case<'a>>> {
        self.others(|other| other.status != Status::Touched)
    }

    /// Why nothing more is sent of it, or passed on, for now. A group shares a task and a message, so one who may have opted out is
    /// enough.
    pub(crate) fn unclear(&self) -> Result<Option<String>> {
        let others = self.others(|other| other.assigned.is_some())?;
        let mut all = std::iter::once(self).chain(&others);
        Ok(all.find_map(|case| unclear_by(case.rules(), &case.contact, case.now())))
    }

    /// It goes to the same rep as its leader: its owner and stages are written, and nothing else.
    pub(super) fn follow(
        &self,
        leader: &Case<'_>,
        assignment: &Assignment,
        rep: &Rep,
        due: Option<Timestamp>,
    ) -> Result<()> {
        if self.handoff.owner.is_some() {
            self.db.pass_on(self.handoff.id, self.now())?;
        }
        let round = self.handoff.round + 1;
        let why = format!("together with contact {}, of the same company", leader.handoff.crm_id);
        let terms = Terms { round, why: &why, due, skipped: &[], turns: &[] };
        self.write_assignment(assignment, rep, &terms)?;
        self.plan_owner(rep, round)
    }

    /// What a rep did on one of a group was done on all.
    pub(super) fn for_each_other(
        &self,
        report: &mut RunReport,
        record: impl Fn(&Case<'_>) -> Result<Acted>,
    ) -> Result<()> {
        for other in self.others(|other| other.assigned.is_some())? {
            report.outcomes.push(record(&other)?);
        }
        Ok(())
    }
}

/// One of a group is out before anything was sent: the others are handed off again, without it.
pub(crate) fn regroup(db: Db<'_>, left: &HandoffRow, not_begun: &[i64], now: Timestamp) -> Result<()> {
    let why = "somebody of the same company is out since it was planned";
    let others = db.others_of_group(left)?;
    db.leave_group(left.id)?;
    for other in others.iter().filter(|other| other.owner.is_some() && other.status != Status::Touched) {
        if not_begun.contains(&other.id) {
            db.undo_assignment(other, why, now)?;
        } else {
            db.give_turn_back(other, why, now)?;
            db.reroute(other.id, why)?;
        }
    }
    Ok(())
}
