//! What is wanted, how far a definition is from it, and whether contacts that were held out bear it out.

use serde::Serialize;

use super::{Measured, Part};
use crate::stats::{Share, float, poisson};

/// Leads may be this far beside the goal: nobody staffs to the lead.
const LEADS_TOLERANCE: f64 = 0.1;

/// Held-out leads may be this far beside it, or as far as chance goes: seasons are not the definition's fault.
const HELD_OUT_TOLERANCE: f64 = 0.15;

/// Fewer leads than this say nothing, whatever share of them converts.
const LEADS_MIN: u64 = 30;

/// An interval wider than this says next to nothing.
const WIDTH_MAX: f64 = 0.2;

/// What thresholds are tuned for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Goal {
    /// A day, or in all of history.
    pub leads: Option<f64>,
    pub per_day: bool,
    /// 0 to 1.
    pub precision: Option<f64>,
    pub has_outcome: bool,
}

/// What the held-out contacts say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// What they bear out.
    pub supported: Vec<String>,
    /// What they do not.
    pub unsupported: Vec<String>,
}

impl Claim {
    pub fn holds(&self) -> bool {
        self.unsupported.is_empty()
    }
}

/// How a definition stands to a goal: the smaller, the better.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Distance {
    /// 0 when the goal is met where the search looks.
    pub shortfall: f64,
    /// Among those that meet it: more leads, or a better share of them.
    rest: f64,
}

impl Goal {
    /// `None` for a definition with too few leads to judge. The precision that counts is the low end of its interval: what
    /// only just reaches the goal by luck is not chosen.
    pub(super) fn distance(&self, measured: &Measured, expected_leads: Option<f64>) -> Option<Distance> {
        if measured.share.of < LEADS_MIN {
            return None;
        }
        let low = measured.share.interval().map_or(0.0, |interval| interval.low);
        let of_precision = self.precision.map_or(0.0, |goal| (goal - low).max(0.0));
        let of_leads = expected_leads
            .map_or(0.0, |goal| ((measured.leads - goal).abs() / goal - LEADS_TOLERANCE).max(0.0));
        let rest = match (self.leads, self.has_outcome) {
            (Some(_), true) => -low,
            (Some(_), false) => (measured.leads - expected_leads.unwrap_or_default()).abs(),
            (None, _) => -measured.leads,
        };
        Some(Distance { shortfall: of_precision + of_leads, rest })
    }

    /// The leads that a part should have, if the goal is about leads. `samples` are all there are.
    pub(super) fn leads_of(&self, part: &Part<'_>, samples: f64) -> Option<f64> {
        let share = if self.per_day { 1.0 } else { float(part.samples.len() as u64) / samples.max(1.0) };
        self.leads.map(|leads| leads * share)
    }

    /// Whether the held-out part bears the goal out. `expected` is what [`Goal::leads_of`] it.
    pub(super) fn claim(&self, held_out: &Measured, expected: Option<f64>) -> Claim {
        let mut claim = Claim::default();
        if held_out.share.of < LEADS_MIN {
            let leads = held_out.share.of;
            claim.unsupported.push(format!(
                "only {leads} of the held-out contacts are leads, and fewer than {LEADS_MIN} say nothing"
            ));
            return claim;
        }
        if let Some(goal) = self.precision {
            let (is_supported, words) = precision_claim(held_out, goal);
            if is_supported { &mut claim.supported } else { &mut claim.unsupported }.push(words);
        }
        if let Some(goal) = expected {
            let (is_supported, words) = leads_claim(held_out, goal, self.per_day);
            if is_supported { &mut claim.supported } else { &mut claim.unsupported }.push(words);
        }
        claim
    }

