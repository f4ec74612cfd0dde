//! What is recorded of answers: of those to look-ups, and of those to what was sent.

use anyhow::Result;
use chrono::TimeDelta;

use super::name;
use super::settle::{Verdict, classify};
use crate::model::{Delivered, Delivery, LookUp, Timestamp};
use crate::mutant;
use crate::store::{Db, EffectRow, Settled, Store};
use crate::uptime::ClockReading;

/// A look-up that failed is tried again by the next run.
const LOOK_UP_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// When something was looked for.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    pub(super) now: Timestamp,
    pub(super) clock: ClockReading,
}

/// Settles an effect as a look-up says; whether it is to be sent, for it is not there.
pub(super) fn is_absent(
    db: Db<'_>,
    effect: &EffectRow,
    answer: LookUp,
    when: &Looked,
    delivered: &mut Delivered,
) -> Result<bool> {
    let Looked { now, clock } = when;
    let now = *now;
    match answer {
        LookUp::Absent => return Ok(true),
        LookUp::Failed { .. } if mutant::is("failed look-up is an absence") => return Ok(true),
        LookUp::Unseen if effect.unseen || mutant::is("one look is enough") => return Ok(true),
        LookUp::Unseen => {
            let why = "it may have been delivered and is not seen yet: it is looked for once more";
            db.settle_effect(effect, &Settled::Unseen { why, clock }, now)?;
            delivered.unseen += 1;
        }
        LookUp::Found { remote_id } => {
            db.settle_effect(effect, &Settled::Done { remote_id: &remote_id }, now)?;
            delivered.found += 1;
        }
        LookUp::Impossible => {
            let why =
                "it may have been delivered, and there is no way to look; send it again with `handoff retry`";
            db.settle_effect(effect, &Settled::Failed { why }, now)?;
            delivered.failed.push(format!("{}: {why}", name(effect)));
        }
        LookUp::Failed { why } => {
            let next = now + LOOK_UP_AGAIN;
            db.settle_effect(effect, &Settled::Unknown { why: &why, next }, now)?;
            delivered.postponed.push(format!("{}: {why}", name(effect)));
        }
    }
    Ok(false)
}

/// Records that a bug showed in the connector over some of these: each may have been delivered, and is tried again by
/// itself. Over one that was by itself it would show again, run after run.
pub(super) fn set_apart(
    store: &Store,
    effects: &[EffectRow],
    now: Timestamp,
    delivered: &mut Delivered,
) -> Result<()> {
    store.write(|db| {
        for effect in effects {
            if effect.apart {
                let why = "a bug in handoff showed over it, and it may have been delivered; report the bug, update, and \
                           send it again with `handoff retry`";
                db.settle_effect(effect, &Settled::Failed { why }, now)?;
                delivered.failed.push(format!("{}: {why}", name(effect)));
                continue;
            }
            let why = "a bug in handoff showed over it or what was sent with it: it is tried again by itself";
            let next = now + LOOK_UP_AGAIN;
            let settled = if mutant::is("a bug is not sent") {
                Settled::Again { why, next }
            } else {
                Settled::Apart { why, next }
            };
            db.settle_effect(effect, &settled, now)?;
            delivered.postponed.push(format!("{}: {why}", name(effect)));
        }
        Ok(())
    })
}

pub(super) fn record(
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
            match classify(outcome, effect.attempt.saturating_sub(1), now) {
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
                Verdict::Forbidden { why, next } => {
                    db.settle_effect(effect, &Settled::Again { why: &why, next }, now)?;
                    *delivered.forbidden.entry(why).or_default() += 1;
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
