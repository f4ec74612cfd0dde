//! Events: Slack says that somebody reacted or replied, and the next run need not wait for its minute.

use anyhow::{Result, bail};
use data_encoding::HEXLOWER_PERMISSIVE;
use serde::Deserialize;
use serde_json::json;

use crate::connector::signed_request::{Received, Refusal, Request, is_signed, moment};
use crate::secret::Secret;

const SIGNING_SECRET: &str = "HANDOFF_SLACK_SIGNING_SECRET";

const SIGNATURE: &str = "HTTP_X_SLACK_SIGNATURE";
const TIMESTAMP: &str = "HTTP_X_SLACK_REQUEST_TIMESTAMP";

/// The scheme of signatures, at their beginning and at that of what is signed.
///
/// <https://docs.slack.dev/authentication/verifying-requests-from-slack>
const SCHEME: &str = "v0";

/// A challenge is a random word; nothing longer is repeated.
const CHALLENGE_CHARS_MAX: usize = 300;

/// What is read of a request.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Call {
    UrlVerification {
        challenge: String,
    },
    EventCallback {
        event: Event,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    thread_ts: Option<String>,
    bot_id: Option<String>,
}

/// Takes a request of the app's events.
pub(super) fn receive(request: &Request) -> Result<Received> {
    let Some(secret) = Secret::from_env(SIGNING_SECRET)? else {
        bail!(
            "requests of Slack are signed with the app's signing secret: put it into {SIGNING_SECRET}, or the path of a file \
             with it into {SIGNING_SECRET}_FILE"
        );
    };
    Ok(heard(request, &secret).unwrap_or_else(Received::Refused))
}

fn heard(request: &Request, secret: &Secret) -> Result<Received, Refusal> {
    let timestamp = request.header(TIMESTAMP).ok_or(Refusal::NotSigned)?;
    let signature = request.header(SIGNATURE).and_then(|text| text.strip_prefix(SCHEME)?.strip_prefix('='));
    let signature = signature.and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok());
    let parts = [SCHEME.as_bytes(), b":", timestamp.as_bytes(), b":", &request.body];
    if !signature.is_some_and(|signature| is_signed(secret, &parts, &signature)) {
        return Err(Refusal::NotSigned);
    }
    if !request.is_fresh(moment(timestamp)) {
        return Err(Refusal::NotNow);
    }
    // A click on a link button comes as a form: it has to be answered, and is of no interest.
    if !request.body.trim_ascii_start().starts_with(b"{") {
        return Ok(Received::Ignored);
    }
    match serde_json::from_slice(&request.body).map_err(|_| Refusal::Unreadable)? {
        Call::UrlVerification { challenge } if challenge.chars().count() <= CHALLENGE_CHARS_MAX => {
            Ok(Received::Answered(json!({ "challenge": challenge })))
        }
        Call::UrlVerification { .. } => Err(Refusal::Unreadable),
        Call::EventCallback { event } if event.is_of_a_rep() => Ok(Received::Heard(Vec::new())),
        Call::EventCallback { .. } | Call::Other => Ok(Received::Ignored),
    }
}

impl Event {
    /// Whether it may be a rep's answer. What apps post, this one too, is none.
    fn is_of_a_rep(&self) -> bool {
        match self.kind.as_str() {
            "reaction_added" => true,
            "message" => self.thread_ts.is_some() && self.bot_id.is_none(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use ring::hmac;

    use super::*;
    use crate::connector::signed_request::fixture::post;
    use crate::model::Timestamp;

    /// Slack's own example.
    ///
    /// <https://docs.slack.dev/authentication/verifying-requests-from-slack>
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const SIGNED: &str = "1531420618";
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE_OF_IT: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn told(body: &str, signature: &str, signed: &str, at: Timestamp) -> Result<Received, Refusal> {
        let request = post(body, &[(SIGNATURE, signature), (TIMESTAMP, signed)], at);
        heard(&request, &Secret::parse(SECRET).unwrap())
    }

    #[test]
    fn case_23_the_signature_is_the_one_of_slack_s_example_and_good_for_five_minutes() {
        let signed = moment(SIGNED).unwrap();
        assert_eq!(told(BODY, SIGNATURE_OF_IT, SIGNED, signed), Ok(Received::Ignored));
        assert_eq!(
            told(BODY, SIGNATURE_OF_IT, SIGNED, signed + TimeDelta::minutes(5)),
            Ok(Received::Ignored)
        );
        for away in [301, -301] {
            let at = signed + TimeDelta::seconds(away);
            assert_eq!(told(BODY, SIGNATURE_OF_IT, SIGNED, at), Err(Refusal::NotNow), "{away}");
        }
        let without_scheme = SIGNATURE_OF_IT.trim_start_matches("v0=");
        let other_scheme = format!("v1={without_scheme}");
        for (body, signature, timestamp) in [
            (&BODY[1..], SIGNATURE_OF_IT, SIGNED),
            (BODY, without_scheme, SIGNED),
            (BODY, other_scheme.as_str(), SIGNED),
            (BODY, "v0=a2114d57", SIGNED),
            (BODY, "v0=", SIGNED),
            (BODY, "", SIGNED),
            (BODY, SIGNATURE_OF_IT, "1531420619"),
            (BODY, SIGNATURE_OF_IT, ""),
        ] {
            let told = told(body, signature, timestamp, signed);
            assert_eq!(told, Err(Refusal::NotSigned), "{body} {signature} {timestamp}");
        }
    }

    #[test]
    fn case_23_what_a_rep_does_wakes_a_run_and_nothing_else_does() {
        let signed = moment(SIGNED).unwrap();
        let told = |body: &str| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
            let tag = hmac::sign(&key, format!("v0:{SIGNED}:{body}").as_bytes());
            let signature = format!("v0={}", data_encoding::HEXLOWER.encode(tag.as_ref()));
            told(body, &signature, SIGNED, signed)
        };
        let heard = Ok(Received::Heard(Vec::new()));
        let event = |event: &str| format!(r#"{{"type": "event_callback", "event": {event}}}"#);
        assert_eq!(told(&event(r#"{"type": "reaction_added", "reaction": "x", "user": "U1"}"#)), heard);
        assert_eq!(told(&event(r#"{"type": "message", "thread_ts": "1.2", "text": "no budget"}"#)), heard);
        for ignored in [
            event(r#"{"type": "message", "text": "hello"}"#),
            event(r#"{"type": "message", "thread_ts": "1.2", "bot_id": "B1"}"#),
            event(r#"{"type": "reaction_removed"}"#),
            r#"{"type": "app_rate_limited"}"#.to_owned(),
        ] {
            assert_eq!(told(&ignored), Ok(Received::Ignored), "{ignored}");
        }
        let asked = told(r#"{"type": "url_verification", "challenge": "3eZbrw1aB"}"#);
        assert_eq!(asked, Ok(Received::Answered(json!({ "challenge": "3eZbrw1aB" }))));
        for unreadable in [
            format!(r#"{{"type": "url_verification", "challenge": "{}"}}"#, "a".repeat(301)),
            r#"{"type": "event_callback"}"#.to_owned(),
            "{".to_owned(),
        ] {
            assert_eq!(told(&unreadable), Err(Refusal::Unreadable), "{unreadable}");
        }
    }
}
