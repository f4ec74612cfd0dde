//! Values whose shape no other key has, and the tables that stand in them.

use serde_json::{Value, json};

use super::json::{described, map_of, table_schema, with};
use super::spec::Kind::{Count, Name, Text, Word};
use super::spec::{Bounds, Kind, Relation, Special, TableSpec, key};
use crate::model::StepAt;
use crate::rules::codes::BAD_VALUE;
use crate::rules::finding::Finding;
use crate::rules::item::Item;
use crate::rules::values::{parse_duration, wrong_type};

/// The version of the language that this program reads.
const VERSION_KNOWN: i64 = 1;

/// A hundred times the SLA is no escalation any more.
const PERCENT_MAX: u32 = 10_000;

pub(super) static VERSION: Special = Special {
    words: "1",
    check: |key, item| match item.as_integer() {
        None => Some(wrong_type(key, "a whole number", item)),
        Some(VERSION_KNOWN) => None,
        Some(other) => Some(
            Finding::error(BAD_VALUE, item.span.clone(), format!("version {other} is not known"))
                .help(format!("this handoff reads version = {VERSION_KNOWN}")),
        ),
    },
    schema: || json!({ "type": "integer", "enum": [VERSION_KNOWN] }),
    tables: &[],
};

pub(super) static FIELDS: Special = Special {
    words: "a table: name = \"property\", or a table such as the one below; those of the company under `company`",
    check: a_table,
    schema: || {
        let property = json!({ "$ref": "#/definitions/property" });
        let company = json!({ "company": {
            "description": "Names of properties of the company.",
            "type": ["object", "string"],
            "additionalProperties": property,
        } });
        with(map_of(&property), "properties", company)
    },
    tables: &[&PROPERTY],
};

/// `{ property = "…", type = "…" }` in `[fields]`.
#[rustfmt::skip]
pub(in crate::rules) static PROPERTY: TableSpec = TableSpec::new(
    "[fields] NAME",
    "A property that is not plain text.",
    &[
        key("property", Text, "The name in the CRM.").required(),
        key("type", Word(&[("text", ""), ("number", ""), ("bool", "yes or no"), ("datetime", "a date, or a date and time"), ("country", "read to its code of two letters: Germany, Deutschland and DEU are DE")]), "What it holds.").default("text"),
        key("label", Name, "What reps read instead of the name."),
        key("format", Kind::Special(&FORMAT), "How a date and time is written where ISO 8601 is not: as strftime has it, such as \"%m/%d/%Y %I:%M %p\", or \"excel\" for days since 1900. The first that fits counts, before ISO 8601."),
        key("timezone", Text, "Of times that name no zone; without it, the source's, else UTC."),
        key("range", Word(&[("low", "51"), ("middle", "125.5"), ("high", "200")]), "Which number stands for a range such as 51-200; without it a range cannot be read."),
        key("map", Kind::Special(&MAP), "Values that stand for others, before they are read as the type."),
    ],
);

pub(super) static FORMAT: Special = Special {
    words: "a text, or a list of texts",
    check: |key, item| {
        let items = item.as_list().unwrap_or(std::slice::from_ref(item));
        if items.is_empty() {
            return Some(Finding::error(BAD_VALUE, item.span.clone(), format!("`{key}` of an empty list")));
        }
        let other = items.iter().find(|item| item.as_text().is_none())?;
        Some(wrong_type(key, "a text such as \"%d.%m.%Y\"", other))
    },
    schema: || {
        json!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" }, "minItems": 1 },
        ] })
    },
    tables: &[],
};

pub(super) static MAP: Special = Special {
    words: "a table: value = what it stands for; \"\" for nothing, and `\"{date}\" = true` for any date in a bool field",
    check: |key, item| a_table_like("{ PAID_SEARCH = \"paid search\" }", key, item),
    schema: || map_of(&json!({ "$ref": "#/definitions/value" })),
    tables: &[],
};

pub(super) static LISTS: Special = Special {
    words: "a table: name = a list of texts, \"builtin:free-mail\", or a table such as the one below",
    check: a_table,
    schema: || {
        let is_csv = json!({ "properties": { "file": { "pattern": r"\.[cC][sS][vV]$" } } });
        let file = with(table_schema(&LIST_FILE), "if", is_csv);
        let file = with(file, "then", json!({ "required": ["key"] }));
        map_of(&json!({ "anyOf": [
            { "description": "The entries.", "type": "array", "items": { "type": "string" } },
            { "description": "A list that comes with handoff.", "enum": ["builtin:free-mail"] },
            file,
        ] }))
    },
    tables: &[&LIST_FILE],
};

/// `{ file = "accounts.csv", key = "domain", value = "rep" }` in `[lists]`.
#[rustfmt::skip]
pub(in crate::rules) static LIST_FILE: TableSpec = TableSpec::new(
    "[lists] NAME",
    "One entry a line, or the columns of a .csv file.",
    &[
        key("file", Text, "The file, beside the definition.").required(),
        key("key", Text, "The column of a .csv file that holds the entries."),
        key("value", Text, "The column that holds a value for each entry, such as the rep of an account."),
    ],
);

pub(super) static HOLIDAYS: Special = Special {
    words: "a list of days and calendars, or one of them",
    // Each entry is read for its date, so it is looked at there.
    check: anything,
    schema: calendar_or_text,
    tables: &[&CALENDAR],
};

