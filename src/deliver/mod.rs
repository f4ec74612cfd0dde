//! Effects -> CRM and chat, each once in effect. There is no recovery mode: what an earlier run left in flight is looked
//! up and finished by the same loop that sends what is new.
//!
//! Per wave: look up what may have happened already; commit `in_flight`; send; commit what became of it. Only a write that
//! certainly did not happen, or that a look-up does not find, is ever sent again, with the same key and the same bytes.

mod settle;
#[cfg(test)]
mod tests;

use std::time::Instant;

use anyhow::Result;
use chrono::TimeDelta;

use crate::chat::{Chat, When};
use crate::crm::{Crm, Keyed};
use crate::model::{Delivery, LookUp, Timestamp};
use crate::stop;
use crate::store::{EffectRow, Settled, Store};
use settle::{Verdict, classify};

/// What delivery did in one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    pub done: usize,
    /// Found by look-up: an earlier run had sent them.
    pub found: usize,
    /// Put off, each with why: they stay for the next run.
    pub postponed: Vec<String>,
    /// Refused for good, each with why.
    pub failed: Vec<String>,
    /// Credentials that no longer work.
    pub unauthorized: Option<String>,
    /// The run's time was over before everything was sent.
    pub out_of_time: bool,
}

/// Effects sent between two commits: as many as CRMs take in one batch call.
const WAVE: u32 = 100;

/// A look-up that failed is tried again by the next run.
const LOOK_UP_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// The two sinks. Without a chat, messages are not planned in the first place.
pub struct Sinks<'a> {
    pub crm: &'a mut dyn Crm,
    pub chat: Option<&'a mut dyn Chat>,
}

/// Delivers what is due until nothing is or `deadline` has passed. The caller holds the run lock, which proves that
/// whatever is still in flight was left by a run that is dead.
pub fn deliver(store: &Store, sinks: &mut Sinks<'_>, now: Timestamp, deadline: Instant) -> Result<Delivered> {
    let mut delivered = Delivered::default();
    store.write(|db| {
        db.presume_sent_after_backup()?;
        db.presume_interrupted(now)
    })?;
    loop {
        let due = store.read().due_effects(now, WAVE)?;
        if due.is_empty() {
            return Ok(delivered);
        }
        if stop::is_asked() || Instant::now() >= deadline {
            delivered.out_of_time = true;
            return Ok(delivered);
        }
        let when = When { now, deadline };
        let to_send = look_up(store, sinks, due, when, &mut delivered)?;
        store.write(|db| db.begin_effects(&to_send, now))?;
        let outcomes = send(sinks, &to_send, when);
        record(store, &to_send, outcomes, now, &mut delivered)?;
        if delivered.unauthorized.is_some() {
            return Ok(delivered);
        }
    }
}

/// Settles what earlier attempts left uncertain; returns what is to be sent.
fn look_up(
    store: &Store,
    sinks: &mut Sinks<'_>,
    due: Vec<EffectRow>,
    when: When,
    delivered: &mut Delivered,
) -> Result<Vec<EffectRow>> {
    let (unsure, mut to_send): (Vec<_>, Vec<_>) = due.into_iter().partition(|effect| effect.unsure);
    if unsure.is_empty() {
        return Ok(to_send);
    }
    let answers =
        ask(sinks, &unsure, when, |crm, writes| crm.look_up(writes), |chat, writes| chat.look_up(writes));
    let now = when.now;
    store.write(|db| {
        for (effect, answer) in unsure.into_iter().zip(answers) {
            match answer {
                Some(LookUp::Found { remote_id }) => {
                    db.settle_effect(&effect, &Settled::Done { remote_id: &remote_id }, now)?;
                    delivered.found += 1;
                }
                Some(LookUp::Absent) => to_send.push(effect),
                Some(LookUp::Impossible) | None => {
                    let why = "it may have been delivered, and there is no way to look; send it again with `handoff retry`";
                    db.settle_effect(&effect, &Settled::Failed { why }, now)?;
                    delivered.failed.push(format!("{}: {why}", name(&effect)));
                }
                Some(LookUp::Failed { why }) => {
                    let next = now + LOOK_UP_AGAIN;
                    db.settle_effect(&effect, &Settled::Unknown { why: &why, next }, now)?;
                    delivered.postponed.push(format!("{}: {why}", name(&effect)));
                }
            }
        }
        Ok(())
    })?;
    Ok(to_send)
}

