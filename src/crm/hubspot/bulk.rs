//! Reads many records at once.

use std::thread;

use anyhow::{Result, anyhow};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client::Client;
use super::wire::{Listing, Object};

/// Inputs of one call: <https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/batch>.
pub(super) const AT_ONCE: usize = 100;

/// What a batch read found.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) found: Vec<Object>,
    /// Items of the answer that are no objects, each with the reason.
    pub(super) bad: Vec<String>,
}

/// Reads records by id. Ids that are not in the answer are gone, or belong to another record since a merge.
pub(super) fn read(client: &Client, kind: &str, properties: &[String], ids: &[&str]) -> Result<Objects> {
    let path = client.paths.batch(kind, "read");
    let listings: Vec<Listing> = side_by_side(ids, |ids| {
        let inputs: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        client.query(&path, &json!({ "properties": properties, "inputs": inputs }))
    })?;
    let mut objects = Objects::default();
    for item in listings.into_iter().flat_map(|listing| listing.results) {
        match Object::read(item) {
            Ok(object) if object.archived => {}
            Ok(object) => objects.found.push(object),
            Err(why) => objects.bad.push(why),
        }
    }
    Ok(objects)
}

/// What the records of one kind are associated with.
pub(super) fn associations<T: DeserializeOwned>(
    client: &Client,
    from: &str,
    to: &str,
    ids: &[&str],
) -> Result<Vec<T>> {
    let path = client.paths.associations(from, to);
    let listings: Vec<Listing> = side_by_side(ids, |ids| {
        let inputs: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        client.query(&path, &json!({ "inputs": inputs }))
    })?;
    let items = listings.into_iter().flat_map(|listing| listing.results);
    items
        .map(|item| {
            serde_json::from_value(item)
                .map_err(|error| anyhow!("HubSpot's associations cannot be read: {error}"))
        })
        .collect()
}

/// One call for each hundred ids, at the same time; the answers in order.
fn side_by_side<T: Send>(ids: &[&str], call: impl Fn(&[&str]) -> Result<T> + Sync) -> Result<Vec<T>> {
    if ids.len() <= AT_ONCE {
        return if ids.is_empty() { Ok(Vec::new()) } else { Ok(vec![call(ids)?]) };
    }
    thread::scope(|scope| {
        let calls: Vec<_> = ids.chunks(AT_ONCE).map(|ids| scope.spawn(|| call(ids))).collect();
        let joined = calls.into_iter().map(|call| call.join().map_err(|_| anyhow!("a reader broke down"))?);
        joined.collect()
    })
}
