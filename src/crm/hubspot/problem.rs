//! What an answer that is no success says, for people and for the pacer.
//!
//! Source: <https://developers.hubspot.com/docs/api-reference/error-handling>. Every field of an error is optional, and
//! some errors are pages of HTML.

use std::fmt;

use serde_json::Value;

use crate::connector::http::{Answer, redact_for_log};

/// Which limit a 429 is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    None,
    Secondly,
    TenSecondly,
    /// Nothing more until midnight of the account's time zone.
    Daily,
}

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: u16,
    /// `MISSING_SCOPES`, `VALIDATION_ERROR`; empty when it does not say.
    pub(super) category: String,
    pub(super) policy: Policy,
    /// Scopes that the token lacks.
    pub(super) scopes: Vec<String>,
    /// A record with this value of a unique property is there already.
    pub(super) is_taken: bool,
    /// The properties that the error is about, as far as it names any.
    pub(super) properties: Vec<String>,
    /// One line for people: what happened, and what to do about it.
    pub(super) text: String,
}

impl Problem {
    pub(super) fn of(answer: &Answer) -> Self {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        Self::of_body(answer.status, &body)
    }

    /// An error by its body; 207 stands for one of the errors inside a batch's answer.
    pub(super) fn of_body(status: u16, body: &Value) -> Self {
        let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut problem = Self {
            status,
            category: field("category").to_owned(),
            policy: if status == 429 { policy(field("policyName"), field("message")) } else { Policy::None },
            scopes: scopes(body),
            is_taken: is_taken(body),
            properties: properties(body),
            text: String::new(),
        };
        let message =
            if body.is_object() { readable(field("message")) } else { "no JSON in the answer".to_owned() };
        problem.text = redact_for_log(&problem.explain(&message), 500);
        problem
    }

