//! What is worth remembering between runs: who is who, and the ids of channels. Without it everything is asked again.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::client::Client;
use super::message_ref::is_id;
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

/// What is known of the other side of an e-mail or a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    NotYet,
    Nobody,
    As(String),
}

impl Known {
    fn of(other: &str) -> Self {
        if other.is_empty() { Self::Nobody } else { Self::As(other.to_owned()) }
    }
}

impl Memory {
    /// What an earlier run remembered, if it was with the same token.
    pub(super) fn read(text: Option<&str>, client: &Client) -> Self {
        let account = account(client);
        let memory: Option<Self> = text.and_then(|text| serde_json::from_str(text).ok());
        let memory = memory.filter(|memory| memory.account == account).map(Self::without_nonsense);
        memory.unwrap_or(Self { account, ..Self::default() })
    }

    /// What is no id was not remembered here, and must not be written to.
    fn without_nonsense(mut self) -> Self {
        self.users.retain(|user| user.id.is_empty() || is_id(&user.id));
        self.channels.retain(|_, id| is_id(id));
        self.direct.retain(|_, id| is_id(id));
        self
    }

    pub(super) fn to_text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    pub(super) fn by_email(&self, email: &str, at: Timestamp) -> Known {
        let user = self.users.iter().find(|user| user.email == email && user.is_fresh(at));
        user.map_or(Known::NotYet, |user| Known::of(&user.id))
    }

    pub(super) fn by_id(&self, id: &str, at: Timestamp) -> Known {
        let user = self.users.iter().find(|user| user.id == id && user.is_fresh(at));
        user.map_or(Known::NotYet, |user| Known::of(&user.email))
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
        let age = at.timestamp().saturating_sub(self.seen);
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
    fn what_is_no_id_is_not_remembered() {
        let mut memory = Memory::default();
        for id in ["U7", "<!channel>"] {
            memory.learn(&format!("{id}@acme.example"), id, at(0));
            memory.channels.insert(id.to_owned(), id.to_owned());
            memory.direct.insert(id.to_owned(), id.to_owned());
        }
        let memory = memory.without_nonsense();
        assert_eq!((memory.users.len(), memory.channels.len(), memory.direct.len()), (1, 1, 1));
        assert_eq!(memory.by_id("U7", at(0)), Known::As("U7@acme.example".to_owned()));
    }

    #[test]
    fn a_user_seen_when_nobody_was_is_asked_for_again() {
        for seen in [i64::MIN, i64::MAX] {
            let user = User { email: "ana@acme.example".to_owned(), id: "U7".to_owned(), seen };
            assert!(!user.is_fresh(at(1_795_428_000)), "{seen}");
        }
    }

    #[test]
    fn a_user_is_known_for_a_day_and_a_missing_one_for_an_hour() {
        let mut memory = Memory::default();
        memory.learn("ana@acme.example", "U1", at(1_000));
        memory.learn("bo@acme.example", "", at(1_000));
        assert_eq!(memory.by_email("ana@acme.example", at(80_000)), Known::As("U1".to_owned()));
        assert_eq!(memory.by_id("U1", at(80_000)), Known::As("ana@acme.example".to_owned()));
        assert_eq!(memory.by_email("ana@acme.example", at(90_000)), Known::NotYet);
        assert_eq!(memory.by_email("bo@acme.example", at(2_000)), Known::Nobody);
        assert_eq!(memory.by_email("bo@acme.example", at(5_000)), Known::NotYet);
        assert_eq!(memory.by_email("ana@acme.example", at(0)), Known::NotYet, "the clock went back");
    }
}
