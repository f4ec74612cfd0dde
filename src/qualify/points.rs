//! Scores and fits that the rules compute: points, with caps and half-lives.

use chrono::TimeDelta;

use super::sum::Sum;
use super::{Answer, Facts, answer};
use crate::model::{Timestamp, Value};
use crate::rules::{Decay, PointSheet, Points};

/// What one entry of a sheet contributes.
#[derive(Clone, Copy, Debug)]
pub struct PointsSeen<'a> {
    pub points: &'a Points,
    /// After decay; 0 when the condition does not hold or the date it decays from is missing.
    pub earned: f64,
    /// What it may contribute besides, were the values that it hangs on read.
    pub unread: f64,
}

/// The sheet's sum, at most its cap.
pub fn sum(sheet: &PointSheet, facts: &Facts<'_>) -> Sum {
    let (mut earned, mut fewer, mut more) = (0.0, 0.0, 0.0);
    for points in &sheet.points {
        let seen = seen(points, facts);
        earned += seen.earned;
        fewer += seen.unread.min(0.0);
        more += seen.unread.max(0.0);
    }
    let known = capped(sheet, earned);
    if fewer < 0.0 || more > 0.0 {
        Sum::Unsure { earned: known, low: capped(sheet, earned + fewer), high: capped(sheet, earned + more) }
    } else {
        Sum::Known(known)
    }
}

/// Each entry with what it earned, in file order.
pub fn sum_seen<'a>(sheet: &'a PointSheet, facts: &Facts<'_>) -> Vec<PointsSeen<'a>> {
    sheet.points.iter().map(|points| seen(points, facts)).collect()
}

pub(super) fn capped(sheet: &PointSheet, sum: f64) -> f64 {
    sheet.cap.map_or(sum, |cap| sum.min(cap))
}

pub(super) fn seen<'a>(points: &'a Points, facts: &Facts<'_>) -> PointsSeen<'a> {
    let since = points.decay.as_ref().map(|decay| (decay, facts.contact.value(decay.since)));
    let (earned, unread) = match (answer(&points.when, facts), since) {
        (Answer::No, _) | (_, Some((_, Value::Missing))) => (0.0, 0.0),
        (Answer::Yes, None) => (points.points, 0.0),
        (Answer::Yes, Some((decay, Value::Time(since)))) => {
            (decayed(points.points, decay, *since, facts.now), 0.0)
        }
        // What decays is never more than all of them.
        (Answer::Yes | Answer::Unclear, _) => (0.0, points.points),
    };
    PointsSeen { points, earned, unread }
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
