//! Sees what reps did, ends what is ended, and does what the SLAs say about the rest.

mod clock;
mod recipients;
mod steps;

use anyhow::Result;

use super::plan::{self, FollowUp, follow_up, mark, outcome_writes};
use super::session::Session;
use crate::chat::{Posted, When};
use crate::crm::Watched;
use crate::model::{Activity, ContactId, Status, Timestamp, Update, Write, one_line};
use crate::output::run_report::{Acted, RunReport};
use crate::qualify::{Ending, Facts, Sign, facts, signs};
use crate::rules::{OutcomeEvent, Rules};
use crate::store::{Closing, Db, HandoffRow, Layouts, NewEffect, OpenHandoff};
use steps::do_steps;

/// Reads activity, records outcomes, does due steps, and delivers.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    let open = session.store.read().open_handoffs()?;
    if !open.is_empty() {
        let activity = activity(session, &open, report)?;
        record_outcomes(session, &open, &activity, report)?;
        clock::look(session, &open, report)?;
        do_steps(session, report)?;
    }
    let delivered = session.deliver()?;
    report.delivered.add(delivered);
    Ok(())
}

/// What reps did, from the CRM and the chat. An escalation without a look at it could blame somebody who acted, so a
/// source that cannot be read ends the stage.
fn activity(session: &mut Session, open: &[OpenHandoff], report: &mut RunReport) -> Result<Vec<Activity>> {
    let layouts = Layouts::new(session.rules.fields.all());
    let mut watched = Vec::with_capacity(open.len());
    let mut posted = Vec::new();
    for handoff in open {
        let contact = session.store.read().contact(handoff.row.contact, &layouts)?.contact;
        let facts = facts(&session.rules, &contact, session.now);
        watched.push(Watched {
            contact: ContactId::parse(&handoff.row.crm_id).map_err(anyhow::Error::msg)?,
            email: plan::who(&session.rules, &facts).email(),
            owner: handoff.row.owner.clone().unwrap_or_default(),
            since: handoff.row.assigned.unwrap_or(handoff.row.created),
            task: handoff.task.clone(),
        });
        posted.extend(handoff.message.clone().map(|remote_id| Posted {
            contact: handoff.row.crm_id.clone(),
            counts: who_counts(&session.rules, &handoff.row),
            since: handoff.row.assigned.unwrap_or(handoff.row.created),
            remote_id,
        }));
    }
    let seen = session.crm.activity(&watched)?;
    for bad in &seen.bad {
        report.notes.push(format!("{}: {}", one_line(&bad.place, 120), one_line(&bad.reason, 200)));
    }
    let mut acts = seen.acts;
    if let Some(chat) = session.chat.as_deref_mut() {
        let when = When { now: session.now, deadline: session.deadline };
        acts.extend(chat.activity(&posted, when)?);
    }
    Ok(acts)
}

/// Those whose word on a handoff counts: its owner, the owner's team and its manager.
fn who_counts(rules: &Rules, handoff: &HandoffRow) -> Vec<String> {
    let mut emails: Vec<String> = handoff.owner.iter().cloned().collect();
    let team = handoff.team.as_deref().and_then(|name| rules.teams.iter().find(|team| team.name == name));
    if let Some(team) = team {
        let members = team.members.iter().filter_map(|member| rules.reps.get(member.rep.0));
        emails.extend(members.map(|rep| rep.email.clone()));
        emails.extend(team.manager.clone());
    }
    emails.sort_unstable();
    emails.dedup();
    emails
}

/// Touches, acceptances and rejections; each is written back as `[outcome.write]` says and told in the thread.
fn record_outcomes(
    session: &Session,
    open: &[OpenHandoff],
    activity: &[Activity],
    report: &mut RunReport,
) -> Result<()> {
    let layouts = Layouts::new(session.rules.fields.all());
    session.store.write(|db| {
        for handoff in open {
            let row = db.contact(handoff.row.contact, &layouts)?;
            let facts = Facts {
                handed_off_at: handoff.row.assigned,
                ..facts(&session.rules, &row.contact, session.now)
            };
            let email = plan::who(&session.rules, &facts).email();
            let acts = of_contact(activity, &handoff.row, email.as_deref(), session.now);
            let signs = signs(&session.rules.outcome, &facts, handoff.row.held_before, &acts);
            if signs.held_before != handoff.row.held_before {
                db.set_held_before(handoff.row.id, signs.held_before)?;
            }
            let told = Told { session, db, handoff: &handoff.row, facts: &facts };
            if let Some((ending, sign)) = signs.ended {
                told.ended(ending, &sign, report)?;
            } else if let Some(sign) = clock::touch(session, &handoff.row, &facts, &acts, signs.touched) {
                told.touched(&sign, report)?;
            }
        }
        Ok(())
    })
}

