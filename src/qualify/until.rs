//! Until when a verdict holds if the contact does not change: the next moment at which time alone may flip a condition.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "only operators that look at the clock, or at a sum, matter here"
)]

use chrono::TimeDelta;

use super::Facts;
use super::points::{capped, decayed, seconds, sum_seen};
use crate::model::{FieldId, Timestamp, Value};
use crate::rules::{Condition, Leaf, Operand, PointSheet, Rules, Test};

/// Times are kept to the millisecond, so a span is over one millisecond after its last.
const TICK: TimeDelta = TimeDelta::milliseconds(1);

/// A decaying sum is followed no closer than cron can act on.
const STEP_MIN: TimeDelta = TimeDelta::minutes(1);

/// A crossing further away than this is found by a later evaluation, which is due by then.
const HORIZON: TimeDelta = TimeDelta::days(365);

/// Steps taken towards a crossing; beyond them the contact is simply evaluated again.
const STEPS_MAX: u32 = 1_000;

/// What of a definition depends on the clock, gathered once so that contacts are looked through quickly.
#[derive(Debug)]
pub struct Timers {
    spans: Vec<Timer>,
    score_bounds: Vec<f64>,
    fit_bounds: Vec<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Timer {
    field: FieldId,
    span: TimeDelta,
    /// `within` also begins to hold when a moment in the future comes.
    starts: bool,
}

impl Timers {
    /// Of what a verdict depends on.
    pub fn of(rules: &Rules) -> Self {
        Self::over(rules, &conditions(rules).collect::<Vec<_>>())
    }

    /// Of what a verdict and the outcome of a handoff depend on.
    pub fn of_outcomes(rules: &Rules) -> Self {
        let outcome = rules.outcome.when.values().chain(&rules.outcome.waiting);
        Self::over(rules, &conditions(rules).chain(outcome).collect::<Vec<_>>())
    }

    fn over(rules: &Rules, conditions: &[&Condition]) -> Self {
        let leaves: Vec<&Leaf> = conditions.iter().flat_map(|condition| condition.leaves()).collect();
        let mut spans = Vec::new();
        for leaf in &leaves {
            let Operand::Field(field) = leaf.operand else {
                continue;
            };
            match leaf.test {
                Test::Within(span) => spans.push(Timer { field, span, starts: true }),
                Test::OlderThan(span) => spans.push(Timer { field, span, starts: false }),
                _ => {}
            }
        }
        let mut fit_bounds = thresholds(&leaves, Operand::Fit);
        fit_bounds.extend(rules.icp.minimum_fit);
        Self { spans, score_bounds: thresholds(&leaves, Operand::Score), fit_bounds }
    }

