//! Sees what reps did, ends what is ended, and does what the SLAs say about the rest.

use anyhow::Result;

use super::plan::{self, mention, outcome_writes, reply};
use super::report::{Acted, RunReport};
use super::route::{hand_to, loads, passed_before};
use super::session::Session;
use crate::assign::{self, Lead, PassReason, Routing};
use crate::brief::local;
use crate::chat::Posted;
use crate::crm::Watched;
use crate::model::{
    Activity, ContactId, RepId, Status, StepAction, StepTarget, Timestamp, Update, Write, one_line,
};
use crate::qualify::{Ending, Facts, Sign, facts, signs};
use crate::rules::{OutcomeEvent, Rules};
use crate::sla::{self, PlannedStep};
use crate::store::{Closing, Db, HandoffRow, Layouts, NewEffect, OpenHandoff};

/// Reads activity, records outcomes, does due steps, and delivers.
pub(super) fn stage(session: &mut Session, report: &mut RunReport) -> Result<()> {
    let open = session.store.read().open_handoffs()?;
    if !open.is_empty() {
        let activity = activity(session, &open, report)?;
        record_outcomes(session, &open, &activity, report)?;
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
        posted.extend(
            handoff
                .message
                .clone()
                .map(|remote_id| Posted { contact: handoff.row.crm_id.clone(), remote_id }),
        );
    }
    let seen = session.crm.activity(&watched)?;
    for bad in &seen.bad {
        report.notes.push(format!("{}: {}", one_line(&bad.place, 120), one_line(&bad.reason, 200)));
    }
    let mut acts = seen.acts;
    if let Some(chat) = session.chat.as_deref_mut() {
        acts.extend(chat.activity(&posted)?);
    }
    Ok(acts)
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
            let acts = of_contact(activity, &handoff.row, email.as_deref());
            let signs = signs(&session.rules.outcome, &facts, handoff.row.held_before, &acts);
            if signs.held_before != handoff.row.held_before {
                db.set_held_before(handoff.row.id, signs.held_before)?;
            }
            let told = Told { session, db, handoff: &handoff.row, facts: &facts };
            if let Some((ending, sign)) = signs.ended {
                told.ended(ending, &sign, report)?;
            } else if let (Some(sign), None) = (signs.touched, handoff.row.touched) {
                told.touched(&sign, report)?;
            }
        }
        Ok(())
    })
}

