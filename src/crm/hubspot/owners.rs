//! The owners of an account.
//!
//! Source: <https://developers.hubspot.com/docs/api-reference/crm-owners-v3/guide>. Records hold the owner's `id`, not the
//! `userId`.

use anyhow::{Result, anyhow, bail};

use super::client::{Client, parse};
use super::wire::{Listing, Owner, unread};
use crate::connector::owners::{OwnerList, Owners};
use crate::model::percent_encode;

/// A hundred owners a page; nobody has more.
const PAGES_MAX: u32 = 200;

/// All owners of one kind.
pub(super) fn list(client: &Client, which: Owners) -> Result<OwnerList> {
    let archived = which == Owners::Archived;
    let mut owners = OwnerList::default();
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut path = format!("{}?limit=100&archived={archived}", client.paths.owners());
        if let Some(after) = &after {
            path = format!("{path}&after={}", percent_encode(after));
        }
        let answer = client.ask(&path, None)?;
        owners.read_ms = answer.date().map(|date| date.timestamp_millis());
        let mut page: Listing = parse(&answer)?;
        for item in std::mem::take(&mut page.results) {
            let owner: Owner = serde_json::from_value(item)
                .map_err(|error| anyhow!(unread("an owner in HubSpot", &error)))?;
            if let Some(id) = owner.id {
                owners.emails.insert(id, owner.email.unwrap_or_default().trim().to_lowercase());
            }
        }
        let next = page.after();
        match next {
            Some(next) if Some(&next) != after.as_ref() => after = Some(next),
            Some(_) => bail!("HubSpot's list of owners goes round in a circle"),
            None => return Ok(owners),
        }
    }
    bail!("HubSpot lists more than {PAGES_MAX} pages of owners")
}
