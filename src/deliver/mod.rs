//! Effects -> CRM and chat, each once in effect. There is no recovery mode: what an earlier run left in flight is looked
//! up and finished by the same loop that sends what is new.
//!
//! Per wave: look up what may have happened already; commit `in_flight`; send; commit what became of it. Only a write that
//! certainly did not happen, or that a look-up does not find, is ever sent again, with the same key and the same bytes.
//!
//! A bug that shows in a connector is isolated to what it showed over: the rest of the wave goes on without it, and what it
//! shows over alone waits for whoever mends it.
//!
//! CRM and chat go side by side: a message goes out as soon as its owner and task are there, and a chat that takes a message
//! a second, or none, holds up no owner and no task.

mod answers;
mod settle;
mod shared;
#[cfg(test)]
mod tests;

use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow};
use chrono::TimeDelta;

use crate::connector::{Keyed, Sink, When};
use crate::isolate::isolated;
use crate::model::{ChannelWords, Delivered, Delivery, LookUp, Timestamp};
use crate::mutant;
use crate::stop;
use crate::store::{EffectRow, Side, Store};
use crate::uptime::Uptime;
use answers::{Looked, is_absent, record, set_apart};
use settle::SETTLE;
use shared::{Patience, Shared, Then};

/// Effects sent between two commits: as many as CRMs take in one batch call.
const WAVE: u32 = 100;

/// The two sinks. Without a chat, messages are not planned in the first place.
pub struct Sinks<'a> {
    pub crm: &'a mut dyn Sink,
    pub chat: Option<&'a mut (dyn Sink + Send)>,
    pub pace: Pace,
    pub uptime: &'a Uptime,
    pub words: &'a ChannelWords,
}

/// How the two sinks are sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    SideBySide,
    /// A wave of each after the other, in one thread: the same events come in the same order each time.
    InTurn,
}

/// Delivers what is due until nothing is or `deadline` has passed. The caller holds the run lock, which proves that
/// whatever is still in flight was left by a run that is dead.
pub fn deliver(store: &mut Store, sinks: Sinks<'_>, now: Timestamp, deadline: Instant) -> Result<Delivered> {
    let Sinks { crm, chat, pace, uptime, words } = sinks;
    let mut sinks = std::iter::once(&*crm).chain(chat.as_deref().map(|chat| chat as &dyn Sink));
    let applies_late = sinks.any(|sink| sink.capabilities().applies_late);
    let settle = if applies_late && !mutant::is("looks while it may be on its way") {
        SETTLE
    } else {
        TimeDelta::zero()
    };
    store.write(|db| {
        db.presume_sent_after_backup()?;
        db.presume_interrupted(&uptime())
    })?;
    let when = When { now, deadline };
    let shared = Shared::new(store, uptime, settle, words);
    let crm = Lane::new(Side::Crm, crm, &shared, when);
    let Some(chat) = chat else {
        let mut delivered = crm.drain()?;
        delivered.postponed.extend(shared.without_chat(now)?);
        return Ok(delivered);
    };
    let (of_crm, of_chat) = match pace {
        Pace::SideBySide => side_by_side(crm, chat)?,
        Pace::InTurn => in_turn(crm, chat)?,
    };
    let mut delivered = of_crm;
    delivered.add(of_chat);
    Ok(delivered)
}

fn side_by_side(crm: Lane<'_, '_>, chat: &mut (dyn Sink + Send)) -> Result<(Delivered, Delivered)> {
    let (shared, when) = (crm.shared, crm.when);
    thread::scope(|scope| {
        let chat = scope.spawn(|| Lane::new(Side::Chat, chat, shared, when).drain());
        let of_crm = {
            let _last_word = shared.crm_at_work();
            crm.drain()
        };
        let of_chat = chat.join().map_err(|_| anyhow!("the chat's connector broke down"))?;
        Ok((of_crm?, of_chat?))
    })
}

fn in_turn(mut crm: Lane<'_, '_>, chat: &mut dyn Sink) -> Result<(Delivered, Delivered)> {
    let mut chat = Lane::new(Side::Chat, chat, crm.shared, crm.when);
    chat.announce()?;
    while crm.wave(Patience::None)? | chat.wave(Patience::None)? {}
    Ok((crm.delivered, chat.delivered))
}

/// One sink and what came of what was sent to it.
struct Lane<'a, 'b> {
    side: Side,
    sink: &'a mut dyn Sink,
    shared: &'a Shared<'b>,
    when: When,
    delivered: Delivered,
    is_over: bool,
}

impl<'a, 'b> Lane<'a, 'b> {
    fn new(side: Side, sink: &'a mut dyn Sink, shared: &'a Shared<'b>, when: When) -> Self {
        Self { side, sink, shared, when, delivered: Delivered::default(), is_over: false }
    }

    /// Sends wave after wave.
    fn drain(mut self) -> Result<Delivered> {
        self.announce()?;
        while self.wave(Patience::ForTheCrm)? {}
        Ok(self.delivered)
    }

