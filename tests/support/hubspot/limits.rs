//! How fast requests may follow each other.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::json;

use super::portal::Portal;
use crate::support::http_server::Reply;

/// A service key's limits: five searches a second, and so many requests in ten seconds.
pub(crate) struct Rates {
    max: u32,
    /// Instead of what is left, what every answer says that is no search's.
    pub(crate) remaining: Option<u32>,
    searches: VecDeque<Instant>,
    all: VecDeque<Instant>,
}

impl Rates {
    pub(crate) fn new(max: u32) -> Self {
        Self { max, remaining: None, searches: VecDeque::new(), all: VecDeque::new() }
    }

    pub(super) fn clear(&mut self) {
        self.searches.clear();
        self.all.clear();
    }

    /// The policy that a request breaks, and by how much.
    fn broken(&mut self, is_search: bool, at: Instant) -> Option<(&'static str, usize)> {
        let all = within(&mut self.all, at, Duration::from_secs(10));
        let searches = if is_search { within(&mut self.searches, at, Duration::from_secs(1)) } else { 0 };
        if all > self.max as usize {
            return Some(("TEN_SECONDLY_ROLLING", all));
        }
        (searches > 5).then_some(("SECONDLY", searches))
    }

    /// Searches do not say what is left.
    pub(super) fn told(&self, reply: Reply) -> Reply {
        let left = self.max.saturating_sub(u32::try_from(self.all.len()).unwrap());
        reply
            .with("X-HubSpot-RateLimit-Max", &self.max.to_string())
            .with("X-HubSpot-RateLimit-Remaining", &self.remaining.unwrap_or(left).to_string())
            .with("X-HubSpot-RateLimit-Interval-Milliseconds", "10000")
    }
}

fn within(times: &mut VecDeque<Instant>, at: Instant, span: Duration) -> usize {
    times.push_back(at);
    while times.front().is_some_and(|time| at.duration_since(*time) >= span) {
        times.pop_front();
    }
    times.len()
}

impl Portal {
    /// Refuses what is too fast: that alone is a fault of the client.
    pub(super) fn limit(&mut self, is_search: bool, at: Instant) -> Option<Reply> {
        let (policy, count) = self.rates.as_mut()?.broken(is_search, at)?;
        self.complain(format!("{policy}: {count} requests"));
        Some(limited(policy))
    }
}

/// A 429 as it is recorded.
pub(crate) fn limited(policy: &str) -> Reply {
    let message = match policy {
        "DAILY" => "You have reached your daily limit.",
        "SECONDLY" => "You have reached your secondly limit.",
        _ => "You have reached your ten_secondly_rolling limit.",
    };
    let body = json!({"status": "error", "message": message, "errorType": "RATE_LIMIT",
        "correlationId": "c", "policyName": policy, "requestId": "r"});
    Reply::json(429, &body)
}
