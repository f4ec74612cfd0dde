//! `[fields]`, and the ids that fields get in the order of their first use.

use std::collections::HashMap;
use std::ops::Range;

use super::codes::{BAD_VALUE, FIELD_DECLARATION, UNKNOWN_FIELD, UNMAPPED_FIELD};
use super::fields::Fields;
use super::finding::{Finding, Findings};
use super::item::{Entry, Item, Table};
use super::keys::PROPERTY;
use super::reader::Reader;
use super::readings::{Declared, SourceDefaults};
use super::suggest::nearest;
use super::values::wrong_type;
use crate::model::{COMPANY, COUNTRY, EMAIL_DOMAIN, Field, FieldId, Form, Kind, Reading, STANDARD_FIELDS};

/// More properties than any CRM lets a form show, and far from what a [`FieldId`] can count.
const FIELDS_MAX: usize = 1_000;

const TYPES: [(&str, (Kind, Option<Form>)); 5] = [
    ("text", (Kind::Text, None)),
    ("number", (Kind::Number, None)),
    ("bool", (Kind::Bool, None)),
    ("datetime", (Kind::DateTime, None)),
    (COUNTRY, (Kind::Text, Some(Form::Country))),
];

/// What `[fields]` says of one name.
struct Mapping {
    name: String,
    property: String,
    label: Option<String>,
    reading: Reading,
}

/// The property behind a standard name in the CRM at hand; `None` when it has none.
type DefaultProperty = Box<dyn Fn(&str) -> Option<&'static str>>;

/// The fields of a definition while it loads.
pub(super) struct Catalogue {
    default_property: DefaultProperty,
    defaults: SourceDefaults,
    mapped: Vec<Mapping>,
    by_name: HashMap<String, FieldId>,
    all: Vec<Field>,
}

impl Catalogue {
    pub(super) fn new(
        defaults: SourceDefaults,
        default_property: impl Fn(&str) -> Option<&'static str> + 'static,
    ) -> Self {
        Self {
            default_property: Box::new(default_property),
            defaults,
            mapped: Vec::new(),
            by_name: HashMap::new(),
            all: Vec::new(),
        }
    }

    /// The fields of a definition that has been loaded: all that its CRM has.
    pub(super) fn of(fields: &[Field]) -> Self {
        let mapping = |field: &Field| Mapping {
            name: field.name.clone(),
            property: field.property.clone(),
            label: field.label.clone(),
            reading: field.reading.clone(),
        };
        Self {
            mapped: fields.iter().map(mapping).collect(),
            by_name: (0..).zip(fields).map(|(n, field)| (field.name.clone(), FieldId(n))).collect(),
            all: fields.to_vec(),
            ..Self::new(SourceDefaults::default(), |_| None)
        }
    }

    /// Reads `[fields]`.
    pub(super) fn map(&mut self, table: &Table, findings: &mut Findings) {
        for entry in &table.entries {
            match entry.item.as_table().filter(|_| entry.key == "company") {
                Some(company) => {
                    for inner in &company.entries {
                        self.map_entry(format!("{COMPANY}{}", inner.key), inner, findings);
                    }
                }
                None => self.map_entry(entry.key.clone(), entry, findings),
            }
        }
    }

    fn map_entry(&mut self, name: String, entry: &Entry, findings: &mut Findings) {
        if let Err(finding) = check_name(&name, entry) {
            findings.add(finding);
            return;
        }
        let mapping = self.read_mapping(name, &entry.item, findings);
        if self.mapped.len() >= FIELDS_MAX {
            let message = format!("[fields] has more than {FIELDS_MAX} entries");
            findings.error(BAD_VALUE, entry.key_span.clone(), message);
        } else if self.mapped.iter().any(|known| known.name == mapping.name) {
            let message = format!("`{}` is mapped twice", mapping.name);
            findings.error(FIELD_DECLARATION, entry.key_span.clone(), message);
        } else {
            self.mapped.push(mapping);
        }
    }

    /// `"property"` or `{ property = "…", type = "…", … }`. One with a finding has no property, and stays, so that whoever
    /// uses the name is not to blame.
    fn read_mapping(&self, name: String, item: &Item, findings: &mut Findings) -> Mapping {
        let standard = standard_kind(&name);
        let plain = self.defaults.reading(&name, standard.unwrap_or(Kind::Text));
        let table = match (item.as_text(), item.as_table()) {
            (Some(property), _) => {
                check_property(&name, property, item.span.clone(), findings);
                return Mapping { property: property.trim().to_owned(), label: None, reading: plain, name };
            }
            (None, Some(table)) => table,
            (None, None) => {
                findings.add(wrong_type(&name, "the name of a CRM property", item));
                return Mapping { property: String::new(), label: None, reading: plain, name };
            }
        };
        let reader = Reader::called(table, &PROPERTY, &format!("[fields] {name}"), findings);
        let (declared, form) = reader.choice("type", &TYPES).unzip();
        let form = form.flatten();
        let is_other = |standard: Kind| {
            declared.is_some_and(|kind| kind != standard) || form.is_some() && plain.form != Form::Plain
        };
        if let (Some(standard), Some(span)) = (standard.filter(|kind| is_other(*kind)), reader.place("type"))
        {
            let message = format!("`{name}` is always a {} field", standard.name());
            let finding = Finding::error(FIELD_DECLARATION, span, message);
            findings.add(finding.help("leave `type` out, or choose another name"));
        }
        let property = reader.text("property").unwrap_or_default().trim().to_owned();
        if reader.place("property").is_some() {
            check_property(&name, &property, item.span.clone(), findings);
        }
        let kind = standard.or(declared).unwrap_or(Kind::Text);
        let form = form.unwrap_or(plain.form);
        let reading = Declared { name: &name, kind, form, reader }.reading(self.defaults, findings);
        Mapping { property, label: reader.name("label").map(|(label, _)| label.to_owned()), reading, name }
    }

