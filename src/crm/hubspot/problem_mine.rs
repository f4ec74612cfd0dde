//! What HubSpot's error bodies say, in words for people. Every part of such a body may be absent.
//!
//! <https://developers.hubspot.com/docs/api-reference/latest/error-handling>

use serde_json::Value;

use crate::model::one_line;

/// An error answer, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Problem {
    /// One line for people.
    pub text: String,
    /// Which limit was hit, of a 429: `DAILY`, `TEN_SECONDLY_ROLLING`, `SECONDLY`.
    pub policy: Option<String>,
    /// Another record has this value of a unique property.
    pub is_taken: bool,
}

const TEXT_CHARS_MAX: usize = 300;

/// The word for a value that is taken, in the JSON inside a message.
const TAKEN: &str = "CONFLICTING_UNIQUE_VALUE";

/// Reads an error answer, or one of the errors inside a batch answer.
pub(super) fn problem(status: u16, body: Option<&Value>) -> Problem {
    let text = |name: &str| body.and_then(|body| body.get(name)?.as_str()).unwrap_or_default();
    let message = text("message");
    let said = match status {
        401 => "HubSpot does not accept the token; set HANDOFF_HUBSPOT_TOKEN to a current one".to_owned(),
        _ if status == 403 || text("category") == "MISSING_SCOPES" => missing_scopes(body, message),
        _ => properties(message).unwrap_or_else(|| message.to_owned()),
    };
    let said = if said.is_empty() { format!("HubSpot answered {status}") } else { said };
    let limit = text("policyName");
    let by_words = message.contains("secondly limit").then(|| "SECONDLY".to_owned());
    Problem {
        text: one_line(&said, TEXT_CHARS_MAX),
        policy: Some(limit).filter(|limit| !limit.is_empty()).map(str::to_owned).or(by_words),
        is_taken: is_taken(body, message),
    }
}

/// A validation error says so in JSON inside its message, a batch in a category.
fn is_taken(body: Option<&Value>, message: &str) -> bool {
    let word = |name: &str| body.and_then(|body| body.get(name)?.as_str()) == Some(TAKEN);
    let inner = body.and_then(|body| body.get("errors")?.as_array()).into_iter().flatten();
    message.contains(TAKEN)
        || word("category")
        || word("subCategory")
        || inner.filter_map(|error| error.get("code")?.as_str()).any(|code| code == TAKEN)
}

fn missing_scopes(body: Option<&Value>, message: &str) -> String {
    let scopes = || -> Option<Vec<&str>> {
        let errors = body?.get("errors")?.as_array()?;
        let named = errors.iter().filter_map(|error| error.get("context")?.get("requiredGranularScopes"));
        Some(named.filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect())
    };
    match scopes().filter(|scopes| !scopes.is_empty()) {
        Some(scopes) => format!("the token lacks the scope {}: grant it in HubSpot", scopes.join(" or ")),
        None if message.is_empty() => "the token may not do this: grant it the scope in HubSpot".to_owned(),
        None => message.to_owned(),
    }
}

/// `Property values were not valid: [{"name":…,"message":…}]` as `name: message`.
fn properties(message: &str) -> Option<String> {
    let (_, list) = message.split_once("Property values were not valid:")?;
    let list: Value = serde_json::from_str(list.trim()).ok()?;
    let reasons = list.as_array()?.iter().filter_map(|item| {
        let reason = item.get("message")?.as_str()?;
        Some(match item.get("name").and_then(Value::as_str) {
            Some(name) => format!("{name}: {reason}"),
            None => reason.to_owned(),
        })
    });
    Some(reasons.collect::<Vec<_>>().join("; ")).filter(|reasons| !reasons.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(status: u16, body: &Value) -> String {
        problem(status, Some(body)).text
    }

    #[test]
    fn properties_are_named_with_their_reason() {
        let inner = r#"[{"isValid":false,"message":"x was not a valid long.","error":"INVALID_LONG","name":"hs_timestamp"}]"#;
        let body = json!({"message": format!("Property values were not valid: {inner}")});
        insta::assert_snapshot!(text(400, &body), @"hs_timestamp: x was not a valid long.");
    }

    #[test]
    fn a_missing_scope_is_named() {
        let context = json!({"requiredGranularScopes": ["crm.objects.contacts.write"]});
        let body = json!({"category": "MISSING_SCOPES", "errors": [{"context": context}]});
        insta::assert_snapshot!(text(403, &body), @"the token lacks the scope crm.objects.contacts.write: grant it in HubSpot");
        insta::assert_snapshot!(text(403, &json!({})), @"the token may not do this: grant it the scope in HubSpot");
    }

    #[test]
    fn an_answer_without_a_body_still_says_something() {
        assert_eq!(problem(404, None).text, "HubSpot answered 404");
    }

    #[test]
    fn a_taken_value_is_seen_wherever_it_is_said() {
        let inner = r#"Property values were not valid: [{"error":"CONFLICTING_UNIQUE_VALUE","name":"handoff_key","message":"taken"}]"#;
        assert!(problem(400, Some(&json!({"message": inner}))).is_taken);
        assert!(problem(409, Some(&json!({"category": "CONFLICTING_UNIQUE_VALUE"}))).is_taken);
        assert!(problem(400, Some(&json!({"errors": [{"code": "CONFLICTING_UNIQUE_VALUE"}]}))).is_taken);
        assert!(!problem(409, Some(&json!({"category": "CONFLICT"}))).is_taken);
    }

    #[test]
    fn limits_are_told_apart_by_name_or_by_words() {
        let policy = |body: &Value| problem(429, Some(body)).policy;
        assert_eq!(policy(&json!({"policyName": "DAILY"})).as_deref(), Some("DAILY"));
        let words = json!({"message": "You have reached your secondly limit."});
        assert_eq!(policy(&words).as_deref(), Some("SECONDLY"));
        assert_eq!(policy(&json!({})), None);
    }
}
