//! What an account may send, until an answer says something else; and what the answers say.
//!
//! Limits: <https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines>. Search allows 5 requests a
//! second and sends no header about it; everything counts against a rolling ten seconds.

use std::time::{Duration, Instant};

use super::problem::{Policy, Problem};
use crate::connector::http::Answer;
use crate::connector::pacer::{Pacer, Rate};

/// What the service counts as a second of searches.
const SEARCHES: Rate = Rate {
    max: 5,
    interval: Duration::from_millis(1_005),
    spacing: Duration::from_millis(205),
    travel: Duration::from_millis(100),
};

/// What the smallest plans allow, until a header says more.
const ALL: Rate = Rate::new(spared(100), Duration::from_secs(10));

/// Whatever a header says, no pause is longer: a run has less than a minute.
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// After a 429 about one second.
const SECOND: Duration = Duration::from_secs(1);

/// What requests are counted under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Limit {
    All,
    Search,
}

pub(super) fn pacer() -> Pacer<Limit> {
    Pacer::new("HubSpot", |limit| match limit {
        Limit::All => ALL,
        Limit::Search => SEARCHES,
    })
}

/// The limits of a request.
pub(super) fn limits(path: &str) -> &'static [Limit] {
    if path.ends_with("/search") { &[Limit::All, Limit::Search] } else { &[Limit::All] }
}

/// A twentieth stays free: requests do not arrive as evenly as they leave.
const fn spared(max: usize) -> usize {
    let allowed = max - max / 20;
    if allowed == 0 { 1 } else { allowed }
}

/// Takes in what an answer says about the limits of its request.
pub(super) fn learn(pacer: &Pacer<Limit>, limits: &[Limit], answer: &Answer) {
    let now = Instant::now();
    learn_rate(pacer, answer, now);
    let is_search = limits.contains(&Limit::Search);
    if is_search {
        pacer.arrived(&Limit::Search, now);
    }
    if answer.status == 429 {
        let policy = Problem::of(answer).policy;
        let pause = retry_after(answer).unwrap_or_else(|| match policy {
            Policy::TenSecondly => pacer.rate(&Limit::All).interval,
            Policy::Secondly | Policy::Daily | Policy::None => SECOND,
        });
        let limit = if is_search && policy == Policy::Secondly { Limit::Search } else { Limit::All };
        pacer.hold(&limit, Instant::now() + pause.min(PAUSE_MAX));
    }
}

fn learn_rate(pacer: &Pacer<Limit>, answer: &Answer, now: Instant) {
    let number = |name| answer.header(name).and_then(|text| text.trim().parse::<u32>().ok());
    let mut rate = pacer.rate(&Limit::All);
    let max = number("x-hubspot-ratelimit-max").filter(|max| (1..=10_000).contains(max));
    let max = max.map(|max| max as usize);
    rate.max = max.map_or(rate.max, spared);
    let interval = number("x-hubspot-ratelimit-interval-milliseconds");
    if let Some(interval) = interval.filter(|interval| (100..=60_000).contains(interval)) {
        rate.interval = Duration::from_millis(u64::from(interval));
    }
    pacer.set_rate(&Limit::All, rate);
    // Somebody else may use the same allowance: what little is left is spread over the interval.
    let remaining = number("x-hubspot-ratelimit-remaining");
    let max = max.unwrap_or(rate.max);
    if let Some(remaining) = remaining.filter(|remaining| *remaining as usize * 20 < max) {
        pacer.hold(&Limit::All, now + (rate.interval / (remaining + 1)).min(PAUSE_MAX));
    }
}

/// `Retry-After`: documented in milliseconds for some calls and in seconds for others, so what would be long as seconds
/// is taken as milliseconds.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let number: f64 = answer.header("retry-after")?.trim().parse().ok()?;
    let seconds = if number >= 1_000.0 { number / 1_000.0 } else { number };
    (seconds > 0.0 && seconds.is_finite())
        .then(|| Duration::from_secs_f64(seconds.clamp(0.05, PAUSE_MAX.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    const SEARCH: &[Limit] = &[Limit::All, Limit::Search];
    const OTHER: &[Limit] = &[Limit::All];

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let headers = headers.iter().map(header).collect::<HeaderMap>();
        Answer { status, headers, body: body.as_bytes().to_vec() }
    }

    /// When so many requests may go out, in milliseconds from the first, if each is answered at once.
    fn times(pacer: &Pacer<Limit>, limits: &[Limit], count: usize) -> Vec<u128> {
        let begun = Instant::now();
        let mut now = begun;
        (0..count)
            .map(|_| {
                while let Some(at) = pacer.count_or_wait(limits, now) {
                    now = at;
                }
                for limit in limits {
                    pacer.arrived(limit, now);
                }
                now.duration_since(begun).as_millis()
            })
            .collect()
    }

    #[test]
    fn never_more_than_five_searches_in_a_second() {
        let times = times(&pacer(), SEARCH, 40);
        assert!(times.windows(6).all(|six| six[5] - six[0] > 1_000), "{times:?}");
        assert!(times[39] < 8_300, "{times:?}");
    }

    #[test]
    fn never_more_than_allowed_in_the_interval_and_almost_as_many() {
        for (max, allowed) in [("100", 95), ("190", 181)] {
            let pacer = pacer();
            learn(&pacer, OTHER, &answer(200, &[("x-hubspot-ratelimit-max", max)], ""));
            let times = times(&pacer, OTHER, 500);
            assert!(times.windows(allowed + 1).all(|all| all[allowed] - all[0] >= 10_000), "{max}");
            assert_eq!(times[allowed - 1], 0, "the first go out at once");
        }
    }

    #[test]
    fn what_is_left_is_spread_when_it_is_little() {
        for (remaining, pause) in [("50", 0), ("1", 5_000), ("0", 10_000), ("nonsense", 0)] {
            let (pacer, now) = (pacer(), Instant::now());
            learn_rate(&pacer, &answer(200, &[("x-hubspot-ratelimit-remaining", remaining)], ""), now);
            let waits = pacer.ready(OTHER).saturating_duration_since(now).as_millis();
            assert!((pause..pause + 50).contains(&waits), "{remaining}: {waits}");
        }
    }

    #[test]
    fn a_secondly_limit_of_the_search_holds_up_the_search_alone() {
        let (pacer, now) = (pacer(), Instant::now());
        learn(&pacer, SEARCH, &answer(429, &[], r#"{"policyName":"SECONDLY"}"#));
        assert!(pacer.ready(OTHER) < now + SECOND);
        assert!(pacer.ready(SEARCH) >= now + SECOND);
        learn(&pacer, OTHER, &answer(429, &[], r#"{"policyName":"TEN_SECONDLY_ROLLING"}"#));
        assert!(pacer.ready(SEARCH) >= now + ALL.interval);
    }

    #[test]
    fn retry_after_is_milliseconds_or_seconds_and_always_bounded() {
        for (value, expected) in [
            ("1500", Some(Duration::from_millis(1_500))),
            ("3", Some(Duration::from_secs(3))),
            ("1000000000", Some(PAUSE_MAX)),
            ("-7", None),
            ("NaN", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(&answer(429, &[("retry-after", value)], "")), expected, "{value}");
        }
    }
}
