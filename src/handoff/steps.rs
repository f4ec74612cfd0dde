//! The steps of an SLA: remind, notify, reassign, return. Each is done once, and only while nobody has acted.

use anyhow::Result;

use super::Context;
use super::assign::{hand_to, passed_before};
use super::effects::{self, FollowUp, follow_up, mark, mention};
use super::past::{had_company, loads};
use super::recipients::{Recipient, recipients, team};
use super::silence::{Silence, in_force};
use crate::assign::{self, Assignment, Lead, Loads, PassReason, Routing, Waiting};
use crate::handoff::brief::local;
use crate::handoff::report::{Acted, RunReport};
use crate::model::{RepId, Status, StepAction, StepTarget, Timestamp, Untrusted};
use crate::mutant;
use crate::qualify::{Facts, facts};
use crate::rules::Rules;
use crate::sla::{self, PlannedStep};
use crate::store::{Db, HandoffRow, Layouts};

/// Longest name in a sentence.
const NAME_CHARS_MAX: usize = 160;

/// Does what is due; after an outage only the present level, not every one that was missed.
pub(crate) fn do_steps(context: &Context<'_>, due: Vec<i64>, report: &mut RunReport) -> Result<()> {
    let layouts = Layouts::new(context.rules.fields.all());
    let silences = in_force(context.store.read(), context.rules, context.now)?;
    report.problems.extend(silences.iter().filter_map(Silence::problem));
    for id in due {
        context.store.write(|db| {
            let handoff = db.handoff(id)?;
            let row = db.contact(handoff.contact, &layouts)?;
            let facts = facts(context.rules, &row.contact, context.now);
            if silences.iter().any(|silence| silence.mutes(&facts)) {
                return Ok(());
            }
            let escalation = Escalation { context, db, handoff: &handoff, facts: &facts };
            match db.apart(|| escalation.do_due_step())? {
                Some(acted) => report.escalated.extend(acted),
                None => report.set_aside(&handoff.crm_id),
            }
            Ok(())
        })?;
    }
    Ok(())
}

pub(crate) struct Escalation<'a> {
    context: &'a Context<'a>,
    pub(crate) db: Db<'a>,
    pub(crate) handoff: &'a HandoffRow,
    pub(crate) facts: &'a Facts<'a>,
}

