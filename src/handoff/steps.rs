//! The steps of an SLA: remind, notify, reassign, return. Each is done once, and only while nobody has acted.

use anyhow::Result;
use chrono::TimeDelta;

use super::Context;
use super::case::Case;
use super::effects::{FollowUp, mention};
use super::past::{had_company, loads};
use super::recipients::Recipient;
use super::report::{Acted, RunReport};
use super::silence::{Silence, in_force};
use super::words::{self, Lateness};
use crate::assign::{self, Assignment, Lead, Loads, Routing, SkipReason, Waiting};
use crate::model::{RepId, Status, StepAction, StepTarget, Timestamp};
use crate::mutant;
use crate::rules::Rules;
use crate::sla::{self, PlannedStep};

/// Does what is due; after an outage only the present level, not every one that was missed.
pub(crate) fn do_due_steps(context: &Context<'_>, due: Vec<i64>, report: &mut RunReport) -> Result<()> {
    let silences = in_force(context.store.read(), context.rules, context.now)?;
    report.problems.extend(silences.iter().filter_map(Silence::problem));
    for id in due {
        context.store.write(|db| {
            let case = Case::load(context, db, id)?;
            // Of a person who may have opted out nobody is reminded or told, and nobody new gets it: the step comes late.
            let is_muted = silences.iter().any(|silence| silence.mutes(&case.facts()));
            if is_muted || case.unclear()?.is_some() {
                return Ok(());
            }
            match db.savepoint(|| case.do_due_step())? {
                Some(acted) => report.escalated.extend(acted),
                None => report.set_aside(&case.handoff.crm_id),
            }
            Ok(())
        })?;
    }
    Ok(())
}

