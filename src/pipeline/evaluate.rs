//! Judges the contacts that are due and starts handoffs for those that crossed.

use anyhow::Result;
use chrono::TimeDelta;

use super::session::Session;
use super::{data, skew, sync};
use crate::handoff::Context;
use crate::handoff::duplicates::Duplicates;
use crate::handoff::report::{Acted, Evaluated, RunReport};
use crate::handoff::start::{Crossed, Started, end_unassigned};
use crate::isolate::isolated;
use crate::model::{Contact, Timestamp, Verdict, VerdictKind};
use crate::qualify::{Crossing, Evaluation, Past, Timers, crossing, evaluate, facts};
use crate::rules::Rules;
use crate::store::{Db, DueContact, Layouts, NewVerdict};

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

/// The definition that the last verdicts were by.
const JUDGED_BY: &str = "evaluate.rules";

/// A contact over which the judging panics is looked at again after this, or when it changes.
const AFTER_A_BUG: TimeDelta = TimeDelta::hours(1);

/// How a contact is judged.
type Judge = fn(&Rules, &Contact, Timestamp) -> Evaluation;

/// Judges, batch after batch; each batch's verdicts, handoffs and cleared marks commit together.
pub(super) fn stage(session: &mut Session, scope: Scope, report: &mut RunReport) -> Result<()> {
    stage_by(evaluate, session, scope, report)
}

fn stage_by(judge: Judge, session: &mut Session, scope: Scope, report: &mut RunReport) -> Result<()> {
    skew::agree_on_time(session)?;
    Duplicates::follow_settings(&session.context())?;
    follow_rules(session)?;
    if scope.all || session.store.read().due_count(session.now)? > 0 {
        // A handoff that starts has the account in its key.
        session.learn_account();
    }
    let context = session.context();
    let mut stage = Stage::new(&context, scope, judge)?;
    let layouts = Layouts::new(session.rules.fields.used());
    let mut last = 0;
    loop {
        let judged = session.store.write(|db| {
            let due = if scope.all {
                db.contacts_after(last, BATCH, &layouts)?
            } else {
                db.due_contacts(session.now, BATCH, &layouts)?
            };
            for contact in &due {
                stage.judge(db, contact)?;
                last = contact.row.id;
            }
            if !due.is_empty() {
                skew::decided(db, session.now)?;
            }
            Ok(due.len())
        })?;
        if judged < BATCH as usize {
            break;
        }
    }
    if stage.ends_baseline {
        let at = session.now.timestamp_millis().to_string();
        session.store.write(|db| db.set_meta_once(BASELINE, &at))?;
    }
    let unreadable = std::mem::take(&mut stage.unreadable);
    report.evaluated = Some(stage.report);
    report.outcomes.extend(stage.closed);
    stage.set_aside.iter().for_each(|contact| report.set_aside(contact));
    data::tell(session, &unreadable, report)
}

/// Under another definition, what could not be read may be.
fn follow_rules(session: &Session) -> Result<()> {
    let rules = format!("{} {}", env!("CARGO_PKG_VERSION"), session.rules.hash);
    if session.store.read().meta(JUDGED_BY)?.as_ref() == Some(&rules) {
        return Ok(());
    }
    session.store.write(|db| {
        db.judge_unclear_again()?;
        db.remember(JUDGED_BY, &rules)
    })
}

struct Stage<'a> {
    context: &'a Context<'a>,
    duplicates: Option<Duplicates<'a>>,
    scope: Scope,
    timers: Timers,
    is_baseline: bool,
    /// The first sync is complete, so this evaluation completes the baseline.
    ends_baseline: bool,
    report: Evaluated,
    /// Handoffs that no rep had yet and that a verdict ended.
    closed: Vec<Acted>,
    /// Contacts over which the judging panicked.
    set_aside: Vec<String>,
    unreadable: data::Unreadable,
    judge: Judge,
}

impl<'a> Stage<'a> {
    fn new(context: &'a Context<'a>, scope: Scope, judge: Judge) -> Result<Self> {
        let db = context.store.read();
        let before_baseline = db.meta(BASELINE)?.is_none();
        Ok(Self {
            context,
            duplicates: Duplicates::new(context),
            scope,
            timers: Timers::of(context.rules),
            is_baseline: before_baseline && !scope.include_existing,
            ends_baseline: before_baseline && db.meta(sync::SYNCED)?.is_some(),
            report: Evaluated::default(),
            closed: Vec::new(),
            set_aside: Vec::new(),
            unreadable: data::Unreadable::new(),
            judge,
        })
    }

    fn judge(&mut self, db: Db<'_>, due: &DueContact) -> Result<()> {
        let Context { rules, now, .. } = self.context;
        let contact = &due.row.contact;
        let judged = isolated(|| {
            ((self.judge)(rules, contact, *now), self.timers.holds_until(rules, &facts(rules, contact, *now)))
        });
        let Some((evaluation, mut again)) = judged else {
            self.set_aside.push(contact.id.to_string());
            return db.put_off(due.row.id, *now + AFTER_A_BUG);
        };
        let kind = evaluation.verdict.kind();
        self.report.count(kind);
        data::note(&mut self.unreadable, contact, rules);
        let never_handed_off = self.scope.all && db.next_ordinal(due.row.id)? == 1;
        let past = Past {
            before: due.before.filter(|_| !never_handed_off),
            crossed: self.parted(db, due)?.or(due.crossed),
            cooldown: due.cooldown,
            has_open_handoff: due.has_open_handoff,
        };
        if due.has_open_handoff {
            self.closed.extend(end_unassigned(self.context, db, due, evaluation.verdict)?);
        }
        // Whoever was unclear then, and is read otherwise by the definition alone, is as old as the others.
        let was_there = self.is_baseline || (due.was_there && !self.scope.all);
        let mut crossed = past.crossed.filter(|_| kind == VerdictKind::Unclear);
        let mut cool_down = |at: Timestamp, until: Timestamp| {
            crossed = Some(at);
            again = Some(again.map_or(until, |again| again.min(until)));
        };
        match (crossing(&past, kind == VerdictKind::Qualified, was_there, *now), evaluation.verdict) {
            (Crossing::Baseline, _) => self.report.baseline += 1,
            (Crossing::Cooling { crossed, until }, _) => {
                cool_down(crossed, until);
                self.report.cooling += 1;
            }
            (Crossing::Start, Verdict::Qualified { tier }) => {
                let limit = rules.limits.handoffs_per_run as usize;
                let is_beyond_limit = self.report.started >= limit;
                let crossed = Crossed { context: self.context, db, due, evaluation, is_beyond_limit };
                match crossed.start_or_link(tier, self.duplicates.as_ref())? {
                    Started::Waiting => self.report.started += 1,
                    Started::Held => self.report.held += 1,
                    Started::Linked => self.report.linked += 1,
                    Started::Cooling { until } => {
                        cool_down(past.crossed.unwrap_or(*now), until);
                        self.report.cooling += 1;
                    }
                }
            }
            (Crossing::None | Crossing::AlreadyOpen | Crossing::Start, _) => {}
        }
        let name = match evaluation.verdict {
            Verdict::Disqualified { by } | Verdict::Unclear { by } => {
                rules.disqualifiers.get(by).map(|rule| rule.name.as_str())
            }
            Verdict::Qualified { tier } | Verdict::OutsideIcp { tier } => {
                rules.tiers.get(tier).map(|tier| tier.name.as_str())
            }
            Verdict::NotYet => None,
        };
        db.record_verdict(due.row.id, &NewVerdict { kind, name, at: *now, due: again, crossed, was_there })
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
}

#[cfg(test)]
mod tests;
