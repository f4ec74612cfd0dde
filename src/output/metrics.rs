//! The state as metrics, in the text format of Prometheus: what an alert is made of.

use std::fmt::Write as _;

use super::Printable;
use crate::model::Timestamp;
use crate::pipeline::status::State;

/// Metrics as of `now`. Ages are given beside moments, for those who alert without arithmetic.
pub(crate) fn text(state: &State, now: Timestamp) -> Printable {
    let mut page = Page::default();
    page.one("healthy", "1 when nothing needs attention", f64::from(u8::from(state.healthy)));
    page.one(
        "attention",
        "How much needs attention; `handoff status` says what",
        count(state.attention.len() as u64),
    );
    if let Some(run) = &state.last_run {
        page.one("last_run_timestamp_seconds", "When the last run started", seconds(run.at));
        page.one("last_run_good", "1 when the last run was good", f64::from(u8::from(run.good)));
    }
    let steps = state.steps.iter().filter_map(|step| Some((step.step, step.last_good?)));
    let steps: Vec<_> = steps.collect();
    page.many("step_last_good_timestamp_seconds", "When a step last went well", "step", &steps, |at| {
        seconds(*at)
    });
    page.many("step_age_seconds", "How long ago a step last went well", "step", &steps, |at| age(*at, now));
    if let Some(at) = state.last_good_run {
        page.one("last_good_run_timestamp_seconds", "When the last good run started", seconds(at));
        page.one("last_good_run_age_seconds", "How long ago the last good run started", age(at, now));
    }
    if let Some(at) = state.last_whole_walk {
        page.one(
            "last_whole_walk_age_seconds",
            "How long ago the CRM was last read to its end",
            age(at, now),
        );
    }
    page.one("contacts", "Contacts that are known", count(state.contacts));
    page.one("contacts_due", "Contacts that are due for evaluation", count(state.due_for_evaluation));
    let open: Vec<_> = state.open.iter().map(|open| (open.status, open)).collect();
    page.many("open_handoffs", "Open handoffs", "status", &open, |open| count(open.count));
    let oldest: Vec<_> = open.iter().filter_map(|(status, open)| Some((*status, open.oldest?))).collect();
    page.many("oldest_open_seconds", "Age of the oldest open handoff", "status", &oldest, |at| age(*at, now));
    let closed: Vec<_> = state.closed.iter().map(|(status, count)| (status.as_str(), *count)).collect();
    page.many("closed_handoffs", "Closed handoffs by how they ended", "status", &closed, |closed| {
        count(*closed)
    });
    page.one("overdue_handoffs", "Handoffs that nobody touched by their due time", count(state.overdue));
    let effects = [
        ("planned", state.effects_planned),
        ("unknown", state.effects_unknown),
        ("failed", state.effects_failed),
    ];
    page.many("effects", "Writes that are not out: to send, to look up, refused", "state", &effects, |n| {
        count(*n)
    });
    page.one("silences", "Silences in force", count(state.silences.len() as u64));
    page.one(
        "unclear",
        "Contacts held back, for a value of a disqualifier cannot be read",
        count(state.unclear),
    );
    page.one("quarantined", "Contacts that cannot be read", count(state.quarantined));
    Printable::laid_out(&page.text)
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn head(&mut self, name: &str, help: &str) {
        writeln!(self.text, "# HELP handoff_{name} {help}\n# TYPE handoff_{name} gauge").ok();
    }

    fn one(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, help);
        writeln!(self.text, "handoff_{name} {value}").ok();
    }

    /// One metric with a value for each label. Labels are words of ours: nothing in them needs an escape.
    fn many<T>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        rows: &[(&str, T)],
        value: impl Fn(&T) -> f64,
    ) {
        if rows.is_empty() {
            return;
        }
        self.head(name, help);
        for (of, row) in rows {
            writeln!(self.text, "handoff_{name}{{{label}=\"{of}\"}} {}", value(row)).ok();
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no count of ours comes near 2^53")]
fn count(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of our era fit")]
fn seconds(at: Timestamp) -> f64 {
    at.timestamp_millis() as f64 / 1_000.0
}

/// Never negative: a clock that was set back is no reason for an alert on its own.
fn age(at: Timestamp, now: Timestamp) -> f64 {
    (seconds(now) - seconds(at)).max(0.0)
}