    fn explain(&self, message: &str) -> String {
        let said = if message.is_empty() { String::new() } else { format!(": {message}") };
        match self.status {
            401 => format!(
                "HubSpot does not take the token (401){said}; make a service key under Settings > Integrations > \
                 Service Keys and put it into HANDOFF_HUBSPOT_TOKEN"
            ),
            403 | 207 if !self.scopes.is_empty() => format!(
                "the HubSpot token lacks the scope {}; add it to the service key",
                self.scopes.join(", ")
            ),
            403 | 207 if self.category == "MISSING_SCOPES" => {
                format!("the HubSpot token lacks a scope{said}; add it to the service key")
            }
            403 => format!("HubSpot does not allow it (403){said}"),
            429 if self.policy == Policy::Daily => {
                "HubSpot's daily limit of requests is used up; it begins anew at \
                 midnight of the account's time zone, and a later run goes on from here"
                    .to_owned()
            }
            429 => format!("HubSpot's rate limit (429){said}"),
            207 => format!("HubSpot refused it{said}"),
            status => format!("HubSpot answered {status}{said}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Problem {}

/// A validation error says it in JSON inside its message, others in a category or a code.
fn is_taken(body: &Value) -> bool {
    const TAKEN: &str = "CONFLICTING_UNIQUE_VALUE";
    let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten();
    let codes = errors.filter_map(|error| error.get("code").and_then(Value::as_str));
    field("message").contains(TAKEN)
        || [field("category"), field("subCategory")].into_iter().chain(codes).any(|word| word == TAKEN)
}

fn policy(name: &str, message: &str) -> Policy {
    match name {
        "DAILY" => Policy::Daily,
        "TEN_SECONDLY_ROLLING" => Policy::TenSecondly,
        "SECONDLY" => Policy::Secondly,
        _ if message.contains("daily") => Policy::Daily,
        _ if message.contains("ten_secondly") => Policy::TenSecondly,
        _ if message.contains("secondly") => Policy::Secondly,
        _ => Policy::None,
    }
}

fn scopes(body: &Value) -> Vec<String> {
    let errors = body.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut scopes = Vec::new();
    for error in errors {
        let required = error.pointer("/context/requiredGranularScopes").and_then(Value::as_array);
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        scopes.extend(names.map(str::to_owned));
    }
    scopes.dedup();
    scopes
}

/// The properties that an error names: in the JSON inside its message, in its contexts, or as words of a sentence.
fn properties(body: &Value) -> Vec<String> {
    let message = |error: &Value| error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
    let errors = body.get("errors").and_then(Value::as_array).into_iter().flatten();
    let mut names = Vec::new();
    for error in std::iter::once(body).chain(errors) {
        let message = message(error);
        let inside = reasons(&message).unwrap_or_default();
        names.extend(inside.iter().filter_map(|reason| Some(reason.get("name")?.as_str()?.to_owned())));
        match error.pointer("/context/propertyName") {
            Some(Value::Array(several)) => {
                names.extend(several.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            Some(Value::String(name)) => names.push(name.clone()),
            Some(_) | None => {}
        }
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = message.split(|c| !is_of_name(c)).filter(|word| word.contains('_'));
        names.extend(words.map(str::to_owned));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The list that property errors hold inside the message.
fn reasons(message: &str) -> Option<Vec<Value>> {
    let (_, list) = message.find('[').and_then(|start| message.split_at_checked(start))?;
    serde_json::from_str(list).ok()
}

/// Property errors hold JSON inside the message; `email: not a valid address` says it better.
fn readable(message: &str) -> String {
    let Some(reasons) = reasons(message) else { return message.to_owned() };
    let reason = |entry: &Value| {
        let name = entry.get("name")?.as_str()?;
        let why = entry.get("message").or_else(|| entry.get("error"))?.as_str()?;
        Some(format!("{name}: {why}"))
    };
    let reasons: Vec<String> = reasons.iter().filter_map(reason).collect();
    let before = message.split('[').next().unwrap_or_default();
    if reasons.is_empty() { before.trim_end().to_owned() } else { reasons.join("; ") }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;
    use serde_json::json;

    use super::*;

    fn problem(status: u16, body: &[u8]) -> Problem {
        Problem::of(&Answer { status, headers: HeaderMap::new(), body: body.to_vec() })
    }

    #[test]
    fn case_17_json_inside_the_message_is_shown_as_property_and_reason() {
        let inside = r#"Property values were not valid: [{"isValid":false,"message":"soon was not a valid long.","error":"INVALID_LONG","name":"hs_meeting_start_time"}]"#;
        let body = json!({"status": "error", "message": inside, "category": "VALIDATION_ERROR"}).to_string();
        let text = problem(400, body.as_bytes()).text;
        assert_eq!(text, "HubSpot answered 400: hs_meeting_start_time: soon was not a valid long.");
    }

    #[test]
    fn an_error_names_its_property_wherever_it_stands() {
        let inside =
            r#"Property values were not valid: [{"message":"no such owner","name":"hubspot_owner_id"}]"#;
        for body in [
            json!({"message": inside}),
            json!({"message": "Property \"hubspot_owner_id\" does not take it"}),
            json!({"errors": [{"message": "no", "context": {"propertyName": ["hubspot_owner_id"]}}]}),
            json!({"context": {"propertyName": "hubspot_owner_id"}}),
        ] {
            assert_eq!(problem(400, body.to_string().as_bytes()).properties, ["hubspot_owner_id"], "{body}");
        }
        assert!(
            problem(400, br#"{"message": "hubspot_owner_ids are not taken"}"#).properties
                != ["hubspot_owner_id"]
        );
    }

    #[test]
    fn every_field_may_be_missing_and_the_body_need_not_be_json() {
        for body in [&b"<html>"[..], b"", b"[]", b"{}", b"{\"message\": null, \"errors\": {}}", b"\xff"] {
            let problem = problem(404, body);
            assert!(problem.text.starts_with("HubSpot answered 404"), "{}", problem.text);
        }
    }

    #[test]
    fn a_limit_is_told_by_its_policy_else_by_its_message() {
        for (body, policy) in [
            (json!({"policyName": "DAILY"}), Policy::Daily),
            (json!({"policyName": "TEN_SECONDLY_ROLLING"}), Policy::TenSecondly),
            (json!({"message": "You have reached your secondly limit."}), Policy::Secondly),
            (json!({}), Policy::None),
        ] {
            assert_eq!(problem(429, body.to_string().as_bytes()).policy, policy, "{body}");
        }
    }
}
