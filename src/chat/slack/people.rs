//! Who is who: users by e-mail for mentions, e-mails by user for reactions, and direct messages.

use std::time::Instant;

use serde_json::{Value, json};

use super::Slack;
use super::memory::Known;
use super::message_ref::is_id;
use super::outcome::Fault;
use crate::connector::Keyed;
use crate::model::{Timestamp, Write, fold};

/// Somebody to mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UserLookup {
    User(String),
    /// Nobody, and why.
    Nobody(String),
}

impl Slack {
    /// The user with this e-mail. A refusal is an answer: the name then stands in for the mention.
    pub(super) fn user(
        &mut self,
        email: &str,
        at: Timestamp,
        deadline: Instant,
    ) -> Result<UserLookup, Fault> {
        let email = fold(email).into_owned();
        let nobody = || {
            UserLookup::Nobody(format!(
                "no active Slack user has the e-mail {email}; the name stands in for a mention"
            ))
        };
        match self.memory.by_email(&email, at) {
            Known::As(id) => return Ok(UserLookup::User(id)),
            Known::Nobody => return Ok(nobody()),
            Known::NotYet => {}
        }
        if let Some(why) = &self.nameless {
            return Ok(UserLookup::Nobody(why.clone()));
        }
        let answer = self.client.read("users.lookupByEmail", &[("email", &email)], deadline);
        let user = match answer {
            Ok(body) => body.get("user").and_then(active_id),
            Err(Fault::Refused { code, .. }) if code == "users_not_found" => None,
            Err(Fault::Refused { why, .. }) => {
                self.nameless = Some(why.clone());
                return Ok(UserLookup::Nobody(why));
            }
            Err(other) => return Err(other),
        };
        self.memory.learn(&email, user.as_deref().unwrap_or_default(), at);
        Ok(user.map_or_else(nobody, UserLookup::User))
    }

    /// Learns who will be mentioned. What cannot be learned now is asked again, and told, when the message goes out.
    pub(super) fn look_up_people(&mut self, writes: &[Keyed<'_>]) {
        for keyed in writes {
            let mention = match keyed.write {
                Write::Message(message) => Some(&message.mention),
                Write::Reply(reply) => reply.mention.as_ref(),
                Write::Update(_) | Write::Task(_) | Write::Mark(_) => None,
            };
            let found = mention.map(|mention| self.user(&mention.email, keyed.at, keyed.deadline));
            if found.is_some_and(|found| found.is_err()) {
                return;
            }
        }
    }

    /// The e-mail of a user, in lower case; `None` for apps, and where there is none to be seen.
    pub(super) fn email(
        &mut self,
        user: &str,
        at: Timestamp,
        deadline: Instant,
    ) -> Result<Option<String>, Fault> {
        match self.memory.by_id(user, at) {
            Known::As(email) => return Ok(Some(email)),
            Known::Nobody => return Ok(None),
            Known::NotYet => {}
        }
        let email = match self.client.read("users.info", &[("user", user)], deadline) {
            Ok(body) => body.get("user").filter(|user| active_id(user).is_some()).and_then(|user| {
                user.pointer("/profile/email").and_then(Value::as_str).map(|email| fold(email).into_owned())
            }),
            Err(Fault::Refused { code, .. }) if code == "user_not_found" || code == "user_not_visible" => {
                None
            }
            Err(other) => return Err(other),
        };
        self.memory.learn(email.as_deref().unwrap_or_default(), user, at);
        Ok(email)
    }

    /// The channel of direct messages with a user.
    pub(super) fn direct(&mut self, user: &str, deadline: Instant) -> Result<String, Fault> {
        if let Some(channel) = self.memory.direct.get(user) {
            return Ok(channel.clone());
        }
        let body = self.client.write("conversations.open", &json!({ "users": user }), deadline)?;
        let channel = body.pointer("/channel/id").and_then(Value::as_str).filter(|id| is_id(id));
        // Opening a conversation again changes nothing, so an unreadable answer is as good as none.
        let Some(channel) = channel else {
            return Err(Fault::NotSent("the answer to conversations.open names no channel".to_owned()));
        };
        self.memory.direct.insert(user.to_owned(), channel.to_owned());
        Ok(channel.to_owned())
    }
}

/// The id of a user who can be told something.
fn active_id(user: &Value) -> Option<String> {
    let is = |key: &str| user.get(key).and_then(Value::as_bool).unwrap_or(false);
    let id = user.get("id").and_then(Value::as_str).filter(|id| is_id(id))?;
    (!is("deleted") && !is("is_bot")).then(|| id.to_owned())
}
