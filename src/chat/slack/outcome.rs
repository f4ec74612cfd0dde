//! What an answer of Slack means: the one place where it is decided whether a request happened.

use std::time::Duration;

use serde_json::Value;

use crate::connector::http::{Answer, Failure, redact_for_log};
use crate::connector::outcome::{Outcome, StatusClass};
use crate::model::{Delivery, Timestamp};

/// Why a request has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Certainly not received.
    NotSent(String),
    /// Certainly not done; not before `wait`, if Slack said so.
    Throttled { wait: Option<Duration>, why: String },
    /// The token is no good.
    Unauthorized(String),
    /// Not done, and never will be as it is. The code is Slack's own word.
    Refused { code: String, why: String },
    /// May have been done.
    Unknown(String),
}

/// Longest wait that is believed; beyond it the next run asks again.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);

/// The code for a token that may not use a method, whatever is to be done with it.
pub(super) const MISSING_SCOPE: &str = "missing_scope";

const CODE_CHARS_MAX: usize = 60;

/// `Ok` is a complete answer with `ok: true`.
pub(super) fn classify(method: &str, answer: Result<&Answer, &Failure>) -> Result<Value, Fault> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Failure::NotSent(why)) => return Err(Fault::NotSent(format!("Slack cannot be reached: {why}"))),
        Err(Failure::Unknown(why)) => return Err(Fault::Unknown(format!("no answer to {method}: {why}"))),
    };
    let wait = answer.header("retry-after").and_then(retry_after);
    let class = StatusClass::of(answer.status);
    match class {
        StatusClass::Throttled => {
            return Err(Fault::Throttled { wait, why: format!("Slack allows no more {method} for now") });
        }
        StatusClass::Unknown => {
            return Err(Fault::Unknown(format!("Slack answered {method} with status {}", answer.status)));
        }
        StatusClass::Accepted
        | StatusClass::Elsewhere
        | StatusClass::Unauthorized
        | StatusClass::Forbidden
        | StatusClass::Missing
        | StatusClass::Refused => {}
    }
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let is_success = class == StatusClass::Accepted;
    let ok = body.as_ref().and_then(|body| body.get("ok")).and_then(Value::as_bool);
    match (body, ok) {
        (Some(body), Some(true)) if is_success => Ok(body),
        (Some(body), Some(false)) => Err(refusal(method, &body, wait)),
        _ if is_success => Err(Fault::Unknown(format!("the answer to {method} cannot be read"))),
        _ if class == StatusClass::Unauthorized => Err(unauthorized("status 401")),
        _ => {
            let code = format!("status {}", answer.status);
            let why = format!("Slack refuses {method}: {code}");
            Err(Fault::Refused { code, why })
        }
    }
}

impl Fault {
    /// What it means for the effect; `until` is when a wait ends that Slack gave a length for, or did not.
    pub(super) fn outcome(self, until: impl FnOnce(Option<Duration>) -> Option<Timestamp>) -> Outcome {
        match self {
            Self::NotSent(why) => Outcome::Failed(Delivery::NotSent { why }),
            Self::Throttled { wait, why } => Outcome::Failed(Delivery::Throttled { until: until(wait), why }),
            Self::Unauthorized(why) => Outcome::Failed(Delivery::Unauthorized { why }),
            Self::Refused { code, why } if code == MISSING_SCOPE => Outcome::Forbidden { why },
            Self::Refused { why, .. } => Outcome::Refused { why, properties: Vec::new() },
            Self::Unknown(why) => Outcome::Failed(Delivery::Unknown { why }),
        }
    }
}

/// Seconds. <https://docs.slack.dev/apis/web-api/rate-limits>
pub(super) fn retry_after(header: &str) -> Option<Duration> {
    let seconds: u64 = header.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(WAIT_MAX))
}

/// `ok: false`, by the codes that the methods list, such as
/// <https://docs.slack.dev/reference/methods/chat.postMessage#errors>. A code that is not known may have been given after the
/// work was done.
fn refusal(method: &str, body: &Value, wait: Option<Duration>) -> Fault {
    let code = redact_for_log(body.get("error").and_then(Value::as_str).unwrap_or_default(), CODE_CHARS_MAX);
    match code.as_str() {
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => {
            Fault::Throttled { wait, why: format!("Slack allows no more {method} for now") }
        }
        "invalid_auth"
        | "not_authed"
        | "token_revoked"
        | "token_expired"
        | "account_inactive"
        | "org_login_required"
        | "not_allowed_token_type"
        | "two_factor_setup_required" => unauthorized(&code),
        _ if is_refusal(&code) => {
            let why = format!("Slack refuses {method}: {code}{}", advice(&code, body));
            Fault::Refused { code, why }
        }
        "" => Fault::Unknown(format!("the answer to {method} names no error")),
        _ => Fault::Unknown(format!("Slack answered {method} with {code}")),
    }
}

fn unauthorized(code: &str) -> Fault {
    Fault::Unauthorized(format!(
        "Slack does not take the token ({code}): put a valid bot token into HANDOFF_SLACK_TOKEN"
    ))
}