    /// The id of a field that the definition uses at `span`; notes a finding when there is no such field.
    pub(super) fn require(
        &mut self,
        name: &str,
        span: &Range<usize>,
        findings: &mut Findings,
    ) -> Option<FieldId> {
        let id = self.add(name);
        if id.is_none() {
            findings.add(self.unknown(name, span.clone()));
        } else if name == EMAIL_DOMAIN {
            self.add("email");
        }
        id
    }

    pub(super) fn kind(&self, id: FieldId) -> Kind {
        self.all.get(usize::from(id.0)).map_or(Kind::Text, Field::kind)
    }

    /// How the values of a field are read, and so what they are compared with.
    pub(super) fn reading(&self, id: FieldId) -> Option<&Reading> {
        self.all.get(usize::from(id.0)).map(|field| &field.reading)
    }

    /// The CRM property behind a name, if it has one.
    pub(super) fn property(&self, name: &str) -> Option<String> {
        let source = if name == EMAIL_DOMAIN { "email" } else { name };
        if let Some(mapping) = self.mapped.iter().find(|mapping| mapping.name == source) {
            return Some(mapping.property.clone());
        }
        standard_kind(source)?;
        (self.default_property)(source).map(str::to_owned)
    }

    /// What to say of a name without a property.
    pub(super) fn unknown(&self, name: &str, span: Range<usize>) -> Finding {
        if standard_kind(name).is_some() {
            let message = format!("field `{name}` has no property in this CRM by default");
            return Finding::error(UNMAPPED_FIELD, span, message)
                .help(format!("map it in [fields]: {name} = \"the CRM's property\""));
        }
        let finding = Finding::error(UNKNOWN_FIELD, span, format!("unknown field `{name}`"));
        let of_company = format!("{COMPANY}{name}");
        let near = if self.names().any(|known| known == of_company) {
            Some(of_company.as_str())
        } else {
            nearest(name, self.names())
        };
        finding.help(near.map_or_else(
            || format!("add it to [fields]: {name} = \"the CRM's property\""),
            |near| format!("did you mean '{near}'?"),
        ))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let standard = STANDARD_FIELDS.iter().map(|field| field.name);
        standard.chain(self.mapped.iter().map(|mapping| mapping.name.as_str()))
    }

    fn add(&mut self, name: &str) -> Option<FieldId> {
        if let Some(id) = self.by_name.get(name) {
            return Some(*id);
        }
        let property = self.property(name)?;
        let mapping = self.mapped.iter().find(|mapping| mapping.name == name);
        let reading = match mapping {
            Some(mapping) => mapping.reading.clone(),
            None => self.defaults.reading(name, standard_kind(name)?),
        };
        let id = FieldId(u16::try_from(self.all.len()).ok()?);
        let label = mapping.and_then(|mapping| mapping.label.clone());
        let of_company = name.starts_with(COMPANY);
        self.all.push(Field { name: name.to_owned(), property, of_company, label, reading });
        self.by_name.insert(name.to_owned(), id);
        Some(id)
    }

    /// The complete catalogue: what was used so far, then every other standard field this CRM has, then the rest of
    /// `[fields]`.
    pub(super) fn finish(&mut self) -> Fields {
        let used = self.all.len();
        for field in STANDARD_FIELDS {
            self.add(field.name);
        }
        let mapped: Vec<String> = self.mapped.iter().map(|mapping| mapping.name.clone()).collect();
        for name in &mapped {
            self.add(name);
        }
        let required = (0..)
            .zip(&self.all)
            .filter(|(index, field)| {
                usize::from(*index) < used || field.name == "id" || mapped.contains(&field.name)
            })
            .map(|(index, _)| FieldId(index))
            .collect();
        Fields::new(self.all.clone(), used, required)
    }
}

pub(super) fn standard_kind(name: &str) -> Option<Kind> {
    STANDARD_FIELDS.iter().find(|field| field.name == name).map(|field| field.kind)
}

fn check_name(name: &str, entry: &Entry) -> Result<(), Finding> {
    let bare = name.strip_prefix(COMPANY).unwrap_or(name);
    let message = if name == EMAIL_DOMAIN {
        "`email_domain` is the part of `email` after the @ and cannot be mapped".to_owned()
    } else if ["all", "any", "not"].contains(&name) {
        format!("`{name}` is a word of conditions and cannot be a field")
    } else if bare.is_empty() || !bare.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        format!("'{name}' cannot be the name of a field; use letters, digits and _")
    } else {
        return Ok(());
    };
    Err(Finding::error(FIELD_DECLARATION, entry.key_span.clone(), message))
}

fn check_property(name: &str, property: &str, span: Range<usize>, findings: &mut Findings) {
    if property.trim().is_empty() || property.chars().any(char::is_control) {
        findings.error(BAD_VALUE, span, format!("the property of `{name}` is blank"));
    }
}
