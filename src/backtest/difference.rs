//! Two definitions over the same contacts: who is newly in, newly out or in another tier, and the condition that made it so.

use std::collections::HashMap;

use serde::Serialize;

use crate::model::{Contact, Verdict, fold};
use crate::qualify::{Facts, Seen, changes_to, evaluate, facts as facts_of, seen};
use crate::rules::{Condition, Rules};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    NewlyIn,
    NewlyOut,
    MovedTier,
}

impl Move {
    pub const ALL: [Self; 3] = [Self::NewlyIn, Self::NewlyOut, Self::MovedTier];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewlyIn => "newly in",
            Self::NewlyOut => "newly out",
            Self::MovedTier => "moved",
        }
    }
}

/// One contact on which the definitions disagree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub contact: String,
    pub what: Move,
    /// What each definition says: a tier, or why not.
    pub before: String,
    pub after: String,
    /// The conditions that made the difference, with the values seen.
    pub because: Vec<String>,
}

/// A condition that made a difference, and for how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub what: Move,
    pub because: String,
    pub contacts: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    pub newly_in: u64,
    pub newly_out: u64,
    pub moved_tier: u64,
    pub unchanged: u64,
    /// The most frequent first.
    pub reasons: Vec<Reason>,
    /// The first of each kind.
    pub listed: Vec<Difference>,
}

/// The comparison while it goes on.
pub(super) struct Comparison<'r> {
    new: &'r Rules,
    old: &'r Rules,
    listed_max: usize,
    reasons: HashMap<(Move, String), u64>,
    found: Differences,
}

/// Why a definition says what it says: the words without the value, for counting, and with it, for the list.
struct Because {
    condition: String,
    seen: Option<String>,
}

impl<'r> Comparison<'r> {
    pub(super) fn new(new: &'r Rules, old: &'r Rules, listed_max: usize) -> Self {
        Self { new, old, listed_max, reasons: HashMap::new(), found: Differences::default() }
    }

    /// `facts` and `verdict` are the new definition's; `old` is the contact as the old one reads it.
    pub(super) fn see(&mut self, facts: &Facts<'_>, verdict: Verdict, old: &Contact) {
        let before = evaluate(self.old, old, facts.now).verdict;
        let (was, is) = (tier(self.old, before), tier(self.new, verdict));
        let what = match (was, is) {
            (None, None) => return self.found.unchanged += 1,
            (Some(was), Some(is)) if fold(was) == fold(is) => return self.found.unchanged += 1,
            (None, Some(_)) => Move::NewlyIn,
            (Some(_), None) => Move::NewlyOut,
            (Some(_), Some(_)) => Move::MovedTier,
        };
        let old_facts = facts_of(self.old, old, facts.now);
        let because = match what {
            Move::NewlyIn => obstacles(self.old, before, is, &old_facts),
            Move::NewlyOut => obstacles(self.new, verdict, was, facts),
            Move::MovedTier => between_tiers((self.old, was, &old_facts), (self.new, is, facts)),
        };
        self.note(what, (before, verdict), facts.contact, &because);
    }

    fn note(
        &mut self,
        what: Move,
        (before, after): (Verdict, Verdict),
        contact: &Contact,
        because: &[Because],
    ) {
        let counter = match what {
            Move::NewlyIn => &mut self.found.newly_in,
            Move::NewlyOut => &mut self.found.newly_out,
            Move::MovedTier => &mut self.found.moved_tier,
        };
        *counter += 1;
        let is_listed = *counter <= self.listed_max as u64;
        let conditions: Vec<&str> = because.iter().map(|because| because.condition.as_str()).collect();
        *self.reasons.entry((what, conditions.join(", and "))).or_default() += 1;
        if is_listed {
            self.found.listed.push(Difference {
                contact: contact.id.to_string(),
                what,
                before: shown(self.old, before),
                after: shown(self.new, after),
                because: because.iter().map(Because::shown).collect(),
            });
        }
    }

    pub(super) fn finish(mut self) -> Differences {
        let reasons = self.reasons.into_iter();
        let mut reasons: Vec<Reason> =
            reasons.map(|((what, because), contacts)| Reason { what, because, contacts }).collect();
        reasons.sort_by(|a, b| (b.contacts, a.what, &a.because).cmp(&(a.contacts, b.what, &b.because)));
        self.found.reasons = reasons;
        self.found.listed.sort_by_key(|difference| difference.what);
        self.found
    }
}

