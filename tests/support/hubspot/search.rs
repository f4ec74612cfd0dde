//! The search for contacts: pages of what its index shows by now.

use serde_json::{Value, json};

use super::portal::{Order, Portal, iso};
use crate::support::http_server::{Reply, Request};

/// What no search goes beyond, whatever the page.
const ROWS_MAX: usize = 10_000;

impl Portal {
    /// A page with as many rows as were asked for, or `rows`; or the last one `again`.
    pub(super) fn search(&mut self, request: &Request, rows: Option<usize>, again: bool) -> Reply {
        let text = String::from_utf8(request.body.clone()).expect("UTF-8");
        let body: Value = serde_json::from_str(&text).expect("JSON");
        self.check_search(&body, text.chars().count());
        if again && let Some(page) = &self.last_page {
            return Reply::json(200, page);
        }
        let filters = body["filterGroups"][0]["filters"].as_array().cloned().unwrap_or_default();
        let value = |name: &str, operator: &str| -> Option<i64> {
            let found = filters.iter().find(|f| f["propertyName"] == name && f["operator"] == operator)?;
            Some(found["value"].as_str()?.parse().expect("a number"))
        };
        let lo = value("lastmodifieddate", "GTE").unwrap_or(0);
        let hi = value("lastmodifieddate", "LTE").unwrap_or(i64::MAX);
        let beyond = value("hs_object_id", "GT").map(|id| u64::try_from(id).expect("an id"));
        let mut ids = self.shown(lo, hi, beyond);
        if body["sorts"][0] == json!({"propertyName": "lastmodifieddate", "direction": "DESCENDING"}) {
            let modified = |id: &u64| self.objects["contacts"][id].modified_ms;
            ids.sort_by_key(|id| std::cmp::Reverse(modified(id)));
        }
        // A position is one of this very query.
        let query = format!("opaque:{lo}:{hi}:{beyond:?}:");
        let after = body["after"].as_str().map_or(0, |after| {
            let position = after.strip_prefix(&query).and_then(|after| after.parse::<usize>().ok());
            position.unwrap_or_else(|| {
                self.complain(format!("the position of another query: {after} for {query}"));
                0
            })
        });
        let limit = usize::try_from(body["limit"].as_u64().expect("a limit")).unwrap();
        if after + limit > ROWS_MAX {
            self.complain(format!("a search beyond {ROWS_MAX}"));
        }
        let page: Vec<u64> = ids.iter().copied().skip(after).take(rows.unwrap_or(limit)).collect();
        let contacts = self.objects.get("contacts");
        let results: Vec<Value> = page
            .iter()
            .filter_map(|id| Some((id, contacts?.get(id)?)))
            .map(|(id, contact)| json!({"id": id.to_string(), "properties": {"lastmodifieddate": iso(contact.modified_ms)}}))
            .collect();
        let mut answer = json!({"total": ids.len(), "results": results});
        if after + page.len() < ids.len() || rows.is_some() {
            let link = "https://evil.example/crm/objects/v3/contacts?offset_param=after";
            let next = format!("{query}{}", after + page.len());
            answer["paging"] = json!({"next": {"after": next, "link": link}});
        }
        self.last_page = Some(answer.clone());
        Reply::json(200, &answer)
    }

    /// Ids that a search finds, in its order.
    fn shown(&self, lo: i64, hi: i64, beyond: Option<u64>) -> Vec<u64> {
        let textual = self.order == Order::ByText;
        let key = |id: u64| if textual { (0, id.to_string()) } else { (id, String::new()) };
        let beyond = beyond.map(key);
        let contacts = self.objects.get("contacts").into_iter().flatten();
        let shown = contacts.filter(|(id, contact)| {
            contact.indexed_ms <= self.now_ms
                && (lo..=hi).contains(&contact.modified_ms)
                && beyond.as_ref().is_none_or(|beyond| key(**id) > *beyond)
        });
        let mut ids: Vec<u64> = shown.map(|(id, _)| *id).collect();
        ids.sort_by_key(|id| key(*id));
        if self.order == Order::None {
            ids.sort_by_key(|id| id * 7_919 % 10_007);
        }
        ids
    }

    fn check_search(&mut self, body: &Value, chars: usize) {
        let groups = body["filterGroups"].as_array().cloned().unwrap_or_default();
        let filters: Vec<&Value> =
            groups.iter().flat_map(|group| group["filters"].as_array().unwrap()).collect();
        let sorts = body["sorts"].as_array().map_or(0, Vec::len);
        if chars > 3_000 || groups.len() > 5 || filters.len() > 6 || sorts > 1 {
            self.complain(format!("a search beyond the limits: {body}"));
        }
        if !(1..=200).contains(&body["limit"].as_u64().unwrap_or(10)) {
            self.complain("a search page of the wrong size");
        }
        for filter in filters {
            let value = filter["value"].as_str();
            if value.is_none() {
                self.complain(format!("a filter value that is no text: {filter}"));
            }
            if filter["propertyName"] == "lastmodifieddate" {
                let is_ms = value.is_some_and(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
                if !is_ms || filter["operator"] == "GT" {
                    self.complain(format!("a filter that loses rows: {filter}"));
                }
            }
        }
    }
}
