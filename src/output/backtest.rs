//! What a replay found, for a terminal and for spreadsheets.

mod difference;
mod figures;
mod sheet;
mod sweep;

pub(crate) use sheet::csv;

use super::bars::bar;
use super::{Printable, table};
use crate::backtest::{RepRow, Report, TeamCapacity};
use crate::model::VerdictKind;
use figures::{count, quality_cells, quality_header};
pub(super) use figures::{interval, number, percent};
pub(super) use sweep::is_not_monotone;

/// Rows of a part that may be long: conditions, groups.
const ROWS_MAX: usize = 25;

/// Bars of days.
const BARS_MAX: usize = 24;
const BAR_WIDTH: u32 = 40;

/// The report for people, part by part.
pub(crate) fn text(report: &Report) -> Printable {
    let mut parts = vec![summary(report), tiers(report)];
    parts.extend(days(report));
    parts.push(reps(report));
    parts.extend(report.capacity.as_deref().map(teams));
    parts.extend(groups(report));
    parts.extend(conditions(report));
    parts.extend(report.sweep.as_ref().map(sweep::text));
    parts.extend(report.against.as_ref().map(difference::text));
    Printable::laid_out(&parts.join("\n\n"))
}

fn summary(report: &Report) -> String {
    let words = |kind: VerdictKind| match kind {
        VerdictKind::Qualified => "qualified",
        VerdictKind::NotYet => "not yet",
        VerdictKind::OutsideIcp => "outside the ICP",
        VerdictKind::Disqualified => "disqualified",
        VerdictKind::Unclear => "unclear",
    };
    let verdicts = VerdictKind::ALL.into_iter().filter_map(|kind| {
        let contacts = report.verdicts.get(kind.name()).copied().unwrap_or_default();
        let is_worth_a_word = contacts > 0 || kind != VerdictKind::Unclear;
        is_worth_a_word.then(|| format!("{} {}", count(contacts), words(kind)))
    });
    let verdicts = verdicts.collect::<Vec<_>>().join(", ");
    let mut lines = vec![format!("{} contacts: {verdicts}", count(report.contacts))];
    if report.set_aside > 0 {
        lines.push(format!("{} more could not be read and were set aside", count(report.set_aside)));
    }
    match report.span {
        Some(span) => {
            let undated = report.contacts - span.dated;
            let without =
                if undated > 0 { format!("; {} without a date", count(undated)) } else { String::new() };
            lines.push(format!("{} to {}: {} days{without}", span.first, span.last, count(span.days)));
        }
        None => lines.push(
            "no dates: leads are counted in all, in the order of the source; shifts and caps of reps are left out"
                .to_owned(),
        ),
    }
    if let Some(everybody) = report.everybody {
        lines.push(format!(
            "{} of all contacts converted ({}); precision is that share among leads, recall the leads' share of them, \
             lift the ratio of the two shares",
            count(everybody.hits),
            percent(everybody.rate())
        ));
    }
    lines.join("\n")
}

fn tiers(report: &Report) -> String {
    let a_day = report.span.is_some();
    let mut header = vec!["Tier", "Leads"];
    header.extend(a_day.then_some("A day"));
    header.extend(quality_header(report.everybody));
    let rows = report.tiers.iter().chain([&report.qualified]).map(|row| {
        let mut cells = vec![row.tier.clone(), count(row.leads)];
        cells.extend(row.leads_a_day.map(number));
        cells.extend(quality_cells(row.quality));
        cells
    });
    table(&header, rows)
}

/// Leads over time, in as many bars as fit.
fn days(report: &Report) -> Option<String> {
    if report.days.len() < 2 {
        return None;
    }
    let together = report.days.len().div_ceil(BARS_MAX);
    let bars: Vec<_> = report
        .days
        .chunks(together)
        .filter_map(|days| Some((days.first()?.day, days.iter().map(|day| day.leads).sum::<u64>())))
        .collect();
    let most = bars.iter().map(|(_, leads)| *leads).max().unwrap_or_default();
    let title =
        if together == 1 { "Leads a day".to_owned() } else { format!("Leads in {together} days from") };
    let line = |(day, leads): (chrono::NaiveDate, u64)| {
        let bar = bar(crate::stats::float(leads), crate::stats::float(most), BAR_WIDTH);
        format!("{day}  {bar} {}", count(leads))
    };
    let lines: Vec<String> = bars.into_iter().map(line).collect();
    Some(format!("{title}\n{}", lines.join("\n")))
}

fn reps(report: &Report) -> String {
    let all: u64 = report.routed.reps.iter().map(|rep| rep.leads).sum();
    let is_dated = report.span.is_some();
    let mut header = vec!["Rep", "Leads", "Share"];
    header.extend(is_dated.then_some("Busiest day"));
    let rows = report.routed.reps.iter().map(|rep: &RepRow| {
        let share = percent(crate::stats::ratio(rep.leads, all));
        let mut cells = vec![rep.name.clone(), count(rep.leads), share];
        cells.extend(rep.busiest_day.map(count));
        cells
    });
    let mut text = table(&header, rows);
    if report.routed.nobody > 0 {
        text.push('\n');
        text.push_str(&count(report.routed.nobody));
        text.push_str(" leads found nobody who could take them");
    }
    if report.routed.undated > 0 {
        text.push('\n');
        text.push_str(&count(report.routed.undated));
        text.push_str(" leads without a date are left out");
    }
    text
}

fn teams(teams: &[TeamCapacity]) -> String {
    let header = ["Team", "Leads a week", "It takes", "Used", "Hours on shift a week", "Hours a lead"];
    table(
        &header,
        teams.iter().map(|team| {
            [
                team.team.clone(),
                number(team.leads_a_week),
                team.takes_a_week.map_or_else(|| "no max_per_day".to_owned(), number),
                percent(team.used),
                number(team.hours_a_week),
                team.hours_a_lead.map(number).unwrap_or_default(),
            ]
        }),
    )
}

fn groups(report: &Report) -> Option<String> {
    let (field, rows) = report.by.as_ref()?;
    let mut header = vec![field.as_str(), "Contacts", "Leads"];
    header.extend(quality_header(report.everybody));
    let shown = rows.iter().take(ROWS_MAX).map(|row| {
        let mut cells = vec![row.value.clone(), count(row.contacts), count(row.leads)];
        cells.extend(quality_cells(row.quality));
        cells
    });
    Some(with_rest(table(&header, shown), rows.len()))
}

fn conditions(report: &Report) -> Option<String> {
    if report.conditions.is_empty() {
        return None;
    }
    let mut header = vec!["Condition, and whoever satisfies it", "Contacts"];
    header.extend(quality_header(report.everybody));
    let rows = report.conditions.iter().take(ROWS_MAX).map(|(text, quality)| {
        let mut cells = vec![text.clone(), count(quality.leads)];
        cells.extend(quality_cells(Some(*quality)));
        cells
    });
    Some(with_rest(table(&header, rows), report.conditions.len()))
}

fn with_rest(text: String, rows: usize) -> String {
    match rows.saturating_sub(ROWS_MAX) {
        0 => text,
        rest => format!("{text}\n{rest} more are in --format json and --csv"),
    }
}
