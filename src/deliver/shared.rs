//! What the two sinks share while they are sent to side by side: the store, and whether the chat has to wait for the CRM.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use chrono::TimeDelta;

use super::{WAVE, name};
use crate::model::{ChannelWords, Timestamp};
use crate::store::{EffectRow, Moment, Side, Store};
use crate::uptime::{ClockReading, Uptime};

/// One at a time has the store; nobody holds it while a service is asked.
pub(super) struct Shared<'a> {
    state: Mutex<State<'a>>,
    moved: Condvar,
    uptime: &'a Uptime,
    settle: TimeDelta,
    pub(super) words: &'a ChannelWords,
}

struct State<'a> {
    store: &'a mut Store,
    /// More effects of the chat may become due.
    crm_is_at_work: bool,
    is_stopped: bool,
}

/// What one waits for when nothing is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    None,
    /// The chat waits while the CRM may make more due.
    ForTheCrm,
}

/// Whether more may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    GoOn,
    Stop,
}

/// While this lives, the CRM is being written to.
pub(super) struct CrmAtWork<'a, 'b>(&'a Shared<'b>);

impl<'a> Shared<'a> {
    pub(super) fn new(
        store: &'a mut Store,
        uptime: &'a Uptime,
        settle: TimeDelta,
        words: &'a ChannelWords,
    ) -> Self {
        let state = State { store, crm_is_at_work: true, is_stopped: false };
        Self { state: Mutex::new(state), moved: Condvar::new(), uptime, settle, words }
    }

    pub(super) fn uptime(&self) -> ClockReading {
        (self.uptime)()
    }

    fn moment(&self, now: Timestamp) -> Moment {
        Moment { now, clock: self.uptime(), settle: self.settle }
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn crm_at_work<'b>(&'b self) -> CrmAtWork<'b, 'a> {
        CrmAtWork(self)
    }

    /// What is due on one side. `None`: nothing is, or all has to stop.
    pub(super) fn next(
        &self,
        side: Side,
        now: Timestamp,
        patience: Patience,
    ) -> Result<Option<Vec<EffectRow>>> {
        let mut state = self.state();
        loop {
            if state.is_stopped {
                return Ok(None);
            }
            let due = state.store.read().due_effects(side, &self.moment(now), WAVE)?;
            if !due.is_empty() {
                return Ok(Some(due));
            }
            if side == Side::Crm || patience == Patience::None || !state.crm_is_at_work {
                return Ok(None);
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What the chat will get once the CRM has taken its part, as far as one wave goes.
    pub(super) fn coming(&self, now: Timestamp) -> Result<Vec<EffectRow>> {
        self.state().store.read().coming_messages(now, WAVE)
    }

    pub(super) fn write<T>(&self, change: impl FnOnce(&Store) -> Result<T>) -> Result<T> {
        self.write_then(|store| change(store).map(|value| (value, Then::GoOn)))
    }

    /// Writes, and stops both sides before either sees what was written, if so it is to be.
    pub(super) fn write_then<T>(&self, change: impl FnOnce(&Store) -> Result<(T, Then)>) -> Result<T> {
        let mut state = self.state();
        let changed = change(state.store);
        state.is_stopped |= matches!(changed, Ok((_, Then::Stop)));
        self.moved.notify_all();
        changed.map(|(value, _)| value)
    }

    /// What is due for a chat that the rules no longer name, as reports say it.
    pub(super) fn without_chat(&self, now: Timestamp) -> Result<Vec<String>> {
        let due = self.state().store.read().due_effects(Side::Chat, &self.moment(now), WAVE)?;
        let told = |effect: &EffectRow| format!("{}: the rules name no chat to send it to", name(effect));
        Ok(due.iter().map(told).collect())
    }
}

impl Drop for CrmAtWork<'_, '_> {
    fn drop(&mut self) {
        self.0.state().crm_is_at_work = false;
        self.0.moved.notify_all();
    }
}
