//! What every rep has in hand, and where each team's round robin stands.

use std::collections::HashMap;

use super::Assignment;
use crate::model::{RepId, Timestamp};

/// One rep's handoffs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RepLoad {
    pub open: u32,
    /// Handed to them on their local calendar day.
    pub today: u32,
    pub this_run: u32,
    /// The last assignment, of any day.
    pub last: Option<Timestamp>,
}

/// The loads of all reps and the credits of all teams, kept up to date through a run by [`Loads::record`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loads {
    reps: Vec<RepLoad>,
    credits: HashMap<(usize, RepId), i64>,
}

impl Loads {
    /// `reps` by [`RepId`]; `credits` by position of the team and rep, as the last assignments left them.
    pub fn new(reps: Vec<RepLoad>, credits: HashMap<(usize, RepId), i64>) -> Self {
        Self { reps, credits }
    }

    /// A rep who is not listed has nothing.
    pub fn load(&self, rep: RepId) -> RepLoad {
        self.reps.get(rep.0).copied().unwrap_or_default()
    }

    /// The round-robin counter of a member; 0 before the first turn.
    pub fn credit(&self, team: usize, rep: RepId) -> i64 {
        self.credits.get(&(team, rep)).copied().unwrap_or_default()
    }

    /// A rep's calendar day has turned, and with it everything counted by day; a replay starts every day with idle reps.
    pub fn start_day(&mut self, rep: RepId) {
        if let Some(load) = self.reps.get_mut(rep.0) {
            *load = RepLoad { last: load.last, ..RepLoad::default() };
        }
    }

    /// Counts an assignment, so that the next decision of the run sees it.
    pub fn record(&mut self, assignment: &Assignment, now: Timestamp) {
        let count = self.reps.len().max(assignment.rep.0 + 1);
        self.reps.resize(count, RepLoad::default());
        if let Some(load) = self.reps.get_mut(assignment.rep.0) {
            load.open += 1;
            load.today += 1;
            load.this_run += 1;
            load.last = Some(now);
        }
        if let Some(team) = assignment.team {
            let credits = assignment.credits.iter();
            self.credits.extend(credits.map(|(rep, credit)| ((team, *rep), *credit)));
        }
    }
}
