//! Keeps requests below what the account may send: by an own monotonic clock, and by what the answers say.
//!
//! Limits: <https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines>. Search allows 5 requests a
//! second and sends no header about it; everything counts against a rolling ten seconds.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::problem::{Policy, Problem};
use crate::connector::http::Answer;
use crate::stop;

/// Between two searches.
const SEARCH_SPACING: Duration = Duration::from_millis(205);

/// What the service counts as a second of searches, and how many it takes in one.
const SEARCH_SECOND: Duration = Duration::from_millis(1_005);
const SEARCHES: usize = 5;

/// A request is taken to arrive within this, unless its answer is there before.
const TRAVEL: Duration = Duration::from_millis(100);

/// What the smallest plans allow in [`INTERVAL`], until a header says more.
const MAX: usize = 100;
const INTERVAL: Duration = Duration::from_secs(10);

/// Whatever a header says, no pause is longer: a run has less than a minute.
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// After a 429 about one second.
const SECOND: Duration = Duration::from_secs(1);

/// Requests are counted in two lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    Search,
    Other,
}

/// The request would not go out before the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfTime;

impl fmt::Display for OutOfTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HubSpot's rate limits leave no time for it in this run; the next one goes on")
    }
}

impl std::error::Error for OutOfTime {}

/// One for each client; threads share it.
#[derive(Debug)]
pub(super) struct Pacer {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the last requests went out, oldest first; as many as the interval allows.
    sent: VecDeque<Instant>,
    max: usize,
    interval: Duration,
    /// When the last searches had arrived at the latest, oldest first.
    searches: VecDeque<Instant>,
    next_search: Option<Instant>,
    next: Option<Instant>,
}

