//! Everything about one handoff, loaded once: what the steps of its life read and write.

use anyhow::Result;

use super::Context;
use super::report::Acted;
use super::words::Who;
use crate::model::{Contact, Sla, Timestamp, Untrusted, WorkingTime, Write};
use crate::qualify::{Facts, Sum, facts};
use crate::rules::{Rules, Team};
use crate::sla::{Pause, PauseReason, Running};
use crate::store::{CaseRow, Db, HandoffRow, NewEffect, PauseRow};

/// A handoff and its contact, within a transaction.
pub(crate) struct Case<'a> {
    pub context: &'a Context<'a>,
    pub db: Db<'a>,
    pub handoff: HandoffRow,
    pub contact: Contact,
    score: Sum,
    fit: Sum,
}

impl<'a> Case<'a> {
    pub(crate) fn load(context: &'a Context<'a>, db: Db<'a>, id: i64) -> Result<Self> {
        let CaseRow { handoff, contact } = db.case(id, &context.layouts)?;
        Ok(Self::with(context, db, handoff, contact.contact))
    }

    pub(crate) fn of(context: &'a Context<'a>, db: Db<'a>, handoff: HandoffRow) -> Result<Self> {
        let contact = db.contact(handoff.contact, &context.layouts)?.contact;
        Ok(Self::with(context, db, handoff, contact))
    }

    fn with(context: &'a Context<'a>, db: Db<'a>, handoff: HandoffRow, contact: Contact) -> Self {
        let Facts { score, fit, .. } = facts(context.rules, &contact, context.now);
        Self { context, db, handoff, contact, score, fit }
    }

    /// Reads the handoff again, after another of its group was dealt with.
    pub(crate) fn refresh(&mut self) -> Result<()> {
        self.handoff = self.db.handoff(self.handoff.id)?;
        Ok(())
    }

    pub(crate) fn rules(&self) -> &'a Rules {
        self.context.rules
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.context.now
    }

    /// What conditions look at; the moment of the handoff is its assignment.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            contact: &self.contact,
            score: self.score,
            fit: self.fit,
            now: self.context.now,
            handed_off_at: self.handoff.assigned,
        }
    }

    pub(crate) fn who(&self) -> Who<'_> {
        Who { rules: self.context.rules, contact: &self.contact }
    }

    /// The e-mail of the rep whose handoff it is; empty while nobody has it.
    pub(crate) fn owner(&self) -> &str {
        self.handoff.owner.as_deref().unwrap_or_default()
    }

    /// The team whose handoff it is: that of the route, else the first that the owner is in.
    pub(crate) fn team(&self) -> Option<&'a Team> {
        let rules = self.context.rules;
        let named = |name: &str| rules.teams.iter().find(|team| team.name == name);
        self.handoff.team.as_deref().and_then(named).or_else(|| {
            let owner = rules.reps.iter().position(|rep| Some(&rep.email) == self.handoff.owner.as_ref())?;
            rules.teams.iter().find(|team| team.members.iter().any(|member| member.rep.0 == owner))
        })
    }

    /// The SLA's clock of the present assignment. `None`: there is no SLA, or nobody has the handoff yet.
    pub(crate) fn clock(&self) -> Result<Option<CaseClock>> {
        clock(self.db, &self.handoff)
    }

    /// Plans a write. Its key is the handoff's with `suffix`, so that it is planned once.
    pub(crate) fn plan(&self, suffix: &str, write: &Write) -> Result<()> {
        self.plan_for(self.handoff.id, suffix, write)
    }

    /// As [`Case::plan`], of a write that goes out with the ones of `holder`, another handoff of the same task.
    pub(crate) fn plan_for(&self, holder: i64, suffix: &str, write: &Write) -> Result<()> {
        let key = format!("{}{suffix}", self.handoff.key);
        self.db.plan_effect(&NewEffect { handoff: holder, key, write }, self.context.now)
    }

    /// A line of the run's report.
    pub(crate) fn acted(&self, what: &str, detail: impl Into<String>) -> Acted {
        Acted {
            handoff: self.handoff.id,
            contact: self.who().name(),
            what: what.to_owned(),
            detail: Untrusted::new(detail),
        }
    }
}

/// The SLA's clock of one assignment: what was frozen with it, and when it stood still.
pub(crate) struct CaseClock {
    pub sla: Sla,
    pub hours: WorkingTime,
    pub start: Timestamp,
    pub pauses: Vec<Pause>,
}

impl CaseClock {
    pub(crate) fn running(&self) -> Running<'_> {
        Running { sla: &self.sla, hours: &self.hours, start: self.start, pauses: &self.pauses }
    }
}

/// As [`Case::clock`], without the contact.
pub(crate) fn clock(db: Db<'_>, handoff: &HandoffRow) -> Result<Option<CaseClock>> {
    let Some((sla, hours)) = frozen_sla(handoff)?.zip(db.calendar(handoff.id, handoff.round)?) else {
        return Ok(None);
    };
    let start = handoff.assigned.unwrap_or(handoff.created);
    Ok(Some(CaseClock { sla, hours, start, pauses: pauses(db, handoff)? }))
}

/// The policy that was frozen when the handoff started.
pub(crate) fn frozen_sla(handoff: &HandoffRow) -> Result<Option<Sla>> {
    Ok(handoff.sla.as_deref().map(serde_json::from_str).transpose()?)
}

/// The pauses of the present assignment.
pub(crate) fn pauses(db: Db<'_>, handoff: &HandoffRow) -> Result<Vec<Pause>> {
    let pause =
        |row: PauseRow| Some(Pause { why: PauseReason::parse(&row.why)?, from: row.from, until: row.until });
    Ok(db.pauses(handoff.id, handoff.round)?.into_iter().filter_map(pause).collect())
}
