//! One route tried: whom it leads to.

use super::direct::{self, Named};
use super::request::{Destination, Request, Skips};
use super::team;
use crate::rules::{NobodyAvailable, Route, RouteTarget};

/// What came of one route.
pub(super) enum Attempt {
    Found(Destination),
    /// Those it leads to cannot take it now; when it `waits`, no later route is tried.
    Nobody {
        why: String,
        waits: bool,
    },
    /// It leads to nobody for this contact: no owner, no named account.
    NotMeant,
}

impl Request<'_> {
    pub(super) fn attempt(&self, route: &Route, skips: &mut Skips) -> Attempt {
        let named = match &route.to {
            RouteTarget::Team(index) => return self.attempt_team(*index, route, skips),
            RouteTarget::OwnerOfContact => direct::owner(self, "owner", "contact", skips),
            RouteTarget::OwnerOfCompany => direct::owner(self, "company.owner", "company", skips),
            RouteTarget::AccountIn(list) => direct::account(self, list, skips),
            RouteTarget::Rep(rep) => Some(Named { rep: *rep, why: "the route names one rep".to_owned() }),
        };
        let Some(named) = named else {
            return Attempt::NotMeant;
        };
        let Some(rep) = self.rules.reps.get(named.rep.0) else {
            return Attempt::NotMeant;
        };
        if direct::takes(self, (named.rep, rep), skips) {
            Attempt::Found(Destination {
                rep: named.rep,
                team: None,
                why: format!("{}: {}", route.name, named.why),
                turns: Vec::new(),
            })
        } else {
            Attempt::Nobody { why: format!("{}: {} cannot take it", route.name, rep.name), waits: false }
        }
    }

    fn attempt_team(&self, index: usize, route: &Route, skips: &mut Skips) -> Attempt {
        let Some(team) = self.rules.teams.get(index) else {
            return Attempt::NotMeant;
        };
        team::pick(self, (index, team), route, skips).map_or_else(
            || Attempt::Nobody {
                why: format!("{}: nobody in team {} is available", route.name, team.name),
                waits: team.nobody_available == NobodyAvailable::Wait,
            },
            Attempt::Found,
        )
    }
}