    /// Tells the chat what will come.
    fn announce(&mut self) -> Result<()> {
        let coming = match self.side {
            Side::Crm => Vec::new(),
            Side::Chat => self.shared.coming(self.when.now)?,
        };
        if !coming.is_empty() {
            let coming: Vec<Keyed<'_>> =
                coming.iter().map(|effect| keyed(effect, self.when, self.shared.words)).collect();
            // What it fails to prepare is asked for when it is needed.
            isolated(|| self.sink.prefetch(&coming));
        }
        Ok(())
    }

    /// Sends one wave; whether there was one. Credentials that no longer work end it: the CRM's end everything, for nothing
    /// can follow what cannot be written; the chat's end the chat.
    fn wave(&mut self, patience: Patience) -> Result<bool> {
        let when = self.when;
        let side = self.side;
        let due = if self.is_over { None } else { self.shared.next(side, when.now, patience)? };
        let Some(due) = due else { return Ok(false) };
        if stop::is_asked() || Instant::now() >= when.deadline {
            self.delivered.out_of_time = true;
            self.is_over = true;
            return Ok(false);
        }
        let to_send = self.look_up(due)?;
        if mutant::is("effect before intent") {
            self.send(&to_send);
        }
        let clock = self.shared.uptime();
        let mut begun =
            self.shared.write(|store| store.write(|db| db.begin_effects(to_send, when.now, &clock)))?;
        if mutant::is("key per attempt") {
            for effect in &mut begun {
                effect.key = format!("{}{}", effect.key, effect.attempt);
            }
        }
        let Some(mut outcomes) = self.send(&begun) else {
            self.set_apart(&begun)?;
            return Ok(true);
        };
        if mutant::is("answers in another order") {
            outcomes.reverse();
        }
        let delivered = &mut self.delivered;
        self.shared.write_then(|store| {
            record(store, &begun, outcomes, when.now, delivered)?;
            let is_over = delivered.unauthorized.is_some() && side == Side::Crm;
            Ok(((), if is_over { Then::Stop } else { Then::GoOn }))
        })?;
        self.is_over |= self.delivered.unauthorized.is_some();
        Ok(true)
    }

    /// `None`: a bug showed.
    fn send(&mut self, effects: &[EffectRow]) -> Option<Vec<Delivery>> {
        let keyed: Vec<Keyed<'_>> =
            effects.iter().map(|effect| keyed(effect, self.when, self.shared.words)).collect();
        if keyed.is_empty() { Some(Vec::new()) } else { isolated(|| self.sink.send(&keyed)) }
    }

    /// A bug showed over one of these: nobody knows in what state it left the connector, which is asked for nothing more in
    /// this run.
    fn set_apart(&mut self, effects: &[EffectRow]) -> Result<()> {
        self.is_over = true;
        let (now, delivered) = (self.when.now, &mut self.delivered);
        self.shared.write(|store| set_apart(store, effects, now, delivered))
    }

    /// Settles what earlier attempts left uncertain; returns what is to be sent.
    fn look_up(&mut self, due: Vec<EffectRow>) -> Result<Vec<EffectRow>> {
        let (unsure, to_send): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|effect| effect.unsure && !mutant::is("no look-up"));
        if unsure.is_empty() {
            return Ok(to_send);
        }
        let asked: Vec<Keyed<'_>> =
            unsure.iter().map(|effect| keyed(effect, self.when, self.shared.words)).collect();
        let Some(answers) = isolated(|| self.sink.look_up(&asked)) else {
            self.set_apart(&unsure)?;
            return Ok(Vec::new());
        };
        // A sink that gives fewer answers than it was asked for cannot look.
        let answers = answers.into_iter().chain(std::iter::repeat_with(|| LookUp::Impossible));
        let (when, delivered) =
            (Looked { now: self.when.now, clock: self.shared.uptime() }, &mut self.delivered);
        let absent = self.shared.write(|store| {
            store.write(|db| {
                let mut absent = Vec::new();
                for (effect, answer) in unsure.into_iter().zip(answers) {
                    if is_absent(db, &effect, answer, &when, delivered)? {
                        absent.push(effect);
                    }
                }
                Ok(absent)
            })
        })?;
        Ok(to_send.into_iter().chain(absent).collect())
    }
}

fn keyed<'a>(effect: &'a EffectRow, when: When, words: &'a ChannelWords) -> Keyed<'a> {
    Keyed {
        key: &effect.key,
        write: &effect.write,
        at: when.now,
        begun: effect.begun,
        thread: effect.thread.as_deref(),
        deadline: when.deadline,
        words,
    }
}

/// How an effect is called in reports: `task for contact 4711`.
fn name(effect: &EffectRow) -> String {
    let contact = crate::model::one_line(effect.write.contact(), 60);
    format!("{} for contact {contact}", effect.write.kind().name())
}