impl Pacer {
    pub(super) fn new() -> Self {
        let state = State {
            sent: VecDeque::new(),
            max: MAX,
            interval: INTERVAL,
            searches: VecDeque::new(),
            next_search: None,
            next: None,
        };
        Self { state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request may go out, and counts it.
    pub(super) fn admit(&self, lane: Lane, deadline: Instant) -> Result<(), OutOfTime> {
        loop {
            if stop::is_asked() {
                return Err(OutOfTime);
            }
            let now = Instant::now();
            let at = {
                let mut state = self.state();
                let at = state.earliest(lane, now);
                if at <= now {
                    state.count(lane, now);
                    return Ok(());
                }
                at
            };
            wait(at, deadline)?;
        }
    }

    /// Takes in what an answer says about the limits.
    pub(super) fn learn(&self, lane: Lane, answer: &Answer) {
        let now = Instant::now();
        self.state().learn(answer, now);
        if lane == Lane::Search {
            self.state().arrived(now);
        }
        if answer.status == 429 {
            let policy = Problem::of(answer).policy;
            self.state().back_off(lane, policy, retry_after(answer), Instant::now());
        }
    }
}

/// Sleeps until `at`, unless that is past the deadline or the run is to stop.
pub(super) fn wait(at: Instant, deadline: Instant) -> Result<(), OutOfTime> {
    if at > deadline {
        return Err(OutOfTime);
    }
    if stop::wait_until(at) { Ok(()) } else { Err(OutOfTime) }
}

impl State {
    fn earliest(&self, lane: Lane, now: Instant) -> Instant {
        let mut at = self.next.map_or(now, |next| next.max(now));
        if lane == Lane::Search {
            at = self.next_search.map_or(at, |next| next.max(at));
            let fifth = self.searches.len().checked_sub(SEARCHES).and_then(|at| self.searches.get(at));
            at = fifth.map_or(at, |fifth| at.max(*fifth + SEARCH_SECOND));
        }
        // A twentieth stays free: requests do not arrive as evenly as they leave.
        let allowed = (self.max - self.max / 20).max(1);
        let oldest = self.sent.len().checked_sub(allowed).and_then(|position| self.sent.get(position));
        oldest.map_or(at, |oldest| at.max(*oldest + self.interval))
    }

    fn count(&mut self, lane: Lane, now: Instant) {
        self.sent.push_back(now);
        while self.sent.front().is_some_and(|sent| *sent + self.interval <= now) {
            self.sent.pop_front();
        }
        if lane == Lane::Search {
            self.next_search = Some(now + SEARCH_SPACING);
            self.searches.push_back(now + TRAVEL);
            if self.searches.len() > SEARCHES {
                self.searches.pop_front();
            }
        }
    }

    /// The last search has its answer, so it had arrived by now.
    fn arrived(&mut self, now: Instant) {
        if let Some(last) = self.searches.back_mut() {
            *last = now.min(*last);
        }
    }

    fn learn(&mut self, answer: &Answer, now: Instant) {
        let number = |name| answer.header(name).and_then(|text| text.trim().parse::<u32>().ok());
        if let Some(max) = number("x-hubspot-ratelimit-max").filter(|max| (1..=10_000).contains(max)) {
            self.max = max as usize;
        }
        let interval = number("x-hubspot-ratelimit-interval-milliseconds");
        if let Some(interval) = interval.filter(|interval| (100..=60_000).contains(interval)) {
            self.interval = Duration::from_millis(u64::from(interval));
        }
        // Somebody else may use the same allowance: what little is left is spread over the interval.
        let remaining = number("x-hubspot-ratelimit-remaining");
        if let Some(remaining) = remaining.filter(|remaining| *remaining as usize * 20 < self.max) {
            let pause = (self.interval / (remaining + 1)).min(PAUSE_MAX);
            self.next = self.next.max(Some(now + pause));
        }
    }

    fn back_off(&mut self, lane: Lane, policy: Policy, asked: Option<Duration>, now: Instant) {
        let pause = match policy {
            Policy::TenSecondly => asked.unwrap_or(self.interval),
            Policy::Secondly | Policy::Daily | Policy::None => asked.unwrap_or(SECOND),
        };
        let until = Some(now + pause.min(PAUSE_MAX));
        if lane == Lane::Search && policy == Policy::Secondly {
            self.next_search = self.next_search.max(until);
        } else {
            self.next = self.next.max(until);
        }
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

    fn answer(headers: &[(&'static str, &'static str)]) -> Answer {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        Answer { status: 429, headers: headers.iter().map(header).collect::<HeaderMap>(), body: Vec::new() }
    }

    /// When so many requests may go out, in milliseconds from the first, if each is answered at once.
    fn times(state: &mut State, lane: Lane, count: usize) -> Vec<u128> {
        let begun = Instant::now();
        let mut now = begun;
        (0..count)
            .map(|_| {
                now = state.earliest(lane, now);
                state.count(lane, now);
                state.arrived(now);
                now.duration_since(begun).as_millis()
            })
            .collect()
    }

    #[test]
    fn never_more_than_five_searches_in_a_second() {
        let pacer = Pacer::new();
        let times = times(&mut pacer.state(), Lane::Search, 40);
        assert!(times.windows(6).all(|six| six[5] - six[0] > 1_000), "{times:?}");
        assert!(times[39] < 8_300, "{times:?}");
    }

    #[test]
    fn never_more_than_allowed_in_the_interval_and_almost_as_many() {
        let pacer = Pacer::new();
        for (max, allowed) in [("100", 95), ("190", 181)] {
            let mut state = pacer.state();
            state.sent.clear();
            state.learn(&answer(&[("x-hubspot-ratelimit-max", max)]), Instant::now());
            let times = times(&mut state, Lane::Other, 500);
            assert!(times.windows(allowed + 1).all(|all| all[allowed] - all[0] >= 10_000), "{max}");
            assert_eq!(times[allowed - 1], 0, "the first go out at once");
        }
    }

    #[test]
    fn what_is_left_is_spread_when_it_is_little() {
        let pacer = Pacer::new();
        for (remaining, pause) in [("50", 0), ("1", 5_000), ("0", 10_000), ("nonsense", 0)] {
            let mut state = pacer.state();
            state.next = None;
            let now = Instant::now();
            state.learn(&answer(&[("x-hubspot-ratelimit-remaining", remaining)]), now);
            assert_eq!(
                state.earliest(Lane::Other, now).duration_since(now).as_millis(),
                pause,
                "{remaining}"
            );
        }
    }

    #[test]
    fn a_secondly_limit_of_the_search_holds_up_the_search_alone() {
        let pacer = Pacer::new();
        let mut state = pacer.state();
        let now = Instant::now();
        state.back_off(Lane::Search, Policy::Secondly, None, now);
        assert_eq!(state.earliest(Lane::Other, now), now);
        assert_eq!(state.earliest(Lane::Search, now), now + SECOND);
        state.back_off(Lane::Other, Policy::TenSecondly, None, now);
        assert_eq!(state.earliest(Lane::Search, now), now + INTERVAL);
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
            assert_eq!(retry_after(&answer(&[("retry-after", value)])), expected, "{value}");
        }
    }

    #[test]
    fn nothing_waits_past_the_deadline() {
        let pacer = Pacer::new();
        pacer.state().next = Some(Instant::now() + Duration::from_secs(5));
        let begun = Instant::now();
        assert_eq!(pacer.admit(Lane::Other, begun + Duration::from_secs(1)), Err(OutOfTime));
        assert!(begun.elapsed() < Duration::from_millis(500));
    }
}
