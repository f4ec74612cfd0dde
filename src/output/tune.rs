//! A proposal for people: what to change, how it does on either part of history, and whether that holds.

use super::backtest::{interval, is_not_monotone, number, percent};
use super::{Printable, table};
use crate::tune::{Change, Goal, Measured, Tuned};

/// Refused thresholds shown; the others are in the JSON.
const PASSED_OVER_MAX: usize = 3;

pub(crate) fn text(tuned: &Tuned, diff: &str) -> Printable {
    let mut parts = vec![format!("{}\n{}", goal(&tuned.goal), basis(tuned))];
    if tuned.changes.is_empty() {
        parts.push("No other threshold comes nearer to the goal than the present ones".to_owned());
    } else {
        let row =
            |change: &Change| [change.threshold.clone(), change.from.to_string(), change.to.to_string()];
        parts.push(table(&["Threshold", "Now", "Proposed"], tuned.changes.iter().map(row)));
    }
    if !tuned.passed_over.is_empty() {
        let shown: Vec<_> = tuned.passed_over.iter().take(PASSED_OVER_MAX).map(String::as_str).collect();
        parts.push(format!("Passed over, as `check` refuses it:\n{}", shown.join("\n")));
    }
    parts.push(measures(tuned));
    parts.extend(tuned.falls.iter().map(|(field, fall)| is_not_monotone(field, fall)));
    let claim = &tuned.claim;
    if claim.holds() {
        parts.push(format!("Held-out contacts bear it out: {}", claim.supported.join("; ")));
        parts.extend((!diff.is_empty()).then(|| diff.trim_end().to_owned()));
    } else {
        parts.push(format!("The data cannot support this: {}", claim.unsupported.join("; ")));
    }
    Printable::laid_out(&parts.join("\n\n"))
}

fn goal(goal: &Goal) -> String {
    let unit = if goal.per_day { " a day" } else { " in all" };
    let leads = goal.leads.map(|leads| format!("about {} leads{unit}", number(leads)));
    let precision = goal.precision.map(|share| format!("at least {} of leads convert", percent(Some(share))));
    let goals: Vec<String> = leads.into_iter().chain(precision).collect();
    format!("Goal: {}", goals.join(", and "))
}

fn basis(tuned: &Tuned) -> String {
    let order = if tuned.by_time { "by time" } else { "in the order of the source, for there are no dates" };
    let every = match tuned.stride {
        1 => String::new(),
        stride => format!("; one contact in {stride} was looked at"),
    };
    let undated = match tuned.undated {
        0 => String::new(),
        undated => format!("; {undated} without a date are left out"),
    };
    format!(
        "Searched on the first {} contacts, proved on the last {} ({order}){every}{undated}",
        tuned.tuned_on, tuned.held_out
    )
}

fn measures(tuned: &Tuned) -> String {
    let unit = if tuned.goal.per_day { "Leads a day" } else { "Leads" };
    let mut header = vec!["Definition", "On", unit];
    header.extend(tuned.goal.has_outcome.then_some(["Precision", "95 %"]).into_iter().flatten());
    let row = |name: &str, on: &str, measured: &Measured| {
        let mut cells = vec![name.to_owned(), on.to_owned(), number(measured.leads)];
        if tuned.goal.has_outcome {
            cells.extend([percent(measured.share.rate()), interval(measured.share.interval())]);
        }
        cells
    };
    let mut rows =
        vec![row("now", "searched", &tuned.before.tuned_on), row("now", "held out", &tuned.before.held_out)];
    if !tuned.changes.is_empty() {
        rows.push(row("proposed", "searched", &tuned.after.tuned_on));
        rows.push(row("proposed", "held out", &tuned.after.held_out));
    }
    table(&header, rows)
}
