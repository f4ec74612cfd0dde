//! What lasts is told when it begins, once an hour, and when it is over; not by every run, for cron sends each word as a mail.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::model::Timestamp;
use crate::rules::format_duration;
use crate::store::{Db, WaitingWrites};

/// Where the store keeps what was told.
const TOLD: &str = "told.troubles";

const TOLD_AGAIN: TimeDelta = TimeDelta::hours(1);

/// Something that is wrong, run after run.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Trouble {
    since: Timestamp,
    told: Timestamp,
    text: String,
}

/// What stays the same of a trouble from run to run: its text without words that have a digit.
fn cause(text: &str) -> String {
    let has_digit = |word: &&str| word.bytes().any(|byte| byte.is_ascii_digit());
    text.split_whitespace().filter(|word| !has_digit(word)).collect::<Vec<_>>().join(" ")
}

/// What of the troubles of this run is to be told now, each cause once.
pub(super) fn tell(db: Db<'_>, troubles: &[String], now: Timestamp) -> Result<Vec<String>> {
    let before = db.meta(TOLD)?;
    let mut known: BTreeMap<String, Trouble> =
        before.as_deref().and_then(|told| serde_json::from_str(told).ok()).unwrap_or_default();
    let (mut present, mut lines) = (BTreeMap::new(), Vec::new());
    for text in troubles {
        let cause = cause(text);
        if present.contains_key(&cause) {
            continue;
        }
        let is_new = !known.contains_key(&cause);
        let new = Trouble { since: now, told: now, text: text.clone() };
        let mut trouble = known.remove(&cause).unwrap_or(new);
        if is_new {
            lines.push(text.clone());
        } else if (now - trouble.told).abs() >= TOLD_AGAIN {
            trouble.told = now;
            lines.push(format!("still, since {}: {text}", clock(trouble.since, now)));
        }
        present.insert(cause, trouble);
    }
    let over = known.into_values().map(|trouble| {
        let lasted = format_duration((now - trouble.since).max(TimeDelta::zero()));
        format!("over after {lasted}: {}", trouble.text)
    });
    lines.extend(over);
    let told = serde_json::to_string(&present)?;
    if before.as_ref() != Some(&told) {
        db.remember(TOLD, &told)?;
    }
    Ok(lines)
}

/// What of the writes is not out though it should be, a line for each cause. Those that were not tried count after `patience`:
/// a run may be about to.
pub(super) fn waits(db: Db<'_>, now: Timestamp, patience: TimeDelta) -> Result<Vec<String>> {
    let mut causes: BTreeMap<String, WaitingWrites> = BTreeMap::new();
    let waiting = db.waiting_writes(now)?.into_iter();
    for of_text in waiting.filter(|writes| writes.why.is_some() || now - writes.since >= patience) {
        let known = causes.entry(cause(of_text.why.as_deref().unwrap_or_default()));
        known
            .and_modify(|known| {
                known.count += of_text.count;
                known.since = known.since.min(of_text.since);
            })
            .or_insert(of_text);
    }
    let line = |WaitingWrites { why, count, since }: WaitingWrites| {
        let (writes, since) = (if count == 1 { "write waits" } else { "writes wait" }, clock(since, now));
        let why = why.unwrap_or_else(|| "no run has come to them yet".to_owned());
        format!("{count} {writes} since {since}: {why}")
    };
    Ok(causes.into_values().map(line).collect())
}

/// `10:00 UTC`, with the day when it is another.
fn clock(at: Timestamp, now: Timestamp) -> String {
    let format = if at.date_naive() == now.date_naive() { "%H:%M UTC" } else { "%Y-%m-%d %H:%M UTC" };
    at.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{evaluate, route, sync, testing::session};
    use super::*;
    use crate::handoff::report::RunReport;
    use crate::model::Kind;

    #[test]
    fn what_a_run_is_about_to_send_is_no_trouble_until_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let now = Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().unwrap();
        let contacts = |rows: &str| {
            std::fs::write(folder.path().join("contacts.csv"), format!("id,email,score\n{rows}")).unwrap();
        };
        for rows in ["", "1,a@b.example,60\n"] {
            contacts(rows);
            let mut session = session(folder.path(), now);
            let mut report = RunReport::new("run", now, false);
            sync::stage(&mut session, false, &mut |_, _| {}, &mut report).unwrap();
            evaluate::stage(&mut session, evaluate::Scope::default(), &mut report).unwrap();
            route::stage(&mut session, &mut report).unwrap();
        }
        let session = session(folder.path(), now);
        let at = |minutes: i64| {
            waits(session.store.read(), now + TimeDelta::minutes(minutes), TimeDelta::minutes(2)).unwrap()
        };
        assert_eq!(at(1), [""; 0]);
        assert_eq!(at(2), ["2 writes wait since 10:00 UTC: no run has come to them yet"]);
    }
}
