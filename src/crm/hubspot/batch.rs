//! Many records in one request. An answer is taken apart again: which input was taken, which was refused, and of which nothing
//! is known.
//!
//! <https://developers.hubspot.com/docs/api-reference/latest/error-handling#multi-status-errors>

use std::collections::HashMap;

use serde_json::{Value, json};

use super::outcome::Outcome;
use super::problem::Problem;
use crate::model::Delivery;

/// One input of a batch.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// Comes back with the answer about this input; unique in its batch.
    pub trace: String,
    /// The record's id, of an update.
    pub id: Option<String>,
    pub body: Value,
}

/// Requests that taking a refused batch apart may cost: enough to find three bad inputs among a hundred.
const REQUESTS_MAX: usize = 40;

/// Sends inputs together; one outcome for each, in order. A batch that is refused as a whole is halved until the inputs
/// that are to blame stand alone: the others must not wait for them.
pub(super) fn send(inputs: &[Input], mut post: impl FnMut(&[Input]) -> Outcome) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(inputs.len());
    let mut parts = vec![inputs];
    let mut requests = 0;
    while let Some(part) = parts.pop() {
        if part.is_empty() {
            continue;
        }
        if requests == REQUESTS_MAX {
            let why = "others in its batch were refused; it goes out with the next run".to_owned();
            outcomes.extend(part.iter().map(|_| Outcome::Failed(Delivery::NotSent { why: why.clone() })));
            continue;
        }
        requests += 1;
        let outcome = post(part);
        match outcome {
            Outcome::Accepted(answer) if answer.get("results").is_some() => {
                outcomes.extend(take_apart(&answer, part));
            }
            Outcome::Taken { .. } | Outcome::Missing { .. } | Outcome::Failed(Delivery::Refused { .. })
                if part.len() > 1 =>
            {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
            Outcome::Accepted(_)
            | Outcome::Taken { .. }
            | Outcome::Missing { .. }
            | Outcome::Forbidden { .. }
            | Outcome::Failed(_) => outcomes.extend(part.iter().map(|_| outcome.clone())),
        }
    }
    outcomes
}

/// The body of a batch request.
pub(super) fn body(inputs: &[Input]) -> Value {
    let inputs: Vec<Value> = inputs
        .iter()
        .map(|input| {
            let mut body = input.body.clone();
            if let Some(object) = body.as_object_mut() {
                object.insert("objectWriteTraceId".to_owned(), json!(input.trace));
                if let Some(id) = &input.id {
                    object.insert("id".to_owned(), json!(id));
                }
            }
            body
        })
        .collect();
    json!({ "inputs": inputs })
}

/// An id as text: HubSpot answers with numbers in some places and with text in others.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The id of the record that an answer, or one of its results, is about.
pub(super) fn record_id(record: &Value) -> Option<String> {
    record.get("id").and_then(id_text)
}

fn items<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// One outcome for each input. What the answer does not mention may have happened.
fn take_apart(answer: &Value, inputs: &[Input]) -> Vec<Outcome> {
    let mut told: HashMap<&str, Outcome> = HashMap::new();
    for result in items(answer, "results") {
        if let Some(input) = inputs.iter().find(|input| is_about(result, input)) {
            told.insert(&input.trace, Outcome::Accepted(result.clone()));
        }
    }
    let mut nameless = Vec::new();
    for error in items(answer, "errors") {
        let named: Vec<&Input> = inputs.iter().filter(|input| names(error, input)).collect();
        if named.is_empty() {
            nameless.push(of_error(error));
        }
        for input in named {
            told.entry(&input.trace).or_insert_with(|| of_error(error));
        }
    }
    let untold = inputs.iter().filter(|input| !told.contains_key(input.trace.as_str())).count();
    // Errors that name nobody are about those of whom nothing else is said, if there are as many and all say the same.
    let same = nameless
        .first()
        .filter(|first| nameless.len() == untold && nameless.iter().all(|other| kind(other) == kind(first)));
    let unknown = || {
        let why = "HubSpot's answer to the batch does not mention it".to_owned();
        Outcome::Failed(Delivery::Unknown { why })
    };
    let outcome = |input: &Input| told.get(input.trace.as_str()).or(same).cloned().unwrap_or_else(unknown);
    inputs.iter().map(outcome).collect()
}

fn kind(outcome: &Outcome) -> std::mem::Discriminant<Outcome> {
    std::mem::discriminant(outcome)
}

/// Whether a result belongs to an input: by the trace id, by the record's id, or by the key in the new record itself.
fn is_about(result: &Value, input: &Input) -> bool {
    match (result.get("objectWriteTraceId").and_then(Value::as_str), &input.id) {
        (Some(trace), _) => trace == input.trace,
        (None, Some(id)) => record_id(result).as_ref() == Some(id),
        (None, None) => super::tasks::carries(result, &input.trace),
    }
}

