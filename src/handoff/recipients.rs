//! Whom a `notify` step reaches, each once.

use crate::model::StepTarget;
use crate::rules::{Rules, Team};
use crate::store::HandoffRow;

/// One reply of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// By e-mail.
    Person(String),
    Channel(String),
    /// Nobody in particular: there is no manager or team to name.
    Thread,
}

/// The team whose handoff it is: that of the route, else the first that the owner is in.
pub(crate) fn team<'a>(rules: &'a Rules, handoff: &HandoffRow) -> Option<&'a Team> {
    let of_route = handoff.team.as_deref().and_then(|name| rules.teams.iter().find(|team| team.name == name));
    of_route.or_else(|| {
        let owner = rules.reps.iter().position(|rep| Some(&rep.email) == handoff.owner.as_ref())?;
        rules.teams.iter().find(|team| team.members.iter().any(|member| member.rep.0 == owner))
    })
}

pub(crate) fn recipients(rules: &Rules, handoff: &HandoffRow, to: &[StepTarget]) -> Vec<Recipient> {
    let team = team(rules, handoff);
    let person = |email: Option<&String>| email.cloned().map_or(Recipient::Thread, Recipient::Person);
    let mut all: Vec<Recipient> = Vec::new();
    for target in to {
        let meant = match target {
            StepTarget::Owner => vec![person(handoff.owner.as_ref())],
            StepTarget::Manager => vec![person(team.and_then(|team| team.manager.as_ref()))],
            StepTarget::Team => match team {
                Some(team) => {
                    let reps = team.members.iter().filter_map(|member| rules.reps.get(member.rep.0));
                    reps.map(|rep| person(Some(&rep.email))).collect()
                }
                None => vec![Recipient::Thread],
            },
            StepTarget::Rep(email) => vec![person(Some(email))],
            StepTarget::Channel(channel) => vec![Recipient::Channel(channel.clone())],
        };
        for recipient in meant {
            if !all.contains(&recipient) {
                all.push(recipient);
            }
        }
    }
    all
}
