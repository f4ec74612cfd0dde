//! What becomes of a handoff is recorded, written back to the CRM as `[outcome.write]` says, and told in its thread.

use anyhow::Result;

use super::Context;
use super::effects::{self, FollowUp, follow_up, frozen_sla, mark, outcome_writes};
use super::past::credit;
use crate::handoff::report::Acted;
use crate::model::{Status, Timestamp, Untrusted, Update, Verdict, Write};
use crate::qualify::{Ending, Facts, Sign};
use crate::rules::{OutcomeEvent, Rules};
use crate::sla::PauseReason;
use crate::store::{Closing, Db, HandoffRow, NewEffect};

/// One handoff about which something is recorded and told.
pub(crate) struct Told<'a> {
    pub context: &'a Context<'a>,
    pub db: Db<'a>,
    pub handoff: &'a HandoffRow,
    pub facts: &'a Facts<'a>,
    /// Another handoff of the same task has told it.
    pub is_quiet: bool,
}

impl Told<'_> {
    fn acted(&self, what: &str, detail: String) -> Acted {
        let contact = effects::who(self.context.rules, self.facts).name();
        Acted { handoff: self.handoff.id, contact, what: what.to_owned(), detail: Untrusted::new(detail) }
    }

    pub(crate) fn touched(&self, sign: &Sign) -> Result<Acted> {
        self.db.touch(self.handoff.id, sign.at, sign.by.as_deref(), &sign.how)?;
        self.stop_clock(sign.at)?;
        let detail = told_by(sign);
        // A later touch, after the first expired or of the next owner, is no news to the CRM.
        if self.handoff.touched.is_none() {
            self.write_back(OutcomeEvent::Touched)?;
        }
        if self.handoff.touched.is_none() && !self.is_quiet {
            mark(self.context, self.db, self.handoff, "stouched", format!("touched {detail}"))?;
        }
        Ok(self.acted("touched", detail))
    }

    /// The steps stop: for good, or until the touch expires.
    fn stop_clock(&self, at: Timestamp) -> Result<()> {
        let Self { db, handoff, .. } = self;
        let expires = frozen_sla(handoff)?.is_some_and(|sla| sla.ack_expires.is_some());
        if expires {
            db.begin_pause(handoff.id, handoff.round, PauseReason::Acknowledged.name(), at)
        } else {
            db.cancel_steps(handoff.id)
        }
    }

    /// Somebody ended it, or something came of it after its acceptance.
    pub(crate) fn ended(&self, ending: Ending, sign: &Sign) -> Result<Acted> {
        let rules = &self.context.rules;
        let watch_until = (ending == Ending::Accepted).then(|| sign.at + rules.outcome.watch);
        let acted = self.close(ending.status(), sign, watch_until)?;
        if ending == Ending::Rejected {
            credit(self.context, self.db, self.handoff, sign.reason.as_deref())?;
        }
        if ending.is_given_back() {
            self.db.set_cooldown(self.handoff.contact, sign.at + rules.outcome.cooldown)?;
        }
        self.write_back(ending.event())?;
        Ok(acted)
    }

    /// Nobody ended it for too long.
    pub(crate) fn stale(&self, last_sign: Timestamp) -> Result<Acted> {
        let span = crate::rules::format_duration(self.context.rules.outcome.stale_after);
        let how = format!("nobody ended it; no sign for {span}, since {}", last_sign.format("%Y-%m-%d"));
        let acted = self.close(Status::Stale, &self.observed(how), None)?;
        self.write_back(OutcomeEvent::Stale)?;
        Ok(acted)
    }

    /// The contact is out of the question, whatever the rep did: what was planned and never tried is void.
    pub(crate) fn cancelled(&self, how: &str) -> Result<Acted> {
        self.close(Status::Cancelled, &self.observed(how.to_owned()), None)
    }

    fn observed(&self, how: String) -> Sign {
        Sign { at: self.context.now, by: None, how, reason: None, is_act: false }
    }

    fn close(&self, status: Status, sign: &Sign, watch_until: Option<Timestamp>) -> Result<Acted> {
        let closing = Closing {
            status,
            at: sign.at,
            by: sign.by.as_deref(),
            how: &sign.how,
            reason: sign.reason.as_deref(),
            watch_until,
        };
        self.db.close(self.handoff.id, &closing)?;
        let detail = told_by(sign);
        let word = status.name();
        if self.is_quiet {
            return Ok(self.acted(word, detail));
        }
        mark(self.context, self.db, self.handoff, &format!("s{word}"), format!("{word} {detail}"))?;
        let told = FollowUp {
            suffix: format!("o{word}"),
            mention: None,
            channel: None,
            text: format!("{} {detail}", capitalised(word)),
        };
        follow_up(self.context, self.db, self.handoff, told)?;
        Ok(self.acted(word, detail))
    }

    fn write_back(&self, event: OutcomeEvent) -> Result<()> {
        let set = outcome_writes(self.context.rules, event);
        if set.is_empty() {
            return Ok(());
        }
        let write = Write::Update(Update { contact: self.handoff.crm_id.clone(), owner: None, set });
        let key = format!("{}w{}", self.handoff.key, event.name().replace('_', ""));
        self.db.plan_effect(&NewEffect { handoff: self.handoff.id, key, write: &write }, self.context.now)
    }
}

/// Why a verdict ends a handoff; `None`: it does not.
pub(crate) fn disqualified_by(rules: &Rules, verdict: Verdict) -> Option<String> {
    let Verdict::Disqualified { by } = verdict else {
        return None;
    };
    let name = rules.disqualifiers.get(by).map_or("a rule", |rule| rule.name.as_str());
    Some(format!("the contact is now disqualified: {name}"))
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
