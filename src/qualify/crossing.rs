//! When a handoff starts: on crossing, once, and not while the contact cools down.

use crate::model::{Timestamp, VerdictKind};
use crate::mutant;

/// What is known of a contact's past when it is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// The last verdict; `None`: never evaluated.
    pub before: Option<VerdictKind>,
    /// It crossed earlier, while it was cooling down.
    pub crossed: Option<Timestamp>,
    /// No new handoff before.
    pub cooldown: Option<Timestamp>,
    pub has_open_handoff: bool,
}

/// What follows from a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// Not qualified, or qualified as before.
    None,
    /// Qualified from the start: counted, not handed off.
    Baseline,
    /// Qualified again while its handoff is open: that one stands.
    AlreadyOpen,
    /// Crossed at `crossed`, and cools down until `until`: it is looked at again then.
    Cooling {
        crossed: Timestamp,
        until: Timestamp,
    },
    Start,
}

/// A handoff starts when a contact was not qualified and now is.
pub fn crossing(past: &Past, qualified: bool, is_baseline: bool, now: Timestamp) -> Crossing {
    let crossed_now =
        past.before != Some(VerdictKind::Qualified) || mutant::is("handed off again at each change");
    if !qualified || !(crossed_now || past.crossed.is_some()) {
        return Crossing::None;
    }
    if past.has_open_handoff {
        return Crossing::AlreadyOpen;
    }
    if is_baseline && !mutant::is("no baseline") {
        return Crossing::Baseline;
    }
    match past.cooldown.filter(|until| *until > now && !mutant::is("no cooldown")) {
        Some(until) => Crossing::Cooling { crossed: past.crossed.unwrap_or(now), until },
        None => Crossing::Start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn day(day: u32) -> Timestamp {
        Kind::DateTime.read(&format!("2026-11-{day:02}")).as_time().unwrap()
    }

    const NEW: Past = Past { before: None, crossed: None, cooldown: None, has_open_handoff: false };

    #[test]
    fn a_contact_that_becomes_qualified_crosses_once() {
        let unqualified = Past { before: Some(VerdictKind::NotYet), ..NEW };
        let qualified = Past { before: Some(VerdictKind::Qualified), ..NEW };
        assert_eq!(crossing(&unqualified, true, false, day(1)), Crossing::Start);
        assert_eq!(crossing(&qualified, true, false, day(1)), Crossing::None);
        assert_eq!(crossing(&qualified, false, false, day(1)), Crossing::None);
    }

    #[test]
    fn who_qualifies_from_the_start_is_only_counted() {
        assert_eq!(crossing(&NEW, true, true, day(1)), Crossing::Baseline);
        assert_eq!(crossing(&NEW, true, false, day(1)), Crossing::Start);
    }

    #[test]
    fn an_open_handoff_stands() {
        let open = Past { before: Some(VerdictKind::NotYet), has_open_handoff: true, ..NEW };
        assert_eq!(crossing(&open, true, false, day(1)), Crossing::AlreadyOpen);
    }

    #[test]
    fn a_rejected_contact_comes_back_after_the_cooldown_and_only_by_crossing_again() {
        let stayed = Past { before: Some(VerdictKind::Qualified), cooldown: Some(day(20)), ..NEW };
        assert_eq!(crossing(&stayed, true, false, day(25)), Crossing::None);

        let dropped = Past { before: Some(VerdictKind::NotYet), ..stayed };
        let cooling = Crossing::Cooling { crossed: day(10), until: day(20) };
        assert_eq!(crossing(&dropped, true, false, day(10)), cooling);

        let waiting = Past { before: Some(VerdictKind::Qualified), crossed: Some(day(10)), ..stayed };
        assert_eq!(crossing(&waiting, true, false, day(15)), cooling);
        assert_eq!(crossing(&waiting, true, false, day(20)), Crossing::Start);
        assert_eq!(crossing(&waiting, false, false, day(20)), Crossing::None);
    }
}
