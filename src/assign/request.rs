//! One handoff on its way through the routes.

use super::direct::{self, Named};
use super::team;
use super::{Lead, Loads, PassReason, PassedOver};
use crate::model::{RepId, Timestamp, Turn};
use crate::qualify::holds;
use crate::rules::{NobodyAvailable, Route, RouteTarget, Rules};

/// Everything that the decision looks at.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub rules: &'a Rules,
    pub lead: &'a Lead<'a>,
    pub loads: &'a Loads,
    pub now: Timestamp,
}

/// Who was passed over so far, and the first moment at which time gives one of them back.
#[derive(Debug, Default)]
pub(super) struct Passes {
    pub over: Vec<PassedOver>,
    pub until: Option<Timestamp>,
}

impl Passes {
    /// A rep who is met again on a later route, for the same reason, is told once.
    pub(super) fn note(&mut self, rep: String, reason: PassReason, until: Option<Timestamp>) {
        let passed = PassedOver { rep, reason };
        if !self.over.contains(&passed) {
            self.over.push(passed);
        }
        self.until = self.until.into_iter().chain(until).min();
    }
}

/// Whom a route found.
pub(super) struct Found {
    pub rep: RepId,
    pub team: Option<usize>,
    pub why: String,
    pub turns: Vec<(RepId, Turn)>,
}

/// What came of one route.
pub(super) enum Attempt {
    Found(Found),
    /// Those it leads to cannot take it now; when it `waits`, no later route is tried.
    Nobody {
        why: String,
        waits: bool,
    },
    /// It leads to nobody for this contact: no owner, no named account.
    NotMeant,
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

    pub(super) fn attempt(&self, route: &Route, passes: &mut Passes) -> Attempt {
        let named = match &route.to {
            RouteTarget::Team(index) => return self.attempt_team(*index, route, passes),
            RouteTarget::OwnerOfContact => direct::owner(self, "owner", "contact", passes),
            RouteTarget::OwnerOfCompany => direct::owner(self, "company.owner", "company", passes),
            RouteTarget::AccountIn(list) => direct::account(self, list, passes),
            RouteTarget::Rep(rep) => Some(Named { rep: *rep, why: "the route names one rep".to_owned() }),
        };
        let Some(named) = named else {
            return Attempt::NotMeant;
        };
        let Some(rep) = self.rules.reps.get(named.rep.0) else {
            return Attempt::NotMeant;
        };
        if direct::takes(self, (named.rep, rep), passes) {
            Attempt::Found(Found {
                rep: named.rep,
                team: None,
                why: format!("{}: {}", route.name, named.why),
                turns: Vec::new(),
            })
        } else {
            Attempt::Nobody { why: format!("{}: {} cannot take it", route.name, rep.name), waits: false }
        }
    }

    fn attempt_team(&self, index: usize, route: &Route, passes: &mut Passes) -> Attempt {
        let Some(team) = self.rules.teams.get(index) else {
            return Attempt::NotMeant;
        };
        team::pick(self, (index, team), route, passes).map_or_else(
            || Attempt::Nobody {
                why: format!("{}: nobody in team {} is available", route.name, team.name),
                waits: team.nobody_available == NobodyAvailable::Wait,
            },
            Attempt::Found,
        )
    }

    /// Why this rep may not get it again.
    pub(super) fn passed(&self, rep: RepId) -> Option<PassReason> {
        let mut passed = self.lead.passed.iter();
        passed.find(|(id, _)| *id == rep).map(|(_, reason)| reason.clone())
    }
}
