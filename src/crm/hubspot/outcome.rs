//! What HubSpot's answer to one write means. Only what is certain is certain: everything else may have happened.
//!
//! <https://developers.hubspot.com/docs/api-reference/latest/error-handling>

use chrono::TimeDelta;
use serde_json::Value;

use super::problem::{Policy, Problem};
use super::wire::unread;
use crate::connector::http::{Answer, Failure};
use crate::connector::outcome::{Outcome, StatusClass};
use crate::model::{Delivery, Timestamp};

/// HubSpot counts requests in windows of ten seconds and, for searches, of one.
///
/// <https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines>
const TEN_SECONDS: TimeDelta = TimeDelta::seconds(10);
const ONE_SECOND: TimeDelta = TimeDelta::seconds(1);

/// The day's calls are used up; whoever delivers shortens this to its own longest wait.
const A_DAY: TimeDelta = TimeDelta::days(1);

/// "High volume: wait at least two seconds."
const LOCKED: TimeDelta = TimeDelta::seconds(2);

/// What became of a read. Nothing was written by it, so no failure of it leaves anything open.
pub(super) fn read_outcome(read: anyhow::Result<Answer>, now: Timestamp) -> Outcome {
    match read {
        Ok(answer) if !(200..300).contains(&answer.status) => failed(&Problem::of(&answer).into(), now),
        Ok(answer) => serde_json::from_slice::<Value>(&answer.body).map_or_else(
            |error| {
                let why = unread("HubSpot's answer", &error);
                Outcome::Failed(Delivery::NotSent { why })
            },
            Outcome::Accepted,
        ),
        Err(error) => failed(&error, now),
    }
}

/// What a read that failed means for the write that needed it.
pub(super) fn failed(error: &anyhow::Error, now: Timestamp) -> Outcome {
    let why = format!("{error:#}");
    match error.downcast_ref::<Problem>() {
        Some(problem) if problem.status == 401 => Outcome::Failed(Delivery::Unauthorized { why }),
        Some(problem) if problem.status == 403 => Outcome::Forbidden { why },
        Some(problem) if problem.status == 404 => Outcome::Missing { why },
        Some(problem) if problem.policy == Policy::Daily => {
            Outcome::Failed(Delivery::Throttled { until: Some(now + A_DAY), why })
        }
        Some(_) | None => Outcome::Failed(Delivery::NotSent { why }),
    }
}

