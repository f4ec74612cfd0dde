//! When a request may go out: one message a second and channel, each method's own rate, and what Slack said in an answer.
//! All of it by a clock that only goes forward, and never beyond the run's deadline.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crate::stop;

/// Slack allows one message a second and channel; the rest is for the way there.
/// <https://docs.slack.dev/apis/web-api/rate-limits>
const MESSAGE_EVERY: Duration = Duration::from_millis(1_050);

/// A message that took long to send may have arrived late, and the next one must not arrive too soon after it.
const AFTER_ANSWER: Duration = Duration::from_millis(900);

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(super) struct Pacer {
    /// When the last minute's requests of a method went out.
    sent: HashMap<&'static str, VecDeque<Instant>>,
    /// Until when Slack wants no more of a method.
    blocked: HashMap<&'static str, Instant>,
    /// When a channel takes its next message.
    channels: HashMap<String, Instant>,
}

/// Requests a minute, by the tier of the method.
fn per_minute(method: &str) -> usize {
    match method {
        // "Several hundred messages per minute per workspace."
        "chat.postMessage" => 300,
        "users.info" | "auth.test" => 100,
        "conversations.list" => 20,
        _ => 50,
    }
}

impl Pacer {
    /// When a request may go out.
    pub(super) fn ready(&self, method: &str, channel: Option<&str>) -> Instant {
        let now = Instant::now();
        let allowed = per_minute(method);
        let by_rate = self.sent.get(method).filter(|sent| sent.len() >= allowed);
        let by_rate = by_rate.and_then(|sent| sent.get(sent.len() - allowed)).map(|first| *first + MINUTE);
        let by_answer = self.blocked.get(method).copied();
        let by_channel = channel.and_then(|channel| self.channels.get(channel)).copied();
        [by_rate, by_answer, by_channel].into_iter().flatten().fold(now, Instant::max)
    }

    /// Waits until a request may go out, and notes that it does. When that is after the deadline: how long it would be.
    pub(super) fn wait(
        &mut self,
        method: &'static str,
        channel: Option<&str>,
        deadline: Instant,
    ) -> Result<(), Duration> {
        let now = Instant::now();
        let ready = self.ready(method, channel);
        if ready > deadline || now >= deadline {
            return Err(ready.saturating_duration_since(now));
        }
        if !stop::wait_until(ready) {
            return Err(Duration::ZERO);
        }
        let sent = self.sent.entry(method).or_default();
        if sent.len() >= per_minute(method) {
            sent.pop_front();
        }
        sent.push_back(Instant::now());
        Ok(())
    }

    /// Notes that a message went out to a channel at `start`, and that its answer is here.
    pub(super) fn posted(&mut self, channel: &str, start: Instant) {
        let next = (start + MESSAGE_EVERY).max(Instant::now() + AFTER_ANSWER);
        self.channels.insert(channel.to_owned(), next);
    }

    /// Slack wants no more of a method for this long; other methods go on.
    pub(super) fn block(&mut self, method: &'static str, wait: Duration) {
        self.blocked.insert(method, Instant::now() + wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[test]
    fn a_channel_takes_a_message_a_second_and_others_do_not_wait_for_it() {
        let mut pacer = Pacer::default();
        let start = Instant::now();
        pacer.posted("C1", start);
        assert!(pacer.ready("chat.postMessage", Some("C1")) >= start + Duration::from_secs(1));
        assert!(pacer.ready("chat.postMessage", Some("C2")) <= Instant::now());
    }

    #[test]
    fn a_method_that_slack_blocked_waits_and_others_go_on() {
        let mut pacer = Pacer::default();
        pacer.block("chat.postMessage", Duration::from_secs(60));
        let wait = pacer.wait("chat.postMessage", None, soon()).unwrap_err();
        assert!(wait > Duration::from_secs(59), "{wait:?}");
        assert_eq!(pacer.wait("chat.update", None, soon()), Ok(()));
    }

    #[test]
    fn a_method_keeps_to_its_rate() {
        let mut pacer = Pacer::default();
        for _ in 0..50 {
            assert_eq!(pacer.wait("chat.update", None, soon()), Ok(()));
        }
        assert!(pacer.wait("chat.update", None, soon()).unwrap_err() > Duration::from_secs(50));
    }

    #[test]
    fn nothing_goes_out_after_the_deadline() {
        assert!(Pacer::default().wait("chat.update", None, Instant::now()).is_err());
    }
}