    /// The earliest moment after `facts.now` at which the verdict may change by time alone; `None` when it cannot. It may
    /// be early (an evaluation then finds the same verdict) but never late by more than a minute.
    pub fn holds_until(&self, rules: &Rules, facts: &Facts<'_>) -> Option<Timestamp> {
        let mut next = Next { now: facts.now, at: None };
        for timer in &self.spans {
            let Value::Time(time) = facts.contact.value(timer.field) else {
                continue;
            };
            if timer.starts {
                next.offer(Some(*time));
            }
            next.offer(time.checked_add_signed(timer.span + TICK));
        }
        if let Some(sheet) = &rules.score {
            next.offer(crossing(sheet, &self.score_bounds, facts));
        }
        if let Some(sheet) = &rules.icp.points {
            next.offer(crossing(sheet, &self.fit_bounds, facts));
        }
        next.at
    }
}

struct Next {
    now: Timestamp,
    at: Option<Timestamp>,
}

impl Next {
    fn offer(&mut self, candidate: Option<Timestamp>) {
        if let Some(candidate) = candidate.filter(|candidate| *candidate > self.now) {
            self.at = Some(self.at.map_or(candidate, |at| at.min(candidate)));
        }
    }
}

/// Every condition that a verdict looks at.
fn conditions(rules: &Rules) -> impl Iterator<Item = &Condition> {
    let sheets = rules.score.iter().chain(&rules.icp.points);
    rules
        .disqualifiers
        .iter()
        .map(|rule| &rule.when)
        .chain(rules.tiers.iter().map(|tier| &tier.when))
        .chain([&rules.icp.when])
        .chain(sheets.flat_map(|sheet| sheet.points.iter().map(|points| &points.when)))
}

/// The numbers that conditions compare a score or fit with.
fn thresholds(leaves: &[&Leaf], operand: Operand) -> Vec<f64> {
    leaves.iter().filter(|leaf| leaf.operand == operand).flat_map(|leaf| bounds(&leaf.test)).collect()
}

/// The numbers that a test compares with.
pub(super) fn bounds(test: &Test) -> Vec<f64> {
    match test {
        Test::AtLeast(bound)
        | Test::AtMost(bound)
        | Test::Above(bound)
        | Test::Below(bound)
        | Test::EqualsNumber(bound)
        | Test::NotEqualsNumber(bound) => vec![*bound],
        Test::Between(least, most) => vec![*least, *most],
        Test::InNumbers(numbers) | Test::NotInNumbers(numbers) => numbers.clone(),
        _ => Vec::new(),
    }
}

/// When the sheet's sum next crosses one of `bounds` by decay alone. Walks forward by the time the sum needs at least to
/// reach the nearest bound: its rate only falls, so no crossing is stepped over by more than rounding does.
fn crossing(sheet: &PointSheet, bounds: &[f64], facts: &Facts<'_>) -> Option<Timestamp> {
    let seen = sum_seen(sheet, facts);
    let decaying: Vec<(f64, &crate::rules::Decay, Timestamp)> = seen
        .iter()
        .filter(|seen| seen.earned != 0.0)
        .filter_map(|seen| {
            let decay = seen.points.decay.as_ref()?;
            Some((seen.points.points, decay, facts.contact.value(decay.since).as_time()?))
        })
        .collect();
    if decaying.is_empty() || bounds.is_empty() {
        return None;
    }
    let steady: f64 = seen.iter().filter(|seen| seen.points.decay.is_none()).map(|seen| seen.earned).sum();
    // Points that hang on what cannot be read move every bound.
    let unread = |part: fn(f64, f64) -> f64| seen.iter().map(|seen| part(seen.unread, 0.0)).sum::<f64>();
    let mut shifts = vec![0.0, unread(f64::min), unread(f64::max)];
    shifts.dedup();
    let sum_at = |at: Timestamp| -> f64 {
        steady
            + decaying.iter().map(|(points, decay, since)| decayed(*points, decay, *since, at)).sum::<f64>()
    };
    let side = |sum: f64| -> Vec<(bool, bool)> {
        let sums = shifts.iter().map(|shift| capped(sheet, sum + shift));
        sums.flat_map(|sum| bounds.iter().map(move |bound| (sum >= *bound, sum > *bound))).collect()
    };
    let now_side = side(sum_at(facts.now));
    let mut at = facts.now;
    for _ in 0..STEPS_MAX {
        let sum = sum_at(at);
        // Points per second: |d/dt p·2^(−t/h)| = |p|·ln2/h, at its greatest now.
        let rate: f64 = decaying
            .iter()
            .map(|(points, decay, since)| {
                decayed(points.abs(), decay, *since, at) * std::f64::consts::LN_2 / seconds(decay.half_life)
            })
            .sum();
        let distances =
            shifts.iter().flat_map(|shift| bounds.iter().map(move |bound| (sum + shift - bound).abs()));
        let distance = distances.fold(f64::INFINITY, f64::min);
        let needed = distance / rate;
        if !needed.is_finite() {
            return None;
        }
        let far = facts.now + HORIZON;
        if needed > seconds(HORIZON) {
            return Some(far);
        }
        let before = at;
        at += whole_seconds(needed).max(STEP_MIN);
        if at > far {
            return Some(far);
        }
        let is_over = |at| side(sum_at(at)) != now_side;
        if is_over(at) {
            return Some(narrowed(before, at, is_over));
        }
    }
    Some(at)
}

/// Where it is over, to the minute. A sum that only nears its bound is stepped towards forever, and comes to rest on it between
/// two steps when the rest of the way is less than its last digit.
fn narrowed(mut before: Timestamp, mut over: Timestamp, is_over: impl Fn(Timestamp) -> bool) -> Timestamp {
    while over - before > STEP_MIN {
        let middle = before + (over - before) / 2;
        if is_over(middle) {
            over = middle;
        } else {
            before = middle;
        }
    }
    over
}

#[expect(clippy::cast_possible_truncation, reason = "the caller has bounded it by HORIZON")]
fn whole_seconds(seconds: f64) -> TimeDelta {
    TimeDelta::seconds(seconds as i64)
}
