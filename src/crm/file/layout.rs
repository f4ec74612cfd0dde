//! Which column of which file each field is read from.

use super::config::{Config, Source};
use super::table::Columns;
use crate::model::{Field, STANDARD_FIELDS, one_line};
use crate::rules::nearest;

/// Longest list of columns in a message; spreadsheets have hundreds.
const COLUMNS_CHARS_MAX: usize = 400;

/// The plan of a walk: what to ask each file for, and where each value comes from.
#[derive(Debug)]
pub(super) struct Layout {
    /// One for each field asked for.
    pub(super) origins: Vec<Origin>,
    /// The columns of the contacts file, by slot.
    pub(super) contact_columns: Vec<String>,
    /// The columns of the companies file, by slot.
    pub(super) company_columns: Vec<String>,
    pub(super) id: usize,
    pub(super) modified_at: usize,
    pub(super) email: usize,
    /// What a contact says of its company, for the join.
    pub(super) company_id: usize,
    pub(super) company_domain: usize,
    /// What the companies file calls the same.
    pub(super) joined_id: usize,
    pub(super) joined_domain: usize,
}

/// Where a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A slot of the contacts file.
    Contact(usize),
    /// A slot of the companies file.
    Company(usize),
    /// No file has it.
    Nowhere,
}

/// The columns of both files.
#[derive(Clone, Copy, Debug)]
pub(super) struct Files<'a> {
    pub(super) contacts: &'a Columns,
    pub(super) companies: Option<&'a Columns>,
}

impl Layout {
    pub(super) fn new(fields: &[&Field], files: Files<'_>) -> Self {
        let mut contact = Slots::default();
        let mut company = Slots::default();
        let origins = fields.iter().map(|field| origin(field, files, &mut contact, &mut company)).collect();
        let domain = column_beside("company.domain", property(fields, "company.domain"), files.contacts);
        Self {
            origins,
            id: contact.slot(property(fields, "id")),
            modified_at: contact.slot(property(fields, "modified_at")),
            email: contact.slot(property(fields, "email")),
            company_id: contact.slot(property(fields, "company_id")),
            company_domain: contact.slot(&domain.unwrap_or_else(|| "company.domain".to_owned())),
            joined_id: company.slot(property(fields, "company.id")),
            joined_domain: company.slot(property(fields, "company.domain")),
            contact_columns: contact.names,
            company_columns: company.names,
        }
    }
}

/// Names with their slots, no name twice.
#[derive(Default)]
struct Slots {
    names: Vec<String>,
}

impl Slots {
    fn slot(&mut self, name: &str) -> usize {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }
}

/// The column of a field by its name in `rules.toml`, mapped or by default.
fn property<'a>(fields: &[&'a Field], name: &'a str) -> &'a str {
    let mapped = fields.iter().find(|field| field.name == name);
    let default = name.strip_prefix("company.").unwrap_or(name);
    mapped.map_or(default, |field| field.property.as_str())
}

fn origin(field: &Field, files: Files<'_>, contact: &mut Slots, company: &mut Slots) -> Origin {
    let property = field.property.as_str();
    let contacts = files.contacts;
    if field.of_company {
        if files.companies.is_some_and(|companies| companies.has(property)) {
            return Origin::Company(company.slot(property));
        }
        return match column_beside(&field.name, property, contacts) {
            Some(column) => Origin::Contact(contact.slot(&column)),
            None if contacts.complete => Origin::Nowhere,
            None => Origin::Contact(contact.slot(&prefixed(property))),
        };
    }
    if contacts.complete && !contacts.has(property) {
        Origin::Nowhere
    } else {
        Origin::Contact(contact.slot(property))
    }
}

fn prefixed(property: &str) -> String {
    format!("company.{property}")
}

/// A company's value in the contacts file: `company.industry`, else `industry`. Never a name that means the contact itself:
/// a contact's country, owner or id is not its company's.
fn column_beside(field: &str, property: &str, contacts: &Columns) -> Option<String> {
    let prefixed = prefixed(property);
    if contacts.has(&prefixed) {
        return Some(prefixed);
    }
    let is_default = field.strip_prefix("company.") == Some(property);
    let means_contact = STANDARD_FIELDS.iter().any(|standard| standard.name == property);
    let usable = contacts.has(property) && !(is_default && means_contact);
    usable.then(|| property.to_owned())
}

/// What the files lack of the fields that must be there, in words.
pub(super) fn missing_columns(config: &Config, required: &[&Field], files: Files<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    let id = property(required, "id");
    if files.contacts.complete && !files.contacts.has(id) {
        problems.push(no_column(&config.contacts, id, Some("id"), files.contacts));
    }
    let layout = Layout::new(required, files);
    for (field, origin) in required.iter().zip(&layout.origins) {
        if *origin != Origin::Nowhere || field.name == "id" {
            continue;
        }
        let name = Some(field.name.as_str());
        problems.push(match (&config.companies, files.companies) {
            (Some(source), Some(columns)) if field.of_company => {
                no_column(source, &field.property, name, columns)
            }
            _ if field.of_company => {
                no_column(&config.contacts, &prefixed(&field.property), name, files.contacts)
            }
            _ => no_column(&config.contacts, &field.property, name, files.contacts),
        });
    }
    if let (Some(source), Some(columns)) = (&config.companies, files.companies) {
        let (id, domain) = (property(required, "company.id"), property(required, "company.domain"));
        if columns.complete && !columns.has(id) && !columns.has(domain) {
            problems.push(no_column(source, id, Some("company.id"), columns));
        }
    }
    problems
}

/// `contacts.csv:1: no column 'hubspotscore' (field 'score'); did you mean 'score'? columns: …`
pub(super) fn no_column(source: &Source, column: &str, field: Option<&str>, columns: &Columns) -> String {
    let place = if source.is_json() { source.name.clone() } else { source.place(1) };
    let field = field.map_or_else(String::new, |field| format!(" (field '{field}')"));
    let known = columns.names.iter().map(String::as_str).filter(|name| !name.is_empty());
    let near = nearest(column, known.clone())
        .map_or_else(String::new, |near| format!("did you mean '{}'? ", one_line(near, COLUMNS_CHARS_MAX)));
    let known = one_line(&known.collect::<Vec<_>>().join(", "), COLUMNS_CHARS_MAX);
    format!("{place}: no column '{column}'{field}; {near}columns: {known}")
}
