//! One handoff on its way through the routes.

use super::{Lead, Loads, SkipReason, Skipped};
use crate::model::{RepId, Timestamp, Turn};
use crate::qualify::holds;
use crate::rules::{Route, RouteTarget, Rules};

/// Everything that the decision looks at.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub rules: &'a Rules,
    pub lead: &'a Lead<'a>,
    pub loads: &'a Loads,
    pub now: Timestamp,
}

/// Who was skipped so far, and the first moment at which time gives one of them back.
#[derive(Debug, Default)]
pub(super) struct Skips {
    pub reps: Vec<Skipped>,
    pub until: Option<Timestamp>,
}

impl Skips {
    /// A rep who is met again on a later route, for the same reason, is told once.
    pub(super) fn note(&mut self, rep: String, reason: SkipReason, until: Option<Timestamp>) {
        let skipped = Skipped { rep, reason };
        if !self.reps.contains(&skipped) {
            self.reps.push(skipped);
        }
        self.until = self.until.into_iter().chain(until).min();
    }
}

/// Whom a route found.
pub(super) struct Destination {
    pub rep: RepId,
    pub team: Option<usize>,
    pub why: String,
    pub turns: Vec<(RepId, Turn)>,
}

impl Request<'_> {
    /// The routes to try, with their positions. A reassignment stays with the routes to its team, also when the contact
    /// has changed so that none of them would take it today; when the rules no longer lead to the team, it is routed anew.
    pub(super) fn routes(&self) -> Vec<(usize, &Route)> {
        let all = self.rules.routes.iter().enumerate();
        let holding = |(_, route): &(usize, &Route)| holds(&route.when, &self.lead.facts);
        let Some(team) = self.lead.only_team else {
            return all.filter(holding).collect();
        };
        let leads_there =
            |(_, route): &(usize, &Route)| matches!(route.to, RouteTarget::Team(to) if to == team);
        let to_team: Vec<_> = all.clone().filter(leads_there).collect();
        let held: Vec<_> = to_team.iter().copied().filter(holding).collect();
        if !held.is_empty() {
            held
        } else if !to_team.is_empty() {
            to_team
        } else {
            all.filter(holding).collect()
        }
    }

    /// Why this rep may not get it again.
    pub(super) fn skipped(&self, rep: RepId) -> Option<SkipReason> {
        let mut skipped = self.lead.skipped.iter();
        skipped.find(|(id, _)| *id == rep).map(|(_, reason)| reason.clone())
    }
}