fn of_contact(
    activity: &[Activity],
    handoff: &HandoffRow,
    email: Option<&str>,
    now: Timestamp,
) -> Vec<Activity> {
    let since = handoff.assigned.unwrap_or(handoff.created);
    activity
        .iter()
        .filter(|act| {
            let is_its = act.contact.trim() == handoff.crm_id
                || email.is_some_and(|email| act.contact.trim().eq_ignore_ascii_case(email.trim()));
            // An act dated ahead of this run has not happened yet.
            is_its && act.at >= since && act.at <= now
        })
        .cloned()
        .collect()
}

/// One handoff about which something is recorded and told.
struct Told<'a> {
    session: &'a Session,
    db: Db<'a>,
    handoff: &'a HandoffRow,
    facts: &'a Facts<'a>,
}

impl Told<'_> {
    fn acted(&self, what: &str, detail: String) -> Acted {
        let contact = plan::who(&self.session.rules, self.facts).name();
        Acted { handoff: self.handoff.id, contact, what: what.to_owned(), detail }
    }

    fn touched(&self, sign: &Sign, report: &mut RunReport) -> Result<()> {
        self.db.touch(self.handoff.id, sign.at, sign.by.as_deref(), &sign.how)?;
        clock::stop(self.db, self.handoff, sign.at)?;
        let detail = told_by(sign);
        if self.handoff.touched.is_none() {
            self.write_back(OutcomeEvent::Touched)?;
            mark(self.session, self.db, self.handoff, "stouched", format!("touched {detail}"))?;
        }
        report.outcomes.push(self.acted("touched", detail));
        Ok(())
    }

    fn ended(&self, ending: Ending, sign: &Sign, report: &mut RunReport) -> Result<()> {
        let (status, event) = match ending {
            Ending::Accepted => (Status::Accepted, OutcomeEvent::Accepted),
            Ending::Rejected => (Status::Rejected, OutcomeEvent::Rejected),
        };
        let closing = Closing {
            status,
            at: sign.at,
            by: sign.by.as_deref(),
            how: &sign.how,
            reason: sign.reason.as_deref(),
        };
        self.db.close(self.handoff.id, &closing)?;
        if ending == Ending::Rejected {
            self.db.set_cooldown(self.handoff.contact, sign.at + self.session.rules.outcome.cooldown)?;
        }
        self.write_back(event)?;
        let detail = told_by(sign);
        mark(
            self.session,
            self.db,
            self.handoff,
            &format!("s{}", status.name()),
            format!("{} {detail}", status.name()),
        )?;
        let text = format!("{} {detail}", capitalised(status.name()));
        let suffix = format!("o{}", status.name());
        follow_up(
            self.session,
            self.db,
            self.handoff,
            FollowUp { suffix, mention: None, channel: None, text },
        )?;
        report.outcomes.push(self.acted(status.name(), detail));
        Ok(())
    }

    fn write_back(&self, event: OutcomeEvent) -> Result<()> {
        let set = outcome_writes(&self.session.rules, event);
        if set.is_empty() {
            return Ok(());
        }
        let write = Write::Update(Update { contact: self.handoff.crm_id.clone(), owner: None, set });
        let key = format!("{}w{}", self.handoff.key, event.name().replace('_', ""));
        self.db.plan_effect(&NewEffect { handoff: self.handoff.id, key, write: &write }, self.session.now)
    }
}

/// `by ana@acme.example: no budget (rejected in activity.csv:3)`.
fn told_by(sign: &Sign) -> String {
    let by = sign.by.as_deref().map(|by| format!("by {by} ")).unwrap_or_default();
    let reason = sign.reason.as_deref().map(|reason| format!("because '{reason}' ")).unwrap_or_default();
    format!("{by}{reason}({})", sign.how)
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
