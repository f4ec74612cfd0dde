//! `[score]` and `[icp]`: sums of points, and the ideal customer profile.

use std::ops::Range;

use super::catalogue::{Catalogue, standard_kind};
use super::codes::{DOES_NOT_FIT, IMPOSSIBLE};
use super::compile::{Names, Scope, compile};
use super::condition::Condition;
use super::definition::{Decay, Icp, PointSheet, Points};
use super::finding::{Finding, Findings};
use super::reader::Reader;
use super::register::Register;
use super::tiers::required_condition;
use crate::model::Kind;

/// Whether `[score]` says that the score is computed here.
pub(super) fn score_from_points(score: Reader<'_>) -> bool {
    score.choice("from", &[("crm", false), ("rules", true)]) == Some(true)
}

/// Whether `[icp]` has points, so that the fit is computed here.
pub(super) fn fit_from_points(icp: Reader<'_>) -> bool {
    icp.entry("points").is_some()
}

/// `[score]`; `None` when the score is the CRM's field.
pub(super) fn score(reader: Reader<'_>, names: &mut Names, findings: &mut Findings) -> Option<PointSheet> {
    let sheet = sheet(reader, names, findings);
    names.score_from_points.then_some(sheet)
}

/// `[icp]`; without the table everybody is inside the profile.
pub(super) fn icp(reader: Reader<'_>, names: &mut Names, findings: &mut Findings) -> Icp {
    let when = reader
        .table("when")
        .map_or_else(Condition::always, |when| compile(when, Scope::Plain, names, findings));
    let minimum_fit = reader.number("minimum_fit");
    let minimum_fit_span = reader.place("minimum_fit").unwrap_or_else(|| reader.span());
    let sheet = sheet(reader, names, findings);
    let points = names.fit_from_points.then_some(sheet);
    match &points {
        Some(sheet) => reachable(sheet, minimum_fit, minimum_fit_span.clone(), findings),
        None if minimum_fit.is_some() => {
            names.fields.require("fit", &minimum_fit_span, findings);
        }
        None => {}
    }
    Icp { when, minimum_fit, minimum_fit_span, points }
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

fn sheet(reader: Reader<'_>, names: &mut Names, findings: &mut Findings) -> PointSheet {
    let mut register = Register::new("entry of points");
    let mut sheet = PointSheet { cap: reader.number("cap"), points: Vec::new() };
    for reader in reader.tables("points") {
        sheet.points.extend(points(reader, &mut register, names, findings));
    }
    sheet
}

fn points(
    reader: Reader<'_>,
    register: &mut Register,
    names: &mut Names,
    findings: &mut Findings,
) -> Option<Points> {
    let when = required_condition(reader, Scope::Points, names, findings);
    let points = reader.number("points");
    let decay = decay(reader, &mut names.fields, findings);
    let (name, span) = reader.name("name")?;
    register.add(name, span, findings);
    Some(Points { name: name.to_owned(), when, points: points?, decay })
}

/// `half_life` and `since`: both or neither.
fn decay(reader: Reader<'_>, fields: &mut Catalogue, findings: &mut Findings) -> Option<Decay> {
    let half_life = reader.duration("half_life");
    let (since, span) = reader.text("since").zip(reader.place("since"))?;
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
