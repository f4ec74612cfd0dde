//! What is worth remembering between runs: who is who, and the ids of channels. Without it everything is asked again.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::client::Client;
use crate::model::Timestamp;

/// A user that was found is asked for again after a day; one that was not, after an hour.
const FOUND_LIVES: TimeDelta = TimeDelta::days(1);
const MISSING_LIVES: TimeDelta = TimeDelta::hours(1);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Whose ids these are: another token may be another workspace's.
    account: String,
    users: Vec<User>,
    /// Name, as in rules.toml, and id.
    #[serde(default)]
    pub(super) channels: BTreeMap<String, String>,
    /// User and the channel of the direct messages with that user.
    #[serde(default)]
    pub(super) direct: BTreeMap<String, String>,
}

/// One side may be empty: an e-mail without a user, or a user whose e-mail is nobody's concern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct User {
    email: String,
    id: String,
    /// Seconds since 1970.
    seen: i64,
}

impl Memory {
    /// What an earlier run remembered, if it was with the same token.
    pub(super) fn read(text: Option<&str>, client: &Client) -> Self {
        let account = account(client);
        let memory: Option<Self> = text.and_then(|text| serde_json::from_str(text).ok());
        memory.filter(|memory| memory.account == account).unwrap_or(Self { account, ..Self::default() })
    }

    pub(super) fn to_text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// `Some(None)`: there is no user with this e-mail.
    pub(super) fn id_of(&self, email: &str, at: Timestamp) -> Option<Option<String>> {
        let user = self.users.iter().find(|user| user.email == email && user.is_fresh(at))?;
        Some(Some(user.id.clone()).filter(|id| !id.is_empty()))
    }

    /// `Some(None)`: this user's e-mail is not known.
    pub(super) fn email_of(&self, id: &str, at: Timestamp) -> Option<Option<String>> {
        let user = self.users.iter().find(|user| user.id == id && user.is_fresh(at))?;
        Some(Some(user.email.clone()).filter(|email| !email.is_empty()))
    }

    pub(super) fn learn(&mut self, email: &str, id: &str, at: Timestamp) {
        let is_same =
            |user: &User| (!email.is_empty() && user.email == email) || (!id.is_empty() && user.id == id);
        self.users.retain(|user| user.is_fresh(at) && !is_same(user));
        self.users.push(User { email: email.to_owned(), id: id.to_owned(), seen: at.timestamp() });
    }
}

impl User {
    fn is_fresh(&self, at: Timestamp) -> bool {
        let age = at.timestamp() - self.seen;
        let lives = if self.id.is_empty() { MISSING_LIVES } else { FOUND_LIVES };
        (0..lives.num_seconds()).contains(&age)
    }
}

/// Tells one token's workspace from another's; the token cannot be had back from it.
fn account(client: &Client) -> String {
    let mut hash = Sha256::new();
    hash.update(client.base().as_str());
    hash.update([0]);
    hash.update(client.token().expose());
    let mut text = data_encoding::HEXLOWER.encode(&hash.finalize());
    text.truncate(12);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_user_is_known_for_a_day_and_a_missing_one_for_an_hour() {
        let mut memory = Memory::default();
        memory.learn("ana@acme.example", "U1", at(1_000));
        memory.learn("bo@acme.example", "", at(1_000));
        assert_eq!(memory.id_of("ana@acme.example", at(80_000)), Some(Some("U1".to_owned())));
        assert_eq!(memory.email_of("U1", at(80_000)), Some(Some("ana@acme.example".to_owned())));
        assert_eq!(memory.id_of("ana@acme.example", at(90_000)), None);
        assert_eq!(memory.id_of("bo@acme.example", at(2_000)), Some(None));
        assert_eq!(memory.id_of("bo@acme.example", at(5_000)), None);
        assert_eq!(memory.id_of("ana@acme.example", at(0)), None, "the clock went back");
    }
}
