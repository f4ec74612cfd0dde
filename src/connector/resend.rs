//! Sends again what a service puts off for a moment.

use std::time::Instant;

use chrono::TimeDelta;

use super::Keyed;
use super::pacer::wait;
use crate::model::{Delivery, Timestamp};

/// How often a write is sent that the service keeps putting off for moments, and how long a moment may be.
const TIMES: u32 = 4;
const MOMENT: TimeDelta = TimeDelta::seconds(10);

/// Sends writes; one answer for each, in order. What the service puts off for a moment it has not done: while there is time,
/// that is sent anew.
pub(crate) fn send(
    writes: &[Keyed<'_>],
    deadline: Instant,
    mut send: impl FnMut(&[Keyed<'_>]) -> Vec<Delivery>,
) -> Vec<Delivery> {
    let mut answers = send(writes);
    for _ in 1..TIMES {
        let put_off: Vec<(usize, Keyed<'_>, TimeDelta)> = (0..)
            .zip(writes.iter().zip(&answers))
            .filter_map(|(place, (keyed, answer))| Some((place, *keyed, moment(answer, keyed.at)?)))
            .collect();
        let Some(longest) = put_off.iter().filter_map(|(_, _, moment)| moment.to_std().ok()).max() else {
            break;
        };
        if !wait(Instant::now() + longest, deadline) {
            break;
        }
        let again: Vec<Keyed<'_>> = put_off.iter().map(|(_, keyed, _)| *keyed).collect();
        for ((place, ..), answer) in put_off.into_iter().zip(send(&again)) {
            if let Some(known) = answers.get_mut(place) {
                *known = answer;
            }
        }
    }
    answers
}

/// For how long a service puts something off, when that is a moment.
fn moment(answer: &Delivery, at: Timestamp) -> Option<TimeDelta> {
    let Delivery::Throttled { until: Some(until), .. } = answer else { return None };
    Some(*until - at).filter(|moment| *moment <= MOMENT)
}