/// Codes that Slack gives before it does anything.
fn is_refusal(code: &str) -> bool {
    const REFUSALS: [&str; 47] = [
        "access_denied",
        "accesslimited",
        "as_user_not_supported",
        "cannot_dm_bot",
        "cannot_reply_to_message",
        "cant_update_message",
        "channel_is_archived",
        "channel_not_found",
        "edit_window_closed",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "free_team_not_allowed",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_cursor",
        "invalid_form_data",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "invalid_ts_oldest",
        "invalid_users",
        "is_archived",
        "is_inactive",
        "message_not_found",
        "messages_tab_disabled",
        "metadata_too_large",
        "method_not_supported_for_channel_type",
        "missing_post_type",
        MISSING_SCOPE,
        "msg_blocks_too_long",
        "msg_too_long",
        "no_permission",
        "no_text",
        "not_in_channel",
        "restricted_action",
        "restricted_action_thread_locked",
        "team_access_not_granted",
        "thread_not_found",
        "too_many_attachments",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    ];
    REFUSALS.contains(&code) || code.starts_with("restricted_action_")
}

/// What to do about it, where that can be told.
fn advice(code: &str, body: &Value) -> String {
    match code {
        MISSING_SCOPE => {
            let needed = body.get("needed").and_then(Value::as_str).unwrap_or("one that Slack does not name");
            let needed = redact_for_log(needed, 120);
            format!("; the token lacks the scope {needed}: add it to the app and install the app again")
        }
        "not_in_channel" => "; invite the app to the channel".to_owned(),
        "channel_not_found" => "; there is no such channel, or the app was not invited to it".to_owned(),
        "is_archived" | "channel_is_archived" => {
            "; the channel is archived: unarchive it or name another in rules.toml".to_owned()
        }
        "invalid_blocks" | "invalid_blocks_format" => {
            let messages = body.pointer("/response_metadata/messages").and_then(Value::as_array);
            let messages = messages.into_iter().flatten().filter_map(Value::as_str);
            let places: Vec<String> = messages.take(3).map(|message| redact_for_log(message, 120)).collect();
            format!("; {}", places.join(", "))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;

    fn answer(status: u16, retry_after: Option<&'static str>, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        headers
            .extend(retry_after.map(|value| (reqwest::header::RETRY_AFTER, HeaderValue::from_static(value))));
        Answer { status, headers, body: body.as_bytes().to_vec() }
    }

    fn name(result: &Result<Value, Fault>) -> &'static str {
        match result {
            Ok(_) => "ok",
            Err(Fault::NotSent(_)) => "not sent",
            Err(Fault::Throttled { .. }) => "throttled",
            Err(Fault::Unauthorized(_)) => "unauthorized",
            Err(Fault::Refused { .. }) => "refused",
            Err(Fault::Unknown(_)) => "unknown",
        }
    }

    #[test]
    fn every_answer_has_its_meaning() {
        for (status, body, meaning) in [
            (200, r#"{"ok":true,"ts":"1.2"}"#, "ok"),
            (200, r#"{"ok":false,"error":"ratelimited"}"#, "throttled"),
            (200, r#"{"ok":false,"error":"channel_not_found"}"#, "refused"),
            (200, r#"{"ok":false,"error":"restricted_action_read_only_channel"}"#, "refused"),
            (200, r#"{"ok":false,"error":"token_revoked"}"#, "unauthorized"),
            (200, r#"{"ok":false,"error":"fatal_error"}"#, "unknown"),
            (200, r#"{"ok":false,"error":"internal_error"}"#, "unknown"),
            (200, r#"{"ok":false,"error":"duplicate_message_not_found"}"#, "unknown"),
            (200, r#"{"ok":false,"error":"something_new"}"#, "unknown"),
            (200, r#"{"ok":false}"#, "unknown"),
            (200, r#"{"ok":"#, "unknown"),
            (200, "<html>", "unknown"),
            (200, "", "unknown"),
            (302, "", "refused"),
            (400, "bad", "refused"),
            (401, "", "unauthorized"),
            (403, r#"{"ok":false,"error":"invalid_auth"}"#, "unauthorized"),
            (429, "", "throttled"),
            (500, r#"{"ok":false,"error":"channel_not_found"}"#, "unknown"),
            (503, "<html>", "unknown"),
        ] {
            let result = classify("chat.postMessage", Ok(&answer(status, None, body)));
            assert_eq!(name(&result), meaning, "{status} {body}");
        }
        let failures =
            [(Failure::NotSent(String::new()), "not sent"), (Failure::Unknown(String::new()), "unknown")];
        for (failure, meaning) in failures {
            assert_eq!(name(&classify("chat.postMessage", Err(&failure))), meaning);
        }
    }

    #[test]
    fn a_wait_is_in_seconds_and_bounded() {
        for (header, wait) in
            [("30", Some(30)), ("0", Some(0)), ("999999999", Some(900)), ("-5", None), ("soon", None)]
        {
            let result = classify("chat.update", Ok(&answer(429, Some(header), "")));
            let Err(Fault::Throttled { wait: found, .. }) = result.clone() else {
                panic!("{header}: {result:?}")
            };
            assert_eq!(found, wait.map(Duration::from_secs), "{header}");
            let said = answer(200, Some(header), r#"{"ok":false,"error":"ratelimited"}"#);
            assert_eq!(classify("chat.update", Ok(&said)), result, "{header}: the answer may say it too");
        }
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let body =
            r#"{"ok":false,"error":"missing_scope","needed":"users:read.email","provided":"chat:write"}"#;
        let Err(Fault::Refused { why, .. }) = classify("users.lookupByEmail", Ok(&answer(200, None, body)))
        else {
            panic!("not refused");
        };
        insta::assert_snapshot!(why, @"Slack refuses users.lookupByEmail: missing_scope; the token lacks the scope users:read.email: add it to the app and install the app again");
    }
}
