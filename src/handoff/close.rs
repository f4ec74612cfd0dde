//! What becomes of a handoff is recorded, written back to the CRM as `[outcome.write]` says, and told in its thread.

use anyhow::Result;

use super::case::{Case, frozen_sla};
use super::effects::FollowUp;
use super::report::Acted;
use super::words;
use crate::model::{Contact, Status, Timestamp, Verdict};
use crate::qualify::{Ending, Sign, evaluate, facts, unread};
use crate::rules::{OutcomeEvent, Rules};
use crate::sla::PauseReason;
use crate::store::Closing;

/// Whether what is recorded of a handoff is told as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    Aloud,
    /// Another handoff of the same task tells it.
    Silently,
}

impl Case<'_> {
    pub(super) fn touched(&self, sign: &Sign, telling: Telling) -> Result<Acted> {
        self.db.touch(self.handoff.id, sign.at, sign.by.as_deref(), &sign.how)?;
        self.stop_clock(sign.at)?;
        let detail = words::done_by(sign);
        // A later touch, after the first expired or of the next owner, is no news to the CRM.
        if self.handoff.touched.is_none() {
            self.write_back(OutcomeEvent::Touched)?;
            if telling == Telling::Aloud {
                self.show_state("stouched", words::state("touched", &detail))?;
            }
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
    pub(super) fn ended(&self, ending: Ending, sign: &Sign, telling: Telling) -> Result<Acted> {
        let outcome = &self.rules().outcome;
        let watch_until = (ending == Ending::Accepted).then(|| sign.at + outcome.watch);
        let acted = self.close(ending.status(), sign, watch_until, telling)?;
        if ending == Ending::Rejected {
            self.credit(sign.reason.as_deref())?;
        }
        if ending.is_given_back() {
            self.db.set_cooldown(self.handoff.contact, sign.at + outcome.cooldown)?;
        }
        self.write_back(ending.event())?;
        Ok(acted)
    }

    /// Nobody ended it for too long.
    pub(super) fn stale(&self, last_sign: Timestamp, telling: Telling) -> Result<Acted> {
        let how = words::no_sign(self.rules().outcome.stale_after, last_sign);
        let acted = self.close(Status::Stale, &self.observed(how), None, telling)?;
        self.write_back(OutcomeEvent::Stale)?;
        Ok(acted)
    }

    /// The contact is out of the question, whatever the rep did: what was planned and never tried is void.
    pub(crate) fn cancelled(&self, how: &str) -> Result<Acted> {
        self.close(Status::Cancelled, &self.observed(how.to_owned()), None, Telling::Aloud)
    }

    fn observed(&self, how: String) -> Sign {
        Sign { at: self.now(), by: None, how, reason: None, is_act: false }
    }

    fn close(
        &self,
        status: Status,
        sign: &Sign,
        watch_until: Option<Timestamp>,
        telling: Telling,
    ) -> Result<Acted> {
        let closing = Closing {
            status,
            at: sign.at,
            by: sign.by.as_deref(),
            how: &sign.how,
            reason: sign.reason.as_deref(),
            watch_until,
        };
        self.db.close(self.handoff.id, &closing)?;
        let (word, detail) = (status.name(), words::done_by(sign));
        if telling == Telling::Aloud {
            self.show_state(&format!("s{word}"), words::state(word, &detail))?;
            let text = words::outcome(word, &detail);
            let suffix = format!("o{word}");
            self.follow_up(FollowUp { suffix, mention: None, channel: None, text })?;
        }
        Ok(self.acted(word, detail))
    }
}

/// Why nothing more is sent for a contact now; `None`: it may be.
pub(crate) fn unclear_by(rules: &Rules, contact: &Contact, now: Timestamp) -> Option<String> {
    let Verdict::Unclear { by } = evaluate(rules, contact, now).verdict else {
        return None;
    };
    let rule = rules.disqualifiers.get(by)?;
    let facts = facts(rules, contact, now);
    let unread = unread(rules, &rule.when, &facts).into_iter();
    let unread: Vec<String> =
        unread.take(UNREAD_MAX).map(|(field, value)| format!("{}: {}", field.name, value.shown())).collect();
    Some(format!("unclear whether '{}' disqualifies it: {}", rule.name, unread.join(", ")))
}

/// Values named in one sentence.
const UNREAD_MAX: usize = 3;

/// Why a verdict ends a handoff; `None`: it does not.
pub(crate) fn disqualified_by(rules: &Rules, verdict: Verdict) -> Option<String> {
    let Verdict::Disqualified { by } = verdict else {
        return None;
    };
    let name = rules.disqualifiers.get(by).map_or("a rule", |rule| rule.name.as_str());
    Some(format!("the contact is now disqualified: {name}"))
}
