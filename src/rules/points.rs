//! `[score]` and `[icp]`: sums of points, and the ideal customer profile.

use std::ops::Range;

use chrono::TimeDelta;

use super::catalogue::{Catalogue, standard_kind};
use super::codes::{BAD_VALUE, DOES_NOT_FIT, IMPOSSIBLE};
use super::compile::{Names, Scope, compile};
use super::condition::Condition;
use super::definition::{Decay, Icp, PointSheet, Points};
use super::finding::{Finding, Findings};
use super::item::{Item, Node, Table};
use super::reader::Reader;
use super::register::{Register, choice, required_name};
use super::tiers::required_condition;
use crate::model::Kind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScoreFrom {
    Crm,
    Rules,
}

/// Whether `[score]` says that the score is computed here.
pub(super) fn score_from_points(root: &mut Reader<'_>) -> bool {
    let from = root.item("score").and_then(Item::as_table);
    let from = from.and_then(|table| table.get("from"));
    from.is_some_and(|entry| matches!(&entry.item.node, Node::Text(text) if text == "rules"))
}

/// Whether `[icp]` has points, so that the fit is computed here.
pub(super) fn fit_from_points(root: &mut Reader<'_>) -> bool {
    let icp = root.item("icp").and_then(Item::as_table);
    icp.is_some_and(|table| table.get("points").is_some())
}

/// `[score]`; `None` when the score is the CRM's field.
pub(super) fn score(table: &Table, names: &mut Names, findings: &mut Findings) -> Option<PointSheet> {
    let mut reader = Reader::new(table, "[score]");
    let words = [("crm", ScoreFrom::Crm), ("rules", ScoreFrom::Rules)];
    let from = choice(&mut reader, "from", &words, ScoreFrom::Crm, findings);
    let sheet = sheet(&mut reader, "[[score.points]]", names, findings);
    let has_points = reader.entry("points").is_some();
    let stray = reader.entry("points").or_else(|| table.get("cap")).filter(|_| from == ScoreFrom::Crm);
    if let Some(entry) = stray {
        let message = format!("`{}` has no effect: the score comes from the CRM", entry.key);
        let finding = Finding::error(BAD_VALUE, entry.key_span.clone(), message);
        findings.add(finding.help("write from = \"rules\" in [score] to compute the score here"));
    }
    if from == ScoreFrom::Rules && !has_points {
        reader.missing("points", findings);
    }
    reader.finish(findings);
    (from == ScoreFrom::Rules).then_some(sheet)
}

/// `[icp]`; without the table everybody is inside the profile.
pub(super) fn icp(table: Option<&Table>, names: &mut Names, findings: &mut Findings) -> Icp {
    let Some(table) = table else {
        return Icp { when: Condition::always(), minimum_fit: None, minimum_fit_span: 0..0, points: None };
    };
    let mut reader = Reader::new(table, "[icp]");
    let when = reader
        .table("when", findings)
        .map_or_else(Condition::always, |when| compile(when, Scope::Plain, names, findings));
    let minimum_fit = reader.number("minimum_fit", findings);
    let minimum_span = reader.item("minimum_fit").map_or_else(|| reader.span(), |item| item.span.clone());
    let points = names.fit_from_points.then(|| sheet(&mut reader, "[[icp.points]]", names, findings));
    match &points {
        Some(sheet) => reachable(sheet, minimum_fit, minimum_span.clone(), findings),
        None if minimum_fit.is_some() => {
            names.fields.require("fit", &minimum_span, findings);
        }
        None => {}
    }
    reader.finish(findings);
    Icp { when, minimum_fit, minimum_fit_span: minimum_span, points }
}

/// Notes a minimum that all points together cannot reach.
fn reachable(sheet: &PointSheet, minimum: Option<f64>, span: Range<usize>, findings: &mut Findings) {
    let sum: f64 = sheet.points.iter().map(|points| points.points.max(0.0)).sum();
    let most = sheet.cap.map_or(sum, |cap| sum.min(cap));
    if let Some(minimum) = minimum.filter(|minimum| *minimum > most) {
        let message = format!("impossible: a fit of {minimum} when all points together are {most}");
        findings.error(IMPOSSIBLE, span, message);
    }
}

fn sheet(
    reader: &mut Reader<'_>,
    name: &'static str,
    names: &mut Names,
    findings: &mut Findings,
) -> PointSheet {
    let cap = reader.number("cap", findings);
    if let Some(item) = reader.item("cap").filter(|_| cap.is_some_and(|cap| cap <= 0.0)) {
        findings.error(BAD_VALUE, item.span.clone(), "`cap` must be above 0");
    }
    let mut register = Register::new("entry of points");
    let mut sheet = PointSheet { cap, points: Vec::new() };
    for table in reader.tables("points", findings) {
        sheet.points.extend(points(table, name, &mut register, names, findings));
    }
    sheet
}

fn points(
    table: &Table,
    name: &'static str,
    register: &mut Register,
    names: &mut Names,
    findings: &mut Findings,
) -> Option<Points> {
    let mut reader = Reader::new(table, name);
    let title = required_name(&mut reader, "name", findings);
    let when = required_condition(&mut reader, Scope::Points, names, findings);
    let points = reader.number("points", findings);
    if reader.item("points").is_none() {
        reader.missing("points", findings);
    }
    let decay = decay(&mut reader, &mut names.fields, findings);
    reader.finish(findings);
    let (title, span) = title?;
    register.add(title, span, findings);
    Some(Points { name: title.to_owned(), when, points: points?, decay })
}

/// `half_life` and `since`: both or neither.
fn decay(reader: &mut Reader<'_>, fields: &mut Catalogue, findings: &mut Findings) -> Option<Decay> {
    let half_life = reader.duration("half_life", findings);
    let since = reader.text("since", findings);
    let since_span = reader.item("since").map(|item| item.span.clone());
    let half_life_span = reader.item("half_life").map(|item| item.span.clone());
    match (&half_life_span, &since_span) {
        (Some(_), None) => reader.missing("since", findings),
        (None, Some(_)) => reader.missing("half_life", findings),
        (Some(_), Some(_)) | (None, None) => {}
    }
    if half_life == Some(TimeDelta::zero()) {
        let span = half_life_span.unwrap_or_default();
        findings.error(BAD_VALUE, span, "`half_life` of no time at all");
    }
    let (since, span) = (since?, since_span?);
    let id = fields.require(since, &span, findings)?;
    let kind = fields.kind(id);
    if kind != Kind::DateTime {
        let message = format!("`since` needs a datetime field, and `{since}` is {}", kind.name());
        let finding = Finding::error(DOES_NOT_FIT, span, message);
        findings.add(finding.help(if standard_kind(since).is_some() {
            "write a field with a date, such as last_visit_at".to_owned()
        } else {
            format!("declare it in [fields]: {since} = {{ property = \"…\", type = \"datetime\" }}")
        }));
    }
    Some(Decay { half_life: half_life?, since: id })
}
