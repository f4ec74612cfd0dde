//! The state of the queue, for people.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::Serialize;

use super::Printable;
use super::silence::Listed;
use crate::model::{Timestamp, one_line};

/// The state of the database.
#[derive(Debug, Serialize)]
pub(crate) struct State {
    pub healthy: bool,
    /// What needs attention, each with what to do.
    pub attention: Vec<String>,
    pub last_run: Option<Run>,
    pub last_good_run: Option<Timestamp>,
    pub steps: Vec<Step>,
    pub contacts: u64,
    pub due_for_evaluation: u64,
    pub verdicts: BTreeMap<String, u64>,
    pub open: Vec<Open>,
    pub closed: BTreeMap<String, u64>,
    /// Contacts that are the same lead as another.
    pub linked: u64,
    pub overdue: u64,
    pub effects_planned: u64,
    pub effects_unknown: u64,
    pub effects_failed: u64,
    pub failed: Vec<String>,
    pub waiting: Vec<String>,
    /// Empty while the definition is broken: nobody knows then whom they mute.
    pub silences: Vec<Listed>,
    pub quarantined: u64,
    pub set_aside: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Run {
    pub command: String,
    pub at: Timestamp,
    pub good: bool,
    pub problems: Vec<String>,
}

/// When a part of the run last went well.
#[derive(Debug, Serialize)]
pub(crate) struct Step {
    pub step: &'static str,
    pub last_good: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Open {
    pub status: &'static str,
    pub count: u64,
    pub oldest: Option<Timestamp>,
}

/// What needs attention first, then the figures.
pub(crate) fn text(state: &State, now: Timestamp) -> Printable {
    let mut lines = Vec::new();
    lines.push(if state.healthy { "healthy".to_owned() } else { "needs attention".to_owned() });
    lines.extend(state.attention.iter().map(|what| format!("  {}", one_line(what, 300))));
    if let Some(run) = &state.last_run {
        let how = if run.good { "good" } else { "not good" };
        lines.push(format!("last run: {} {} ({how})", run.command, ago(run.at, now)));
    }
    if let Some(alone) = since_each_step(state, now) {
        lines.push(alone);
    }
    lines.push(format!("contacts: {}, {} due for evaluation", state.contacts, state.due_for_evaluation));
    lines.extend(state.verdicts.iter().map(|(name, count)| format!("  {name}: {count}")));
    lines.push("open handoffs".to_owned());
    for open in &state.open {
        let oldest = open.oldest.map(|oldest| format!(", oldest {}", ago(oldest, now))).unwrap_or_default();
        lines.push(format!("  {}: {}{oldest}", open.status, open.count));
    }
    lines.push(format!("  past their due time: {}", state.overdue));
    if !state.closed.is_empty() {
        lines.push("closed handoffs".to_owned());
        lines.extend(state.closed.iter().map(|(status, count)| format!("  {status}: {count}")));
    }
    if state.linked > 0 {
        lines.push(format!("linked as duplicates: {}", state.linked));
    }
    lines.push(format!(
        "writes: {} to send, {} to look up, {} refused",
        state.effects_planned, state.effects_unknown, state.effects_failed
    ));
    lines.extend(section("refused", &state.failed));
    lines.extend(section("waiting for a rep", &state.waiting));
    let silences: Vec<String> = state.silences.iter().map(Listed::line).collect();
    lines.extend(section("silenced", &silences));
    lines.extend(section("set aside", &state.set_aside));
    Printable::lines(lines)
}

/// Said only where steps are run apart: else the last good run says it all.
fn since_each_step(state: &State, now: Timestamp) -> Option<String> {
    let differs = state.steps.iter().any(|step| step.last_good != state.last_good_run);
    let steps = state.steps.iter().map(|step| {
        let when = step.last_good.map_or_else(|| "never".to_owned(), |at| ago(at, now));
        format!("{} {when}", step.step)
    });
    differs.then(|| format!("last good: {}", steps.collect::<Vec<_>>().join(", ")))
}

fn section(title: &str, rows: &[String]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![title.to_owned()];
    lines.extend(rows.iter().map(|row| format!("  {}", one_line(row, 300))));
    lines
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    let age = now - at;
    if age < TimeDelta::minutes(1) {
        "just now".to_owned()
    } else if age < TimeDelta::hours(2) {
        format!("{} minutes ago", age.num_minutes())
    } else if age < TimeDelta::days(2) {
        format!("{} hours ago", age.num_hours())
    } else {
        format!("{} days ago", age.num_days())
    }
}
