//! How many contacts another definition judges otherwise.

use crate::model::Verdict;
use crate::rules::Rules;

/// Contacts whose verdict is another. Only who qualifies, and in which tier, is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Moves {
    /// Not qualified before, and now.
    pub newly_in: u64,
    /// Qualified before, and no longer.
    pub newly_out: u64,
    /// Qualified before and now, in another tier.
    pub moved_tier: u64,
}

impl Moves {
    /// Counts one contact. Tiers are told apart by name.
    pub fn count(&mut self, (before, old): (Verdict, &Rules), (after, new): (Verdict, &Rules)) {
        match (tier(before, old), tier(after, new)) {
            (None, Some(_)) => self.newly_in += 1,
            (Some(_), None) => self.newly_out += 1,
            (Some(was), Some(is)) if was != is => self.moved_tier += 1,
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
}

/// The name of the tier that a contact is qualified in.
fn tier(verdict: Verdict, rules: &Rules) -> Option<&str> {
    let Verdict::Qualified { tier } = verdict else {
        return None;
    };
    rules.tiers.get(tier).map(|tier| tier.name.as_str())
}
