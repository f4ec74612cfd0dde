//! Reads many records at once.

use std::collections::HashMap;
use std::thread;

use anyhow::{Result, anyhow};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::client::{Client, parse};
use super::record::READ_AT_ONCE;
use super::wire::{Listing, Object, unread};
use crate::connector::halving::{Part, halved, is_whole};
use crate::connector::http::Answer;

/// Requests that one call's records may cost when an answer cannot be read: enough to find two such records among a hundred.
const REQUESTS_MAX: usize = 40;

/// What a batch read found.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) found: Vec<Object>,
    /// Items of the answer that are no objects, each with the reason.
    pub(super) bad: Vec<String>,
    /// Ids of records about which no answer can be read, each with the reason.
    pub(super) unreadable: HashMap<String, String>,
}

/// Reads records by id. Ids that are not in the answer are gone, or belong to another record since a merge, unless they are
/// told to be unreadable.
pub(super) fn read(client: &Client, kind: &str, properties: &[String], ids: &[&str]) -> Result<Objects> {
    let path = client.paths.batch(kind, "read");
    let parts = side_by_side(ids, |ids| {
        read_apart(ids, |ids| {
            let inputs: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
            client.ask(&path, Some(&json!({ "properties": properties, "inputs": inputs })))
        })
    })?;
    let mut objects = Objects::default();
    for part in parts {
        objects.found.extend(part.found);
        objects.bad.extend(part.bad);
        objects.unreadable.extend(part.unreadable);
    }
    Ok(objects)
}

/// Reads at most a hundred records. An answer that came whole and still cannot be read is asked for in halves, until the
/// records that are to blame stand alone: the others must not wait for them.
fn read_apart(ids: &[&str], mut ask: impl FnMut(&[&str]) -> Result<Answer>) -> Result<Objects> {
    let mut objects = Objects::default();
    let mut requests = 0;
    halved(
        ids,
        REQUESTS_MAX,
        || (),
        |part| {
            requests += 1;
            let answer = ask(part)?;
            match (parse::<Listing>(&answer), part) {
                (Ok(listing), _) => objects.add(listing),
                (Err(error), _) if !is_whole(&answer.body) || requests == REQUESTS_MAX => return Err(error),
                (Err(error), [id]) => drop(objects.unreadable.insert((*id).to_owned(), error.to_string())),
                (Err(_), _) => return Ok(Part::Halve),
            }
            Ok(Part::All(()))
        },
    )?;
    Ok(objects)
}

impl Objects {
    fn add(&mut self, listing: Listing) {
        for item in listing.results {
            match Object::read(item) {
                Ok(object) if object.archived => {}
                Ok(object) => self.found.push(object),
                Err(why) => self.bad.push(why),
            }
        }
    }
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
            serde_json::from_value(item).map_err(|error| anyhow!(unread("HubSpot's associations", &error)))
        })
        .collect()
}

/// One call for each hundred ids, at the same time; the answers in order.
fn side_by_side<T: Send>(ids: &[&str], call: impl Fn(&[&str]) -> Result<T> + Sync) -> Result<Vec<T>> {
    if ids.len() <= READ_AT_ONCE {
        return if ids.is_empty() { Ok(Vec::new()) } else { Ok(vec![call(ids)?]) };
    }
    thread::scope(|scope| {
        let calls: Vec<_> = ids.chunks(READ_AT_ONCE).map(|ids| scope.spawn(|| call(ids))).collect();
        let joined = calls.into_iter().map(|call| call.join().map_err(|_| anyhow!("a reader broke down"))?);
        joined.collect()
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    /// Answers about records of which those in `bad` make the whole answer unreadable; how many requests it took.
    fn read_with(bad: &[&str]) -> (Result<Objects>, usize) {
        let ids: Vec<String> = (1..=100).map(|id| id.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut requests = 0;
        let read = read_apart(&ids, |part| {
            requests += 1;
            let name = |id: &&str| if bad.contains(id) { r"\ud83d" } else { "x" };
            let item = |id: &&str| format!(r#"{{"id":"{id}","properties":{{"name":"{}"}}}}"#, name(id));
            let items: Vec<String> = part.iter().map(item).collect();
            let body = format!(r#"{{"results":[{}]}}"#, items.join(",")).into_bytes();
            Ok(Answer { status: 200, headers: HeaderMap::new(), body })
        });
        (read, requests)
    }

    #[test]
    fn a_record_that_spoils_its_answer_stands_alone_after_a_few_requests() {
        let (read, requests) = read_with(&["37"]);
        let read = read.unwrap();
        assert_eq!((read.found.len(), read.unreadable.len()), (99, 1));
        assert!(read.unreadable["37"].contains("hex escape"), "{:?}", read.unreadable);
        assert!(requests <= 15, "{requests}");
        let (read, requests) = read_with(&["1", "100"]);
        assert_eq!(read.unwrap().unreadable.len(), 2);
        assert!(requests < REQUESTS_MAX, "{requests}");
    }

    #[test]
    fn answers_that_all_cannot_be_read_cost_a_bounded_number_of_requests() {
        let ids: Vec<String> = (1..=100).map(|id| id.to_string()).collect();
        let (read, requests) = read_with(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(read.is_err());
        assert_eq!(requests, REQUESTS_MAX);
    }
}
