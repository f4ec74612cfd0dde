//! Field names of `rules.toml`, and where their values come from.

use super::{Contact, ContactId, Kind, Value};

/// Index of a field in the rules' catalogue. Conditions hold indices, so evaluation looks nothing up by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u16);

/// A name used in `rules.toml`, the CRM property behind it, and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// As in `rules.toml`: `score`, `company.employees`.
    pub name: String,
    /// As in the CRM; the company's own property when `of_company`.
    pub property: String,
    pub of_company: bool,
    pub kind: Kind,
}

impl Field {
    /// Reads a raw value of the field's property. The e-mail's domain is derived here: it is no property of its own.
    pub fn read(&self, raw: &str) -> Value {
        if self.name == EMAIL_DOMAIN { read_domain(raw) } else { self.kind.read(raw) }
    }
}

/// A name that needs no entry in `[fields]`.
#[derive(Clone, Copy, Debug)]
pub struct StandardField {
    pub name: &'static str,
    pub kind: Kind,
}

const fn standard(name: &'static str, kind: Kind) -> StandardField {
    StandardField { name, kind }
}

/// The field that is derived from the raw value of `email`.
pub const EMAIL_DOMAIN: &str = "email_domain";

/// The names every connector maps by default. `email_domain` is derived from `email`.
pub const STANDARD_FIELDS: &[StandardField] = &[
    standard("id", Kind::Text),
    standard("email", Kind::Text),
    standard(EMAIL_DOMAIN, Kind::Text),
    standard("first_name", Kind::Text),
    standard("last_name", Kind::Text),
    standard("phone", Kind::Text),
    standard("job_title", Kind::Text),
    standard("country", Kind::Text),
    standard("state", Kind::Text),
    standard("city", Kind::Text),
    standard("language", Kind::Text),
    standard("source", Kind::Text),
    standard("score", Kind::Number),
    standard("fit", Kind::Number),
    standard("lifecycle_stage", Kind::Text),
    standard("lead_status", Kind::Text),
    standard("owner", Kind::Text),
    standard("opted_out", Kind::Bool),
    standard("disqualification_reason", Kind::Text),
    standard("created_at", Kind::DateTime),
    standard("modified_at", Kind::DateTime),
    standard("last_visit_at", Kind::DateTime),
    standard("last_contacted_at", Kind::DateTime),
    standard("page_views", Kind::Number),
    standard("form_submissions", Kind::Number),
    standard("last_form", Kind::Text),
    standard("company_id", Kind::Text),
    standard("company.id", Kind::Text),
    standard("company.name", Kind::Text),
    standard("company.domain", Kind::Text),
    standard("company.industry", Kind::Text),
    standard("company.employees", Kind::Number),
    standard("company.revenue", Kind::Number),
    standard("company.country", Kind::Text),
    standard("company.owner", Kind::Text),
];

/// One contact as a connector read it: raw values in the order of the fields that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: ContactId,
    /// When the CRM says it last changed, milliseconds since 1970; `None` when the source does not say.
    pub modified_ms: Option<i64>,
    /// One raw value for each [`Field`] asked for; `None` when the source has none.
    pub values: Vec<Option<String>>,
}

impl Record {
    /// Reads the raw values into their types. `fields` is the list the record was read with.
    pub fn into_contact(self, fields: &[Field]) -> Contact {
        let values = fields
            .iter()
            .zip(&self.values)
            .map(|(field, raw)| raw.as_deref().map_or(Value::Missing, |raw| field.read(raw)))
            .collect();
        Contact::new(self.id, values)
    }
}

/// What follows the last `@` of an address; missing when there is none.
fn read_domain(email: &str) -> Value {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    Kind::Text.read(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldId;

    #[test]
    fn the_domain_is_what_follows_the_last_at_of_the_address() {
        let field = Field {
            name: EMAIL_DOMAIN.to_owned(),
            property: "email".to_owned(),
            of_company: false,
            kind: Kind::Text,
        };
        for (raw, expected) in [
            (Some("joao@Fintech.example "), "Fintech.example"),
            (Some("\"a@b\"@c.example"), "c.example"),
            (Some("no address"), "missing"),
            (Some("joao@"), "missing"),
            (None, "missing"),
        ] {
            let record = Record {
                id: ContactId::parse("1").unwrap(),
                modified_ms: None,
                values: vec![raw.map(str::to_owned)],
            };
            let contact = record.into_contact(std::slice::from_ref(&field));
            assert_eq!(contact.value(FieldId(0)).shown(), expected);
        }
    }
}
