//! Keeps requests below what a service allows: by an own monotonic clock, by what its answers say, and never beyond a
//! deadline. What a request is counted under (a method, a channel, the whole account) is the connector's own key.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::stop;

/// How many requests may arrive in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) max: usize,
    pub(crate) interval: Duration,
    /// The least time between two requests.
    pub(crate) spacing: Duration,
    /// A request is taken to arrive within this, unless its answer is there before.
    pub(crate) travel: Duration,
}

/// The request would not go out before its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfTime {
    service: &'static str,
    /// How long it would have to wait.
    pub(crate) wait: Duration,
}

impl fmt::Display for OutOfTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}'s rate limits leave no time for it in this run; the next one goes on", self.service)
    }
}

impl std::error::Error for OutOfTime {}

/// One for each client; threads share it.
#[derive(Debug)]
pub(crate) struct Pacer<K> {
    service: &'static str,
    rate: fn(&K) -> Rate,
    windows: Mutex<HashMap<K, Window>>,
}

/// What went out lately under one key.
#[derive(Debug)]
struct Window {
    rate: Rate,
    /// When requests had arrived at the latest, oldest first.
    arrivals: VecDeque<Instant>,
    next: Option<Instant>,
}

impl Rate {
    /// Only as fast as answers say.
    pub(crate) const UNLIMITED: Self = Self::new(usize::MAX, Duration::ZERO);

    pub(crate) const fn new(max: usize, interval: Duration) -> Self {
        Self { max, interval, spacing: Duration::ZERO, travel: Duration::ZERO }
    }
}

impl<K: Eq + Hash + Clone> Pacer<K> {
    /// `rate` is what the service allows under a key until an answer says something else.
    pub(crate) fn new(service: &'static str, rate: fn(&K) -> Rate) -> Self {
        Self { service, rate, windows: Mutex::default() }
    }

    /// Waits until a request may go out, and counts it under each of its keys.
    ///
    /// # Errors
    /// That would be after the deadline, or the run was asked to stop.
    pub(crate) fn admit(&self, keys: &[K], deadline: Instant) -> Result<(), OutOfTime> {
        loop {
            let now = Instant::now();
            let out_of_time = |wait| OutOfTime { service: self.service, wait };
            if stop::is_asked() {
                return Err(out_of_time(Duration::ZERO));
            }
            let Some(at) = self.count_or_wait(keys, now) else { return Ok(()) };
            if at > deadline {
                return Err(out_of_time(at - now));
            }
            stop::wait_until(at);
        }
    }

    /// When a request may go out.
    pub(crate) fn ready(&self, keys: &[K]) -> Instant {
        earliest(&self.windows(), keys, Instant::now())
    }

    /// Nothing goes out under this key before `until`.
    pub(crate) fn hold(&self, key: &K, until: Instant) {
        self.change(key, |window| window.next = window.next.max(Some(until)));
    }

    /// The last request has its answer, so it had arrived by now.
    pub(crate) fn arrived(&self, key: &K, now: Instant) {
        self.change(key, |window| {
            if let Some(last) = window.arrivals.back_mut() {
                *last = now.min(*last);
            }
        });
    }

    pub(crate) fn rate(&self, key: &K) -> Rate {
        self.windows().get(key).map_or_else(|| (self.rate)(key), |window| window.rate)
    }

    /// The service told its limit.
    pub(crate) fn set_rate(&self, key: &K, rate: Rate) {
        self.change(key, |window| window.rate = rate);
    }

    /// Counts the request if it may go out `now`; else when it may.
    pub(crate) fn count_or_wait(&self, keys: &[K], now: Instant) -> Option<Instant> {
        let mut windows = self.windows();
        let at = earliest(&windows, keys, now);
        if at > now {
            return Some(at);
        }
        for key in keys {
            self.window(&mut windows, key).count(now);
        }
        None
    }

    fn change(&self, key: &K, change: impl FnOnce(&mut Window)) {
        change(self.window(&mut self.windows(), key));
    }

