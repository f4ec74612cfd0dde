//! Territories that two routes claim.

use std::collections::BTreeSet;

use super::codes::SHARED_TERRITORY;
use super::condition::{Condition, Operand, Test};
use super::definition::{Route, RouteTarget, Rules};
use super::finding::{Finding, Findings};
use crate::model::{FieldId, one_line};

/// Fields that say where somebody is.
const PLACES: [&str; 4] = ["country", "company.country", "state", "city"];

/// Values named in one finding; the rest are counted.
const SHOWN_VALUES_MAX: usize = 5;
const SHOWN_CHARS_MAX: usize = 60;

/// A route that takes certain places and looks at nothing else.
struct Territory<'a> {
    route: &'a Route,
    field: FieldId,
    places: BTreeSet<&'a str>,
}

/// Notes pairs of routes that share some places and not others: the later one gets none of those it shares. Where the
/// earlier lies within the later, it is an exception made on purpose; where the later lies within the earlier, it is
/// never reached and noted as such.
pub(super) fn check(rules: &Rules, findings: &mut Findings) {
    let territories: Vec<Territory<'_>> =
        rules.routes.iter().filter_map(|route| territory(route, rules)).collect();
    for (position, later) in territories.iter().enumerate() {
        for earlier in territories.iter().take(position) {
            if earlier.field != later.field || same_target(&earlier.route.to, &later.route.to) {
                continue;
            }
            let shared: Vec<&str> = earlier.places.intersection(&later.places).copied().collect();
            let is_nested = shared.len() == earlier.places.len() || shared.len() == later.places.len();
            if !shared.is_empty() && !is_nested {
                findings.add(finding(earlier, later, &shared, rules));
            }
        }
    }
}

fn finding(earlier: &Territory<'_>, later: &Territory<'_>, shared: &[&str], rules: &Rules) -> Finding {
    let field = rules.fields.get(later.field).map_or("", |field| field.name.as_str());
    let shown =
        shared.iter().take(SHOWN_VALUES_MAX).map(|place| format!("'{}'", one_line(place, SHOWN_CHARS_MAX)));
    let mut shown: Vec<String> = shown.collect();
    if let Some(more) = shared.len().checked_sub(SHOWN_VALUES_MAX).filter(|more| *more > 0) {
        shown.push(format!("{more} more"));
    }
    let (first, second) = (&earlier.route.name, &later.route.name);
    let message = format!("routes '{first}' and '{second}' both take {field} {}", shown.join(", "));
    Finding::warning(SHARED_TERRITORY, later.route.span.clone(), message)
        .help(format!("what they share goes to '{first}', which comes first: take it out of one of the two"))
}

fn territory<'a>(route: &'a Route, rules: &Rules) -> Option<Territory<'a>> {
    let Condition::Leaf(leaf) = &route.when else {
        return None;
    };
    let Operand::Field(field) = leaf.operand else {
        return None;
    };
    let name = &rules.fields.get(field)?.name;
    let places = places(&leaf.test).filter(|_| PLACES.contains(&name.as_str()))?;
    Some(Territory { route, field, places })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other test names the places that it takes")]
fn places(test: &Test) -> Option<BTreeSet<&str>> {
    match test {
        Test::EqualsText(place) => Some(BTreeSet::from([&**place])),
        Test::InTexts(places) => Some(places.iter().map(|place| &**place).collect()),
        _ => None,
    }
}

/// Whether it makes no difference which of the two takes it.
fn same_target(a: &RouteTarget, b: &RouteTarget) -> bool {
    match (a, b) {
        (RouteTarget::Team(a), RouteTarget::Team(b)) => a == b,
        (RouteTarget::Rep(a), RouteTarget::Rep(b)) => a == b,
        _ => false,
    }
}
