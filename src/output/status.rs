//! The state of the queue, for people.

use chrono::TimeDelta;

use super::Printable;
use super::silence::line;
use crate::model::{Timestamp, one_line};
use crate::pipeline::status::State;

/// What needs attention first, then the figures.
pub(crate) fn text(state: &State, now: Timestamp) -> Printable {
    let mut lines = Vec::new();
    lines.push(if state.healthy { "healthy".to_owned() } else { "needs attention".to_owned() });
    lines.extend(state.attention.iter().map(|what| format!("  {}", one_line(what, 600))));
    lines.extend(section("what the data shows", &state.data));
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
    lines.extend(section("held back", &state.held_back));
    let silences: Vec<String> = state.silences.iter().map(line).collect();
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
    lines.extend(rows.iter().map(|row| format!("  {}", one_line(row, 600))));
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
