//! A verdict holds as long as it says: no moment before then gives another.

use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::prelude::*;

use super::random::{any_contact, definition};
use super::*;
use crate::qualify::{Timers, evaluate, facts};

/// A sum that decays is followed to the minute, so its crossing may be told so late.
const LATE_MAX: TimeDelta = TimeDelta::minutes(1);

/// How far ahead verdicts are looked at.
const YEARS: TimeDelta = TimeDelta::days(3 * 365);

fn decays(rules: &Rules) -> bool {
    let sheets = rules.score.iter().chain(&rules.icp.points);
    sheets.flat_map(|sheet| &sheet.points).any(|points| points.decay.is_some())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn no_verdict_changes_before_the_moment_that_it_names(
        definition in definition(), contact in any_contact(), samples in vec(0.0..1.0_f64, 40),
    ) {
        let rules = definition.into_rules();
        let until = Timers::of(&rules).holds_until(&rules, &facts(&rules, &contact, now()));
        prop_assert!(until.is_none_or(|until| until > now()));
        let late = if decays(&rules) { LATE_MAX } else { TimeDelta::milliseconds(1) };
        let last = until.map_or(now() + YEARS, |until| until - late);
        let length = (last - now()).num_milliseconds().max(0);
        let verdict = evaluate(&rules, &contact, now()).verdict;
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "any moment will do")]
        let moments = samples.iter().map(|part| (part * part * length as f64) as i64).chain([length]);
        for moment in moments {
            let at = now() + TimeDelta::milliseconds(moment);
            prop_assert_eq!(evaluate(&rules, &contact, at).verdict, verdict, "at {}, though until {:?}", at, until);
        }
    }
}

/// Until when the verdict of a contact holds, whose tier is this.
fn until(when: &str, raw: &[(&str, &str)]) -> Option<String> {
    let rules = rules(when);
    let contact = contact(&rules, raw);
    let until = Timers::of(&rules).holds_until(&rules, &facts(&rules, &contact, now()));
    until.map(|until| until.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

#[test]
fn a_span_is_over_a_millisecond_after_its_last_moment() {
    let seen = [("seen_at", "2026-11-23T09:00:00Z")];
    assert_eq!(until("seen_at.within = '1d'", &seen).unwrap(), "2026-11-24T09:00:00.001Z");
    assert_eq!(until("seen_at.older_than = '1d'", &seen).unwrap(), "2026-11-24T09:00:00.001Z");
}

#[test]
fn a_date_ahead_is_waited_for() {
    let seen = [("seen_at", "2026-11-23T12:00:00Z")];
    assert_eq!(until("seen_at.within = '1d'", &seen).unwrap(), "2026-11-23T12:00:00.000Z");
}

#[test]
fn what_time_cannot_change_is_never_due() {
    for (when, raw) in [
        ("seats.at_least = 5", [("seats", "9")]),
        ("seen_at.before = 2030-01-01", [("seen_at", "2026-11-23")]),
        ("seen_at.within = '1d'", [("seen_at", "2026-11-21")]),
        ("seen_at.older_than = '1d'", [("seen_at", "2026-11-21")]),
        ("seen_at.within = '1d'", [("seen_at", "")]),
        ("seen_at.within = '1d'", [("seen_at", "2026-02-31")]),
    ] {
        assert_eq!(until(when, &raw), None, "{when} {raw:?}");
    }
}

/// Until when the tier 'score below 20' is out of reach, with 100 points that began to halve just now.
fn until_below_20(half_life: &str) -> Option<TimeDelta> {
    let points = format!(
        "[score]\nfrom = 'rules'\n[[score.points]]\nname = 'Visit'\nwhen.seats.is_set = true\n\
         points = 100\nhalf_life = '{half_life}'\nsince = 'seen_at'\n"
    );
    let rules = rules_of(&(BASE.replace("seats.at_least = 5", "score.below = 20") + &points));
    let contact = contact(&rules, &[("seats", "1"), ("seen_at", "2026-11-23T10:00:00Z")]);
    let until = Timers::of(&rules).holds_until(&rules, &facts(&rules, &contact, now()));
    until.map(|until| until - now())
}

#[test]
fn a_decaying_score_is_looked_at_again_when_it_crosses_its_bar() {
    // 100 · 2^(−t/h) = 20 at t = h · log2(5) = 2.3219 h.
    let until = until_below_20("100h").unwrap();
    assert_eq!(until.num_minutes(), 232 * 60 + 12);
}

#[test]
fn a_crossing_years_away_is_not_forgotten() {
    let until = until_below_20("400d").unwrap();
    assert!(until <= TimeDelta::days(365), "{until}");
}

/// 70 points that stay and 5 that halve come to 70 in the end: not by arithmetic, but by that of the machine.
#[test]
fn a_sum_that_comes_to_rest_at_its_bar_is_looked_at_again_when_it_does() {
    let points = "[score]\nfrom = 'rules'\n[[score.points]]\nname = 'Fit'\nwhen.seats.is_set = true\npoints = 70\n\
                  [[score.points]]\nname = 'Visit'\nwhen.seats.is_set = true\npoints = 5\nhalf_life = '3h'\nsince = 'seen_at'\n";
    let rules = rules_of(&(BASE.replace("seats.at_least = 5", "score.at_most = 70") + points));
    let contact = contact(&rules, &[("seats", "1"), ("seen_at", "2026-11-23T10:00:00Z")]);
    let until = Timers::of(&rules).holds_until(&rules, &facts(&rules, &contact, now())).unwrap();
    let verdict_at = |at| evaluate(&rules, &contact, at).verdict;
    assert_ne!(verdict_at(until), verdict_at(now()), "nothing happens at {until}");
    assert_eq!(verdict_at(until - LATE_MAX), verdict_at(now()), "it happens before {until}");
}
