//! The parts that need nothing else, the fields, the lists, and the examples.

use serde_json::{Map, Value, json};

use super::{Definitions, choice, count, duration, number, set, table, text, texts};
use crate::model::VerdictKind;

pub(super) fn definitions() -> Definitions {
    let mut definitions = Map::new();
    let mut add = |name: &str, schema: Value| drop(definitions.insert(name.to_owned(), schema));
    add(
        "duration",
        json!({
            "description": "A span of time: \"90s\", \"5m\", \"8h\", \"30d\", \"2w\", or several in a row such as \"1h30m\".",
            "type": "string",
            "pattern": r"^\s*([0-9]+[smhdw]\s*)+$",
        }),
    );
    add(
        "property",
        json!({
            "description": "The CRM's property: its name, or a table with its name and its type.",
            "anyOf": [
                { "type": "string", "pattern": r"\S" },
                table("A property that is not plain text.", &["property"], &json!({
                    "property": text("The name in the CRM."),
                    "type": choice("What it holds.", &["text", "number", "bool", "datetime"]),
                })),
            ],
        }),
    );
    add("value", json!({ "type": ["string", "number", "boolean"] }));
    definitions
}

pub(super) fn agreement() -> Value {
    let mut agreement = table(
        "Who agreed, and when it is due for another look.",
        &[],
        &json!({
            "name": text("What the definition is called."),
            "marketing": text("Who agreed for marketing."),
            "sales": text("Who agreed for sales."),
            "agreed_on": date("The day both agreed, such as 2026-10-01."),
            "review_every": duration("`handoff check` warns when this long has passed since `agreed_on`."),
        }),
    );
    set(&mut agreement, "dependencies", json!({ "review_every": ["agreed_on"] }));
    agreement
}

/// A day or a moment, as a TOML date or as a text that looks like one.
fn date(description: &str) -> Value {
    json!({ "description": description, "type": "string", "pattern": "[0-9]-[0-9]|[0-9]{10}" })
}

/// `[crm]` or `[chat]`: exactly one of the kinds.
pub(super) fn connection(description: &str, kinds: &[(&'static str, Value)]) -> Value {
    let kinds: Map<String, Value> =
        kinds.iter().map(|(kind, schema)| ((*kind).to_owned(), schema.clone())).collect();
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": kinds,
    })
}

pub(super) fn fields() -> Value {
    let property = json!({ "$ref": "#/definitions/property" });
    json!({
        "description": "Names used in conditions, and the CRM's property behind each. Standard names need no entry.",
        "type": "object",
        "additionalProperties": property,
        "properties": {
            "company": {
                "description": "Names of properties of the company.",
                "type": ["object", "string"],
                "additionalProperties": property,
            },
        },
    })
}

pub(super) fn lists() -> Value {
    let mut file = table(
        "One entry a line, or the columns of a .csv file.",
        &["file"],
        &json!({
            "file": text("The file, beside the definition."),
            "key": text("The column of a .csv file that holds the entries."),
            "value": text("The column that holds a value for each entry, such as the rep of an account."),
        }),
    );
    set(&mut file, "if", json!({ "properties": { "file": { "pattern": r"\.[cC][sS][vV]$" } } }));
    set(&mut file, "then", json!({ "required": ["key"] }));
    json!({
        "description": "Values that several conditions share.",
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                texts("The entries."),
                { "description": "A list that comes with handoff.", "enum": ["builtin:free-mail"] },
                file,
            ],
        },
    })
}

pub(super) fn limits() -> Value {
    table(
        "More than this in one run is held until somebody releases it.",
        &[],
        &json!({
            "handoffs_per_run": count("By default 200."),
            "handoffs_per_rep_per_run": count("By default as many as there are."),
        }),
    )
}

pub(super) fn bursts() -> Value {
    table(
        "People of one company who cross within minutes are one task for one rep.",
        &["group_by"],
        &json!({
            "group_by": choice("What they have in common.", &["company"]),
            "group_wait": duration("How long the first waits for others; by default 2m."),
        }),
    )
}

pub(super) fn duplicates() -> Value {
    let flag = |description: &str| json!({ "description": description, "type": "boolean" });
    let mut duplicates = table(
        "When two records are one lead: the second is linked to the first and not handed off.",
        &[],
        &json!({
            "email": flag("One e-mail is one lead, whatever its case; by default true."),
            "plus_tags": flag("ana+news@acme.example is ana@acme.example; by default false."),
            "gmail_dots": flag("a.na@gmail.com is ana@gmail.com, and so is googlemail.com; by default false."),
        }),
    );
    set(
        &mut duplicates,
        "if",
        json!({ "required": ["email"], "properties": { "email": { "const": false } } }),
    );
    set(&mut duplicates, "then", json!({ "properties": { "plus_tags": false, "gmail_dots": false } }));
    duplicates
}

pub(super) fn monitor() -> Value {
    table(
        "Somebody hears when the scheduler stops.",
        &[],
        &json!({ "heartbeat": text("A web address: pinged after a good run, and with /fail after a bad one.") }),
    )
}

pub(super) fn example() -> Value {
    let value = json!({ "$ref": "#/definitions/value" });
    let load = |description: &str| json!({ "description": description, "type": "integer", "minimum": 0, "maximum": u32::MAX });
    table(
        "One contact at one time, and what must come of it.",
        &["name", "at", "contact", "expect"],
        &json!({
            "name": super::name("What is shown, as a sentence."),
            "at": date("The time it happens, such as \"2026-11-23T10:00:00Z\"."),
            "contact": {
                "description": "Fields with their values; what is not here is missing.",
                "type": "object",
                "additionalProperties": value,
                "properties": { "company": { "type": ["object", "string", "number", "boolean"], "additionalProperties": value } },
            },
            "loads": {
                "description": "What reps have already, by e-mail.",
                "type": "object",
                "additionalProperties": table("What a rep has.", &[], &json!({
                    "open": load("Open handoffs."),
                    "today": load("Handoffs of this day."),
                })),
            },
            "away": {
                "description": "Absences on top of those in the definition, by e-mail.",
                "type": "object",
                "additionalProperties": texts("Days or spans, such as \"2026-11-23\"."),
            },
            "expect": expectation(),
        }),
    )
}

fn expectation() -> Value {
    let escalation = table(
        "Which step is the last to have come at a time.",
        &["at", "do"],
        &json!({
            "at": date("The time."),
            "do": choice("The step.", &["nothing", "remind", "notify", "reassign", "return"]),
        }),
    );
    let mut expectation = table(
        "What must come of it; what is not here is not looked at.",
        &[],
        &json!({
            "verdict": { "description": "What evaluation says.", "enum": VerdictKind::ALL.map(VerdictKind::name) },
            "disqualified_by": text("The disqualifier that holds."),
            "mql": text("The tier."),
            "route": text("The route that leads to the owner."),
            "owner": text("The rep's e-mail."),
            "team": text("The team of the route."),
            "sla": text("The SLA of the tier."),
            "score": number("The engagement score."),
            "fit": number("The ICP fit."),
            "due": date("When the rep must have acted."),
            "waiting": { "description": "Whether nobody can take it yet.", "type": "boolean" },
            "failing": texts("Conditions that do not hold, as `handoff explain` words them."),
            "escalations": super::list_of("What has come at some times.", &escalation),
        }),
    );
    set(&mut expectation, "minProperties", json!(1));
    expectation
}
