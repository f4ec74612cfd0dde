//! Judges the contacts that are due and starts handoffs for those that crossed.

use anyhow::{Context as _, Result};
use chrono::TimeDelta;

use super::session::Session;
use super::sync;
use crate::handoff::brief::held;
use crate::handoff::close::{Told, disqualified_by};
use crate::handoff::duplicates::{Duplicates, Standing};
use crate::handoff::report::{Acted, Evaluated, RunReport};
use crate::handoff::{Context, burst};
use crate::isolate::isolated;
use crate::model::{Contact, Status, Timestamp, Verdict, VerdictKind, handoff_key};
use crate::mutant;
use crate::qualify::{
    Crossing, Evaluation, Facts, PartKind, Past, Timers, Trace, crossing, evaluate, facts, has_converted,
    outcomes_holding, trace,
};
use crate::rules::Rules;
use crate::store::{Db, DueContact, Layouts, NewHandoff, NewVerdict};

/// Contacts judged in one transaction.
const BATCH: u32 = 5_000;

/// Set when those who qualified from the start have been counted: from then on, crossing starts a handoff.
pub(crate) const BASELINE: &str = "baseline_ms";

/// Which contacts to judge, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Every contact, not only those that are due; who never had a handoff counts as crossing.
    pub all: bool,
    /// Hand off also who qualifies at the first sync.
    pub include_existing: bool,
}

/// A contact over which the judging panics is looked at again after this, or when it changes.
const AFTER_A_BUG: TimeDelta = TimeDelta::hours(1);

/// How a contact is judged.
type Judge = fn(&Rules, &Contact, Timestamp) -> Evaluation;

/// Judges, batch after batch; each batch's verdicts, handoffs and cleared marks commit together.
pub(super) fn stage(session: &mut Session, scope: Scope, report: &mut RunReport) -> Result<()> {
    stage_by(evaluate, session, scope, report)
}

fn stage_by(judge: Judge, session: &mut Session, scope: Scope, report: &mut RunReport) -> Result<()> {
    let mut done = Done::default();
    loop {
        let context = session.context();
        let mut stage = Stage::new(&context, scope, judge, done)?;
        let judged = stage.judge_due()?;
        done = stage.done;
        match judged {
            Judged::All => break,
            Judged::UntilAccount => session.learn_account()?,
        }
    }
    report.evaluated = Some(done.report);
    report.outcomes.extend(done.closed);
    done.set_aside.iter().for_each(|contact| report.set_aside(contact));
    Ok(())
}

/// How far the judging came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    All,
    /// The next contact may start a handoff, whose key needs the CRM's account: it is asked for outside the transaction.
    UntilAccount,
}

/// What has been judged.
#[derive(Default)]
struct Done {
    /// The last contact, where all are judged.
    last: i64,
    report: Evaluated,
    /// Handoffs that no rep had yet and that a verdict ended.
    closed: Vec<Acted>,
    /// Contacts over which the judging panicked.
    set_aside: Vec<String>,
}

struct Stage<'a> {
    context: &'a Context<'a>,
    duplicates: Option<Duplicates<'a>>,
    scope: Scope,
    timers: Timers,
    is_baseline: bool,
    /// The first sync is complete, so this evaluation completes the baseline.
    ends_baseline: bool,
    done: Done,
    judge: Judge,
}

impl<'a> Stage<'a> {
    fn new(context: &'a Context<'a>, scope: Scope, judge: Judge, done: Done) -> Result<Self> {
        let db = context.store.read();
        let before_baseline = db.meta(BASELINE)?.is_none();
        Ok(Self {
            context,
            duplicates: Duplicates::new(context)?,
            scope,
            timers: Timers::of(context.rules),
            is_baseline: before_baseline && !scope.include_existing,
            ends_baseline: before_baseline && db.meta(sync::SYNCED)?.is_some(),
            done,
            judge,
        })
    }