/// Whether an error names an input in its context, by trace id or by record id.
fn names(error: &Value, input: &Input) -> bool {
    let context = |name: &str| error.get("context").and_then(|context| context.get(name));
    let holds = |value: Option<&Value>, wanted: &str| match value {
        Some(Value::Array(values)) => values.iter().any(|value| id_text(value).as_deref() == Some(wanted)),
        Some(value) => id_text(value).as_deref() == Some(wanted),
        None => false,
    };
    let by_trace = holds(context("objectWriteTraceId"), &input.trace)
        || holds(error.get("objectWriteTraceId"), &input.trace);
    let by_id = input.id.as_deref().is_some_and(|id| holds(context("ids"), id) || holds(context("id"), id));
    by_trace || by_id
}

/// The outcome that one error of a batch means.
fn of_error(error: &Value) -> Outcome {
    let category = error.get("category").and_then(Value::as_str).unwrap_or_default();
    let problem = Problem::of_body(207, error);
    let why = problem.text;
    match category {
        _ if problem.is_taken => Outcome::Taken { why },
        "OBJECT_NOT_FOUND" => Outcome::Missing { why },
        "RATE_LIMITS" | "RATE_LIMIT" => Outcome::Failed(Delivery::Throttled { until: None, why }),
        "VALIDATION_ERROR" | "CONFLICT" | "FORBIDDEN" | "MISSING_SCOPES" | "INVALID_PARAMETER" => {
            Outcome::Failed(Delivery::Refused { why })
        }
        _ => Outcome::Failed(Delivery::Unknown { why }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(count: usize) -> Vec<Input> {
        let input = |n| Input { trace: format!("key{n}"), id: None, body: json!({}) };
        (0..count).map(input).collect()
    }

    fn refused() -> Outcome {
        Outcome::Failed(Delivery::Refused { why: "no".to_owned() })
    }

    fn accepted(part: &[Input]) -> Outcome {
        let result = |input: &Input| json!({"id": input.trace, "objectWriteTraceId": input.trace});
        Outcome::Accepted(json!({"results": part.iter().map(result).collect::<Vec<_>>()}))
    }

    #[test]
    fn one_bad_input_does_not_hold_up_the_others() {
        let mut requests = 0;
        let outcomes = send(&inputs(100), |part| {
            requests += 1;
            if part.iter().any(|input| input.trace == "key37") { refused() } else { accepted(part) }
        });
        let bad = outcomes.iter().position(|outcome| *outcome == refused());
        assert_eq!(bad, Some(37));
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Accepted(_))).count(), 99);
        assert!(requests <= 15, "{requests}");
    }

    #[test]
    fn a_batch_that_is_all_bad_costs_a_bounded_number_of_requests() {
        let mut requests = 0;
        let outcomes = send(&inputs(100), |_| {
            requests += 1;
            refused()
        });
        assert_eq!((outcomes.len(), requests), (100, REQUESTS_MAX));
    }

    #[test]
    fn a_partial_answer_is_matched_by_trace_id_in_any_order() {
        let answer = json!({
            "status": "COMPLETE",
            "results": [{"id": 9, "objectWriteTraceId": "key2"}, {"id": "8", "objectWriteTraceId": "key0"}],
            "numErrors": 1,
            "errors": [{"status": "error", "category": "VALIDATION_ERROR", "message": "no such owner",
                "context": {"objectWriteTraceId": ["key1"]}}],
        });
        let outcomes = take_apart(&answer, &inputs(4));
        let ids: Vec<_> = outcomes
            .iter()
            .map(|outcome| match outcome.clone().answer() {
                Ok(result) => record_id(&result).unwrap(),
                Err(other) => format!("{:?}", other.into_delivery()),
            })
            .collect();
        assert_eq!(ids[0], "8");
        assert_eq!(ids[1], r#"Refused { why: "HubSpot refused it: no such owner" }"#);
        assert_eq!(ids[2], "9");
        assert!(ids[3].starts_with("Unknown"), "{}", ids[3]);
    }

    #[test]
    fn errors_that_name_nobody_are_about_the_rest_only_when_they_are_as_many() {
        let error =
            json!({"status": "error", "category": "VALIDATION_ERROR", "message": "CONTACT=1 is not valid"});
        let result = json!({"id": "8", "objectWriteTraceId": "key0"});
        let answer = json!({"results": [result], "errors": [error]});
        let certain = take_apart(&answer, &inputs(2));
        assert!(matches!(certain[1], Outcome::Failed(Delivery::Refused { .. })));
        let uncertain = take_apart(&answer, &inputs(3));
        assert!(matches!(uncertain[1], Outcome::Failed(Delivery::Unknown { .. })));
    }

    #[test]
    fn an_error_of_an_unknown_kind_leaves_it_open() {
        let internal = json!({"category": "INTERNAL_ERROR", "message": "x"});
        assert!(matches!(of_error(&internal), Outcome::Failed(Delivery::Unknown { .. })));
        assert!(matches!(of_error(&json!({})), Outcome::Failed(Delivery::Unknown { .. })));
        assert!(matches!(of_error(&json!({"category": "OBJECT_NOT_FOUND"})), Outcome::Missing { .. }));
    }
}
