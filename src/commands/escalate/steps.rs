//! The steps of an SLA: remind, notify, reassign, return. Each is done once, and only while nobody has acted.

use anyhow::Result;

use crate::assign::{self, Lead, PassReason, Routing};
use crate::brief::local;
use crate::commands::plan::{self, FollowUp, follow_up, mark, mention};
use crate::commands::rotation::{had_company, loads};
use crate::commands::route::{hand_to, passed_before};
use crate::commands::session::Session;
use crate::model::{RepId, StepAction, StepTarget, Timestamp};
use crate::output::run_report::{Acted, RunReport};
use crate::qualify::{Facts, facts};
use crate::rules::Rules;
use crate::sla::{self, PlannedStep};
use crate::store::{Db, HandoffRow, Layouts};

/// Does what is due; after an outage only the present level, not every one that was missed.
pub(super) fn do_steps(session: &Session, report: &mut RunReport) -> Result<()> {
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
        let Some(due) = sla::due_steps(&planned, 0, now) else {
            return Ok(None);
        };
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
        let suffix = format!("s{}s{}", self.handoff.round, due.step.n);
        mark(self.session, self.db, self.handoff, &suffix, format!("escalated: {detail}"))?;
        self.db.add_event(self.handoff.id, now, what, None, Some(&detail))?;
        let contact = plan::who(&self.session.rules, self.facts).name();
        Ok(Some(Acted { handoff: self.handoff.id, contact, what: what.to_owned(), detail }))
    }

    fn reply(&self, n: u32, to: Option<&str>, channel: Option<String>, text: String) -> Result<()> {
        let mention = to.map(|email| mention(&self.session.rules, email));
        let suffix = format!("r{}s{n}", self.handoff.round);
        follow_up(self.session, self.db, self.handoff, FollowUp { suffix, mention, channel, text })
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
        let zone =
            self.rules().reps.iter().find(|rep| rep.email == self.owner()).map(|rep| rep.hours.timezone);
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
            StepTarget::Manager => {
                let manager = self.manager();
                self.reply(n, manager.as_deref(), None, text)?;
                let told = "the route has no team, so no manager; told the thread";
                Ok(manager.map_or_else(|| told.to_owned(), |manager| format!("notified {manager}")))
            }
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
        let company = had_company(rules, self.db, self.facts)?;
        let lead = Lead { facts: *self.facts, passed: &passed, only_team, company: &company };
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
        for other in self.db.others_of_group(self.handoff)?.iter().filter(|other| other.touched.is_none()) {
            self.db.take_back(other.id, "lapsed", &why, self.session.now)?;
        }
        self.reply(n, None, None, format!("Back to the pool: {}", self.lateness()))?;
        Ok(format!("back to the pool from {}", self.owner()))
    }
}