    /// Judges batch after batch.
    fn judge_due(&mut self) -> Result<Judged> {
        let Context { rules, store, now, .. } = self.context;
        let layouts = Layouts::new(rules.fields.used());
        loop {
            let judged = store.write(|db| {
                let due = if self.scope.all {
                    db.contacts_after(self.done.last, BATCH, &layouts)?
                } else {
                    db.due_contacts(*now, BATCH, &layouts)?
                };
                for contact in &due {
                    if self.judge(db, contact)? == Judged::UntilAccount {
                        return Ok(None);
                    }
                    self.done.last = contact.row.id;
                }
                Ok(Some(due.len()))
            })?;
            match judged {
                None => return Ok(Judged::UntilAccount),
                Some(judged) if judged < BATCH as usize => break,
                Some(_) => {}
            }
        }
        if self.ends_baseline {
            store.write(|db| db.set_meta_once(BASELINE, &now.timestamp_millis().to_string()))?;
        }
        Ok(Judged::All)
    }

    fn judge(&mut self, db: Db<'_>, due: &DueContact) -> Result<Judged> {
        let Context { rules, now, .. } = self.context;
        let contact = &due.row.contact;
        let judged = isolated(|| {
            ((self.judge)(rules, contact, *now), self.timers.holds_until(rules, &facts(rules, contact, *now)))
        });
        let Some((evaluation, mut again)) = judged else {
            self.done.set_aside.push(contact.id.to_string());
            db.put_off(due.row.id, *now + AFTER_A_BUG)?;
            return Ok(Judged::All);
        };
        let kind = evaluation.verdict.kind();
        let is_qualified = kind == VerdictKind::Qualified;
        let never_handed_off = self.scope.all && db.next_ordinal(due.row.id)? == 1;
        let mut past = Past {
            before: due.before.filter(|_| !never_handed_off),
            crossed: due.crossed,
            cooldown: due.cooldown,
            has_open_handoff: due.has_open_handoff,
        };
        let starts = due.is_linked || crossing(&past, true, self.is_baseline, *now) == Crossing::Start;
        if is_qualified && starts && self.context.account.is_none() {
            return Ok(Judged::UntilAccount);
        }
        self.done.report.count(kind);
        past.crossed = self.parted(db, due)?.or(due.crossed);
        if due.has_open_handoff {
            self.close(db, due, evaluation.verdict)?;
        }
        let mut crossed = None;
        match crossing(&past, is_qualified, self.is_baseline, *now) {
            Crossing::None | Crossing::AlreadyOpen => {}
            Crossing::Baseline => self.done.report.baseline += 1,
            Crossing::Cooling { crossed: at, until } => {
                crossed = Some(at);
                again = Some(again.map_or(until, |again| again.min(until)));
                self.done.report.cooling += 1;
            }
            Crossing::Start => {
                if let Some(until) = self.start_or_link(db, due, evaluation)? {
                    crossed = Some(past.crossed.unwrap_or(*now));
                    again = Some(again.map_or(until, |again| again.min(until)));
                    self.done.report.cooling += 1;
                }
            }
        }
        let name = match evaluation.verdict {
            Verdict::Disqualified { by } => rules.disqualifiers.get(by).map(|rule| rule.name.as_str()),
            Verdict::Qualified { tier } | Verdict::OutsideIcp { tier } => {
                rules.tiers.get(tier).map(|tier| tier.name.as_str())
            }
            Verdict::NotYet => None,
        };
        db.record_verdict(due.row.id, &NewVerdict { kind, name, at: *now, due: again, crossed })?;
        Ok(Judged::All)
    }

    /// Ends a handoff that no rep has yet when its contact is disqualified or converted by now. One that a rep has is
    /// looked at with what the rep did.
    fn close(&mut self, db: Db<'_>, due: &DueContact, verdict: Verdict) -> Result<()> {
        let Context { rules, now, .. } = self.context;
        let Some(handoff) = db.open_handoff_of(due.row.id)? else { return Ok(()) };
        if !matches!(handoff.status, Status::Held | Status::Waiting) {
            return Ok(());
        }
        let facts = Facts { handed_off_at: Some(handoff.created), ..facts(rules, &due.row.contact, *now) };
        let converted = has_converted(&rules.outcome, &facts, handoff.held_before);
        let why = disqualified_by(rules, verdict)
            .or_else(|| converted.then(|| "the contact has converted meanwhile".to_owned()));
        if let Some(why) = why {
            let told = Told { context: self.context, db, handoff: &handoff, facts: &facts, is_quiet: false };
            self.done.closed.push(told.cancelled(&why)?);
        }
        Ok(())
    }