fn send(sinks: &mut Sinks<'_>, effects: &[EffectRow], when: When) -> Vec<Option<Delivery>> {
    ask(sinks, effects, when, |crm, writes| crm.send(writes), |chat, writes| chat.send(writes))
}

/// Asks each sink about its own effects, and puts the answers back in order. `None`: there is no such sink, or it gave
/// fewer answers than it was asked for.
fn ask<T>(
    sinks: &mut Sinks<'_>,
    effects: &[EffectRow],
    when: When,
    of_crm: impl FnOnce(&mut dyn Crm, &[Keyed<'_>]) -> Vec<T>,
    of_chat: impl FnOnce(&mut dyn Chat, &[Keyed<'_>]) -> Vec<T>,
) -> Vec<Option<T>> {
    let (crm_part, chat_part): (Vec<&EffectRow>, Vec<&EffectRow>) =
        effects.iter().partition(|effect| effect.write.kind().is_crm());
    let crm_writes: Vec<Keyed<'_>> = crm_part.iter().map(|effect| keyed(effect, when)).collect();
    let chat_writes: Vec<Keyed<'_>> = chat_part.iter().map(|effect| keyed(effect, when)).collect();
    let mut from_crm = Vec::new();
    if !crm_writes.is_empty() {
        from_crm = of_crm(sinks.crm, &crm_writes);
    }
    let mut from_chat = Vec::new();
    if let Some(chat) = sinks.chat.as_deref_mut().filter(|_| !chat_writes.is_empty()) {
        from_chat = of_chat(chat, &chat_writes);
    }
    let (mut from_crm, mut from_chat) = (from_crm.into_iter(), from_chat.into_iter());
    effects
        .iter()
        .map(|effect| if effect.write.kind().is_crm() { from_crm.next() } else { from_chat.next() })
        .collect()
}

fn keyed(effect: &EffectRow, when: When) -> Keyed<'_> {
    Keyed {
        key: &effect.key,
        write: &effect.write,
        at: when.now,
        begun: effect.begun,
        thread: effect.thread.as_deref(),
        deadline: when.deadline,
    }
}

fn record(
    store: &Store,
    effects: &[EffectRow],
    outcomes: Vec<Option<Delivery>>,
    now: Timestamp,
    delivered: &mut Delivered,
) -> Result<()> {
    store.write(|db| {
        for (effect, outcome) in effects.iter().zip(outcomes) {
            match classify(outcome, effect.attempt, now) {
                Verdict::Done { remote_id } => {
                    db.settle_effect(effect, &Settled::Done { remote_id: &remote_id }, now)?;
                    delivered.done += 1;
                }
                Verdict::Again { why, next } => {
                    db.settle_effect(effect, &Settled::Again { why: &why, next }, now)?;
                    delivered.postponed.push(format!("{}: {why}", name(effect)));
                }
                Verdict::Unknown { why, next } => {
                    db.settle_effect(effect, &Settled::Unknown { why: &why, next }, now)?;
                    delivered.postponed.push(format!("{}: {why}", name(effect)));
                }
                Verdict::Failed { why } => {
                    db.settle_effect(effect, &Settled::Failed { why: &why }, now)?;
                    delivered.failed.push(format!("{}: {why}", name(effect)));
                }
                Verdict::Unauthorized { why, next } => {
                    db.settle_effect(effect, &Settled::Again { why: &why, next }, now)?;
                    delivered.unauthorized = Some(why);
                }
            }
        }
        Ok(())
    })
}

/// How an effect is called in reports: `task for contact 4711`.
fn name(effect: &EffectRow) -> String {
    let contact = crate::model::one_line(effect.write.contact(), 60);
    format!("{} for contact {contact}", effect.write.kind().name())
}

impl Delivered {
    /// Whether everything that was due is out.
    pub fn is_complete(&self) -> bool {
        self.postponed.is_empty()
            && self.failed.is_empty()
            && self.unauthorized.is_none()
            && !self.out_of_time
    }

    /// Adds what a later delivery of the same run did.
    pub fn add(&mut self, other: Self) {
        self.done += other.done;
        self.found += other.found;
        self.postponed.extend(other.postponed);
        self.failed.extend(other.failed);
        self.unauthorized = self.unauthorized.take().or(other.unauthorized);
        self.out_of_time |= other.out_of_time;
    }
}