    /// Adds what the held-out part says against a change itself: that it is further from the goal than what there is, or
    /// that those whom it leaves out convert better than those whom it keeps.
    pub(super) fn bear_out(
        &self,
        claim: &mut Claim,
        (before, after): (&Measured, &Measured),
        left_out: Share,
        expected: Option<f64>,
    ) {
        let shortfall = |part| self.distance(part, expected).map(|distance| distance.shortfall);
        if shortfall(before).zip(shortfall(after)).is_some_and(|(before, after)| after > before) {
            claim
                .unsupported
                .push("the present thresholds come nearer to it among the held-out contacts".to_owned());
        }
        let (Some(left), Some(kept)) = (left_out.rate(), after.share.rate()) else { return };
        if self.has_outcome && left_out.of >= LEADS_MIN && left > kept {
            claim.unsupported.push(format!(
                "of the held-out contacts {:.1} % of those convert whom it leaves out, and {:.1} % of those whom it keeps",
                left * 100.0,
                kept * 100.0
            ));
        }
    }
}

fn precision_claim(held_out: &Measured, goal: f64) -> (bool, String) {
    let (Some(rate), Some(interval)) = (held_out.share.rate(), held_out.share.interval()) else {
        return (false, "nobody who was held out is a lead".to_owned());
    };
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let seen = format!(
        "{} of the held-out leads convert, with 95 % confidence {} to {}",
        percent(rate),
        percent(interval.low),
        percent(interval.high)
    );
    let goal_shown = percent(goal);
    if interval.low >= goal {
        (true, seen)
    } else if rate < goal {
        (false, format!("{seen}: that does not reach {goal_shown}"))
    } else if interval.width() > WIDTH_MAX {
        (false, format!("{seen}: too wide to claim {goal_shown}; more history is needed"))
    } else {
        (false, format!("{seen}: {goal_shown} is reached, but may be chance"))
    }
}

fn leads_claim(held_out: &Measured, goal: f64, per_day: bool) -> (bool, String) {
    let scale = held_out.leads / float(held_out.share.of);
    let interval = poisson(held_out.share.of).scaled(scale);
    let unit = if per_day { " a day" } else { "" };
    let seen = format!(
        "{:.1} leads{unit} among the held-out contacts (chance: {:.1} to {:.1}), {goal:.1} wanted",
        held_out.leads, interval.low, interval.high
    );
    let is_near = (held_out.leads - goal).abs() / goal <= HELD_OUT_TOLERANCE;
    (is_near || interval.contains(goal), seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(hits: u64, of: u64) -> Measured {
        Measured { share: Share { hits, of }, leads: float(of) }
    }

    const SIX_IN_TEN: Goal = Goal { leads: None, per_day: false, precision: Some(0.6), has_outcome: true };

    fn refusal(hits: u64, of: u64) -> String {
        SIX_IN_TEN.claim(&measured(hits, of), None).unsupported.join("; ")
    }

    #[test]
    fn a_claim_needs_its_whole_interval_above_the_goal() {
        assert!(SIX_IN_TEN.claim(&measured(700, 1_000), None).holds());
        assert!(refusal(620, 1_000).ends_with("60.0 % is reached, but may be chance"));
        assert!(refusal(32, 50).ends_with("too wide to claim 60.0 %; more history is needed"));
        assert!(refusal(500, 1_000).ends_with("that does not reach 60.0 %"));
        assert!(refusal(29, 29).starts_with("only 29 of the held-out contacts are leads"));
    }

    #[test]
    fn leads_may_be_beside_the_goal_by_chance_or_a_little() {
        let goal = Goal { leads: Some(100.0), per_day: false, precision: None, has_outcome: false };
        assert!(goal.claim(&measured(0, 90), Some(100.0)).holds());
        assert!(goal.claim(&measured(0, 40), Some(50.0)).holds());
        assert!(!goal.claim(&measured(0, 400), Some(500.0)).holds());
    }

    #[test]
    fn too_few_leads_are_no_standing() {
        assert_eq!(SIX_IN_TEN.distance(&measured(29, 29), None), None);
        let enough = SIX_IN_TEN.distance(&measured(90, 100), None).unwrap();
        assert!(enough.shortfall <= 0.0);
        assert!(SIX_IN_TEN.distance(&measured(30, 100), None).unwrap() > enough);
    }
}
