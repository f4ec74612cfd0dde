//! Nothing is decided by a clock that another one contradicts, and what was is decided again.

use anyhow::{Result, bail};
use chrono::TimeDelta;

use super::session::Session;
use crate::handoff::clock::count_anew;
use crate::model::Timestamp;
use crate::mutant;
use crate::store::Db;

/// As far as two clocks may be apart; SLAs are in minutes.
const APART_MAX: TimeDelta = TimeDelta::minutes(2);

/// The latest moment at which anything was decided.
const DECIDED: &str = "decided_ms";

/// Called before anything is judged, assigned or escalated, once the CRM was asked for something.
///
/// # Errors
/// This machine's clock is not the CRM's: nobody is judged or blamed by it.
pub(super) fn agree_on_time(session: &Session) -> Result<()> {
    // A plan may be for any time.
    if session.is_dry {
        return Ok(());
    }
    let passed = TimeDelta::from_std(session.began.elapsed()).unwrap_or_default();
    let ours = session.now.checked_add_signed(passed).unwrap_or(session.now);
    let theirs = session.crm.clock();
    let apart = theirs.map_or(TimeDelta::zero(), |theirs| ours - theirs);
    if apart.abs() > APART_MAX {
        let minutes = (apart.num_seconds().abs() + 30) / 60;
        let which = if apart > TimeDelta::zero() { "ahead of" } else { "behind" };
        bail!(
            "this machine's clock is {minutes} minutes {which} the CRM's: nothing is judged, assigned or escalated until they \
             agree; set the clock"
        );
    }
    let (db, now) = (session.store.read(), session.now);
    if db.moment(DECIDED)?.is_none_or(|decided| decided <= now) || mutant::is("a verdict of tomorrow stands")
    {
        return Ok(());
    }
    // It was ahead, or is behind now. With files there is no other clock to tell, so nobody cools down for less than was said.
    let cooled = theirs.map(|_| now + session.rules.outcome.cooldown);
    session.store.write(|db| {
        db.judge_again_after(now, cooled)?;
        count_anew(db, now)?;
        decided(db, now)
    })
}

/// Something is decided at this moment.
pub(super) fn decided(db: Db<'_>, now: Timestamp) -> Result<()> {
    db.remember(DECIDED, &now.timestamp_millis().to_string())
}
