//! Reps, teams and routes.

use serde_json::{Value, json};

use super::{at_least_one, choice, condition, count, duration, name, set, table, text, texts};

pub(super) fn rep() -> Value {
    let mut rep = table(
        "A salesperson.",
        &["name", "email"],
        &json!({
            "name": name("As people call them."),
            "email": text("Finds the owner in the CRM and the user in the chat."),
            "timezone": text("A name of the IANA database, such as \"Europe/Lisbon\"."),
            "shifts": texts("Working hours, such as \"mon-fri 09:00-17:30\". Without shifts, always."),
            "holidays": days_off("Days off."),
            "away": days_off("Absences: days, ranges of days such as \"2026-12-21..2027-01-04\", or spans of hours."),
            "max_open": count("Handoffs that may be open at once."),
            "max_per_day": count("Handoffs a day, by the rep's own calendar."),
            "skills": texts("What a route can ask for, such as languages."),
        }),
    );
    let zone = json!(["timezone"]);
    set(
        &mut rep,
        "dependencies",
        json!({ "shifts": zone, "holidays": zone, "away": zone, "max_per_day": zone }),
    );
    rep
}

/// Texts and calendar files, or one of them.
fn days_off(description: &str) -> Value {
    let one = json!({
        "anyOf": [
            { "type": "string" },
            table("A calendar file.", &["ics"], &json!({ "ics": text("The file, beside the definition.") })),
        ],
    });
    json!({ "description": description, "anyOf": [one, { "type": "array", "items": one }] })
}

pub(super) fn team() -> Value {
    let member = table(
        "A rep of the team.",
        &["rep"],
        &json!({
            "rep": name("The rep's e-mail."),
            "weight": count("How much more than a rep of weight 1 this one takes."),
        }),
    );
    table(
        "A pool of reps.",
        &["name", "members"],
        &json!({
            "name": name("What routes call it."),
            "pick": choice("How one of several is picked: in turns by weight, or whoever has the fewest open for the weight.", &["round_robin", "least_loaded"]),
            "members": at_least_one("Who belongs to it; no rep twice.", &member),
            "off_shift": choice("When nobody is on shift: wait for the next shift, or assign anyway.", &["wait", "assign"]),
            "nobody_available": choice("When nobody can take it: wait, or try the next route.", &["wait", "next_route"]),
            "same_company": duration("How long a company stays with the rep who was given somebody of it."),
            "manager": text("The e-mail that `notify` steps to \"manager\" reach."),
        }),
    )
}

pub(super) fn route() -> Value {
    let mut target = table(
        "Exactly one of owner_of, account_in, team, rep.",
        &[],
        &json!({
            "owner_of": { "description": "Who owns the record in the CRM.", "enum": ["contact", "company"] },
            "account_in": text("A list with `value`: the rep that it names for the account."),
            "team": text("The name of a [[team]]."),
            "rep": text("The e-mail of a [[rep]]."),
        }),
    );
    set(&mut target, "minProperties", json!(1));
    set(&mut target, "maxProperties", json!(1));
    table(
        "A rule that chooses who takes a handoff.",
        &["name", "to"],
        &json!({
            "name": name("As it is shown."),
            "when": condition("Whom it takes; without it, everyone."),
            "to": target,
            "skills": texts("What the rep must have; for teams."),
        }),
    )
}