impl Case<'_> {
    fn do_due_step(&self) -> Result<Option<Acted>> {
        let (db, now, handoff) = (self.db, self.now(), &self.handoff);
        let planned: Vec<PlannedStep> = db
            .steps(handoff.id)?
            .into_iter()
            .filter(|step| step.round == handoff.round && step.state == "planned")
            .map(|step| PlannedStep { n: step.n, at: step.at, action: step.action })
            .collect();
        let early = mutant::swap("escalated early", TimeDelta::zero(), TimeDelta::minutes(2));
        let Some(due) = sla::due_steps(&planned, 0, now + early) else {
            return Ok(None);
        };
        for skipped in &due.skipped {
            db.finish_step(handoff.id, handoff.round, *skipped, "skipped", now)?;
        }
        db.finish_step(handoff.id, handoff.round, due.step.n, "done", now)?;
        let n = due.step.n;
        let detail = match &due.step.action {
            action if let Some(respected) = self.respect_new_owner(action, n)? => respected,
            StepAction::Remind => self.remind(n)?,
            StepAction::Notify { to } => self.notify(n, to)?,
            StepAction::Reassign => self.reassign(n)?,
            StepAction::Return => self.give_back(n)?,
        };
        let what = due.step.action.name();
        self.show_state(&format!("s{}s{n}", handoff.round), words::escalated(&detail))?;
        db.add_event(handoff.id, now, what, None, Some(&detail))?;
        Ok(Some(self.acted(what, detail)))
    }

    /// A reply of step `n`, the `which`-th from 0.
    pub(super) fn reply(&self, n: u32, which: usize, to: &Recipient, text: String) -> Result<()> {
        let (mention, channel) = match to {
            Recipient::Person(email) => (Some(mention(self.rules(), email)), None),
            Recipient::Channel(channel) => (None, Some(channel.clone())),
            Recipient::Thread => (None, None),
        };
        let more = if which == 0 { String::new() } else { format!("t{which}") };
        let suffix = format!("r{}s{n}{more}", self.handoff.round);
        self.follow_up(FollowUp { suffix, mention, channel, text })
    }

    /// How long nobody has acted.
    pub(super) fn lateness(&self) -> Lateness {
        let owner = self.rules().reps.iter().find(|rep| rep.email == self.owner());
        Lateness {
            name: self.who().name(),
            due: self.handoff.due,
            zone: owner.map_or(chrono_tz::UTC, |rep| rep.hours.timezone),
            now: self.now(),
            has_lapsed: self.handoff.lapsed.is_some(),
        }
    }

    fn remind(&self, n: u32) -> Result<String> {
        let owner = Recipient::Person(self.owner().to_owned());
        self.reply(n, 0, &owner, self.lateness().reminder())?;
        Ok(format!("reminded {}", self.owner()))
    }

    fn notify(&self, n: u32, to: &[StepTarget]) -> Result<String> {
        let text = self.lateness().escalation(self.owner());
        let mut notified = Vec::new();
        for (which, recipient) in self.recipients(to).into_iter().enumerate() {
            self.reply(n, which, &recipient, text.clone())?;
            notified.push(match recipient {
                Recipient::Person(who) | Recipient::Channel(who) => who,
                Recipient::Thread => "the thread, as there is no team or manager".to_owned(),
            });
        }
        Ok(format!("notified {}", notified.join(", ")))
    }

    /// The next rep of the team. When nobody is left, the manager hears of it, and the fallback route takes it where it
    /// leads to somebody else; else the rep keeps it.
    fn reassign(&self, n: u32) -> Result<String> {
        let team = self.handoff.team.as_deref();
        let only_team = team.and_then(|team| self.rules().teams.iter().position(|known| known.name == team));
        let waiting = match self.route_again(only_team, assign::assign)? {
            Routing::Assigned(assignment) => return self.pass_on(&assignment),
            Routing::Waiting(waiting) => waiting,
        };
        self.say_nobody_is_left(n, &waiting)?;
        let fallback = self.rules().routes.len().saturating_sub(1);
        let by_fallback = self.route_again(only_team, |rules, lead, loads, now| {
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
    fn route_again(
        &self,
        only_team: Option<usize>,
        assign: impl Fn(&Rules, &Lead<'_>, &Loads, Timestamp) -> Routing,
    ) -> Result<Routing> {
        let (rules, now) = (self.rules(), self.now());
        let loads = loads(rules, self.db, now)?;
        let mut skipped = self.had_it_before()?;
        if let Some(owner) = rules.reps.iter().position(|rep| rep.email == self.owner()) {
            skipped.push((RepId(owner), SkipReason::LetItLapse));
        }
        let company = had_company(rules, self.db, &self.facts())?;
        let lead = Lead { facts: self.facts(), skipped: &skipped, only_team, company: &company };
        Ok(assign(rules, &lead, &loads, now))
    }

    fn say_nobody_is_left(&self, n: u32, waiting: &Waiting) -> Result<()> {
        self.reply(n, 0, &self.manager(), self.lateness().nobody_is_left(&waiting.why))
    }

    fn keeps_it(&self, waiting: &Waiting) -> String {
        format!("nobody is left to take it; {} keeps it: {}", self.owner(), waiting.why)
    }

    pub(super) fn pass_on(&self, assignment: &Assignment) -> Result<String> {
        self.db.pass_on(self.handoff.id, self.now())?;
        self.db.cancel_steps(self.handoff.id)?;
        let handed_off = self.assign_to(assignment)?;
        Ok(format!("from {} to {}", self.owner(), handed_off.owner_email))
    }

    /// Back to those who may take it. Where there is nobody, now or by time alone, it would lie there unseen: the manager
    /// hears of it, and the rep keeps it.
    fn give_back(&self, n: u32) -> Result<String> {
        if let Routing::Waiting(waiting) = self.route_again(None, assign::assign)?
            && waiting.until.is_none()
        {
            self.say_nobody_is_left(n, &waiting)?;
            return Ok(self.keeps_it(&waiting));
        }
        let (db, now, why) = (self.db, self.now(), format!("{} let it lapse", self.owner()));
        db.take_back(self.handoff.id, "lapsed", &why, now)?;
        for other in db.others_of_group(&self.handoff)?.iter().filter(|other| other.status != Status::Touched)
        {
            db.take_back(other.id, "lapsed", &why, now)?;
        }
        self.reply(n, 0, &Recipient::Thread, self.lateness().back_to_the_pool())?;
        Ok(format!("back to the pool from {}", self.owner()))
    }
}