impl Because {
    fn plain(condition: String) -> Vec<Self> {
        vec![Self { condition, seen: None }]
    }

    fn shown(&self) -> String {
        match &self.seen {
            Some(seen) => format!("{} ({seen})", self.condition),
            None => self.condition.clone(),
        }
    }
}

fn tier(rules: &Rules, verdict: Verdict) -> Option<&str> {
    match verdict {
        Verdict::Qualified { tier } => rules.tiers.get(tier).map(|tier| tier.name.as_str()),
        Verdict::Disqualified { .. }
        | Verdict::Unclear { .. }
        | Verdict::NotYet
        | Verdict::OutsideIcp { .. } => None,
    }
}

fn disqualifier(rules: &Rules, at: usize) -> &str {
    rules.disqualifiers.get(at).map_or("", |rule| rule.name.as_str())
}

fn shown(rules: &Rules, verdict: Verdict) -> String {
    match verdict {
        Verdict::Qualified { .. } => tier(rules, verdict).unwrap_or_default().to_owned(),
        Verdict::NotYet => "not yet".to_owned(),
        Verdict::OutsideIcp { .. } => "outside the ICP".to_owned(),
        Verdict::Disqualified { by } => format!("disqualified: {}", disqualifier(rules, by)),
        Verdict::Unclear { by } => format!("unclear: {}", disqualifier(rules, by)),
    }
}

/// What keeps a contact from being qualified under `rules`; for one that is short of every tier, what it lacks for the tier
/// called `wanted`, which the other definition gives it.
fn obstacles(rules: &Rules, verdict: Verdict, wanted: Option<&str>, facts: &Facts<'_>) -> Vec<Because> {
    match verdict {
        Verdict::Disqualified { by } | Verdict::Unclear { by } => {
            let Some(rule) = rules.disqualifiers.get(by) else {
                return Vec::new();
            };
            let mut because = Because::plain(format!("disqualifier '{}'", rule.name));
            because.extend(needed(&rule.when, false, facts));
            because
        }
        Verdict::NotYet => match wanted.and_then(|wanted| named(rules, wanted)) {
            Some(tier) => needed(&tier.when, true, facts),
            None => Because::plain(format!("there is no tier '{}'", wanted.unwrap_or_default())),
        },
        Verdict::OutsideIcp { .. } => match rules.icp.minimum_fit {
            Some(least) if facts.fit.number().is_none_or(|fit| fit < least) => vec![Because {
                condition: format!("fit at least {least}"),
                seen: Some(Seen::Sum(facts.fit).shown()),
            }],
            Some(_) | None => needed(&rules.icp.when, true, facts),
        },
        Verdict::Qualified { .. } => Vec::new(),
    }
}

type Side<'a> = (&'a Rules, Option<&'a str>, &'a Facts<'a>);

/// Why the new definition gives another tier: the old tier does not hold any more, or the new one did not before.
fn between_tiers((old, was, old_facts): Side<'_>, (new, is, facts): Side<'_>) -> Vec<Because> {
    let lost = was.and_then(|was| named(new, was)).map(|tier| needed(&tier.when, true, facts));
    let gained = is.and_then(|is| named(old, is)).map(|tier| needed(&tier.when, true, old_facts));
    match (lost, gained) {
        (None, _) => Because::plain(format!("tier '{}' is gone", was.unwrap_or_default())),
        (_, None) => Because::plain(format!("tier '{}' is new", is.unwrap_or_default())),
        (Some(lost), _) if !lost.is_empty() => lost,
        (_, Some(gained)) if !gained.is_empty() => gained,
        (Some(_), Some(_)) => Because::plain("the order of the tiers".to_owned()),
    }
}

fn named<'r>(rules: &'r Rules, name: &str) -> Option<&'r crate::rules::Tier> {
    rules.tiers.iter().find(|tier| fold(&tier.name) == fold(name))
}

/// The fewest tests that would have to come out otherwise.
fn needed(condition: &Condition, wanted: bool, facts: &Facts<'_>) -> Vec<Because> {
    let changes = changes_to(condition, wanted, facts).unwrap_or_default();
    let because = |change: crate::qualify::Change<'_>| Because {
        condition: change.leaf.text.clone(),
        seen: Some(seen(change.leaf, facts).shown()),
    };
    changes.into_iter().map(because).collect()
}
