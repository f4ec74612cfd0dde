//! The figures as one flat sheet: a row each, its part of the report in the first column.

use anyhow::Result;

use crate::backtest::Report;
use crate::output::csv;
use crate::stats::Quality;

const HEADER: [&str; 13] = [
    "part",
    "name",
    "detail",
    "contacts",
    "leads",
    "leads_a_day",
    "converted",
    "precision",
    "precision_low",
    "precision_high",
    "recall",
    "lift",
    "busiest_day",
];

/// One row under construction; what does not apply stays blank.
#[derive(Default)]
struct Row<'a> {
    part: &'static str,
    name: &'a str,
    detail: String,
    contacts: Option<u64>,
    leads: Option<u64>,
    leads_a_day: Option<f64>,
    quality: Option<Quality>,
    busiest_day: Option<u64>,
}

impl Row<'_> {
    fn cells(self) -> Vec<String> {
        let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
        // In full: a reader of the file rounds.
        let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
        let quality = self.quality;
        let interval = quality.and_then(|quality| quality.interval);
        vec![
            self.part.to_owned(),
            self.name.to_owned(),
            self.detail,
            count(self.contacts),
            count(self.leads),
            number(self.leads_a_day),
            count(quality.map(|quality| quality.converted)),
            number(quality.and_then(|quality| quality.precision)),
            number(interval.map(|interval| interval.low)),
            number(interval.map(|interval| interval.high)),
            number(quality.and_then(|quality| quality.recall)),
            number(quality.and_then(|quality| quality.lift)),
            count(self.busiest_day),
        ]
    }
}

/// Every figure of the report, for a spreadsheet.
pub(crate) fn csv(report: &Report) -> Result<Vec<u8>> {
    let mut rows = Vec::new();
    let verdicts = report.verdicts.iter();
    rows.extend(verdicts.map(|(name, contacts)| Row {
        part: "verdict",
        name,
        contacts: Some(*contacts),
        ..Row::default()
    }));
    rows.extend(report.tiers.iter().chain([&report.qualified]).map(|row| Row {
        part: "tier",
        name: &row.tier,
        leads: Some(row.leads),
        leads_a_day: row.leads_a_day,
        quality: row.quality,
        ..Row::default()
    }));
    rows.extend(report.days.iter().map(|row| Row {
        part: "day",
        detail: row.day.to_string(),
        leads: Some(row.leads),
        ..Row::default()
    }));
    rows.extend(report.routed.reps.iter().map(|row| Row {
        part: "rep",
        name: &row.name,
        detail: row.email.clone(),
        leads: Some(row.leads),
        busiest_day: row.busiest_day,
        ..Row::default()
    }));
    if let Some((field, groups)) = &report.by {
        rows.extend(groups.iter().map(|row| Row {
            part: "group",
            name: &row.value,
            detail: field.clone(),
            contacts: Some(row.contacts),
            leads: Some(row.leads),
            quality: row.quality,
            ..Row::default()
        }));
    }
    rows.extend(report.conditions.iter().map(|(text, quality)| Row {
        part: "condition",
        name: text,
        contacts: Some(quality.leads),
        quality: Some(*quality),
        ..Row::default()
    }));
    rows.extend(sweep_rows(report));
    rows.extend(difference_rows(report));
    rows.extend(capacity_rows(report));
    let rows: Vec<Vec<String>> = rows.into_iter().map(Row::cells).collect();
    csv::csv(&HEADER, &rows)
}

fn sweep_rows(report: &Report) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    if let Some(sweep) = &report.sweep {
        for step in &sweep.steps {
            let row = Row { name: &sweep.field, detail: step.at_least.to_string(), ..Row::default() };
            rows.push(Row {
                part: "threshold",
                leads: Some(step.leads),
                leads_a_day: step.leads_a_day,
                quality: step.quality,
                ..row
            });
            let band = step.quality.is_some().then(|| Quality::of(step.band.share, step.band.share));
            rows.push(Row {
                part: "value",
                name: &sweep.field,
                detail: step.band.shown(),
                contacts: Some(step.band.share.of),
                // Recall and lift say nothing of a band by itself.
                quality: band.map(|band| Quality { recall: None, lift: None, ..band }),
                ..Row::default()
            });
        }
    }
    rows
}

fn difference_rows(report: &Report) -> Vec<Row<'_>> {
    let reasons = report.against.iter().flat_map(|against| &against.reasons);
    let mut rows: Vec<Row<'_>> = reasons
        .map(|reason| Row {
            part: "difference",
            name: reason.what.name(),
            detail: reason.because.clone(),
            contacts: Some(reason.contacts),
            ..Row::default()
        })
        .collect();
    rows.extend(report.against.iter().flat_map(|against| &against.listed).map(|difference| Row {
        part: difference.what.name(),
        name: &difference.contact,
        detail: format!(
            "{} → {}: {}",
            difference.before,
            difference.after,
            difference.because.join(", and ")
        ),
        ..Row::default()
    }));
    rows
}

fn capacity_rows(report: &Report) -> Vec<Row<'_>> {
    let teams = report.capacity.iter().flatten();
    teams
        .map(|team| Row {
            part: "team",
            name: &team.team,
            detail: format!(
                "{} leads a week, takes {}, {} hours on shift",
                team.leads_a_week,
                team.takes_a_week.map_or_else(|| "as many as come".to_owned(), |takes| takes.to_string()),
                team.hours_a_week
            ),
            leads_a_day: Some(team.leads_a_week / 7.0),
            ..Row::default()
        })
        .collect()
}
