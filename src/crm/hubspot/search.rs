//! One page of a search: ids and when they changed, nothing else, so that a body never comes near its limit of 3,000
//! characters and the properties are read from the records, not from an index that lags.
//!
//! Source: <https://developers.hubspot.com/docs/api-reference/search/guide>.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::client::{Client, parse};
use super::wire::{Listing, Object};

/// The most a page may have.
const LIMIT: u32 = 200;

/// Which contacts to look for.
#[derive(Clone, Debug)]
pub(super) struct Query<'a> {
    /// Milliseconds since 1970, both inclusive.
    pub(super) lo: i64,
    pub(super) hi: Option<i64>,
    /// The last id that was seen.
    pub(super) beyond: Option<&'a str>,
    /// The service's own position, only after a page without rows.
    pub(super) after: Option<&'a str>,
}

/// A page.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    pub(super) total: Option<u64>,
    pub(super) after: Option<String>,
    /// The service's clock, milliseconds since 1970.
    pub(super) date_ms: Option<i64>,
}

/// A contact that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: String,
    /// `None`: the index does not say, so it is read.
    pub(super) modified_ms: Option<i64>,
}

pub(super) fn search(client: &Client, query: &Query<'_>) -> Result<Found> {
    let answer = client.ask(&client.paths.search("contacts"), Some(&body(query)))?;
    let date_ms = answer.date().map(|date| date.timestamp_millis());
    let listing: Listing = parse(&answer)?;
    found(listing, date_ms)
}

fn found(mut listing: Listing, date_ms: Option<i64>) -> Result<Found> {
    let mut rows = Vec::with_capacity(listing.results.len());
    for item in std::mem::take(&mut listing.results) {
        match Object::read(item) {
            Ok(object) => rows.push(Row { id: object.id().to_owned(), modified_ms: object.modified_ms() }),
            Err(why) => bail!("HubSpot's search found a contact that cannot be read: {why}"),
        }
    }
    Ok(Found { rows, total: listing.total, date_ms, after: listing.after() })
}

/// One filter group, one sort. The time goes as text: the service takes no number there.
fn body(query: &Query<'_>) -> Value {
    let filter = |name: &str, operator: &str, value: String| json!({ "propertyName": name, "operator": operator, "value": value });
    let mut filters = vec![filter("lastmodifieddate", "GTE", query.lo.to_string())];
    filters.extend(query.hi.map(|hi| filter("lastmodifieddate", "LTE", hi.to_string())));
    filters.extend(query.beyond.map(|id| filter("hs_object_id", "GT", id.to_owned())));
    let mut body = json!({
        "filterGroups": [{ "filters": filters }],
        "sorts": [{ "propertyName": "hs_object_id", "direction": "ASCENDING" }],
        "properties": ["lastmodifieddate"],
        "limit": LIMIT,
    });
    if let (Some(after), Some(fields)) = (query.after, body.as_object_mut()) {
        fields.insert("after".to_owned(), Value::from(after));
    }
    body
}

/// Ids ascend as numbers or as texts, whichever the service prefers; anything else is no order to walk by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    as_numbers: bool,
    as_texts: bool,
}

impl Order {
    pub(super) fn new() -> Self {
        Self { as_numbers: true, as_texts: true }
    }

    /// Whether `next` may stand behind `last`, in the same order as all before.
    pub(super) fn accepts(&mut self, last: &str, next: &str) -> bool {
        let number = |id: &str| id.parse::<u128>().ok();
        self.as_numbers &= number(last).zip(number(next)).is_some_and(|(last, next)| last < next);
        self.as_texts &= last < next;
        self.as_numbers || self.as_texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_3_a_body_has_gte_string_milliseconds_one_ascending_sort_and_stays_small() {
        let query = Query {
            lo: 1_795_428_000_000,
            hi: Some(1_795_428_300_000),
            beyond: Some("99999999999999999999"),
            after: Some(&"x".repeat(1_000)),
        };
        let body = body(&query);
        assert_eq!(body.pointer("/filterGroups/0/filters/0/operator"), Some(&json!("GTE")));
        assert_eq!(body.pointer("/filterGroups/0/filters/0/value"), Some(&json!("1795428000000")));
        assert_eq!(
            body.pointer("/sorts"),
            Some(&json!([{"propertyName": "hs_object_id", "direction": "ASCENDING"}]))
        );
        assert!(body.to_string().len() < 3_000);
    }

    #[test]
    fn ids_may_ascend_as_numbers_or_as_texts_but_not_now_this_now_that() {
        let accepts = |ids: &[&str]| {
            let mut order = Order::new();
            ids.windows(2).all(|pair| order.accepts(pair[0], pair[1]))
        };
        assert!(accepts(&["9", "10", "99", "100"]));
        assert!(accepts(&["10", "100", "9", "99"]));
        assert!(!accepts(&["9", "10", "100", "99"]));
        assert!(!accepts(&["9", "9"]));
    }
}
