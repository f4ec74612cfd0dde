//! People of one company who crossed within minutes: one task, one message, one owner, one outcome. Each keeps a handoff of
//! its own; the first that is open leads, and the task, the message and the SLA are its.

use anyhow::Result;

use super::Context;
use super::close::Told;
use super::effects::{self, calendar, outcome_writes};
use super::owner;
use super::past::companies;
use crate::assign::Assignment;
use crate::handoff::report::RunReport;
use crate::model::{Brief, BriefLine, COMPANIONS, Contact, Rep, Status, Timestamp, Untrusted, Update, Write};
use crate::qualify::{Facts, company_key, facts, outcomes_holding};
use crate::rules::OutcomeEvent;
use crate::store::{Collecting, Db, HandoffRow, Layouts, NewAssignment, NewEffect, email_key};

/// Members named in a message; of more, the number is said.
const NAMED_MAX: usize = 20;

/// Longest title that is still one line of a message.
const TITLE_CHARS_MAX: usize = 240;

/// A new handoff waits for others of its company, or joins those who wait.
pub(crate) fn collect(context: &Context<'_>, db: Db<'_>, handoff: i64, contact: i64) -> Result<()> {
    let Some(wait) = context.rules.bursts else { return Ok(()) };
    let layouts = Layouts::only(context.rules.fields.all(), |field| {
        ["company_id", "company.id", "company.domain", "email_domain"].contains(&field.name.as_str())
    });
    let contact = db.contact(contact, &layouts)?.contact;
    let Some(company) = company_key(context.rules, &contact) else { return Ok(()) };
    let company = email_key(&company);
    let into = db.collecting(company, context.now)?;
    let into = into.unwrap_or(Collecting { group: handoff, until: context.now + wait });
    let note = "waits for others of its company, to be one task with them";
    db.join_group(handoff, company, into, note)
}

/// Whether a waiting handoff is not to be routed now: its group collects, or another one leads.
pub(crate) fn is_led_or_collects(handoff: &HandoffRow, waiting: &[HandoffRow], now: Timestamp) -> bool {
    let Some(group) = handoff.group else { return false };
    let leader = waiting.iter().filter(|other| other.group == Some(group)).map(|other| other.id).min();
    handoff.collects_until.is_some_and(|until| until > now)
        || leader.is_some_and(|leader| leader < handoff.id)
}

/// One of a group, beside its leader.
pub(crate) struct Member {
    pub handoff: HandoffRow,
    contact: Contact,
}

/// Those who are handed off together with a handoff.
pub(crate) fn members(context: &Context<'_>, db: Db<'_>, leader: &HandoffRow) -> Result<Vec<Member>> {
    let layouts = Layouts::new(context.rules.fields.all());
    let others = db.others_of_group(leader)?.into_iter().filter(|other| other.status != Status::Touched);
    others
        .map(|handoff| {
            let contact = db.contact(handoff.contact, &layouts)?.contact;
            Ok(Member { handoff, contact })
        })
        .collect()
}

impl Member {
    pub(crate) fn name(&self, context: &Context<'_>) -> Untrusted {
        effects::who(context.rules, &facts(context.rules, &self.contact, context.now)).name()
    }

    /// It goes to the same rep as its leader: its owner and stages are written, and nothing else.
    pub(crate) fn follow(
        &self,
        context: &Context<'_>,
        db: Db<'_>,
        leader: &HandoffRow,
        assignment: &Assignment,
        rep: &Rep,
        due: Option<Timestamp>,
    ) -> Result<()> {
        let (rules, now, handoff) = (context.rules, context.now, &self.handoff);
        if handoff.owner.is_some() {
            db.pass_on(handoff.id, now)?;
        }
        let round = handoff.round + 1;
        let route = rules.routes.get(assignment.route).map_or("", |route| route.name.as_str());
        let team = assignment.team.and_then(|team| rules.teams.get(team)).map(|team| team.name.as_str());
        let facts = facts(rules, &self.contact, now);
        let calendar = calendar(handoff, rep)?;
        db.assign(&NewAssignment {
            handoff: handoff.id,
            round,
            rep: &rep.email,
            found: owner::owner(rules, &self.contact).as_deref(),
            route,
            team,
            why: &format!("together with contact {}, of the same company", leader.crm_id),
            passed_over: &[],
            at: now,
            due,
            calendar: calendar.as_deref(),
            held_before: outcomes_holding(&rules.outcome, &Facts { handed_off_at: Some(now), ..facts }),
            turns: &[],
            companies: &companies(rules, &self.contact),
        })?;
        let write = Write::Update(Update {
            contact: handoff.crm_id.clone(),
            owner: Some(rep.email.clone()),
            set: outcome_writes(rules, OutcomeEvent::HandedOff),
        });
        let key = format!("{}u{round}", handoff.key);
        db.plan_effect(&NewEffect { handoff: handoff.id, key, write: &write }, now)
    }
}

/// Names everybody in what the rep reads.
pub(crate) fn name_all(brief: &mut Brief, names: &[Untrusted]) {
    if names.is_empty() {
        return;
    }
    let [together_with, and] = COMPANIONS;
    let title = brief.title.for_terminal(TITLE_CHARS_MAX);
    brief.title = Untrusted::new(format!("{title} and {} more", names.len()));
    let mut lines: Vec<BriefLine> = names
        .iter()
        .take(NAMED_MAX)
        .map(|name| BriefLine { label: together_with.to_owned(), text: name.clone() })
        .collect();
    if names.len() > NAMED_MAX {
        let text = Untrusted::new(format!("{} more", names.len() - NAMED_MAX));
        lines.push(BriefLine { label: and.to_owned(), text });
    }
    brief.lines.splice(0..0, lines);
}

/// What a rep did on one of a group was done on all.
pub(crate) fn for_each_other(
    context: &Context<'_>,
    db: Db<'_>,
    handoff: &HandoffRow,
    report: &mut RunReport,
    tell: impl Fn(&Told<'_>) -> Result<crate::handoff::report::Acted>,
) -> Result<()> {
    let layouts = Layouts::new(context.rules.fields.all());
    for other in db.others_of_group(handoff)?.into_iter().filter(|other| other.assigned.is_some()) {
        let contact = db.contact(other.contact, &layouts)?.contact;
        let facts = Facts { handed_off_at: other.assigned, ..facts(context.rules, &contact, context.now) };
        let told = Told { context, db, handoff: &other, facts: &facts, is_quiet: true };
        report.outcomes.push(tell(&told)?);
    }
    Ok(())
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
