//! From judged cases to figures: verdicts, tiers, days, groups, conditions.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::{Case, Differences, Quantity, Replayed, Routed, Sweep, TeamCapacity, sweep};
use crate::model::{Verdict, VerdictKind};
use crate::rules::Rules;
use crate::stats::{Quality, Share, float};

/// From the first day of history to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// Both included.
    pub days: u64,
    /// Contacts with a date.
    pub dated: u64,
}

/// A tier, or everybody who qualifies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierRow {
    pub tier: String,
    pub leads: u64,
    pub leads_a_day: Option<f64>,
    pub quality: Option<Quality>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DayRow {
    pub day: NaiveDate,
    pub leads: u64,
}

/// Contacts with one value of a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupRow {
    pub value: String,
    pub contacts: u64,
    pub leads: u64,
    pub quality: Option<Quality>,
}

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub contacts: u64,
    /// Contacts that could not be read.
    pub set_aside: u64,
    pub span: Option<Span>,
    pub verdicts: BTreeMap<&'static str, u64>,
    /// Converted of all contacts; `None` without an outcome.
    pub everybody: Option<Share>,
    pub qualified: TierRow,
    pub tiers: Vec<TierRow>,
    /// Every day from the first to the last.
    pub days: Vec<DayRow>,
    pub routed: Routed,
    /// The field, and its values with the most leads first.
    pub by: Option<(String, Vec<GroupRow>)>,
    pub conditions: Vec<(String, Quality)>,
    pub against: Option<Differences>,
    pub sweep: Option<Sweep>,
    pub capacity: Option<Vec<TeamCapacity>>,
}

/// What is to be said besides the figures themselves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    pub has_outcome: bool,
    pub by: Option<&'a str>,
    pub sweep: Option<&'a str>,
}

/// Puts the figures together.
pub fn report(rules: &Rules, replayed: Replayed, routed: Routed, wanted: Wanted<'_>) -> Report {
    let cases = &replayed.cases;
    let span = span(cases);
    let quantity = Quantity { days: span.map(|span| float(span.days)) };
    let everybody = wanted.has_outcome.then(|| share(cases, |_| true));
    let tier = |name: &str, chosen: &dyn Fn(Verdict) -> bool| {
        let share = share(cases, |case| chosen(case.verdict));
        let dated = cases.iter().filter(|case| case.date.is_some() && chosen(case.verdict)).count() as u64;
        TierRow {
            tier: name.to_owned(),
            leads: share.of,
            leads_a_day: quantity.days.map(|days| float(dated) / days),
            quality: everybody.map(|everybody| Quality::of(share, everybody)),
        }
    };
    let tiers = rules.tiers.iter().enumerate();
    let tiers =
        tiers.map(|(at, named)| tier(&named.name, &|verdict| verdict == Verdict::Qualified { tier: at }));
    Report {
        contacts: cases.len() as u64,
        set_aside: 0,
        verdicts: verdicts(cases),
        everybody,
        qualified: tier("all qualified", &Verdict::is_qualified),
        tiers: tiers.collect(),
        days: span.map(|span| days(cases, span)).unwrap_or_default(),
        routed,
        by: wanted.by.map(|field| (field.to_owned(), groups(&replayed.groups, cases, everybody))),
        conditions: everybody
            .map(|everybody| {
                let conditions = replayed.conditions.iter();
                conditions.map(|(text, share)| (text.clone(), Quality::of(*share, everybody))).collect()
            })
            .unwrap_or_default(),
        sweep: wanted.sweep.map(|field| sweep(field, cases, everybody, quantity)),
        capacity: None,
        span,
        against: replayed.differences,
    }
}

fn share(cases: &[Case], chosen: impl Fn(&Case) -> bool) -> Share {
    let mut share = Share::default();
    cases.iter().filter(|case| chosen(case)).for_each(|case| share.count(case.converted));
    share
}

fn verdicts(cases: &[Case]) -> BTreeMap<&'static str, u64> {
    let mut verdicts: BTreeMap<&'static str, u64> =
        VerdictKind::ALL.iter().map(|kind| (kind.name(), 0)).collect();
    for case in cases {
        *verdicts.entry(case.verdict.kind().name()).or_default() += 1;
    }
    verdicts
}

/// `None` when no case has a date.
fn span(cases: &[Case]) -> Option<Span> {
    let dates = cases.iter().filter_map(|case| case.date);
    let (first, last) = (dates.clone().min()?.date_naive(), dates.clone().max()?.date_naive());
    Some(Span { first, last, days: days_between(first, last), dated: dates.count() as u64 })
}

/// How many days there are from the first to the last, both included.
pub fn days_between(first: NaiveDate, last: NaiveDate) -> u64 {
    u64::try_from((last - first).num_days()).unwrap_or_default() + 1
}

/// Longest history shown day by day: thirty years. A date in the year 1 is a mistake in the data.
const DAYS_MAX: usize = 11_000;

fn days(cases: &[Case], span: Span) -> Vec<DayRow> {
    let mut leads: BTreeMap<NaiveDate, u64> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.verdict.is_qualified()) {
        if let Some(date) = case.date {
            *leads.entry(date.date_naive()).or_default() += 1;
        }
    }
    let days = span.first.iter_days().take_while(|day| *day <= span.last).take(DAYS_MAX);
    days.map(|day| DayRow { day, leads: leads.get(&day).copied().unwrap_or_default() }).collect()
}

fn groups(names: &[String], cases: &[Case], everybody: Option<Share>) -> Vec<GroupRow> {
    let mut rows: Vec<(u64, Share)> = vec![(0, Share::default()); names.len()];
    for case in cases {
        if let Some((contacts, share)) = rows.get_mut(case.group as usize) {
            *contacts += 1;
            if case.verdict.is_qualified() {
                share.count(case.converted);
            }
        }
    }
    let row = |(name, (contacts, share)): (&String, (u64, Share))| GroupRow {
        value: name.clone(),
        contacts,
        leads: share.of,
        quality: everybody.map(|everybody| Quality::of(share, everybody)),
    };
    let mut rows: Vec<GroupRow> = names.iter().zip(rows).map(row).collect();
    rows.sort_by(|a, b| (b.leads, b.contacts, &a.value).cmp(&(a.leads, a.contacts, &b.value)));
    rows
}
