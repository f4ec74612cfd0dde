//! Scores and fits that the rules compute: points, with caps and half-lives.

use chrono::TimeDelta;

use super::{Facts, holds};
use crate::model::{Timestamp, Value};
use crate::rules::{Decay, PointSheet, Points};

/// What one entry of a sheet contributes.
#[derive(Clone, Copy, Debug)]
pub struct PointsSeen<'a> {
    pub points: &'a Points,
    /// After decay; 0 when the condition does not hold or the date it decays from is missing.
    pub earned: f64,
}

/// The sheet's sum, at most its cap.
pub fn sum(sheet: &PointSheet, facts: &Facts<'_>) -> f64 {
    capped(sheet, sheet.points.iter().map(|points| earned(points, facts)).sum())
}

/// Each entry with what it earned, in file order.
pub fn sum_seen<'a>(sheet: &'a PointSheet, facts: &Facts<'_>) -> Vec<PointsSeen<'a>> {
    sheet.points.iter().map(|points| PointsSeen { points, earned: earned(points, facts) }).collect()
}

pub(super) fn capped(sheet: &PointSheet, sum: f64) -> f64 {
    sheet.cap.map_or(sum, |cap| sum.min(cap))
}

fn earned(points: &Points, facts: &Facts<'_>) -> f64 {
    if !holds(&points.when, facts) {
        return 0.0;
    }
    match &points.decay {
        None => points.points,
        Some(decay) => {
            decay_since(decay, facts).map_or(0.0, |since| decayed(points.points, decay, since, facts.now))
        }
    }
}

pub(super) fn decay_since(decay: &Decay, facts: &Facts<'_>) -> Option<Timestamp> {
    match facts.contact.value(decay.since) {
        Value::Time(since) => Some(*since),
        Value::Missing | Value::Unreadable(_) | Value::Number(_) | Value::Bool(_) | Value::Text(_) => None,
    }
}

/// Exponential decay: `points · 2^(−age / half_life)`. A date in the future has not begun to decay.
pub(super) fn decayed(points: f64, decay: &Decay, since: Timestamp, now: Timestamp) -> f64 {
    let age = (now - since).max(TimeDelta::zero());
    points * (-seconds(age) / seconds(decay.half_life)).exp2()
}

#[expect(clippy::cast_precision_loss, reason = "spans are at most 100 years of milliseconds: 2^42")]
pub(super) fn seconds(span: TimeDelta) -> f64 {
    span.num_milliseconds() as f64 / 1_000.0
}
