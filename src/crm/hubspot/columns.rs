//! From the fields of the rules to properties of contacts and companies, and back to a record.

use sha2::{Digest, Sha256};

use super::properties::{COMPANY, LAST_MODIFIED, OWNER_PROPERTY};
use super::stages::STAGE_PROPERTY;
use super::wire::Object;
use crate::connector::Unreadable;
use crate::isolate::reading;
use crate::model::{ContactId, Field, Record, one_line};
use crate::mutant;

const ID: &str = "hs_object_id";

/// Which properties to ask for, and where each value goes.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) of_contact: Vec<String>,
    /// Empty: no company need be read.
    pub(super) of_company: Vec<String>,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    property: String,
    of_company: bool,
}

impl Columns {
    pub(super) fn new(fields: &[Field]) -> Self {
        let slot = |field: &Field| Slot { property: field.property.clone(), of_company: field.of_company };
        let slots: Vec<Slot> = fields.iter().map(slot).collect();
        let properties = |of_company: bool| {
            let slots = slots.iter().filter(|slot| slot.of_company == of_company);
            let mut names: Vec<String> = slots.map(|slot| slot.property.clone()).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let of_company = properties(true);
        let mut of_contact = properties(false);
        // Writes need the owner, the stage and the company, whatever the rules need.
        for name in [LAST_MODIFIED, COMPANY, STAGE_PROPERTY, OWNER_PROPERTY] {
            if !of_contact.iter().any(|known| known == name) {
                of_contact.push(name.to_owned());
            }
        }
        Self { of_contact, of_company, slots }
    }

    /// Changes when other properties are read than before: what is stored then lacks some.
    pub(super) fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for (kind, names) in [("contact", &self.of_contact), ("company", &self.of_company)] {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_unstable();
            for name in names {
                hash.update(kind.as_bytes());
                hash.update([0]);
                hash.update(name.as_bytes());
                hash.update([0]);
            }
        }
        let mut text = data_encoding::HEXLOWER.encode(&hash.finalize());
        text.truncate(16);
        text
    }

    /// The record of a contact. `owner` turns an owner's id into an e-mail.
    pub(super) fn record(
        &self,
        contact: &Object,
        company: Option<(&str, Option<&Object>)>,
        owner: &mut dyn FnMut(&str) -> String,
    ) -> Result<Record, Unreadable> {
        reading(|| self.values(contact, company, owner))
            .map_err(|reason| Unreadable { place: place_of(contact.id()), reason })
    }

    fn values(
        &self,
        contact: &Object,
        company: Option<(&str, Option<&Object>)>,
        owner: &mut dyn FnMut(&str) -> String,
    ) -> Result<Record, String> {
        let id = ContactId::parse(contact.id())?;
        mutant::trip("reading a contact", id.as_str());
        let company_id = company.map(|(id, _)| id);
        let company = company.and_then(|(_, company)| company);
        let values = self.slots.iter().map(|slot| {
            let object = if slot.of_company { company? } else { contact };
            match slot.property.as_str() {
                ID => Some(object.id().to_owned()),
                OWNER_PROPERTY => object.property(OWNER_PROPERTY).map(|id| owner(&id)),
                COMPANY if !slot.of_company => {
                    company_id.map(str::to_owned).or_else(|| object.property(COMPANY))
                }
                name => object.property(name),
            }
        });
        Ok(Record { id, modified_ms: contact.modified_ms(), values: values.collect() })
    }
}

/// A contact, for people. Only an id that can be read is short.
pub(super) fn place_of(contact: &str) -> String {
    format!("contact {}", one_line(contact, 40))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolate::A_BUG;

    #[test]
    fn a_contact_over_which_the_reading_panics_is_set_aside_and_the_others_are_read() {
        mutant::choose("reading a contact");
        let columns = Columns::new(&[]);
        let read = |id: &str| {
            let object = json!({"id": id, "properties": {}, "createdAt": "2026-11-23T10:00:00Z",
                "updatedAt": "2026-11-23T10:00:00Z", "archived": false});
            columns.record(&Object::read(object).unwrap(), None, &mut |_| String::new())
        };
        assert!(read("1").is_ok());
        let bad = Unreadable { place: "contact 2".to_owned(), reason: A_BUG.to_owned() };
        assert_eq!(read(mutant::TRIPS).unwrap_err(), bad);
        assert!(read("3").is_ok());
    }
}
