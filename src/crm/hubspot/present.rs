//! Contacts as they are just before something is written to them.

use serde_json::Value;

use super::properties::{COMPANY, OWNER_PROPERTY};
use super::record::{READ_AT_ONCE, batch_read, id_text, is_id, property, record_id, results};
use super::stages::STAGE_PROPERTY;
use super::wire::Object;
use crate::connector::contact_cache::{ContactState, ContactStates, Details};
use crate::connector::outcome::Outcome;

/// The properties that are read for it.
pub(super) const PROPERTIES: [&str; 4] = [STAGE_PROPERTY, COMPANY, MERGED, OWNER_PROPERTY];

/// Ids that this contact has swallowed, with semicolons between.
const MERGED: &str = "hs_merged_object_ids";

/// Reads contacts in batches.
pub(super) fn read(
    ids: &[&str],
    mut post: impl FnMut(&Value) -> Result<Value, Outcome>,
) -> Result<ContactStates, Outcome> {
    let mut states = ContactStates::new();
    for ids in ids.chunks(READ_AT_ONCE) {
        let answer = post(&batch_read(ids, &PROPERTIES))?;
        states.extend(ids.iter().map(|id| ((*id).to_owned(), find(&answer, id))));
    }
    Ok(states)
}

/// From a contact that was read with these properties for another purpose.
pub(super) fn state_of(contact: &Object, company: Option<&str>) -> ContactState {
    let company = contact.property(COMPANY).or_else(|| company.map(str::to_owned));
    ContactState::There(Details {
        owner: contact.property(OWNER_PROPERTY),
        stage: contact.property(STAGE_PROPERTY),
        company: company.filter(|id| is_id(id)),
    })
}

/// One contact in an answer. After a merge the winner comes in its place, or nothing.
fn find(answer: &Value, id: &str) -> ContactState {
    if let Some(record) = results(answer).find(|record| record_id(record).as_deref() == Some(id)) {
        if record.get("archived").and_then(Value::as_bool) == Some(true) {
            return ContactState::Gone;
        }
        let id_in = |name: &str| record.get("properties").and_then(|all| all.get(name)).and_then(id_text);
        return ContactState::There(Details {
            owner: id_in(OWNER_PROPERTY),
            stage: property(record, STAGE_PROPERTY).map(str::to_owned),
            company: id_in(COMPANY).filter(|id| is_id(id)),
        });
    }
    let swallowed = |record: &&Value| {
        property(record, MERGED).is_some_and(|ids| ids.split(';').any(|merged| merged.trim() == id))
    };
    match results(answer).find(swallowed).and_then(record_id) {
        Some(into) => ContactState::Merged { into },
        None => ContactState::Gone,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn contacts_are_found_whatever_their_ids_look_like() {
        let answer = json!({"results": [
            {"id": 101, "properties": {"lifecyclestage": "lead", "associatedcompanyid": 501, "hubspot_owner_id": 71}},
            {"id": "102", "properties": {"lifecyclestage": null, "associatedcompanyid": "", "new": {}}},
            {"id": "200", "properties": {"hs_merged_object_ids": "103;104"}},
        ]});
        let present = read(&["101", "102", "104", "105"], |_| Ok(answer.clone())).unwrap();
        let lead = Details {
            owner: Some("71".to_owned()),
            stage: Some("lead".to_owned()),
            company: Some("501".to_owned()),
        };
        assert_eq!(present["101"], ContactState::There(lead));
        assert_eq!(present["102"], ContactState::There(Details::default()));
        assert_eq!(present["104"], ContactState::Merged { into: "200".to_owned() });
        assert_eq!(present["105"], ContactState::Gone);
    }
}
