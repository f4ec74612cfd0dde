//! Owners by e-mail. An owner's id is not the user's id, and an owner who was deactivated can be given nothing.
//!
//! <https://developers.hubspot.com/docs/api-reference/crm-owners-v3/guide>

use std::collections::HashMap;

use serde_json::Value;

use super::batch::id_text;
use super::client::Client;
use super::outcome::{Outcome, read_outcome};
use super::present::results;
use crate::model::Timestamp;

/// What HubSpot says of an e-mail; the ids are the owners'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Active(String),
    Archived(String),
    Unknown,
}

/// Those asked for in this process.
#[derive(Debug, Default)]
pub(super) struct Owners {
    known: HashMap<String, Owner>,
}

impl Owners {
    pub(super) fn find(&mut self, client: &Client, email: &str, now: Timestamp) -> Result<Owner, Outcome> {
        let email = email.trim().to_lowercase();
        if let Some(owner) = self.known.get(&email) {
            return Ok(owner.clone());
        }
        let mut owner = Owner::Unknown;
        for archived in [false, true] {
            let encoded = crate::crm::percent_encode(&email);
            let path = format!("{}?email={encoded}&archived={archived}&limit=100", client.paths.owners());
            let answer = match read_outcome(client.ask(&path, None), now) {
                Outcome::Accepted(answer) => answer,
                other => return Err(other),
            };
            let is_theirs = |owner: &&Value| {
                let theirs = owner.get("email").and_then(Value::as_str);
                theirs.is_some_and(|theirs| theirs.trim().to_lowercase() == email)
            };
            if let Some(id) =
                results(&answer).find(is_theirs).and_then(|owner| owner.get("id").and_then(id_text))
            {
                owner = if archived { Owner::Archived(id) } else { Owner::Active(id) };
                break;
            }
        }
        self.known.insert(email, owner.clone());
        Ok(owner)
    }
}
