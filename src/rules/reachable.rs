//! Disqualifiers, tiers and routes that nothing ever reaches, since what stands before them takes all that they could
//! take.

use std::ops::Range;

use super::codes::{NEVER_QUALIFIES, UNREACHABLE_DISQUALIFIER, UNREACHABLE_ROUTE, UNREACHABLE_TIER};
use super::compile::{impossible, is_never};
use super::condition::Condition;
use super::definition::{NobodyAvailable, Route, RouteTarget, Rules, Team};
use super::finding::{Finding, Findings};
use super::reason::{self, Ranges, conflict, is_covered};

/// A named condition and the place of its name.
#[derive(Clone, Copy)]
struct Named<'a> {
    name: &'a str,
    when: &'a Condition,
    span: &'a Range<usize>,
}

/// Looks through a definition. One that has errors may lack points, so its sums are taken to be anything.
pub(super) fn check(rules: &Rules, findings: &mut Findings) {
    let ranges = if findings.has_errors() { Ranges::default() } else { ranges(rules) };
    let disqualifiers: Vec<Named<'_>> = rules
        .disqualifiers
        .iter()
        .map(|rule| Named { name: &rule.name, when: &rule.when, span: &rule.span })
        .collect();
    check_disqualifiers(&disqualifiers, &ranges, findings);
    check_tiers(rules, &disqualifiers, &ranges, findings);
    check_routes(rules, &ranges, findings);
}

fn ranges(rules: &Rules) -> Ranges {
    Ranges {
        score: rules.score.as_ref().and_then(reason::Range::of),
        fit: rules.icp.points.as_ref().and_then(reason::Range::of),
    }
}

fn check_disqualifiers(disqualifiers: &[Named<'_>], ranges: &Ranges, findings: &mut Findings) {
    for (rule, earlier) in with_earlier(disqualifiers) {
        if !may_hold(rule, ranges, findings) {
            continue;
        }
        if let Some(takers) = takers("disqualifier", rule, earlier, ranges) {
            let message =
                format!("disqualifier '{}' is never the reason: {takers} all it could take", rule.name);
            let finding = Finding::warning(UNREACHABLE_DISQUALIFIER, rule.span.clone(), message);
            findings.add(finding.help("the first that holds is the reason: put the narrower first"));
        }
    }
}

fn check_tiers(rules: &Rules, disqualifiers: &[Named<'_>], ranges: &Ranges, findings: &mut Findings) {
    let tiers = rules.tiers.iter();
    let tiers: Vec<Named<'_>> =
        tiers.map(|tier| Named { name: &tier.name, when: &tier.when, span: &tier.span }).collect();
    for (tier, earlier) in with_earlier(&tiers) {
        if !may_hold(tier, ranges, findings) {
            continue;
        }
        let finding = if let Some(takers) = takers("tier", tier, earlier, ranges) {
            let message = format!("tier '{}' is never reached: {takers} all it could take", tier.name);
            Finding::warning(UNREACHABLE_TIER, tier.span.clone(), message)
                .help("tiers are tried in the order of the file: put the narrower first")
        } else if let Some(takers) = takers("disqualifier", tier, disqualifiers, ranges) {
            let message = format!("tier '{}' qualifies nobody: {takers} all it could take", tier.name);
            Finding::warning(NEVER_QUALIFIES, tier.span.clone(), message)
                .help("disqualifiers come before every tier: narrow one of the two")
        } else if let Some(words) = outside_profile(tier, rules, ranges) {
            let message = format!(
                "tier '{}' qualifies nobody: whoever reaches it is outside the ICP ({words})",
                tier.name
            );
            Finding::warning(NEVER_QUALIFIES, tier.span.clone(), message)
                .help("[icp] `when` must hold for every tier: loosen one of the two")
        } else {
            continue;
        };
        findings.add(finding);
    }
}

/// The words of the tests that keep everybody who reaches a tier outside the ICP, if it is so.
fn outside_profile(tier: &Named<'_>, rules: &Rules, ranges: &Ranges) -> Option<String> {
    if is_never(&rules.icp.when) {
        return None;
    }
    let conflict = conflict(&[tier.when.clone(), rules.icp.when.clone()], ranges)?;
    Some(conflict.words.join(", and "))
}

fn check_routes(rules: &Rules, ranges: &Ranges, findings: &mut Findings) {
    let named = |route| {
        let Route { name, when, span, .. }: &Route = route;
        Named { name, when, span }
    };
    let mut earlier: Vec<Named<'_>> = Vec::new();
    for route in &rules.routes {
        let this = named(route);
        let is_possible = may_hold(&this, ranges, findings);
        if let Some(takers) = takers("route", &this, &earlier, ranges).filter(|_| is_possible) {
            let message = format!("route '{}' is never reached: {takers} all it could take", this.name);
            let finding = Finding::warning(UNREACHABLE_ROUTE, this.span.clone(), message);
            findings.add(finding.help("routes are tried in the order of the file: put the narrower first"));
        }
        if never_passes_on(&route.to, &rules.teams) {
            earlier.push(this);
        }
    }
}

/// Whether a target keeps every handoff that comes to it, at once or later. A rep who is away, or let the time lapse,
/// does not, and an owner or an account's rep need not exist.
fn never_passes_on(target: &RouteTarget, teams: &[Team]) -> bool {
    match target {
        RouteTarget::Team(position) => {
            teams.get(*position).is_some_and(|team| team.nobody_available == NobodyAvailable::Wait)
        }
        RouteTarget::Rep(_)
        | RouteTarget::OwnerOfContact
        | RouteTarget::OwnerOfCompany
        | RouteTarget::AccountIn(_) => false,
    }
}

/// Each with those before it.
fn with_earlier<'a, 'n>(all: &'a [Named<'n>]) -> impl Iterator<Item = (&'a Named<'n>, &'a [Named<'n>])> {
    all.iter().enumerate().map(|(position, named)| (named, all.get(..position).unwrap_or_default()))
}

/// Whether a condition may hold; notes one that the sums of points rule out. Others have been noted where they stand.
fn may_hold(named: &Named<'_>, ranges: &Ranges, findings: &mut Findings) -> bool {
    if is_never(named.when) {
        return false;
    }
    match conflict(std::slice::from_ref(named.when), ranges) {
        None => true,
        Some(conflict) => {
            findings.add(impossible(&conflict, named.span.clone()));
            false
        }
    }
}

/// Who of `earlier` takes all that a condition could take, as a sentence without its end: `tier 'a' takes`.
fn takers(what: &str, named: &Named<'_>, earlier: &[Named<'_>], ranges: &Ranges) -> Option<String> {
    if let Some(one) = earlier.iter().find(|other| is_covered(named.when, [other.when], ranges)) {
        return Some(format!("{what} '{}' takes", one.name));
    }
    let cover = |others: &[Named<'_>]| is_covered(named.when, others.iter().map(|other| other.when), ranges);
    if !cover(earlier) {
        return None;
    }
    let mut needed = earlier.to_vec();
    for position in (0..needed.len()).rev() {
        let mut without = needed.clone();
        without.remove(position);
        if cover(&without) {
            needed = without;
        }
    }
    let quoted: Vec<String> = needed.iter().map(|other| format!("'{}'", other.name)).collect();
    Some(format!("{what}s {} together take", quoted.join(" and ")))
}
