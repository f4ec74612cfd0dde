//! Who qualifies, how fast somebody must act, and what ends it.

use serde_json::{Value, json};

use super::{choice, condition, duration, list_of, name, number, set, table, text, texts};
use crate::rules::definition::OutcomeEvent;

pub(super) fn score() -> Value {
    let mut score = table(
        "The engagement score: what the person did.",
        &[],
        &json!({
            "from": choice("The CRM's field, or the points below.", &["crm", "rules"]),
            "cap": json!({ "description": "The score is at most this.", "type": "number", "exclusiveMinimum": 0 }),
            "points": list_of("What adds to the score.", &points()),
        }),
    );
    set(&mut score, "if", json!({ "required": ["from"], "properties": { "from": { "const": "rules" } } }));
    set(&mut score, "then", json!({ "required": ["points"] }));
    score
}

fn points() -> Value {
    let mut points = table(
        "Points for a condition that holds.",
        &["name", "when", "points"],
        &json!({
            "name": name("As it is shown."),
            "when": condition("When the points count."),
            "points": number("May be negative."),
            "half_life": duration("The points halve every so often, counted from the date in `since`."),
            "since": text("The datetime field that the half-life counts from."),
        }),
    );
    set(&mut points, "dependencies", json!({ "half_life": ["since"], "since": ["half_life"] }));
    points
}

pub(super) fn disqualifier() -> Value {
    table(
        "Somebody who is never handed off.",
        &["name", "when"],
        &json!({ "name": name("As it is shown."), "when": condition("When it holds.") }),
    )
}

pub(super) fn tier() -> Value {
    table(
        "An MQL tier.",
        &["name", "when"],
        &json!({
            "name": name("As it is shown."),
            "when": condition("When a contact is in this tier."),
            "sla": text("The name of an [[sla]]; without it nothing escalates."),
            "priority": { "description": "Of the CRM's task; by default medium.", "enum": ["low", "medium", "high"] },
        }),
    )
}

pub(super) fn icp() -> Value {
    table(
        "The ideal customer profile: who may be handed off at all.",
        &[],
        &json!({
            "when": condition("Hard requirements: all must hold."),
            "minimum_fit": number("The fit must reach this."),
            "cap": json!({ "description": "The fit is at most this.", "type": "number", "exclusiveMinimum": 0 }),
            "points": list_of("What adds to the fit; without it the fit is the CRM's field.", &points()),
        }),
    )
}

pub(super) fn sla() -> Value {
    let mut step = table(
        "What happens at a time.",
        &["at", "do"],
        &json!({
            "at": { "description": "A share of `respond_within` such as \"50%\", or a span such as \"2h\".", "type": "string" },
            "do": { "description": "Remind the rep, notify somebody, reassign to the next rep of the team, or return to the pool.", "enum": ["remind", "notify", "reassign", "return"] },
            "to": {
                "description": "Whom `notify` reaches: \"rep\", \"manager\", \"team\", a rep's e-mail or a \"#channel\", or a list of them.",
                "anyOf": [
                    { "type": "string" },
                    { "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true },
                ],
            },
        }),
    );
    set(&mut step, "if", json!({ "required": ["do"], "properties": { "do": { "const": "notify" } } }));
    set(&mut step, "then", json!({ "required": ["to"] }));
    set(&mut step, "else", json!({ "properties": { "to": false } }));
    table(
        "How long a rep has, and what happens as the time runs.",
        &["name", "respond_within"],
        &json!({
            "name": name("What tiers call it."),
            "respond_within": duration("The time to the first touch, at least a minute."),
            "clock": choice("The owner's working time, or every minute of the day.", &["working", "wall"]),
            "step": list_of("Escalations, in the order of their times.", &step),
            "repeat": json!({
                "description": "How often the steps start over when the last one is done.",
                "type": "integer",
                "minimum": 0,
                "maximum": 9,
            }),
            "ack_expires": duration("How long a touch stops the steps, unless the handoff is accepted or rejected; without it, for good."),
        }),
    )
}

pub(super) fn outcome() -> Value {
    let values = json!({
        "description": "Fields of the contact and the values to write.",
        "type": "object",
        "additionalProperties": { "$ref": "#/definitions/value" },
    });
    let writes: serde_json::Map<String, Value> =
        OutcomeEvent::ALL.into_iter().map(|event| (event.name().to_owned(), values.clone())).collect();
    table(
        "What the CRM says when a rep has acted, and what handoff writes back.",
        &[],
        &json!({
            "touched": condition("The rep's first touch; a completed task or a reaction counts too."),
            "accepted": condition("Sales took it."),
            "rejected": condition("Sales refused it."),
            "waiting": condition("While it holds the SLA clock stands still and nothing escalates."),
            "recycled": condition("Sales sent it back to nurture."),
            "converted": condition("It became a customer, or whatever counts as won; also seen after acceptance."),
            "lost": condition("Sales gave it up; also seen after acceptance."),
            "reason": text("The field that holds the reason of a rejection."),
            "credit": texts("Reasons of a rejection for which the rep gets the turn back."),
            "cooldown": duration("Before a contact that was rejected, recycled or lost may be handed off again; by default 30d."),
            "stale_after": duration("A handoff without a sign for so long is closed; by default 90d."),
            "watch": duration("How long an accepted handoff is watched for what comes of it; by default 180d."),
            "write": table("What handoff writes to the contact.", &[], &Value::Object(writes)),
        }),
    )
}
