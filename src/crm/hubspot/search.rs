//! One page of a search: ids and when they changed, nothing else, so that a body never comes near its limit of 3,000
//! characters and the properties are read from the records, not from an index that lags.
//!
//! Source: <https://developers.hubspot.com/docs/api-reference/search/guide>.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::client::{Client, parse};
use super::wire::{Listing, Object};
use crate::connector::keyset::{Listed, Query, Row};
use crate::model::ContactId;

/// The most a page may have.
const LIMIT: u32 = 200;

pub(super) fn search(client: &Client, query: &Query<'_>) -> Result<Listed<()>> {
    let answer = client.ask(&client.paths.search("contacts"), Some(&body(query)))?;
    let date_ms = answer.date().map(|date| date.timestamp_millis());
    let listing: Listing = parse(&answer)?;
    listed(listing, date_ms)
}

/// The ids of contacts, those first that changed last, page after page.
pub(super) fn changed_last(client: &Client, most: usize) -> Result<Vec<ContactId>> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let mut body = body(&Query { lo: 0, hi: None, beyond: None, after: after.as_deref() });
        if let Some(sort) = body.pointer_mut("/sorts/0") {
            *sort = json!({ "propertyName": "lastmodifieddate", "direction": "DESCENDING" });
        }
        let listing: Listing = parse(&client.ask(&client.paths.search("contacts"), Some(&body))?)?;
        let page = listed(listing, None)?;
        ids.extend(page.rows.iter().filter_map(|row| ContactId::parse(&row.id).ok()));
        after = page.after;
        if after.is_none() || ids.len() >= most || page.rows.is_empty() {
            ids.truncate(most);
            return Ok(ids);
        }
    }
}

fn listed(mut listing: Listing, date_ms: Option<i64>) -> Result<Listed<()>> {
    let mut rows = Vec::with_capacity(listing.results.len());
    for item in std::mem::take(&mut listing.results) {
        match Object::read(item) {
            Ok(object) => {
                rows.push(Row { id: object.id().to_owned(), modified_ms: object.modified_ms(), carried: () });
            }
            Err(why) => bail!("HubSpot's search found a contact that cannot be read: {why}"),
        }
    }
    Ok(Listed { rows, total: listing.total, date_ms, after: listing.after() })
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
}
