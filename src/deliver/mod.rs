//! Effects -> CRM and chat, each once in effect. There is no recovery mode: what an earlier run left in flight is looked
//! up and finished by the same loop that sends what is new.
//!
//! Per wave: look up what may have happened already; commit `in_flight`; send; commit what became of it. Only a write that
//! certainly did not happen, or that a look-up does not find, is ever sent again, with the same key and the same bytes.
//!
//! CRM and chat go side by side: a message goes out as soon as its owner and task are there, and a chat that takes a message
//! a second, or none, holds up no owner and no task.

mod settle;
mod shared;
#[cfg(test)]
mod tests;

use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use chrono::TimeDelta;

use crate::chat::{Chat, When};
use crate::crm::{Crm, Keyed};
use crate::model::{Delivery, LookUp, Timestamp};
use crate::stop;
use crate::store::{EffectRow, Settled, Side, Store};
use settle::{Verdict, classify};
use shared::{Shared, Then};

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
pub fn deliver(store: &mut Store, sinks: Sinks<'_>, now: Timestamp, deadline: Instant) -> Result<Delivered> {
    store.write(|db| {
        db.presume_sent_after_backup()?;
        db.presume_interrupted(now)
    })?;
    let Sinks { crm, chat } = sinks;
    let when = When { now, deadline };
    let shared = Shared::new(store);
    let Some(chat) = chat else {
        let mut delivered = drain(&mut Sink::Crm(crm), &shared, when)?;
        delivered.postponed.extend(shared.without_chat(now)?);
        return Ok(delivered);
    };
    thread::scope(|scope| {
        let chat = scope.spawn(|| drain(&mut Sink::Chat(chat), &shared, when));
        let of_crm = {
            let _last_word = shared.crm_at_work();
            drain(&mut Sink::Crm(crm), &shared, when)
        };
        let of_chat = chat.join().map_err(|_| anyhow!("the chat's connector broke down"))?;
        let mut delivered = of_crm?;
        delivered.add(of_chat?);
        Ok(delivered)
    })
}

/// One of the two, while it is sent to.
enum Sink<'a> {
    Crm(&'a mut dyn Crm),
    Chat(&'a mut dyn Chat),
}

impl Sink<'_> {
    fn side(&self) -> Side {
        match self {
            Self::Crm(_) => Side::Crm,
            Self::Chat(_) => Side::Chat,
        }
    }

    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        match self {
            Self::Crm(crm) => crm.send(writes),
            Self::Chat(chat) => chat.send(writes),
        }
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        match self {
            Self::Crm(crm) => crm.look_up(writes),
            Self::Chat(chat) => chat.look_up(writes),
        }
    }
}

/// Sends wave after wave to one sink. Credentials that no longer work end it: the CRM's end everything, for nothing can
/// follow what cannot be written; the chat's end the chat.
fn drain(sink: &mut Sink<'_>, shared: &Shared<'_>, when: When) -> Result<Delivered> {
    let mut delivered = Delivered::default();
    if let Sink::Chat(chat) = sink {
        let coming = shared.coming(when.now)?;
        if !coming.is_empty() {
            chat.expect(&coming.iter().map(|effect| keyed(effect, when)).collect::<Vec<_>>());
        }
    }
    while let Some(due) = shared.next(sink.side(), when.now)? {
        if stop::is_asked() || Instant::now() >= when.deadline {
            delivered.out_of_time = true;
            break;
        }
        let to_send = look_up(shared, sink, due, when, &mut delivered)?;
        shared.write(|store| store.write(|db| db.begin_effects(&to_send, when.now)))?;
        let keyed: Vec<Keyed<'_>> = to_send.iter().map(|effect| keyed(effect, when)).collect();
        let outcomes = if keyed.is_empty() { Vec::new() } else { sink.send(&keyed) };
        shared.write_then(|store| {
            record(store, &to_send, outcomes, when.now, &mut delivered)?;
            let is_over = delivered.unauthorized.is_some() && sink.side() == Side::Crm;
            Ok(if is_over { Then::Stop } else { Then::GoOn })
        })?;
        if delivered.unauthorized.is_some() {
            break;
        }
    }
    Ok(delivered)
}

/// Settles what earlier attempts left uncertain; returns what is to be sent.
fn look_up(
    shared: &Shared<'_>,
    sink: &mut Sink<'_>,
    due: Vec<EffectRow>,
    when: When,
    delivered: &mut Delivered,
) -> Result<Vec<EffectRow>> {
    let (unsure, mut to_send): (Vec<_>, Vec<_>) = due.into_iter().partition(|effect| effect.unsure);
    if unsure.is_empty() {
        return Ok(to_send);
    }
    let asked: Vec<Keyed<'_>> = unsure.iter().map(|effect| keyed(effect, when)).collect();
    let answers = sink.look_up(&asked).into_iter().map(Some).chain(std::iter::repeat_with(|| None));
    let now = when.now;
    let settle = |store: &Store| {
        store.write(|db| {
            for (effect, answer) in unsure.iter().zip(answers) {
                match answer {
                    Some(LookUp::Found { remote_id }) => {
                        db.settle_effect(effect, &Settled::Done { remote_id: &remote_id }, now)?;
                        delivered.found += 1;
                    }
                    Some(LookUp::Absent) => to_send.push(effect.clone()),
                    Some(LookUp::Impossible) | None => {
                        let why = "it may have been delivered, and there is no way to look; send it again with `handoff retry`";
                        db.settle_effect(effect, &Settled::Failed { why }, now)?;
                        delivered.failed.push(format!("{}: {why}", name(effect)));
                    }
                    Some(LookUp::Failed { why }) => {
                        let next = now + LOOK_UP_AGAIN;
                        db.settle_effect(effect, &Settled::Unknown { why: &why, next }, now)?;
                        delivered.postponed.push(format!("{}: {why}", name(effect)));
                    }
                }
            }
            Ok(())
        })
    };
    shared.write(settle)?;
    Ok(to_send)
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
    outcomes: Vec<Delivery>,
    now: Timestamp,
    delivered: &mut Delivered,
) -> Result<()> {
    // A sink that gives fewer answers than it was asked for leaves the rest open.
    let outcomes = outcomes.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
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
