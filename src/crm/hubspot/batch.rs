//! Many records in one request. An answer is taken apart again: which input was taken, which was refused, and of which nothing
//! is known.
//!
//! <https://developers.hubspot.com/docs/api-reference/latest/error-handling#multi-status-errors>

use std::collections::HashMap;
use std::convert::Infallible;

use serde_json::{Value, json};

use super::problem::Problem;
use super::record::{id_text, record_id};
use crate::connector::halving::{Part, halved};
use crate::connector::outcome::Outcome;
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
/// that are to blame stand alone: the others must not wait for them. So are inputs whose refusals name nobody.
pub(super) fn send(inputs: &[Input], mut post: impl FnMut(&[Input]) -> Outcome) -> Vec<Outcome> {
    let put_off = || {
        let why = "others in its batch were refused; it goes out with the next run".to_owned();
        Outcome::Failed(Delivery::NotSent { why })
    };
    let sent = halved(inputs, REQUESTS_MAX, put_off, |part| {
        let outcome = post(part);
        Ok::<_, Infallible>(match &outcome {
            Outcome::Accepted(answer) if answer.get("results").is_some() => {
                Part::Each(take_apart(answer, part))
            }
            Outcome::Taken { .. } | Outcome::Missing { .. } | Outcome::Refused { .. } if part.len() > 1 => {
                Part::Halve
            }
            Outcome::Accepted(_)
            | Outcome::Taken { .. }
            | Outcome::Missing { .. }
            | Outcome::Forbidden { .. }
            | Outcome::Refused { .. }
            | Outcome::Failed(_) => Part::All(outcome),
        })
    });
    let Ok(outcomes) = sent;
    outcomes
}

/// What the answer does not mention may have happened.
fn not_mentioned() -> Outcome {
    let why = "HubSpot's answer to the batch does not mention it".to_owned();
    Outcome::Failed(Delivery::Unknown { why })
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

fn items<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// One outcome for each input; `None`: certainly refused, and only alone will it show why.
fn take_apart(answer: &Value, inputs: &[Input]) -> Vec<Option<Outcome>> {
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
    // Errors that name nobody are about those of whom nothing else is said, if there are as many.
    let untold = inputs.iter().filter(|input| !told.contains_key(input.trace.as_str())).count();
    let is_certain = nameless.len() == untold && nameless.iter().all(Outcome::is_certainly_not_done);
    let rest = match nameless.as_slice() {
        [only] if untold == 1 => Some(only.clone()),
        _ if is_certain => None,
        _ => Some(not_mentioned()),
    };
    inputs.iter().map(|input| told.remove(input.trace.as_str()).or_else(|| rest.clone())).collect()
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
        "MISSING_SCOPES" => Outcome::Forbidden { why },
        "VALIDATION_ERROR" | "CONFLICT" | "FORBIDDEN" | "INVALID_PARAMETER" => {
            Outcome::Refused { why, properties: problem.properties }
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
        Outcome::Refused { why: "no".to_owned(), properties: Vec::new() }
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
            .into_iter()
            .map(|outcome| match outcome.unwrap().answer() {
                Ok(result) => record_id(&result).unwrap(),
                Err(other) => format!("{:?}", other.into_delivery()),
            })
            .collect();
        assert_eq!(ids[0], "8");
        assert_eq!(ids[1], r#"Refused { why: "HubSpot refused it: no such owner" }"#);
        assert_eq!(ids[2], "9");
        assert!(ids[3].starts_with("Unknown"), "{}", ids[3]);
    }

    fn partial(errors: &[&str]) -> Value {
        let error = |category: &&str| json!({"status": "error", "category": category, "message": "CONTACT=1 is not valid"});
        let result = json!({"id": "8", "objectWriteTraceId": "key0"});
        json!({"results": [result], "errors": errors.iter().map(error).collect::<Vec<_>>()})
    }

    #[test]
    fn errors_that_name_nobody_are_about_the_rest_only_when_they_are_as_many() {
        let one = partial(&["VALIDATION_ERROR"]);
        assert!(matches!(take_apart(&one, &inputs(2))[1], Some(Outcome::Refused { .. })));
        assert!(matches!(take_apart(&one, &inputs(3))[1], Some(Outcome::Failed(Delivery::Unknown { .. }))));
        let two = partial(&["VALIDATION_ERROR", "OBJECT_NOT_FOUND"]);
        assert_eq!(take_apart(&two, &inputs(3))[1..], [None, None]);
        let open = partial(&["VALIDATION_ERROR", "INTERNAL_ERROR"]);
        assert!(matches!(take_apart(&open, &inputs(3))[1], Some(Outcome::Failed(Delivery::Unknown { .. }))));
    }

    #[test]
    fn refusals_that_name_nobody_are_asked_for_one_by_one() {
        let mut alone = Vec::new();
        let outcomes = send(&inputs(3), |part| match part {
            [input] => {
                alone.push(input.trace.clone());
                refused()
            }
            _ => Outcome::Accepted(partial(&["VALIDATION_ERROR", "VALIDATION_ERROR"])),
        });
        assert_eq!(alone, ["key1", "key2"]);
        assert!(matches!(outcomes[0], Outcome::Accepted(_)));
        assert_eq!(outcomes[1..], [refused(), refused()]);
    }

    #[test]
    fn an_error_of_an_unknown_kind_leaves_it_open() {
        let internal = json!({"category": "INTERNAL_ERROR", "message": "x"});
        assert!(matches!(of_error(&internal), Outcome::Failed(Delivery::Unknown { .. })));
        assert!(matches!(of_error(&json!({})), Outcome::Failed(Delivery::Unknown { .. })));
        assert!(matches!(of_error(&json!({"category": "OBJECT_NOT_FOUND"})), Outcome::Missing { .. }));
    }

    #[test]
    fn a_scope_that_one_input_lacks_is_named_and_waited_for() {
        let context = json!({"requiredGranularScopes": ["crm.objects.contacts.sensitive.write"]});
        let error = json!({"category": "MISSING_SCOPES", "errors": [{"context": context}]});
        let Outcome::Forbidden { why } = of_error(&error) else { panic!("{error}") };
        assert!(why.contains("lacks the scope crm.objects.contacts.sensitive.write"), "{why}");
    }
}