    /// Compares e-mails again where a contact that was read anew may have another one. A linked contact whose e-mail is
    /// no longer that of the other is a lead of its own: it crosses now.
    fn parted(&self, db: Db<'_>, due: &DueContact) -> Result<Option<Timestamp>> {
        let Some(duplicates) = &self.duplicates else { return Ok(None) };
        if due.has_open_handoff || due.leads_others {
            duplicates.refresh(db, due.row.id)?;
        }
        if !due.is_linked || !duplicates.is_parted(db, due.row.id)? {
            return Ok(None);
        }
        db.unlink(due.row.id)?;
        Ok(Some(self.context.now))
    }

    /// Starts a handoff, unless another record of the same lead has or had one. Returns until when that lead cools down.
    fn start_or_link(
        &mut self,
        db: Db<'_>,
        due: &DueContact,
        evaluation: Evaluation,
    ) -> Result<Option<Timestamp>> {
        let (id, now) = (due.row.id, self.context.now);
        let key = self.duplicates.as_ref().map(|duplicates| duplicates.key(db, id)).transpose()?.flatten();
        let standing = self.duplicates.as_ref().map(|duplicates| duplicates.standing(db, id, key));
        match standing.transpose()?.unwrap_or(Standing::Own) {
            Standing::Own => {
                db.unlink(id)?;
                self.start(db, due, evaluation, key)?;
                Ok(None)
            }
            Standing::Cooling { until } => Ok(Some(until)),
            Standing::Linked { of, handoff } => {
                if db.link(id, of, key.unwrap_or_default(), now)? {
                    let how =
                        format!("contact {} has the same e-mail: linked, not handed off", due.row.contact.id);
                    db.add_event(handoff, now, "duplicate", None, Some(&how))?;
                }
                self.done.report.linked += 1;
                Ok(None)
            }
        }
    }

    fn start(
        &mut self,
        db: Db<'_>,
        due: &DueContact,
        evaluation: Evaluation,
        email_key: Option<i64>,
    ) -> Result<()> {
        let Context { rules, now, account, .. } = self.context;
        let account = account.context("the CRM's account is not known")?;
        let Verdict::Qualified { tier: index } = evaluation.verdict else {
            return Ok(());
        };
        let Some(tier) = rules.tiers.get(index) else {
            return Ok(());
        };
        let limit = rules.limits.handoffs_per_run;
        let is_held = self.done.report.started >= limit as usize;
        let note = format!(
            "beyond the {limit} handoffs that [limits] allows in one run; `handoff release` lets it go"
        );
        let ordinal = db.next_ordinal(due.row.id)?;
        let named = if mutant::is("the same key for every handoff") { 1 } else { ordinal };
        let sla = tier.sla.and_then(|sla| rules.slas.get(sla)).map(serde_json::to_string).transpose()?;
        let handoff = db.start_handoff(&NewHandoff {
            contact: due.row.id,
            key: &handoff_key(&rules.crm.kind, &account.id, &due.row.contact.id, named),
            ordinal,
            tier: &tier.name,
            priority: tier.priority.name(),
            sla,
            score: evaluation.score,
            fit: evaluation.fit,
            why: &self.why(due, index, *now),
            rules_hash: &rules.hash,
            at: *now,
            status: if is_held { Status::Held } else { Status::Waiting },
            note: is_held.then_some(note.as_str()),
            held_before: self.held_before(due),
            email_key,
        })?;
        if is_held {
            self.done.report.held += 1;
        } else {
            self.done.report.started += 1;
            burst::collect(self.context, db, handoff, due.row.id)?;
        }
        Ok(())
    }

    /// Outcomes that the CRM's fields say already: they are none of this handoff's.
    fn held_before(&self, due: &DueContact) -> u32 {
        let Context { rules, now, .. } = self.context;
        let facts = Facts { handed_off_at: Some(*now), ..facts(rules, &due.row.contact, *now) };
        outcomes_holding(&rules.outcome, &facts)
    }

    /// The conditions of the tier that held, with the values seen.
    fn why(&self, due: &DueContact, tier: usize, now: Timestamp) -> Vec<String> {
        let mut seen = Trace::default();
        trace(self.context.rules, &due.row.contact, now, &mut seen);
        let part = seen.parts.iter().find(|part| part.kind == PartKind::Tier(tier));
        part.map(|part| held(&seen, part)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
