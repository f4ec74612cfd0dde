//! Contacts as they are just before something is written to them.

use std::collections::HashMap;

use serde_json::Value;

use super::properties::{COMPANY, OWNER_PROPERTY};
use super::record::{READ_AT_ONCE, batch_read, id_text, is_id, property, record_id, results};
use super::stages::STAGE_PROPERTY;
use super::wire::Object;
use crate::connector::outcome::Outcome;
use crate::model::one_line;

/// What a write has to know of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Present {
    There {
        /// The owner's id.
        owner: Option<String>,
        stage: Option<String>,
        company: Option<String>,
    },
    /// Deleted, or never there.
    Gone,
    /// It is another contact now.
    Merged { into: String },
}

/// The properties that are read for it.
pub(super) const PROPERTIES: [&str; 4] = [STAGE_PROPERTY, COMPANY, MERGED, OWNER_PROPERTY];

/// Ids that this contact has swallowed, with semicolons between.
const MERGED: &str = "hs_merged_object_ids";

/// Reads contacts in batches into `present`; a batch that cannot be read ends it with what became of it.
pub(super) fn read(
    present: &mut HashMap<String, Present>,
    ids: &[&str],
    mut post: impl FnMut(&Value) -> Outcome,
) -> Result<(), Outcome> {
    for ids in ids.chunks(READ_AT_ONCE) {
        let answer = post(&batch_read(ids, &PROPERTIES)).answer()?;
        if !answer.get("results").is_some_and(Value::is_array) {
            return Err(Outcome::Accepted(answer));
        }
        present.extend(ids.iter().map(|id| ((*id).to_owned(), find(&answer, id))));
    }
    Ok(())
}

impl Present {
    /// From a contact that was read with these properties for another purpose.
    pub(super) fn of(contact: &Object, company: Option<&str>) -> Self {
        let company = contact.property(COMPANY).or_else(|| company.map(str::to_owned));
        Self::There {
            owner: contact.property(OWNER_PROPERTY),
            stage: contact.property(STAGE_PROPERTY),
            company: company.filter(|id| is_id(id)),
        }
    }

    /// Takes over the company of an earlier look where this one shows none.
    pub(super) fn keep_company(&mut self, before: Option<&Self>) {
        if let (Self::There { company: company @ None, .. }, Some(Self::There { company: known, .. })) =
            (self, before)
        {
            company.clone_from(known);
        }
    }
}

/// One contact in an answer. After a merge the winner comes in its place, or nothing.
fn find(answer: &Value, id: &str) -> Present {
    if let Some(record) = results(answer).find(|record| record_id(record).as_deref() == Some(id)) {
        if record.get("archived").and_then(Value::as_bool) == Some(true) {
            return Present::Gone;
        }
        let company = record.get("properties").and_then(|all| all.get(COMPANY));
        let owner = record.get("properties").and_then(|all| all.get(OWNER_PROPERTY));
        return Present::There {
            owner: owner.and_then(id_text),
            stage: property(record, STAGE_PROPERTY).map(str::to_owned),
            company: company.and_then(id_text).filter(|id| is_id(id)),
        };
    }
    let swallowed = |record: &&Value| {
        property(record, MERGED).is_some_and(|ids| ids.split(';').any(|merged| merged.trim() == id))
    };
    match results(answer).find(swallowed).and_then(record_id) {
        Some(into) => Present::Merged { into },
        None => Present::Gone,
    }
}

impl Present {
    pub(super) fn owner(&self) -> Option<&str> {
        match self {
            Self::There { owner, .. } => owner.as_deref(),
            Self::Gone | Self::Merged { .. } => None,
        }
    }

    /// Why nothing can be written to it.
    pub(super) fn refusal(&self) -> Option<String> {
        match self {
            Self::There { .. } => None,
            Self::Gone => Some("the contact is gone: deleted, or merged into another".to_owned()),
            Self::Merged { into } => {
                Some(format!("the contact was merged into contact {}", one_line(into, 40)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_from(answer: &Value, ids: &[&str]) -> HashMap<String, Present> {
        let mut present = HashMap::new();
        read(&mut present, ids, |_| Outcome::Accepted(answer.clone())).unwrap();
        present
    }

    #[test]
    fn contacts_are_found_whatever_their_ids_look_like() {
        let answer = json!({"results": [
            {"id": 101, "properties": {"lifecyclestage": "lead", "associatedcompanyid": 501, "hubspot_owner_id": 71}},
            {"id": "102", "properties": {"lifecyclestage": null, "associatedcompanyid": "", "new": {}}},
            {"id": "200", "properties": {"hs_merged_object_ids": "103;104"}},
        ]});
        let present = read_from(&answer, &["101", "102", "104", "105"]);
        let lead = Present::There {
            owner: Some("71".to_owned()),
            stage: Some("lead".to_owned()),
            company: Some("501".to_owned()),
        };
        assert_eq!(present["101"], lead);
        assert_eq!(present["102"], Present::There { owner: None, stage: None, company: None });
        assert_eq!(present["104"].refusal().unwrap(), "the contact was merged into contact 200");
        assert_eq!(present["105"], Present::Gone);
    }

    #[test]
    fn an_answer_that_cannot_be_read_says_nothing_about_anybody() {
        let mut present = HashMap::new();
        assert!(read(&mut present, &["1"], |_| Outcome::Accepted(json!({"results": "many"}))).is_err());
        assert!(present.is_empty());
    }
}
