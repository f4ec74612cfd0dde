//! A contact as a connector read it, before its values have types.

use super::{Contact, ContactId, Field, Value};

/// One contact as a connector read it: raw values in the order of the fields that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: ContactId,
    /// When the CRM says it last changed, milliseconds since 1970; `None` when the source does not say.
    pub modified_ms: Option<i64>,
    /// One raw value for each [`Field`] asked for; `None` when the source has none.
    pub values: Vec<Option<String>>,
}

/// The values of a contact as its source wrote them, one for each field that was asked for.
pub type RawValues<'v> = dyn Iterator<Item = Option<&'v str>> + 'v;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EMAIL_DOMAIN, FieldId, Kind};

    #[test]
    fn the_domain_is_what_follows_the_last_at_of_the_address() {
        let field = Field::new(EMAIL_DOMAIN, "email", Kind::Text);
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
