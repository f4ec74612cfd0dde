//! Which column of which file each field is read from.

use super::config::{Config, Source};
use super::header::{Found, header_below};
use super::names::likeliest;
use super::table::Columns;
use crate::model::{Field, Kind, STANDARD_FIELDS, one_line};

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

/// What the files lack of the fields that must be there, in words: a line for each, with what to write. `fields` say what the
/// columns are called that the files are joined by.
pub(super) fn missing_columns(
    config: &Config,
    required: &[&Field],
    fields: &[&Field],
    files: Files<'_>,
) -> Vec<String> {
    let lacks = Lacks { config, files };
    let id = Field::new("id", property(fields, "id"), Kind::Text);
    let contacts = &config.contacts;
    if files.contacts.complete
        && !files.contacts.has(&id.property)
        && let Some(line) = header_below(contacts, &files.contacts.names)
    {
        let (place, above) = (contacts.header_place(files.contacts.line), line - 1);
        return vec![format!(
            "{place}: no column '{}' here, and line {line} looks like the header: delete the {above} lines above it, or \
             export without a title",
            id.property
        )];
    }
    let mut problems = Vec::new();
    if let (Some(source), Some(columns)) = (&config.companies, files.companies) {
        let [id, domain] = ["company.id", "company.domain"].map(|name| property(fields, name));
        if columns.complete && !columns.has(id) && !columns.has(domain) {
            let id = Field::new("company.id", id, Kind::Text);
            problems.push(no_column(source, &id, columns));
        }
    }
    problems.extend(lacks.of(&id, Origin::Contact(0)));
    let layout = Layout::new(required, files);
    for (field, origin) in required.iter().zip(&layout.origins).filter(|(field, _)| field.name != "id") {
        problems.extend(lacks.of(field, *origin));
    }
    problems
}

/// What is wrong with the columns of a field.
struct Lacks<'a> {
    config: &'a Config,
    files: Files<'a>,
}

impl Lacks<'_> {
    fn of(&self, field: &Field, origin: Origin) -> Option<String> {
        let Self { config, files } = self;
        let (source, columns) = match (&config.companies, files.companies) {
            (Some(source), Some(columns)) if field.of_company && !matches!(origin, Origin::Contact(_)) => {
                (source, columns)
            }
            _ => (&config.contacts, files.contacts),
        };
        let name = column_beside(&field.name, &field.property, columns).filter(|_| field.of_company);
        let name = name.as_deref().unwrap_or(&field.property);
        match columns.find(name) {
            Found::Twice(first, second) => {
                let place = source.header_place(columns.line);
                let (first, second) = (first + 1, second + 1);
                Some(format!(
                    "{place}: columns {first} and {second} are both called '{}', and field '{}' is read from one of \
                     them; rename the other",
                    one_line(name, 80),
                    field.name
                ))
            }
            Found::No if columns.complete && (origin == Origin::Nowhere || field.name == "id") => {
                Some(no_column(source, field, columns))
            }
            Found::No | Found::At(_) => None,
        }
    }
}

/// `contacts.csv:1: no column 'hubspotscore' (field 'score'); did you mean 'HubSpot Score'? write in [fields]: score = "HubSpot Score"`
pub(super) fn no_column(source: &Source, field: &Field, columns: &Columns) -> String {
    let place = source.header_place(columns.line);
    let (name, property) = (&field.name, &field.property);
    let near = likeliest(field, &columns.names).map(|near| one_line(near, 80).replace(['\\', '"'], ""));
    let column = near.as_deref().unwrap_or("COLUMN");
    let kind = field.kind();
    let is_standard = STANDARD_FIELDS.iter().any(|standard| standard.name == name);
    let line = if is_standard || kind == Kind::Text {
        format!("{name} = \"{column}\"")
    } else {
        format!("{name} = {{ property = \"{column}\", type = \"{}\" }}", kind.name())
    };
    let near = near.as_ref().map(|near| format!("did you mean '{near}'? "));
    let known = match near {
        Some(_) => String::new(),
        None => format!("; columns: {}", one_line(&columns.listed(), COLUMNS_CHARS_MAX)),
    };
    let near = near.unwrap_or_default();
    format!("{place}: no column '{property}' (field '{name}'); {near}write in [fields]: {line}{known}")
}