fn of_contact(activity: &[Activity], handoff: &HandoffRow, email: Option<&str>) -> Vec<Activity> {
    let since = handoff.assigned.unwrap_or(handoff.created);
    activity
        .iter()
        .filter(|act| {
            let is_its = act.contact.trim() == handoff.crm_id
                || email.is_some_and(|email| act.contact.trim().eq_ignore_ascii_case(email.trim()));
            is_its && act.at >= since
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
        self.write_back(OutcomeEvent::Touched)?;
        report.outcomes.push(self.acted("touched", told_by(sign)));
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
        let text = format!("{} {detail}", capitalised(status.name()));
        reply(self.session, self.db, self.handoff, &format!("o{}", status.name()), None, None, text)?;
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

/// Does what is due; after an outage only the present level, not every one that was missed.
fn do_steps(session: &Session, report: &mut RunReport) -> Result<()> {
    let due = session.store.read().handoffs_with_due_steps(session.now)?;
    let layouts = Layouts::new(session.rules.fields.all());
    for id in due {
        session.store.write(|db| {
            let handoff = db.handoff(id)?;
            let row = db.contact(handoff.contact, &layouts)?;
            let facts = facts(&session.rules, &row.contact, session.now);
            let escalation = Escalation { session, db, handoff: &handoff, facts: &facts };
            if let Some(acted) = escalation.do_due_step()? {
                report.escalated.push(acted);
            }
            Ok(())
        })?;
    }
    Ok(())
}

struct Escalation<'a> {
    session: &'a Session,
    db: Db<'a>,
    handoff: &'a HandoffRow,
    facts: &'a Facts<'a>,
}

impl Escalation<'_> {
    fn do_due_step(&self) -> Result<Option<Acted>> {
        let now = self.session.now;
        let planned: Vec<PlannedStep> = self
            .db
            .steps(self.handoff.id)?
            .into_iter()
            .filter(|step| step.round == self.handoff.round && step.state == "planned")
            .map(|step| PlannedStep { n: step.n, at: step.at, action: step.action })
            .collect();
        let Some(due) = sla::due_steps(&planned, 0, now) else { return Ok(None) };
        for skipped in &due.skipped {
            self.db.finish_step(self.handoff.id, self.handoff.round, *skipped, "skipped", now)?;
        }
        self.db.finish_step(self.handoff.id, self.handoff.round, due.step.n, "done", now)?;
        let detail = match &due.step.action {
            StepAction::Remind => self.remind(due.step.n)?,
            StepAction::Notify { to } => self.notify(due.step.n, to)?,
            StepAction::Reassign => self.reassign(due.step.n)?,
            StepAction::Return => self.give_back(due.step.n)?,
        };
        let what = due.step.action.name();
        self.db.add_event(self.handoff.id, now, what, None, Some(&detail))?;
        let contact = plan::who(&self.session.rules, self.facts).name();
        Ok(Some(Acted { handoff: self.handoff.id, contact, what: what.to_owned(), detail }))
    }

    fn reply(&self, n: u32, to: Option<&str>, channel: Option<String>, text: String) -> Result<()> {
        let mention = to.map(|email| mention(&self.session.rules, email));
        let suffix = format!("r{}s{n}", self.handoff.round);
        reply(self.session, self.db, self.handoff, &suffix, mention, channel, text)
    }

    fn owner(&self) -> &str {
        self.handoff.owner.as_deref().unwrap_or_default()
    }

    fn rules(&self) -> &Rules {
        &self.session.rules
    }

    /// How long nobody has acted, for people.
    fn lateness(&self) -> String {
        let name = plan::who(self.rules(), self.facts).name();
        let zone = self.rules().reps.iter().find(|rep| rep.email == self.owner()).map(|rep| rep.hours.timezone);
        let due = self.handoff.due.map(|due| {
            let verb = if due <= self.session.now { "was" } else { "is" };
            format!(", {verb} due {}", local(due, zone.unwrap_or(chrono_tz::UTC)))
        });
        format!("nobody has acted on {name}{}", due.unwrap_or_default())
    }

    fn remind(&self, n: u32) -> Result<String> {
        self.reply(n, Some(self.owner()), None, format!("Reminder: {}", self.lateness()))?;
        Ok(format!("reminded {}", self.owner()))
    }

    fn notify(&self, n: u32, to: &StepTarget) -> Result<String> {
        let text = format!("Escalation: {} (owner {})", self.lateness(), self.owner());
        match to {
            StepTarget::Manager => match self.manager() {
                Some(manager) => {
                    self.reply(n, Some(&manager), None, text)?;
                    Ok(format!("notified {manager}"))
                }
                None => {
                    self.reply(n, None, None, text)?;
                    Ok("the route has no team, so no manager; told the thread".to_owned())
                }
            },
            StepTarget::Rep(email) => {
                self.reply(n, Some(email), None, text)?;
                Ok(format!("notified {email}"))
            }
            StepTarget::Channel(channel) => {
                self.reply(n, None, Some(channel.clone()), text)?;
                Ok(format!("notified {channel}"))
            }
        }
    }

    fn manager(&self) -> Option<String> {
        let team = self.handoff.team.as_deref()?;
        self.rules().teams.iter().find(|known| known.name == team)?.manager.clone()
    }

    /// The next rep of the team; when nobody is left, the manager hears of it and the rep keeps it.
    fn reassign(&self, n: u32) -> Result<String> {
        let rules = self.rules();
        let loads = loads(rules, &self.session.store, self.session.now)?;
        let mut passed = passed_before(rules, &self.db.assignments(self.handoff.id)?);
        if let Some(owner) = rules.reps.iter().position(|rep| rep.email == self.owner()) {
            passed.push((RepId(owner), PassReason::LetItLapse));
        }
        let team = self.handoff.team.as_deref();
        let only_team = team.and_then(|team| rules.teams.iter().position(|known| known.name == team));
        let lead = Lead { facts: *self.facts, passed: &passed, only_team };
        match assign::assign(rules, &lead, &loads, self.session.now) {
            Routing::Assigned(assignment) => {
                self.end_lapsed(self.session.now)?;
                let handed_off = hand_to(self.session, self.db, self.handoff, &assignment, self.facts)?;
                Ok(format!("from {} to {}", self.owner(), handed_off.owner_email))
            }
            Routing::Waiting(waiting) => {
                let manager = self.manager();
                let text = format!("Nobody is left to take it ({}): {}", waiting.why, self.lateness());
                self.reply(n, manager.as_deref(), None, text)?;
                Ok(format!("nobody is left to take it; {} keeps it: {}", self.owner(), waiting.why))
            }
        }
    }

    fn end_lapsed(&self, at: Timestamp) -> Result<()> {
        self.db.end_assignment(self.handoff.id, "lapsed", at)?;
        self.db.cancel_steps(self.handoff.id)
    }

    fn give_back(&self, n: u32) -> Result<String> {
        let why = format!("{} let it lapse", self.owner());
        self.db.take_back(self.handoff.id, "lapsed", &why, self.session.now)?;
        self.reply(n, None, None, format!("Back to the pool: {}", self.lateness()))?;
        Ok(format!("back to the pool from {}", self.owner()))
    }
}
