//! `[bursts]`: people of one company who cross within minutes are one task for one rep. A part of its own and no key of a
//! route: the company has to be together before a route can be chosen for it.

use chrono::TimeDelta;

use super::codes::BAD_VALUE;
use super::finding::Findings;
use super::reader::Reader;

/// As long as a run and the next: whoever comes by the same visit or import is there by then.
const GROUP_WAIT: TimeDelta = TimeDelta::minutes(2);

/// How long the first of a company waits for others; `None`: everybody goes alone.
pub(super) fn bursts(root: &mut Reader<'_>, findings: &mut Findings) -> Option<TimeDelta> {
    let table = root.table("bursts", findings)?;
    let mut reader = Reader::new(table, "[bursts]");
    let by = reader.required_text("group_by", findings);
    if let (Some(other), Some(item)) = (by.filter(|by| *by != "company"), reader.item("group_by")) {
        let message = format!("`group_by` is \"company\", not \"{other}\"");
        findings.error(BAD_VALUE, item.span.clone(), message);
    }
    let wait = reader.duration("group_wait", findings).unwrap_or(GROUP_WAIT);
    if let Some(item) = reader.item("group_wait").filter(|_| wait.is_zero()) {
        findings.error(BAD_VALUE, item.span.clone(), "`group_wait` is no time in which others could come");
    }
    reader.finish(findings);
    by.map(|_| wait)
}
