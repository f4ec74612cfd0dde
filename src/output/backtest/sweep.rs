//! A sweep as a table, and as two plots side by side: how each value converts, and how many leads are left.

use super::figures::{count, interval, number, percent};
use crate::backtest::{Fall, Step, Sweep};
use crate::output::bars::bar;
use crate::output::table;
use crate::stats::float;

const BAR_WIDTH: u32 = 24;

pub(super) fn text(sweep: &Sweep) -> String {
    let undated = sweep.undated.filter(|undated| *undated > 0);
    let undated =
        undated.map(|undated| format!("; {} of them without a date, in no figure a day", count(undated)));
    let mut parts = vec![
        format!(
            "{} contacts have {} and are not disqualified{}",
            count(sweep.with_value),
            sweep.field,
            undated.unwrap_or_default()
        ),
        steps(sweep),
    ];
    parts.push(plot(sweep));
    parts.extend(sweep.fall.as_ref().map(|fall| is_not_monotone(&sweep.field, fall)));
    parts.join("\n\n")
}

fn steps(sweep: &Sweep) -> String {
    let first = sweep.steps.first();
    let a_day = first.is_some_and(|step| step.leads_a_day.is_some());
    let has_outcome = first.is_some_and(|step| step.quality.is_some());
    let at_least = format!("{} at least", sweep.field);
    let mut header = vec![at_least.as_str(), "Leads"];
    header.extend(a_day.then_some("A day"));
    if has_outcome {
        header.extend(["Precision", "95 %", "Recall", "Lift", "Just this", "Contacts", "Converts", "95 %"]);
    }
    let row = |step: &Step| {
        let mut cells = vec![step.at_least.to_string(), count(step.leads)];
        cells.extend(step.leads_a_day.map(number));
        if let Some(quality) = step.quality {
            let lift = quality.lift.map_or_else(String::new, |lift| format!("{lift:.2}"));
            cells.extend([
                percent(quality.precision),
                interval(quality.interval),
                percent(quality.recall),
                lift,
                step.band.shown(),
                count(step.band.share.of),
                percent(step.band.rate),
                interval(step.band.interval),
            ]);
        }
        cells
    };
    table(&header, sweep.steps.iter().map(row))
}

fn plot(sweep: &Sweep) -> String {
    let most_leads = sweep.steps.iter().map(|step| step.leads).max().unwrap_or_default();
    let best = sweep.steps.iter().filter_map(|step| step.band.rate).fold(0.0, f64::max);
    let names: Vec<String> = sweep.steps.iter().map(|step| step.band.shown()).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let gap = BAR_WIDTH as usize + 8;
    let mut lines = vec![format!("{:width$}  {:gap$}  leads from here on", "", "this value converts")];
    if sweep.steps.iter().all(|step| step.quality.is_none()) {
        lines = vec![format!("{:width$}  leads from here on", "")];
    }
    for (step, name) in sweep.steps.iter().zip(names) {
        let leads = format!("{} {}", bar(float(step.leads), float(most_leads), BAR_WIDTH), step.leads);
        lines.push(match step.quality {
            Some(_) => {
                let rate = step.band.rate.unwrap_or_default();
                let converts = format!("{} {}", bar(rate, best, BAR_WIDTH), percent(step.band.rate));
                format!("{name:>width$}  {converts:gap$}  {leads}")
            }
            None => format!("{name:>width$}  {leads}"),
        });
    }
    lines.join("\n")
}

/// A finding that a threshold alone cannot show.
pub(in crate::output) fn is_not_monotone(field: &str, fall: &Fall) -> String {
    let band = |band: &crate::backtest::Band| format!("{} ({})", percent(band.rate), interval(band.interval));
    format!(
        "{field} is not monotone: {} converts at {}, {} at {}, which is no chance. A threshold takes the worse with the \
         better: consider an upper end (`at_most`), or look at how {field} comes about",
        fall.from.shown(),
        band(&fall.from),
        fall.to.shown(),
        band(&fall.to)
    )
}