    fn window<'a>(&self, windows: &'a mut HashMap<K, Window>, key: &K) -> &'a mut Window {
        let new = || Window { rate: (self.rate)(key), arrivals: VecDeque::new(), next: None };
        windows.entry(key.clone()).or_insert_with(new)
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<K, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn earliest(&self, now: Instant) -> Instant {
        let at = self.next.map_or(now, |next| next.max(now));
        let oldest =
            self.arrivals.len().checked_sub(self.rate.max).and_then(|place| self.arrivals.get(place));
        oldest.map_or(at, |oldest| at.max(*oldest + self.rate.interval))
    }

    fn count(&mut self, now: Instant) {
        self.arrivals.push_back(now + self.rate.travel);
        while self.arrivals.front().is_some_and(|arrived| *arrived + self.rate.interval <= now) {
            self.arrivals.pop_front();
        }
        self.next = self.next.max(Some(now + self.rate.spacing));
    }
}

fn earliest<K: Eq + Hash>(windows: &HashMap<K, Window>, keys: &[K], now: Instant) -> Instant {
    keys.iter().filter_map(|key| windows.get(key)).fold(now, |at, window| at.max(window.earliest(now)))
}

/// Waits until `at`; false when that is past the deadline or the run is to stop.
pub(crate) fn wait(at: Instant, deadline: Instant) -> bool {
    at <= deadline && stop::wait_until(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    fn pacer(rate: fn(&&'static str) -> Rate) -> Pacer<&'static str> {
        Pacer::new("Acme", rate)
    }

    fn unlimited() -> Pacer<&'static str> {
        pacer(|_| Rate::UNLIMITED)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[test]
    fn a_key_keeps_to_its_rate_and_others_do_not_wait_for_it() {
        let pacer = pacer(|key| if *key == "slow" { Rate::new(50, MINUTE) } else { Rate::UNLIMITED });
        for _ in 0..50 {
            assert_eq!(pacer.admit(&["slow"], soon()), Ok(()));
        }
        let late = pacer.admit(&["other", "slow"], soon()).unwrap_err();
        assert!(late.wait > Duration::from_secs(50), "{late:?}");
        assert_eq!(pacer.admit(&["other"], soon()), Ok(()));
    }

    #[test]
    fn a_key_that_is_held_waits_and_others_go_on() {
        let pacer = unlimited();
        let now = Instant::now();
        let until = now + MINUTE;
        pacer.hold(&"held", until);
        pacer.hold(&"held", now + SECOND);
        assert!(pacer.ready(&["other", "held"]) == until, "the longest of all that was announced");
        assert_eq!(pacer.admit(&["other"], soon()), Ok(()));
        assert!(pacer.admit(&["held"], soon()).unwrap_err().wait > Duration::from_secs(59));
    }

    #[test]
    fn requests_keep_their_distance() {
        let pacer = pacer(|_| Rate { spacing: SECOND, ..Rate::UNLIMITED });
        let start = Instant::now();
        assert_eq!(pacer.admit(&["key"], soon()), Ok(()));
        assert!(pacer.ready(&["key"]) >= start + SECOND);
    }

    #[test]
    fn a_request_arrives_late_unless_its_answer_is_there() {
        let pacer = pacer(|_| Rate { travel: SECOND, ..Rate::new(1, MINUTE) });
        let start = Instant::now();
        assert_eq!(pacer.admit(&["key"], soon()), Ok(()));
        assert!(pacer.ready(&["key"]) >= start + MINUTE + SECOND);
        pacer.arrived(&"key", start);
        assert_eq!(pacer.ready(&["key"]), start + MINUTE);
    }

    #[test]
    fn nothing_waits_past_the_deadline() {
        let pacer = unlimited();
        let begun = Instant::now();
        pacer.hold(&"key", begun + Duration::from_secs(5));
        let late = pacer.admit(&["key"], begun + SECOND).unwrap_err();
        assert!(begun.elapsed() < Duration::from_millis(500));
        assert_eq!(
            late.to_string(),
            "Acme's rate limits leave no time for it in this run; the next one goes on"
        );
    }
}
