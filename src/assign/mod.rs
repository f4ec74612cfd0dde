//! Handoff + reps + loads + now -> assignment. Pure: the same inputs give the same rep, and every rep who was considered
//! and not taken is there with the reason.

mod attempt;
mod company;
mod direct;
mod loads;
mod pick;
mod request;
mod rotation;
pub mod shifts;
mod skipped;
mod team;

pub use company::Companies;
pub use loads::{Loads, RepLoad, Rotations};
pub use skipped::{SkipReason, Skipped};

use attempt::Attempt;
use request::{Request, Skips};

use crate::model::{RepId, Timestamp, Turn};
use crate::qualify::Facts;
use crate::rules::{Route, Rules};

/// A handoff that needs an owner.
#[derive(Clone, Copy, Debug)]
pub struct Lead<'a> {
    pub facts: Facts<'a>,
    /// Who may not get it again.
    pub skipped: &'a [(RepId, SkipReason)],
    /// A reassignment stays in this team, unless no route leads there any more.
    pub only_team: Option<usize>,
    /// Who was given people of its company and when, the latest first.
    pub company: &'a [(RepId, Timestamp)],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routing {
    Assigned(Assignment),
    Waiting(Waiting),
}

/// Who gets the handoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub rep: RepId,
    /// Position in [`Rules::routes`].
    pub route: usize,
    /// Position in [`Rules::teams`]; `None` when the route named the rep.
    pub team: Option<usize>,
    /// A sentence for the rep.
    pub why: String,
    pub skipped: Vec<Skipped>,
    /// The members' new places in the team's rotation, to be committed with the pick.
    pub turns: Vec<(RepId, Turn)>,
}

/// Nobody can take it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The route that it waits at.
    pub route: usize,
    pub why: String,
    /// The first moment at which time alone may find somebody; `None` when something must change. A rep who closes a
    /// handoff may be free sooner, so a run tries all that wait.
    pub until: Option<Timestamp>,
    pub skipped: Vec<Skipped>,
}

/// Tries the routes in file order; the first that holds and finds somebody decides.
pub fn assign(rules: &Rules, lead: &Lead<'_>, loads: &Loads, now: Timestamp) -> Routing {
    let request = Request { rules, lead, loads, now };
    let routes = request.routes();
    try_routes(&request, routes)
}

/// Tries one route alone, whether its condition holds or not.
pub fn assign_by(rules: &Rules, route: usize, lead: &Lead<'_>, loads: &Loads, now: Timestamp) -> Routing {
    let request = Request { rules, lead, loads, now };
    let routes = rules.routes.get(route).map(|only| (route, only)).into_iter().collect();
    try_routes(&request, routes)
}

fn try_routes(request: &Request<'_>, routes: Vec<(usize, &Route)>) -> Routing {
    let mut skips = Skips::default();
    let mut waits_at = None;
    for (index, route) in routes {
        match request.attempt(route, &mut skips) {
            Attempt::Found(found) => {
                return Routing::Assigned(Assignment {
                    rep: found.rep,
                    route: index,
                    team: found.team,
                    why: found.why,
                    skipped: skips.reps,
                    turns: found.turns,
                });
            }
            Attempt::Nobody { why, waits } => {
                waits_at = Some((index, why));
                if waits {
                    break;
                }
            }
            Attempt::NotMeant => {}
        }
    }
    let (route, why) = waits_at.unwrap_or_else(|| {
        let fallback = request.rules.routes.len().saturating_sub(1);
        (fallback, "no route leads to anybody".to_owned())
    });
    Routing::Waiting(Waiting { route, why, until: skips.until, skipped: skips.reps })
}

#[cfg(test)]
mod tests;
