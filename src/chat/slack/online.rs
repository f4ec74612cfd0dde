//! What `check --online` asks Slack: the token and its scopes, the channel, the user of every rep.

use std::time::Instant;

use serde_json::Value;

use super::Slack;
use super::config::Destination;
use super::people::UserLookup;
use crate::connector::{Checked, When};
use crate::secret::surplus;

/// Scope, and what it is for.
const SCOPES: [(&str, &str); 4] = [
    ("chat:write", "posts messages"),
    ("users:read", "tells who reacted"),
    ("users:read.email", "finds reps by e-mail"),
    ("reactions:read", "sees reactions"),
];

const OF_DIRECT: [(&str, &str); 2] =
    [("im:write", "opens direct messages"), ("im:history", "finds again what was posted")];

const OF_CHANNELS: [(&str, &str); 2] =
    [("channels:history", "finds again what was posted"), ("channels:read", "finds the channel by its name")];

/// Scopes that a definition other than this one may need: they are no surplus.
const OF_OTHERS: [&str; 4] = ["groups:history", "groups:read", "chat:write.public", "incoming-webhook"];

/// In every token of a user, asked for or not.
const OF_EVERY_USER: &str = "identify";

impl Slack {
    pub(super) fn check_all(&mut self, people: &[String], when: When) -> Checked {
        let When { now, deadline } = when;
        let mut checked = Checked::default();
        if let Err(fault) = self.client.read("auth.test", &[], deadline) {
            checked.problems.push(fault.into_why());
            return checked;
        }
        let private = self.check_channel(deadline, &mut checked);
        self.check_scopes(private, &mut checked);
        for email in people {
            match self.user(email, now, deadline) {
                Ok(UserLookup::User(_)) => {}
                Ok(UserLookup::Nobody(why)) if self.config.destination == Destination::Rep => {
                    checked.problems.push(why);
                }
                Ok(UserLookup::Nobody(why)) => checked.warnings.push(why),
                Err(fault) => {
                    checked.problems.push(fault.into_why());
                    break;
                }
            }
        }
        checked
    }

    /// Whether the app is in the channel; returns whether the channel is private.
    fn check_channel(&mut self, deadline: Instant, checked: &mut Checked) -> bool {
        let Destination::Channel(channel) = self.config.destination.clone() else { return false };
        let info = self
            .id(&channel, deadline)
            .and_then(|id| self.client.read("conversations.info", &[("channel", &id)], deadline));
        let body = match info {
            Ok(body) => body,
            Err(fault) => {
                checked.problems.push(fault.into_why());
                return false;
            }
        };
        let is = |key: &str| body.pointer(&format!("/channel/{key}")).and_then(Value::as_bool);
        if is("is_archived") == Some(true) {
            checked.problems.push(format!("the channel {channel} is archived: unarchive it or name another"));
        }
        if is("is_member") == Some(false) {
            checked.problems.push(format!(
                "the app is not in the channel {channel}: write `/invite` with its name there, or it cannot post and read"
            ));
        }
        is("is_private") == Some(true)
    }

    fn check_scopes(&self, is_private: bool, checked: &mut Checked) {
        let Some(granted) = &self.client.scopes else { return };
        let of_place = match &self.config.destination {
            Destination::Channel(_) => OF_CHANNELS,
            Destination::Rep => OF_DIRECT,
        };
        for (scope, what) in SCOPES.into_iter().chain(of_place) {
            let scope = if is_private { scope.replace("channels:", "groups:") } else { scope.to_owned() };
            if !granted.contains(&scope) {
                checked.problems.push(format!(
                    "the token lacks the scope {scope}, which {what}: add it to the app and install the app again"
                ));
            }
        }
        let named = SCOPES.into_iter().chain(OF_DIRECT).chain(OF_CHANNELS).map(|(scope, _)| scope);
        let used: Vec<&str> = named.chain(OF_OTHERS).chain([OF_EVERY_USER]).collect();
        checked.warnings.extend(surplus(granted.iter().map(String::as_str), &used));
    }
}
