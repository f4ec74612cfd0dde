//! A person in the CRM, with the company it belongs to.

use std::fmt;

use super::{FieldId, Value};

/// The CRM's id of a contact, unique in its account. Kept as text: ids may exceed 64 bits or be UUIDs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContactId(Box<str>);

impl ContactId {
    /// Longest id accepted; CRM ids are 15 to 36 characters, and an id goes into keys and messages.
    pub const CHARS_MAX: usize = 128;

    /// # Errors
    /// Says why when the text cannot be an id: blank, too long, or with control characters.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let id = raw.trim();
        if id.is_empty() {
            Err("the id is empty".to_owned())
        } else if id.chars().count() > Self::CHARS_MAX {
            Err(format!("the id is longer than {} characters", Self::CHARS_MAX))
        } else if id.chars().any(char::is_control) {
            Err("the id has control characters".to_owned())
        } else {
            Ok(Self(id.into()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::one_line(&self.0, Self::CHARS_MAX))
    }
}

/// Typed values of one contact, by [`FieldId`].
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    pub id: ContactId,
    values: Box<[Value]>,
}

static MISSING: Value = Value::Missing;

impl Contact {
    pub fn new(id: ContactId, values: Box<[Value]>) -> Self {
        Self { id, values }
    }

    /// The value of a field; `Missing` where the contact was read without it.
    pub fn value(&self, field: FieldId) -> &Value {
        self.values.get(usize::from(field.0)).unwrap_or(&MISSING)
    }
}
