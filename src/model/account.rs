//! Which account of a CRM this is, as plain data.

use super::{ContactId, percent_encode};

/// The account that a CRM is connected to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Part of every key, so it stays the same when the database is lost.
    pub id: String,
    pub links: RecordLinks,
}

/// Where a contact's record is shown to people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordLinks {
    /// An address with `{id}` in the place of the contact's id.
    template: Option<String>,
}

impl RecordLinks {
    /// Links by an address with `{id}` in it; `None`: this account has none.
    pub fn new(template: Option<String>) -> Self {
        Self { template }
    }

    /// The link to a contact's record.
    pub fn of(&self, contact: &ContactId) -> Option<String> {
        Some(self.template.as_ref()?.replace("{id}", &percent_encode(contact.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_place_in_a_link() {
        let links = RecordLinks::new(Some("https://crm.example/{id}?view=1".to_owned()));
        let contact = ContactId::parse("7/../a b").unwrap();
        assert_eq!(links.of(&contact).as_deref(), Some("https://crm.example/7%2F..%2Fa%20b?view=1"));
        assert_eq!(RecordLinks::default().of(&contact), None);
    }
}
