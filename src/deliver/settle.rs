//! One function says what an attempt's outcome means for the effect.

use chrono::TimeDelta;

use crate::model::{Delivery, Timestamp};
use crate::mutant;
use crate::store::WAIT_MAX;

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Done {
        remote_id: String,
    },
    /// Certainly did not happen: send again, not before `next`.
    Again {
        why: String,
        next: Timestamp,
    },
    /// May have happened: look up once it has settled.
    Unknown {
        why: String,
        next: Timestamp,
    },
    Failed {
        why: String,
    },
    /// As `Again`, told once for all of its kind.
    Forbidden {
        why: String,
        next: Timestamp,
    },
    /// As `Again`, and nothing else is sent in this run.
    Unauthorized {
        why: String,
        next: Timestamp,
    },
}

/// A request that may have happened is looked up once it had time to take effect or to be lost. It counts from the wave that
/// it was part of, which lasts up to 50 seconds.
pub(super) const SETTLE: TimeDelta = TimeDelta::seconds(90);

/// `attempt` counts the attempts before this one. No answer at all is unknown.
pub(super) fn classify(outcome: Option<Delivery>, attempt: u32, now: Timestamp) -> Verdict {
    match misread(outcome) {
        Some(Delivery::Done { remote_id }) if remote_id.is_empty() => {
            Verdict::Unknown { why: "the answer names no id".to_owned(), next: now + TICK }
        }
        Some(Delivery::Done { remote_id }) => Verdict::Done { remote_id },
        Some(Delivery::NotSent { why }) => Verdict::Again { why, next: now + backoff(attempt) },
        Some(Delivery::Throttled { until, why }) => {
            let next = until.unwrap_or(now + backoff(attempt)).clamp(now + TICK, now + WAIT_MAX);
            Verdict::Again { why, next }
        }
        Some(Delivery::Forbidden { why }) => Verdict::Forbidden { why, next: now + backoff(attempt) },
        Some(Delivery::Refused { why }) => Verdict::Failed { why },
        Some(Delivery::Unauthorized { why }) => Verdict::Unauthorized { why, next: now + TICK },
        Some(Delivery::Unknown { why }) => Verdict::Unknown { why, next: now + TICK },
        None => Verdict::Unknown { why: "no answer".to_owned(), next: now + TICK },
    }
}

/// The outcome itself; under a deliberate bug, what a careless reader takes it for.
fn misread(outcome: Option<Delivery>) -> Option<Delivery> {
    let done = |remote_id: &str| Delivery::Done { remote_id: remote_id.to_owned() };
    let not_sent = |why: &str| Delivery::NotSent { why: why.to_owned() };
    Some(match outcome {
        Some(Delivery::Unknown { why }) if mutant::is("5xx is a failure") => Delivery::Refused { why },
        Some(Delivery::Unknown { why }) if mutant::is("unknown is not sent") => not_sent(&why),
        None if mutant::is("no answer is not sent") => not_sent("no answer"),
        Some(Delivery::NotSent { why }) if mutant::is("not sent is done") => done(&why),
        Some(Delivery::Throttled { why, .. }) if mutant::is("throttled is done") => done(&why),
        Some(Delivery::Done { remote_id }) if remote_id.is_empty() && mutant::is("garbage is a failure") => {
            not_sent("garbage")
        }
        Some(Delivery::Done { remote_id }) if remote_id.is_empty() && mutant::is("garbage is a success") => {
            done("garbage")
        }
        other => return other,
    })
}

/// Later than now, so that this run does not try again.
const TICK: TimeDelta = TimeDelta::seconds(1);

/// 30 s, 1, 2, 4, 8, then every 15 minutes. No jitter: one cron job has no herd to spread.
fn backoff(attempt: u32) -> TimeDelta {
    let doublings = attempt.min(5);
    (TimeDelta::seconds(30) * 2_i32.pow(doublings)).min(WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn now() -> Timestamp {
        Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().unwrap()
    }

    fn in_seconds(seconds: i64) -> Timestamp {
        now() + TimeDelta::seconds(seconds)
    }

    #[test]
    fn every_outcome_has_its_consequence() {
        let why = || "because".to_owned();
        let table = [
            (Some(Delivery::Done { remote_id: "7".to_owned() }), Verdict::Done { remote_id: "7".to_owned() }),
            (
                Some(Delivery::Done { remote_id: String::new() }),
                Verdict::Unknown { why: "the answer names no id".to_owned(), next: in_seconds(1) },
            ),
            (Some(Delivery::NotSent { why: why() }), Verdict::Again { why: why(), next: in_seconds(30) }),
            (
                Some(Delivery::Throttled { until: Some(in_seconds(90)), why: why() }),
                Verdict::Again { why: why(), next: in_seconds(90) },
            ),
            (
                Some(Delivery::Throttled { until: Some(in_seconds(1_000_000_000)), why: why() }),
                Verdict::Again { why: why(), next: in_seconds(900) },
            ),
            (
                Some(Delivery::Throttled { until: Some(in_seconds(-5)), why: why() }),
                Verdict::Again { why: why(), next: in_seconds(1) },
            ),
            (
                Some(Delivery::Forbidden { why: why() }),
                Verdict::Forbidden { why: why(), next: in_seconds(30) },
            ),
            (Some(Delivery::Refused { why: why() }), Verdict::Failed { why: why() }),
            (
                Some(Delivery::Unauthorized { why: why() }),
                Verdict::Unauthorized { why: why(), next: in_seconds(1) },
            ),
            (Some(Delivery::Unknown { why: why() }), Verdict::Unknown { why: why(), next: in_seconds(1) }),
            (None, Verdict::Unknown { why: "no answer".to_owned(), next: in_seconds(1) }),
        ];
        for (outcome, verdict) in table {
            assert_eq!(classify(outcome.clone(), 0, now()), verdict, "{outcome:?}");
        }
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (0..8).map(|attempt| backoff(attempt).num_seconds()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
    }
}
