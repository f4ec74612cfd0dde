//! Small changes of a definition, each of which some example should notice: an example that no change can fail says
//! nothing about the definition.

use chrono::TimeDelta;

use super::{Coverage, check};
use crate::rules::{Condition, Example, Leaf, Rules, Test, format_duration};

/// A changed definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// Where: `tier 'engaged'`.
    pub place: String,
    /// What: `score at least 65: 65 → 72`.
    pub change: String,
    /// An example fails under it.
    pub noticed: bool,
}

/// Changes every threshold and turns every test around, one at a time, and runs the examples under each.
pub fn mutants(rules: &Rules, examples: &[&Example]) -> Vec<Mutant> {
    let mut found = Vec::new();
    for place in places(rules) {
        let leaves = place.of(rules).map_or(0, |condition| condition.leaves().len());
        for at in 0..leaves {
            for kind in KINDS {
                let mut changed = rules.clone();
                let Some(condition) = place.of_mut(&mut changed) else { continue };
                let Some(change) = change_leaf(condition, at, kind) else { continue };
                found.push(Mutant { place: place.name(rules), change, noticed: notices(&changed, examples) });
            }
        }
    }
    found.extend(fit_mutants(rules, examples));
    found
}

fn notices(changed: &Rules, examples: &[&Example]) -> bool {
    let mut ignored = Coverage::new(changed);
    examples.iter().any(|example| !check(changed, example, &mut ignored).passes())
}

fn fit_mutants(rules: &Rules, examples: &[&Example]) -> Vec<Mutant> {
    let Some(least) = rules.icp.minimum_fit else { return Vec::new() };
    [raised(least), lowered(least)]
        .into_iter()
        .map(|to| {
            let mut changed = rules.clone();
            changed.icp.minimum_fit = Some(to);
            let change = format!("minimum fit: {least} → {to}");
            Mutant { place: "ICP".to_owned(), change, noticed: notices(&changed, examples) }
        })
        .collect()
}

/// Where a condition of a definition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Disqualifier(usize),
    Tier(usize),
    Icp,
    Route(usize),
    ScorePoints(usize),
    FitPoints(usize),
}

fn places(rules: &Rules) -> Vec<Place> {
    let mut places: Vec<Place> = (0..rules.disqualifiers.len()).map(Place::Disqualifier).collect();
    places.extend((0..rules.tiers.len()).map(Place::Tier));
    places.push(Place::Icp);
    places.extend((0..rules.routes.len()).map(Place::Route));
    places.extend((0..rules.score.as_ref().map_or(0, |sheet| sheet.points.len())).map(Place::ScorePoints));
    places.extend((0..rules.icp.points.as_ref().map_or(0, |sheet| sheet.points.len())).map(Place::FitPoints));
    places
}

impl Place {
    fn of(self, rules: &Rules) -> Option<&Condition> {
        match self {
            Self::Disqualifier(at) => rules.disqualifiers.get(at).map(|rule| &rule.when),
            Self::Tier(at) => rules.tiers.get(at).map(|tier| &tier.when),
            Self::Icp => Some(&rules.icp.when),
            Self::Route(at) => rules.routes.get(at).map(|route| &route.when),
            Self::ScorePoints(at) => rules.score.as_ref()?.points.get(at).map(|points| &points.when),
            Self::FitPoints(at) => rules.icp.points.as_ref()?.points.get(at).map(|points| &points.when),
        }
    }

    fn of_mut(self, rules: &mut Rules) -> Option<&mut Condition> {
        match self {
            Self::Disqualifier(at) => rules.disqualifiers.get_mut(at).map(|rule| &mut rule.when),
            Self::Tier(at) => rules.tiers.get_mut(at).map(|tier| &mut tier.when),
            Self::Icp => Some(&mut rules.icp.when),
            Self::Route(at) => rules.routes.get_mut(at).map(|route| &mut route.when),
            Self::ScorePoints(at) => rules.score.as_mut()?.points.get_mut(at).map(|points| &mut points.when),
            Self::FitPoints(at) => {
                rules.icp.points.as_mut()?.points.get_mut(at).map(|points| &mut points.when)
            }
        }
    }