impl Escalation<'_> {
    fn do_due_step(&self) -> Result<Option<Acted>> {
        let now = self.context.now;
        let planned: Vec<PlannedStep> = self
            .db
            .steps(self.handoff.id)?
            .into_iter()
            .filter(|step| step.round == self.handoff.round && step.state == "planned")
            .map(|step| PlannedStep { n: step.n, at: step.at, action: step.action })
            .collect();
        let Some(due) = sla::due_steps(&planned, 0, early(now)) else {
            return Ok(None);
        };
        for skipped in &due.skipped {
            self.db.finish_step(self.handoff.id, self.handoff.round, *skipped, "skipped", now)?;
        }
        self.db.finish_step(self.handoff.id, self.handoff.round, due.step.n, "done", now)?;
        let detail = match &due.step.action {
            action if let Some(taken) = self.taken(action, due.step.n)? => taken,
            StepAction::Remind => self.remind(due.step.n)?,
            StepAction::Notify { to } => self.notify(due.step.n, to)?,
            StepAction::Reassign => self.reassign(due.step.n)?,
            StepAction::Return => self.give_back(due.step.n)?,
        };
        let what = due.step.action.name();
        let suffix = format!("s{}s{}", self.handoff.round, due.step.n);
        mark(self.context, self.db, self.handoff, &suffix, format!("escalated: {detail}"))?;
        self.db.add_event(self.handoff.id, now, what, None, Some(&detail))?;
        let contact = effects::who(self.context.rules, self.facts).name();
        Ok(Some(Acted {
            handoff: self.handoff.id,
            contact,
            what: what.to_owned(),
            detail: Untrusted::new(detail),
        }))
    }

    /// A reply of step `n`, the `which`-th from 0.
    pub(crate) fn reply(&self, n: u32, which: usize, to: &Recipient, text: &str) -> Result<()> {
        let (mention, channel) = match to {
            Recipient::Person(email) => (Some(mention(self.context.rules, email)), None),
            Recipient::Channel(channel) => (None, Some(channel.clone())),
            Recipient::Thread => (None, None),
        };
        let more = if which == 0 { String::new() } else { format!("t{which}") };
        let suffix = format!("r{}s{n}{more}", self.handoff.round);
        let text = text.to_owned();
        follow_up(self.context, self.db, self.handoff, FollowUp { suffix, mention, channel, text })
    }

    fn owner(&self) -> &str {
        self.handoff.owner.as_deref().unwrap_or_default()
    }

    pub(crate) fn rules(&self) -> &Rules {
        self.context.rules
    }

    /// How long nobody has acted, for people.
    pub(crate) fn lateness(&self) -> String {
        let name = effects::who(self.rules(), self.facts).name().for_terminal(NAME_CHARS_MAX);
        let zone =
            self.rules().reps.iter().find(|rep| rep.email == self.owner()).map(|rep| rep.hours.timezone);
        let due = self.handoff.due.map(|due| {
            let verb = if due <= self.context.now { "was" } else { "is" };
            format!(", {verb} due {}", local(due, zone.unwrap_or(chrono_tz::UTC)))
        });
        let what = if self.handoff.lapsed.is_some() {
            format!("{name} was touched, and neither accepted nor rejected since")
        } else {
            format!("nobody has acted on {name}")
        };
        format!("{what}{}", due.unwrap_or_default())
    }

    fn remind(&self, n: u32) -> Result<String> {
        let owner = Recipient::Person(self.owner().to_owned());
        self.reply(n, 0, &owner, &format!("Reminder: {}", self.lateness()))?;
        Ok(format!("reminded {}", self.owner()))
    }

    fn notify(&self, n: u32, to: &[StepTarget]) -> Result<String> {
        let text = format!("Escalation: {} (owner {})", self.lateness(), self.owner());
        let mut told = Vec::new();
        for (which, recipient) in recipients(self.rules(), self.handoff, to).into_iter().enumerate() {
            self.reply(n, which, &recipient, &text)?;
            told.push(match recipient {
                Recipient::Person(who) | Recipient::Channel(who) => who,
                Recipient::Thread => "the thread, as there is no team or manager".to_owned(),
            });
        }
        Ok(format!("notified {}", told.join(", ")))
    }

    pub(crate) fn manager(&self) -> Recipient {
        let manager = team(self.rules(), self.handoff).and_then(|team| team.manager.clone());
        manager.map_or(Recipient::Thread, Recipient::Person)
    }

    /// The next rep of the team. When nobody is left, the manager hears of it, and the fallback route takes it where it
    /// leads to somebody else; else the rep keeps it.
    fn reassign(&self, n: u32) -> Result<String> {
        let team = self.handoff.team.as_deref();
        let only_team = team.and_then(|team| self.rules().teams.iter().position(|known| known.name == team));
        let waiting = match self.route_anew(only_team, assign::assign)? {
            Routing::Assigned(assignment) => return self.pass_on(&assignment),
            Routing::Waiting(waiting) => waiting,
        };
        self.say_nobody_is_left(n, &waiting)?;
        let fallback = self.rules().routes.len().saturating_sub(1);
        let by_fallback = self.route_anew(only_team, |rules, lead, loads, now| {
            assign::assign_by(rules, fallback, lead, loads, now)
        })?;
        match by_fallback {
            Routing::Assigned(assignment) => Ok(format!(
                "nobody of the team is left: {} by the fallback route",
                self.pass_on(&assignment)?
            )),
            Routing::Waiting(_) => Ok(self.keeps_it(&waiting)),
        }
    }

    /// Where it would go now, past those who let it lapse.
    fn route_anew(
        &self,
        only_team: Option<usize>,
        assign: impl Fn(&Rules, &Lead<'_>, &Loads, Timestamp) -> Routing,
    ) -> Result<Routing> {
        let (rules, now) = (self.rules(), self.context.now);
        let loads = loads(rules, self.context.store, now)?;
        let mut passed = passed_before(rules, &self.db.assignments(self.handoff.id)?);
        if let Some(owner) = rules.reps.iter().position(|rep| rep.email == self.owner()) {
            passed.push((RepId(owner), PassReason::LetItLapse));
        }
        let company = had_company(rules, self.db, self.facts)?;
        let lead = Lead { facts: *self.facts, passed: &passed, only_team, company: &company };
        Ok(assign(rules, &lead, &loads, now))
    }

    fn say_nobody_is_left(&self, n: u32, waiting: &Waiting) -> Result<()> {
        let text = format!("Nobody is left to take it ({}): {}", waiting.why, self.lateness());
        self.reply(n, 0, &self.manager(), &text)
    }

    fn keeps_it(&self, waiting: &Waiting) -> String {
        format!("nobody is left to take it; {} keeps it: {}", self.owner(), waiting.why)
    }

    pub(crate) fn pass_on(&self, assignment: &Assignment) -> Result<String> {
        self.db.pass_on(self.handoff.id, self.context.now)?;
        self.db.cancel_steps(self.handoff.id)?;
        let handed_off = hand_to(self.context, self.db, self.handoff, assignment, self.facts)?;
        Ok(format!("from {} to {}", self.owner(), handed_off.owner_email))
    }

    /// Back to those who may take it. Where there is nobody, now or by time alone, it would lie there unseen: the manager
    /// hears of it, and the rep keeps it.
    fn give_back(&self, n: u32) -> Result<String> {
        if let Routing::Waiting(waiting) = self.route_anew(None, assign::assign)?
            && waiting.until.is_none()
        {
            self.say_nobody_is_left(n, &waiting)?;
            return Ok(self.keeps_it(&waiting));
        }
        let why = format!("{} let it lapse", self.owner());
        self.db.take_back(self.handoff.id, "lapsed", &why, self.context.now)?;
        for other in
            self.db.others_of_group(self.handoff)?.iter().filter(|other| other.status != Status::Touched)
        {
            self.db.take_back(other.id, "lapsed", &why, self.context.now)?;
        }
        self.reply(n, 0, &Recipient::Thread, &format!("Back to the pool: {}", self.lateness()))?;
        Ok(format!("back to the pool from {}", self.owner()))
    }
}

/// The moment up to which steps are due: now.
fn early(now: Timestamp) -> Timestamp {
    if mutant::is("escalated early") { now + chrono::TimeDelta::minutes(2) } else { now }
}
