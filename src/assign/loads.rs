//! What every rep has in hand, and where each team's rotation stands.

use std::collections::HashMap;

use super::Assignment;
use crate::model::{RepId, Timestamp, Turn};

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

/// Where the rotation of each team stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotations {
    turns: HashMap<(usize, RepId), Turn>,
    latest: HashMap<usize, i64>,
}

impl Rotations {
    /// The team's position and a member's place. Of somebody who is no rep any more (`None`) only the count of turns is kept.
    pub fn add(&mut self, team: usize, rep: Option<RepId>, turn: Turn) {
        let latest = self.latest.entry(team).or_default();
        *latest = (*latest).max(turn.last);
        if let Some(rep) = rep {
            self.turns.insert((team, rep), turn);
        }
    }
}

/// The loads of all reps and the rotations of all teams, kept up to date through a run by [`Loads::record`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loads {
    reps: Vec<RepLoad>,
    rotations: Rotations,
}

impl Loads {
    /// `reps` by [`RepId`]; the rotations as the last assignments left them.
    pub fn new(reps: Vec<RepLoad>, rotations: Rotations) -> Self {
        Self { reps, rotations }
    }

    /// A rep who is not listed has nothing.
    pub fn load(&self, rep: RepId) -> RepLoad {
        self.reps.get(rep.0).copied().unwrap_or_default()
    }

    /// A member's place in the rotation; level before the first turn.
    pub fn turn(&self, team: usize, rep: RepId) -> Turn {
        self.rotations.turns.get(&(team, rep)).copied().unwrap_or_default()
    }

    /// How many turns the team has seen.
    pub fn latest_turn(&self, team: usize) -> i64 {
        self.rotations.latest.get(&team).copied().unwrap_or_default()
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
            for (rep, turn) in &assignment.turns {
                self.rotations.add(team, Some(*rep), *turn);
            }
        }
    }
}
