//! Field names of `rules.toml`, and where their values come from.

use super::{Form, Kind, Reading, Value};

/// Index of a field in the rules' catalogue. Conditions hold indices, so evaluation looks nothing up by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u16);

/// A name used in `rules.toml`, the CRM property behind it, and how its text is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As in `rules.toml`: `score`, `company.employees`.
    pub name: String,
    /// As in the CRM; the company's own property when `of_company`.
    pub property: String,
    pub of_company: bool,
    /// What people read instead of the name.
    pub label: Option<String>,
    pub reading: Reading,
}

impl Field {
    /// A field of which nothing is known but the type.
    pub fn new(name: impl Into<String>, property: impl Into<String>, kind: Kind) -> Self {
        let name = name.into();
        let of_company = name.starts_with(COMPANY);
        let reading = Reading { form: form_of(&name), ..Reading::plain(kind) };
        Self { of_company, name, property: property.into(), label: None, reading }
    }

    /// What people read: the label, else the name.
    pub fn shown_name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    pub fn kind(&self) -> Kind {
        self.reading.kind
    }

    /// Reads a raw value of the field's property.
    pub fn read(&self, raw: &str) -> Value {
        self.reading.read(raw)
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

/// What the names of the company's fields begin with.
pub const COMPANY: &str = "company.";

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

/// What the values of a standard field are, besides texts. The e-mail's domain is derived from the address: it is no
/// property of its own.
pub fn form_of(name: &str) -> Form {
    match name {
        "email" => Form::Email,
        EMAIL_DOMAIN => Form::EmailDomain,
        "company.domain" => Form::Domain,
        _ => Form::Plain,
    }
}