pub(super) static AWAY: Special = Special {
    words: "a list of days, spans and calendars, or one of them",
    check: anything,
    schema: calendar_or_text,
    tables: &[],
};

/// `{ ics = "pt.ics" }` in `holidays` and `away`.
#[rustfmt::skip]
pub(in crate::rules) static CALENDAR: TableSpec = TableSpec::new(
    "`holidays` and `away`",
    "A calendar: a file, or one on the web, which runs ask for what changed every 15 minutes.",
    &[
        key("ics", Text, "The file, beside the definition, or an https address."),
        key("ics_from", Name, "The environment variable that holds the address; with `_FILE` behind it, the one that names a file with it."),
    ],
)
.like("{ ics = \"pt.ics\" }")
.relations(&[Relation::OneOf { keys: &["ics", "ics_from"], ask: "where the calendar is" }]);

pub(super) static AT: Special = Special {
    words: "a share or a span of time",
    check: |key, item| {
        let Some(text) = item.as_text() else {
            return Some(wrong_type(key, "a share such as \"50%\" or a span such as \"2h\"", item));
        };
        let why = step_at(text).err()?;
        Some(Finding::error(BAD_VALUE, item.span.clone(), format!("`{key}`: {why}")))
    },
    schema: || json!({ "type": "string" }),
    tables: &[],
};

/// Reads `"50%"` or a span of time.
///
/// # Errors
/// Why the text is neither.
pub(in crate::rules) fn step_at(text: &str) -> Result<StepAt, String> {
    let Some(percent) = text.trim().strip_suffix('%') else {
        return parse_duration(text).map(StepAt::After);
    };
    let percent = percent.trim().parse().ok().filter(|percent| (1..=PERCENT_MAX).contains(percent));
    percent.map(StepAt::Percent).ok_or_else(|| format!("'{text}' is not a share from 1% to {PERCENT_MAX}%"))
}

/// Whom a step can reach, as the help of a finding.
pub(in crate::rules) const TARGETS: &str =
    "write \"rep\", \"manager\", \"team\", a rep's e-mail or a \"#channel\", or a list of them";

pub(super) static TO: Special = Special {
    words: "a text, or a list of texts",
    check: |key, item| {
        let items = item.as_list().unwrap_or(std::slice::from_ref(item));
        if items.is_empty() {
            let finding = Finding::error(BAD_VALUE, item.span.clone(), format!("`{key}` names nobody"));
            return Some(finding.help(TARGETS));
        }
        let other = items.iter().find(|item| item.as_text().is_none())?;
        let expected = "\"rep\", \"manager\", \"team\", a rep's e-mail or a \"#channel\"";
        Some(wrong_type(key, expected, other))
    },
    schema: || {
        json!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true },
        ] })
    },
    tables: &[],
};

pub(super) static EVENT_WRITES: Special = Special {
    words: "a table of fields of the contact and the values to write",
    check: a_table,
    schema: || map_of(&json!({ "$ref": "#/definitions/value" })),
    tables: &[],
};

pub(super) static CONTACT: Special = Special {
    words: "a table of fields and values; those of the company under `company`",
    check: |key, item| a_table_like("{ email = \"joao@fintech.example\" }", key, item),
    schema: || {
        let value = json!({ "$ref": "#/definitions/value" });
        let types = json!(["object", "string", "number", "boolean"]);
        let company = json!({ "company": { "type": types, "additionalProperties": value } });
        with(map_of(&value), "properties", company)
    },
    tables: &[],
};

pub(super) static LOADS: Special = Special {
    words: "a table: e-mail = a table such as the one below",
    check: |key, item| a_table_like("{ \"ana@acme.example\" = { open = 3, today = 1 } }", key, item),
    schema: || map_of(&table_schema(&LOAD)),
    tables: &[&LOAD],
};

/// `{ open = 3, today = 1 }` in `loads`.
#[rustfmt::skip]
pub(in crate::rules) static LOAD: TableSpec = TableSpec::new(
    "`loads`",
    "What a rep has.",
    &[
        key("open", Count(Bounds::at_least(0)), "Open handoffs.").default("0"),
        key("today", Count(Bounds::at_least(0)), "Handoffs of this day.").default("0"),
    ],
)
.like("{ open = 3, today = 1 }");

pub(super) static EXAMPLE_AWAY: Special = Special {
    words: "a table: e-mail = a list of days or spans",
    check: |key, item| a_table_like("{ \"bo@acme.example\" = [\"2026-11-23\"] }", key, item),
    schema: || {
        let days = json!({ "type": "array", "items": { "type": "string" } });
        map_of(&described("Days or spans, such as \"2026-11-23\".", days))
    },
    tables: &[],
};

/// Days and calendar files, or one of them.
fn calendar_or_text() -> Value {
    let one = json!({ "anyOf": [{ "type": "string" }, table_schema(&CALENDAR)] });
    json!({ "anyOf": [one, { "type": "array", "items": one }] })
}

fn anything(_: &str, _: &Item) -> Option<Finding> {
    None
}

fn a_table(key: &str, item: &Item) -> Option<Finding> {
    item.as_table().is_none().then(|| wrong_type(key, "a table", item))
}

fn a_table_like(like: &str, key: &str, item: &Item) -> Option<Finding> {
    item.as_table().is_none().then(|| wrong_type(key, &format!("a table such as {like}"), item))
}