/// What became of one attempt to write. `now` is the time of the run.
pub(super) fn outcome(sent: Result<Answer, Failure>, now: Timestamp) -> Outcome {
    let answer = match sent {
        Ok(answer) => answer,
        Err(Failure::NotSent(why)) => return Outcome::Failed(Delivery::NotSent { why }),
        Err(Failure::Unknown(why)) => return Outcome::Failed(Delivery::Unknown { why }),
    };
    let body = serde_json::from_slice::<Value>(&answer.body).ok().filter(Value::is_object);
    if let (200..300, Some(body)) = (answer.status, body.clone()) {
        return Outcome::Accepted(body);
    }
    let problem = Problem::of(&answer);
    let why = problem.text;
    match StatusClass::of(answer.status) {
        StatusClass::Accepted => {
            let why = "HubSpot took it, but its answer cannot be read".to_owned();
            Outcome::Failed(Delivery::Unknown { why })
        }
        StatusClass::Elsewhere => {
            let why = format!("HubSpot sent it elsewhere (status {}); is `base_url` right?", answer.status);
            Outcome::Failed(Delivery::NotSent { why })
        }
        StatusClass::Unauthorized => Outcome::Failed(Delivery::Unauthorized { why }),
        StatusClass::Forbidden => Outcome::Forbidden { why },
        StatusClass::Missing => Outcome::Missing { why },
        StatusClass::Throttled => {
            let wait = match problem.policy {
                Policy::Daily => A_DAY,
                Policy::Secondly => ONE_SECOND,
                Policy::TenSecondly | Policy::None => TEN_SECONDS,
            };
            Outcome::Failed(Delivery::Throttled { until: Some(now + wait), why })
        }
        StatusClass::Unknown => Outcome::Failed(Delivery::Unknown { why }),
        StatusClass::Refused => match answer.status {
            400 | 409 if problem.is_taken => Outcome::Taken { why },
            423 => Outcome::Failed(Delivery::Throttled { until: Some(now + LOCKED), why }),
            // The account is being moved to another data centre: refused, for minutes to hours.
            477 => Outcome::Failed(Delivery::Throttled { until: None, why }),
            _ => Outcome::Refused { why, properties: problem.properties },
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use reqwest::header::HeaderMap;

    use super::*;

    const OK: &str = r#"{"id":"7"}"#;
    const TAKEN: &str =
        r#"{"message":"Property values were not valid: [{\"error\":\"CONFLICTING_UNIQUE_VALUE\"}]"}"#;
    const HTML: &str = "<html><body><h2>HTTP ERROR 404</h2></body></html>";

    fn now() -> Timestamp {
        DateTime::UNIX_EPOCH
    }

    fn answered(status: u16, body: &str) -> Outcome {
        let answer = Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
        outcome(Ok(answer), now())
    }

    /// The name of an outcome, with the seconds that are to be waited.
    fn name(outcome: &Outcome) -> String {
        match outcome {
            Outcome::Accepted(_) => "accepted".to_owned(),
            Outcome::Taken { .. } => "taken".to_owned(),
            Outcome::Missing { .. } => "missing".to_owned(),
            Outcome::Forbidden { .. } | Outcome::Failed(Delivery::Forbidden { .. }) => "forbidden".to_owned(),
            Outcome::Failed(Delivery::NotSent { .. }) => "not sent".to_owned(),
            Outcome::Failed(Delivery::Throttled { until: Some(until), .. }) => {
                format!("throttled {}", (*until - now()).num_seconds())
            }
            Outcome::Failed(Delivery::Throttled { .. }) => "throttled".to_owned(),
            Outcome::Refused { .. } | Outcome::Failed(Delivery::Refused { .. }) => "refused".to_owned(),
            Outcome::Failed(Delivery::Unauthorized { .. }) => "unauthorized".to_owned(),
            Outcome::Failed(Delivery::Unknown { .. }) => "unknown".to_owned(),
            Outcome::Failed(Delivery::Done { .. }) => "done".to_owned(),
        }
    }

    #[test]
    fn every_answer_has_its_meaning() {
        let daily = r#"{"policyName":"DAILY"}"#;
        let secondly = r#"{"message":"You have reached your secondly limit."}"#;
        let rolling = r#"{"policyName":"TEN_SECONDLY_ROLLING"}"#;
        for (status, body, meaning) in [
            (200, OK, "accepted"),
            (201, OK, "accepted"),
            (207, OK, "accepted"),
            (200, "", "unknown"),
            (201, "{\"id\":", "unknown"),
            (200, HTML, "unknown"),
            (201, "[]", "unknown"),
            (302, "", "not sent"),
            (308, "", "not sent"),
            (400, OK, "refused"),
            (400, TAKEN, "taken"),
            (409, TAKEN, "taken"),
            (409, OK, "refused"),
            (401, "", "unauthorized"),
            (403, "", "forbidden"),
            (404, HTML, "missing"),
            (404, OK, "missing"),
            (408, "", "unknown"),
            (413, "", "refused"),
            (422, OK, "refused"),
            (423, "", "throttled 2"),
            (429, daily, "throttled 86400"),
            (429, rolling, "throttled 10"),
            (429, secondly, "throttled 1"),
            (429, HTML, "throttled 10"),
            (477, "", "throttled"),
            (500, OK, "unknown"),
            (502, HTML, "unknown"),
            (503, "", "unknown"),
            (504, "", "unknown"),
            (524, HTML, "unknown"),
        ] {
            assert_eq!(name(&answered(status, body)), meaning, "{status} {body}");
        }
    }

    #[test]
    fn without_an_answer_only_a_failed_connection_is_certain() {
        let not_sent = outcome(Err(Failure::NotSent("refused".to_owned())), now());
        assert_eq!(name(&not_sent), "not sent");
        let lost = outcome(Err(Failure::Unknown("timed out".to_owned())), now());
        assert_eq!(name(&lost), "unknown");
    }
}
