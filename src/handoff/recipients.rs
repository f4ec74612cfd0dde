//! Whom a `notify` step reaches, each once.

use super::case::Case;
use crate::model::StepTarget;

/// One reply of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recipient {
    /// By e-mail.
    Person(String),
    Channel(String),
    /// Nobody in particular: there is no manager or team to name.
    Thread,
}

impl Case<'_> {
    /// Those whom the targets of a step come to.
    pub(super) fn recipients(&self, to: &[StepTarget]) -> Vec<Recipient> {
        let (rules, handoff, team) = (self.rules(), &self.handoff, self.team());
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

    pub(super) fn manager(&self) -> Recipient {
        let manager = self.team().and_then(|team| team.manager.clone());
        manager.map_or(Recipient::Thread, Recipient::Person)
    }
}
