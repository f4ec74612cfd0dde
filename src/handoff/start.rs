//! A contact that crossed becomes a handoff, unless another record of the same lead is one already.

use anyhow::{Context as _, Result};

use super::Context;
use super::burst;
use super::case::Case;
use super::close::disqualified_by;
use super::duplicates::{Duplicates, LeadIdentity};
use super::report::Acted;
use super::words::held;
use crate::model::{Status, Timestamp, Verdict, handoff_key};
use crate::mutant;
use crate::qualify::{Evaluation, Facts, PartKind, Trace, facts, has_converted, outcomes_holding, trace};
use crate::store::{Db, DueContact, NewHandoff};

/// A contact that crossed.
pub(crate) struct Crossed<'a> {
    pub context: &'a Context<'a>,
    pub db: Db<'a>,
    pub due: &'a DueContact,
    pub evaluation: Evaluation,
    /// `[limits]` allows no more handoffs in this run.
    pub is_beyond_limit: bool,
}

/// What came of it.
pub(crate) enum Started {
    Waiting,
    /// Beyond the limit, until somebody releases it.
    Held,
    /// It is the lead of another record.
    Linked,
    /// Sales gave the lead back not long ago, under another record.
    Cooling {
        until: Timestamp,
    },
}

impl Crossed<'_> {
    pub(crate) fn start_or_link(&self, tier: usize, duplicates: Option<&Duplicates<'_>>) -> Result<Started> {
        let (db, id, now) = (self.db, self.due.row.id, self.context.now);
        let key = duplicates.map(|duplicates| duplicates.key(db, id)).transpose()?.flatten();
        let identity = duplicates.map(|duplicates| duplicates.identity(db, id, key)).transpose()?;
        match identity.unwrap_or(LeadIdentity::Own) {
            LeadIdentity::Own => {
                db.unlink(id)?;
                self.start(tier, key)
            }
            LeadIdentity::Cooling { until } => Ok(Started::Cooling { until }),
            LeadIdentity::Linked { of, handoff } => {
                if db.link(id, of, key.unwrap_or_default(), now)? {
                    let crm_id = &self.due.row.contact.id;
                    let how = format!("contact {crm_id} has the same e-mail: linked, not handed off");
                    db.add_event(handoff, now, "duplicate", None, Some(&how))?;
                }
                Ok(Started::Linked)
            }
        }
    }

    fn start(&self, index: usize, email_hash: Option<i64>) -> Result<Started> {
        let Context { rules, now, .. } = self.context;
        let contact = &self.due.row;
        let tier = rules.tiers.get(index).context("the verdict names no tier")?;
        let note = self.is_beyond_limit.then(|| {
            let limit = rules.limits.handoffs_per_run;
            format!(
                "beyond the {limit} handoffs that [limits] allows in one run; `handoff release` lets it go"
            )
        });
        let ordinal = self.db.next_ordinal(contact.id)?;
        let keyed = mutant::swap("the same key for every handoff", ordinal, 1);
        let account = self.context.account()?;
        let handoff = self.db.start_handoff(&NewHandoff {
            contact: contact.id,
            key: &handoff_key(&rules.crm.kind, &account.id, &contact.contact.id, keyed),
            ordinal,
            tier: &tier.name,
            priority: tier.priority.name(),
            sla: tier.sla.and_then(|sla| rules.slas.get(sla)).map(serde_json::to_string).transpose()?,
            score: self.evaluation.score.number(),
            fit: self.evaluation.fit.number(),
            why: &self.why(index),
            rules_hash: &rules.hash,
            at: *now,
            status: if self.is_beyond_limit { Status::Held } else { Status::Waiting },
            note: note.as_deref(),
            held_before: self.held_before(),
            email_hash,
        })?;
        if self.is_beyond_limit {
            return Ok(Started::Held);
        }
        burst::collect(self.context, self.db, handoff, contact.id)?;
        Ok(Started::Waiting)
    }

    /// Outcomes that the CRM's fields say already: they are none of this handoff's.
    fn held_before(&self) -> u32 {
        let Context { rules, now, .. } = self.context;
        let facts = Facts { handed_off_at: Some(*now), ..facts(rules, &self.due.row.contact, *now) };
        outcomes_holding(&rules.outcome, &facts)
    }

    /// The conditions of the tier that held, with the values seen.
    fn why(&self, tier: usize) -> Vec<String> {
        let mut seen = Trace::default();
        trace(self.context.rules, &self.due.row.contact, self.context.now, &mut seen);
        let part = seen.parts.iter().find(|part| part.kind == PartKind::Tier(tier));
        part.map(|part| held(&seen, part)).unwrap_or_default()
    }
}

/// Ends a handoff that no rep has yet when its contact is disqualified or converted by now. One that a rep has is looked at
/// with what the rep did.
pub(crate) fn end_unassigned(
    context: &Context<'_>,
    db: Db<'_>,
    due: &DueContact,
    verdict: Verdict,
) -> Result<Option<Acted>> {
    let rules = context.rules;
    let Some(handoff) = db.open_handoff_of(due.row.id)? else { return Ok(None) };
    if !matches!(handoff.status, Status::Held | Status::Waiting) {
        return Ok(None);
    }
    if matches!(verdict, Verdict::Unclear { .. }) {
        // It waits until that is clear, and the others of its company do not wait for it.
        db.leave_group(handoff.id)?;
        return Ok(None);
    }
    let facts = Facts { handed_off_at: Some(handoff.created), ..facts(rules, &due.row.contact, context.now) };
    let converted = has_converted(&rules.outcome, &facts, handoff.held_before);
    let why = disqualified_by(rules, verdict)
        .or_else(|| converted.then(|| "the contact has converted meanwhile".to_owned()));
    why.map(|why| Case::of(context, db, handoff)?.cancelled(&why)).transpose()
}