    fn name(self, rules: &Rules) -> String {
        let named = |what: &str, name: Option<&str>| format!("{what} '{}'", name.unwrap_or_default());
        let points = |sheet: Option<&crate::rules::PointSheet>, at: usize| {
            sheet.and_then(|sheet| sheet.points.get(at)).map(|points| points.name.clone())
        };
        match self {
            Self::Disqualifier(at) => {
                named("disqualifier", rules.disqualifiers.get(at).map(|rule| &*rule.name))
            }
            Self::Tier(at) => named("tier", rules.tiers.get(at).map(|tier| &*tier.name)),
            Self::Icp => "ICP".to_owned(),
            Self::Route(at) => named("route", rules.routes.get(at).map(|route| &*route.name)),
            Self::ScorePoints(at) => named("points", points(rules.score.as_ref(), at).as_deref()),
            Self::FitPoints(at) => named("fit points", points(rules.icp.points.as_ref(), at).as_deref()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Raise,
    Lower,
    TurnAround,
}

const KINDS: [Kind; 3] = [Kind::Raise, Kind::Lower, Kind::TurnAround];

/// Changes the leaf at a position, left to right; `None` when this change means nothing for it.
fn change_leaf(condition: &mut Condition, at: usize, kind: Kind) -> Option<String> {
    let mut said = None;
    visit(condition, &mut { at }, &mut |condition| said = apply(condition, kind));
    said
}

/// Calls `change` with the leaf that `left` leaves precede; true when there is one.
fn visit(condition: &mut Condition, left: &mut usize, change: &mut dyn FnMut(&mut Condition)) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter_mut().any(|part| visit(part, left, change))
        }
        Condition::Not(part) => visit(part, left, change),
        Condition::Leaf(_) if *left == 0 => {
            change(condition);
            true
        }
        Condition::Leaf(_) => {
            *left -= 1;
            false
        }
    }
}

fn apply(condition: &mut Condition, kind: Kind) -> Option<String> {
    let Condition::Leaf(leaf) = condition else { return None };
    if kind == Kind::TurnAround {
        let said = format!("{}: turned around", leaf.text);
        let turned = leaf.clone();
        *condition = Condition::Not(Box::new(Condition::Leaf(turned)));
        return Some(said);
    }
    move_threshold(leaf, kind)
}

/// Moves the number or the span of a test by a tenth.
#[expect(clippy::wildcard_enum_match_arm, reason = "a test without a threshold cannot be raised or lowered")]
fn move_threshold(leaf: &mut Leaf, kind: Kind) -> Option<String> {
    let number = |from: f64| if kind == Kind::Raise { raised(from) } else { lowered(from) };
    let span = |from: TimeDelta| {
        let tenth = (from / 10).max(TimeDelta::seconds(1));
        if kind == Kind::Raise { from + tenth } else { from - tenth }
    };
    let (test, change) = match &leaf.test {
        Test::AtLeast(from) => (Test::AtLeast(number(*from)), numbers(*from, number(*from))),
        Test::AtMost(from) => (Test::AtMost(number(*from)), numbers(*from, number(*from))),
        Test::Above(from) => (Test::Above(number(*from)), numbers(*from, number(*from))),
        Test::Below(from) => (Test::Below(number(*from)), numbers(*from, number(*from))),
        Test::Within(from) => (Test::Within(span(*from)), spans(*from, span(*from))),
        Test::OlderThan(from) => (Test::OlderThan(span(*from)), spans(*from, span(*from))),
        _ => return None,
    };
    leaf.test = test;
    Some(format!("{}: {change}", leaf.text))
}

fn numbers(from: f64, to: f64) -> String {
    format!("{from} → {to}")
}

fn spans(from: TimeDelta, to: TimeDelta) -> String {
    format!("{} → {}", format_duration(from), format_duration(to))
}

/// A tenth more, at least one: a change that marketing and sales would argue about.
fn raised(from: f64) -> f64 {
    from + tenth(from)
}

fn lowered(from: f64) -> f64 {
    from - tenth(from)
}

fn tenth(from: f64) -> f64 {
    (from.abs() / 10.0).round().max(1.0)
}
