//! Owners: their ids stand in records, their e-mails in the rules.
//!
//! Source: <https://developers.hubspot.com/docs/api-reference/crm-owners-v3/guide>. Records hold the owner's `id`, not the
//! `userId`.

use std::collections::HashMap;

use anyhow::{Result, anyhow, bail};
use serde::{Deserialize, Serialize};

use super::client::{Client, parse};
use super::wire::{Listing, Owner, unread};
use crate::model::percent_encode;

/// A list is good for a day.
const GOOD_FOR_MS: i64 = 24 * 60 * 60 * 1_000;

/// A hundred owners a page; nobody has more.
const PAGES_MAX: u32 = 200;

/// What is known of owners; remembered between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Roster {
    /// When the list was read, by the service's clock; `None`: never, or by a clock that is not known.
    #[serde(default)]
    read_ms: Option<i64>,
    /// E-mail by id.
    #[serde(default)]
    active: HashMap<String, String>,
    /// Those who left; read only when somebody is not among the active.
    #[serde(default)]
    archived: Option<HashMap<String, String>>,
    /// Read in this process: an id that is not in it is not asked for again.
    #[serde(skip)]
    is_fresh: bool,
}

/// Who an e-mail belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// With the owner's id.
    Active(String),
    Archived,
    Unknown,
}

impl Roster {
    /// Who owns what belongs to this e-mail, whatever its case. Asks the service when it is not known.
    pub(super) fn standing(&mut self, client: &Client, email: &str) -> Result<Standing> {
        let email = email.trim().to_lowercase();
        let id_in = |owners: &HashMap<String, String>| {
            owners.iter().find(|(_, known)| **known == email).map(|(id, _)| id.clone())
        };
        if let Some(id) = id_in(&self.active) {
            return Ok(Standing::Active(id));
        }
        self.refresh(client)?;
        if let Some(id) = id_in(&self.active) {
            return Ok(Standing::Active(id));
        }
        let archived = self.archived(client)?;
        Ok(if id_in(archived).is_some() { Standing::Archived } else { Standing::Unknown })
    }

    /// The e-mail of an owner, in small letters; `owner:ID` for one that the service does not know either.
    pub(super) fn email(&mut self, client: &Client, id: &str) -> Result<String> {
        if !self.active.contains_key(id) && !self.knows_archived(id) {
            self.refresh(client)?;
            if !self.active.contains_key(id) {
                self.archived(client)?;
            }
        }
        let archived = || self.archived.as_ref().and_then(|archived| archived.get(id));
        let email = self.active.get(id).or_else(archived).filter(|email| !email.is_empty());
        Ok(email.cloned().unwrap_or_else(|| format!("owner:{id}")))
    }

    fn knows_archived(&self, id: &str) -> bool {
        self.archived.as_ref().is_some_and(|archived| archived.contains_key(id))
    }

    /// Forgets a list that is older than a day.
    pub(super) fn age(&mut self, now_ms: i64) {
        let is_old = self.read_ms.is_none_or(|read| !(0..GOOD_FOR_MS).contains(&now_ms.saturating_sub(read)));
        if is_old && !self.is_fresh {
            *self = Self::default();
        }
    }

    /// Forgets a list that an earlier run read, since HubSpot does not take an owner in it; `false`: it was read just now.
    pub(super) fn doubt(&mut self) -> bool {
        if !self.is_fresh {
            *self = Self::default();
        }
        !self.is_fresh
    }

    /// Reads the list where none is known: somebody in it is about to be given something. A failure is told when it matters.
    pub(super) fn expect(&mut self, client: &Client) {
        if self.active.is_empty() {
            self.refresh(client).ok();
        }
    }

    /// Reads the list again, once in a process.
    fn refresh(&mut self, client: &Client) -> Result<()> {
        if self.is_fresh {
            return Ok(());
        }
        let (active, read_ms) = list(client, false)?;
        *self = Self { read_ms, active, archived: None, is_fresh: true };
        Ok(())
    }

    fn archived(&mut self, client: &Client) -> Result<&HashMap<String, String>> {
        let archived = match self.archived.take() {
            Some(archived) => archived,
            None => list(client, true)?.0,
        };
        Ok(self.archived.insert(archived))
    }
}

/// All owners, e-mail by id, and the service's time.
fn list(client: &Client, archived: bool) -> Result<(HashMap<String, String>, Option<i64>)> {
    let mut owners = HashMap::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut path = format!("{}?limit=100&archived={archived}", client.paths.owners());
        if let Some(after) = &after {
            path = format!("{path}&after={}", percent_encode(after));
        }
        let answer = client.ask(&path, None)?;
        let read_ms = answer.date().map(|date| date.timestamp_millis());
        let mut page: Listing = parse(&answer)?;
        for item in std::mem::take(&mut page.results) {
            let owner: Owner = serde_json::from_value(item)
                .map_err(|error| anyhow!(unread("an owner in HubSpot", &error)))?;
            if let Some(id) = owner.id {
                owners.insert(id, owner.email.unwrap_or_default().trim().to_lowercase());
            }
        }
        let next = page.after();
        match next {
            Some(next) if Some(&next) != after.as_ref() => after = Some(next),
            Some(_) => bail!("HubSpot's list of owners goes round in a circle"),
            None => return Ok((owners, read_ms)),
        }
    }
    bail!("HubSpot lists more than {PAGES_MAX} pages of owners")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_a_time_that_nobody_wrote_is_forgotten() {
        for read in [i64::MIN, i64::MAX] {
            let active = HashMap::from([("11".to_owned(), "ana@acme.example".to_owned())]);
            let mut roster = Roster { read_ms: Some(read), active, ..Roster::default() };
            roster.age(1_795_428_000_000);
            assert_eq!(roster, Roster::default(), "{read}");
        }
    }
}
