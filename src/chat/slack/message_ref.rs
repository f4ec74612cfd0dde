//! Where a message is: its channel and its `ts`. Together they are its remote id.

use std::fmt;

use serde_json::Value;

/// Shown and kept as `C0123456789:1503435956.000247`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct MessageRef {
    pub(super) channel: String,
    pub(super) ts: String,
}

impl MessageRef {
    pub(super) fn parse(remote_id: &str) -> Option<Self> {
        let (channel, ts) = remote_id.split_once(':')?;
        Self::new(channel, ts)
    }

    /// Of an answer to `chat.postMessage`.
    pub(super) fn of_answer(body: &Value) -> Option<Self> {
        let text = |key: &str| body.get(key).and_then(Value::as_str);
        Self::new(text("channel")?, text("ts")?)
    }

    pub(super) fn new(channel: &str, ts: &str) -> Option<Self> {
        let is_ts = ts.split_once('.').is_some_and(|(seconds, rest)| is_number(seconds) && is_number(rest));
        (is_id(channel) && is_ts).then(|| Self { channel: channel.to_owned(), ts: ts.to_owned() })
    }
}

impl fmt::Display for MessageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.channel, self.ts)
    }
}

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Ids of Slack are upper case letters and digits, so they are safe inside markup and URLs.
pub(super) fn is_id(text: &str) -> bool {
    (2..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Ids begin with `C`, `G` or `D`; names are lower case.
/// <https://docs.slack.dev/reference/objects/conversation-object>
pub(super) fn is_channel_id(text: &str) -> bool {
    text.len() >= 8 && text.starts_with(['C', 'G', 'D']) && is_id(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_id_is_a_channel_and_a_time() {
        let place = MessageRef::parse("C0123456789:1503435956.000247").unwrap();
        assert_eq!(place.to_string(), "C0123456789:1503435956.000247");
        for wrong in ["", "C1", "C1:", "C1:now", "#inbound:1.2", "C1:1.2:3", "messages.jsonl:m1"] {
            assert_eq!(MessageRef::parse(wrong), None, "{wrong}");
        }
    }
}
