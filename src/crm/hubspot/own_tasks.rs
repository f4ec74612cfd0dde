//! Our tasks of open handoffs as they are now: open, done, or deleted.

use std::collections::HashMap;

use chrono::TimeDelta;
use serde_json::Value;

use super::record::{READ_AT_ONCE, batch_read, is_id, record_id, results};
use super::signals::{self, TASK_PROPERTIES};
use super::write_context::WriteContext;
use crate::connector::Watched;
use crate::connector::activity_cache::{ActivityCache, WatchedSignal, signals_of};
use crate::connector::outcome::Outcome;

/// A task that is younger may be missing only because it is not to be seen everywhere yet.
const SEEN_EVERYWHERE: TimeDelta = TimeDelta::minutes(2);

/// Our tasks, save those that were seen done or gone.
pub(super) fn read_tasks<'a>(
    context: &WriteContext<'_>,
    open: &[&'a Watched],
    cache: &ActivityCache,
) -> Result<Vec<WatchedSignal<'a>>, Outcome> {
    // Of those written to moments ago, nobody can have done anything yet.
    let open_task = |watched: &'a Watched| {
        let contact = watched.contact.as_str();
        let task = watched.task.as_ref().map(|task| task.remote_id.as_str()).filter(|id| is_id(id))?;
        let is_over = || cache.has(contact, &signals::seen_in_task(task));
        (!context.cache.wrote_lately(contact) && !is_over()).then_some((task, watched))
    };
    let tasks: HashMap<&str, &Watched> = open.iter().filter_map(|watched| open_task(watched)).collect();
    let mut ids: Vec<&str> = tasks.keys().copied().collect();
    ids.sort_unstable();
    let mut seen = Vec::new();
    let path = context.paths().batch("tasks", "read");
    for part in ids.chunks(READ_AT_ONCE) {
        let answer = context.read_results(&path, &batch_read(part, &TASK_PROPERTIES))?;
        for record in results(&answer) {
            if let Some(watched) = record_id(record).and_then(|id| tasks.get(id.as_str())) {
                seen.extend(signals_of(watched, || signals::task_done(record)));
            }
        }
        for id in gone(&answer, part) {
            let missed = tasks.get(id).filter(|watched| may_miss(context, watched));
            seen.extend(missed.map(|watched| (*watched, Some(signals::task_deleted(id, context.now)))));
        }
    }
    Ok(seen)
}

/// Whether a missing task says something: of the present rep, and long enough there.
fn may_miss(context: &WriteContext<'_>, watched: &Watched) -> bool {
    let is_old = |at| at >= watched.since && context.now - at >= SEEN_EVERYWHERE;
    watched.task.as_ref().is_some_and(|task| is_old(task.at))
}

/// Ids that the answer to a batch read says are gone: it gives them as archived, or does not give them, and every reason it
/// has for that is that they are not there. Anything else about it, and nobody is missed.
///
/// <https://developers.hubspot.com/docs/api-reference/latest/error-handling#multi-status-errors>
fn gone<'a>(answer: &Value, asked: &[&'a str]) -> Vec<&'a str> {
    let is_archived = |record: &Value| record.get("archived").and_then(Value::as_bool) == Some(true);
    let is_whole = answer.get("status").is_none_or(|status| status.as_str() == Some("COMPLETE"));
    let mut errors = answer.get("errors").and_then(Value::as_array).into_iter().flatten();
    let is_absence =
        |error: &Value| error.get("category").and_then(Value::as_str) == Some("OBJECT_NOT_FOUND");
    if !is_whole || !errors.all(is_absence) || !results(answer).all(|record| record_id(record).is_some()) {
        return Vec::new();
    }
    let there: Vec<String> =
        results(answer).filter(|record| !is_archived(record)).filter_map(record_id).collect();
    asked.iter().copied().filter(|id| !there.iter().any(|there| there == id)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_task_is_gone_only_when_the_answer_leaves_no_other_reason() {
        let not_found = json!({"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Could not get some TASK objects"});
        let internal = json!({"status": "error", "category": "INTERNAL_ERROR", "message": "x"});
        let there = json!({"id": 1, "properties": {}});
        for (answer, missed) in [
            (json!({"status": "COMPLETE", "results": [there], "errors": [not_found]}), vec!["2"]),
            (json!({"results": [there]}), vec!["2"]),
            (json!({"results": [there, {"id": "2", "archived": true}]}), vec!["2"]),
            (json!({"results": [there, {"id": "2", "archived": false}]}), vec![]),
            (json!({"results": [there], "errors": [not_found, internal]}), vec![]),
            (json!({"results": [there], "errors": ["?"]}), vec![]),
            (json!({"results": [there, {"properties": {}}]}), vec![]),
            (json!({"status": "PROCESSING", "results": [there]}), vec![]),
        ] {
            assert_eq!(gone(&answer, &["1", "2"]), missed, "{answer}");
        }
    }
}
