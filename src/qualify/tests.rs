//! Conditions on every kind of value, and properties that hold for any rules and any contact.

mod nearest;
mod operators;
mod random;
mod same;
mod timers;
mod tried;
mod unclear;

use super::{Facts, Sum};
use crate::model::{Contact, ContactId, Kind, STANDARD_FIELDS, Timestamp, Value};
use crate::rules::{Connectors, Rules, Source, load};

/// The moment every test is at.
fn now() -> Timestamp {
    Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().unwrap()
}

/// A field of each kind, two of them dates, and one tier.
const BASE: &str = r#"version = 1
crm.plain = {}
fields.plan = "plan"
fields.seats = { property = "seats", type = "number" }
fields.is_trial = { property = "is_trial", type = "bool" }
fields.seen_at = { property = "seen_at", type = "datetime" }
fields.asked_at = { property = "asked_at", type = "datetime" }
lists.metals = ["Gold", "silver"]
[[mql]]
name = "engaged"
when = { seats.at_least = 5 }
[[rep]]
name = "Ana"
email = "ana@acme.example"
[[route]]
name = "All"
to = { rep = "ana@acme.example" }
"#;

/// The base definition with another condition for its tier.
fn rules(when: &str) -> Rules {
    rules_of(&BASE.replace("seats.at_least = 5", when))
}

fn rules_of(text: &str) -> Rules {
    let connectors = Connectors {
        crm: &["plain"],
        chat: &[],
        default_property: |_, field| {
            STANDARD_FIELDS.iter().find(|known| known.name == field).map(|known| known.name)
        },
        check_crm: |_, _| {},
        check_chat: |_, _| {},
    };
    let source = Source::of("rules.toml", text);
    let (rules, findings) = load(&source, &connectors, now());
    rules.unwrap_or_else(|| panic!("{text}: {findings:?}"))
}

/// A contact with these raw values, by the names of the rules.
fn contact(rules: &Rules, raw: &[(&str, &str)]) -> Contact {
    let value = |field: &crate::model::Field| {
        let found = raw.iter().find(|(name, _)| *name == field.name);
        found.map_or(Value::Missing, |(_, raw)| field.read(raw))
    };
    Contact::new(ContactId::parse("1").unwrap(), rules.fields.all().iter().map(value).collect())
}

fn facts_at(contact: &Contact, now: Timestamp) -> Facts<'_> {
    Facts { contact, score: Sum::Missing, fit: Sum::Missing, now, handed_off_at: None }
}
