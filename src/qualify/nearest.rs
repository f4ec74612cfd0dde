//! The fewest changes that would bring another verdict, each tried before it is said.

use super::change::ways_to;
use super::trial::verdicts_after;
use super::{Change, Facts};
use crate::model::Verdict;
use crate::rules::{Condition, Leaf, Operand, Rules, Test};

/// What the verdict would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    NotDisqualified,
    /// In another tier or in none.
    NotIn(usize),
    QualifiedIn(usize),
}

impl Becomes {
    pub fn is(self, verdict: Verdict) -> bool {
        match (self, verdict) {
            (Self::QualifiedIn(wanted), Verdict::Qualified { tier }) => tier == wanted,
            (Self::QualifiedIn(_), _) => false,
            (_, Verdict::Disqualified { .. } | Verdict::Unclear { .. }) => self != Self::NotDisqualified,
            (Self::NotIn(left), Verdict::Qualified { tier } | Verdict::OutsideIcp { tier }) => tier != left,
            (_, _) => true,
        }
    }
}

/// Tests that would have to come out otherwise, and what comes of it.
#[derive(Clone, Debug)]
pub struct Nearest {
    pub becomes: Becomes,
    /// Each once, with whether it would have to hold.
    pub tests: Vec<(Leaf, bool)>,
}

/// What would change this verdict, the fewest changes first. A verdict that is unclear asks for no other values, only for
/// ones that can be read.
pub fn nearest(rules: &Rules, verdict: Verdict, facts: &Facts<'_>) -> Vec<Nearest> {
    let tried = |becomes: Becomes, condition: &Condition| {
        let changes = ways_to(condition, true, facts).into_iter().find(|changes| {
            let verdicts = verdicts_after(rules, changes, facts);
            !verdicts.is_empty() && verdicts.into_iter().all(|verdict| becomes.is(verdict))
        })?;
        Some(Nearest { becomes, tests: tests(&changes) })
    };
    let not = |condition| Condition::Not(Box::new(condition));
    let mut found: Vec<Nearest> = match verdict {
        Verdict::Unclear { .. } => Vec::new(),
        Verdict::Disqualified { .. } => {
            let disqualifiers = rules.disqualifiers.iter().map(|rule| rule.when.clone());
            tried(Becomes::NotDisqualified, &not(Condition::Any(disqualifiers.collect())))
                .into_iter()
                .collect()
        }
        Verdict::Qualified { tier: at } => {
            let tier = rules.tiers.get(at);
            tier.and_then(|tier| tried(Becomes::NotIn(at), &not(tier.when.clone()))).into_iter().collect()
        }
        Verdict::NotYet | Verdict::OutsideIcp { .. } => {
            let way_to = |(at, tier): (usize, &crate::rules::Tier)| {
                let mut parts = vec![tier.when.clone(), rules.icp.when.clone()];
                parts.extend(enough_fit(rules));
                tried(Becomes::QualifiedIn(at), &Condition::All(parts))
            };
            rules.tiers.iter().enumerate().filter_map(way_to).collect()
        }
    };
    found.sort_by_key(|nearest| nearest.tests.len());
    found
}

/// `minimum_fit` as a condition.
fn enough_fit(rules: &Rules) -> Option<Condition> {
    let least = rules.icp.minimum_fit?;
    let operand = match rules.icp.points {
        Some(_) => Operand::Fit,
        None => Operand::Field(rules.fields.fit()?),
    };
    let text = format!("fit at least {least}");
    Some(Condition::Leaf(Box::new(Leaf { operand, test: Test::AtLeast(least), text, span: 0..0 })))
}

fn tests(changes: &[Change<'_>]) -> Vec<(Leaf, bool)> {
    let is_new = |at: usize, change: &Change<'_>| {
        let mut before = changes.iter().take(at);
        !before.any(|other| (&other.leaf.text, other.holds) == (&change.leaf.text, change.holds))
    };
    let once = changes.iter().enumerate().filter(|(at, change)| is_new(*at, change));
    once.map(|(_, change)| (change.leaf.clone(), change.holds)).collect()
}
