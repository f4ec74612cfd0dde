//! What Slack allows until an answer says something else: one message a second and channel, and each method's own rate.

use std::time::{Duration, Instant};

use crate::connector::pacer::{Pacer, Rate};

/// Slack allows one message a second and channel; the rest is for the way there.
/// <https://docs.slack.dev/apis/web-api/rate-limits>
const MESSAGE_EVERY: Duration = Duration::from_millis(1_050);

/// A message that took long to send may have arrived late, and the next one must not arrive too soon after it.
const AFTER_ANSWER: Duration = Duration::from_millis(900);

const MINUTE: Duration = Duration::from_secs(60);

/// What requests are counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Limit {
    Method(&'static str),
    Channel(String),
}

pub(super) fn pacer() -> Pacer<Limit> {
    Pacer::new("Slack", |limit| match limit {
        Limit::Method(method) => Rate::new(per_minute(method), MINUTE),
        Limit::Channel(_) => Rate::UNLIMITED,
    })
}

/// The limits of a request.
pub(super) fn limits(method: &'static str, channel: Option<&str>) -> Vec<Limit> {
    let channel = channel.map(|channel| Limit::Channel(channel.to_owned()));
    std::iter::once(Limit::Method(method)).chain(channel).collect()
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

/// Notes that a message went out to a channel at `sent`, and that its answer is here.
pub(super) fn posted(pacer: &Pacer<Limit>, channel: &str, sent: Instant) {
    let next = (sent + MESSAGE_EVERY).max(Instant::now() + AFTER_ANSWER);
    pacer.hold(&Limit::Channel(channel.to_owned()), next);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_takes_a_message_a_second_and_others_do_not_wait_for_it() {
        let (pacer, start) = (pacer(), Instant::now());
        posted(&pacer, "C1", start);
        assert!(pacer.ready(&limits("chat.postMessage", Some("C1"))) >= start + Duration::from_secs(1));
        assert!(pacer.ready(&limits("chat.postMessage", Some("C2"))) <= Instant::now());
    }

    #[test]
    fn a_method_keeps_to_its_rate() {
        let (pacer, soon) = (pacer(), Instant::now() + Duration::from_secs(5));
        for _ in 0..50 {
            assert_eq!(pacer.admit(&limits("chat.update", None), soon), Ok(()));
        }
        let late = pacer.admit(&limits("chat.update", None), soon).unwrap_err();
        assert!(late.wait > Duration::from_secs(50));
        assert_eq!(pacer.admit(&limits("chat.postMessage", None), soon), Ok(()));
    }
}
