//! Which company a contact is of, for those who are to be together.

use crate::model::{Contact, FieldId};
use crate::rules::{Rules, is_free_mail};

const ID: [&str; 2] = ["company_id", "company.id"];
const DOMAIN: [&str; 2] = ["company.domain", "email_domain"];

/// What says which company it is, the surest first: the CRM's company, the domain of the company, the domain of the e-mail. A
/// free mailbox is no company.
pub fn company_keys(rules: &Rules, contact: &Contact) -> Vec<String> {
    let text = |name: &str| Some(contact.value(rules.fields.find(name)?).as_text()?.folded());
    let id = ID.into_iter().find_map(text);
    let domains = DOMAIN.into_iter().filter_map(text);
    let domains = domains.filter(|domain| !is_free_mail(domain)).map(|domain| format!("domain {domain}"));
    let mut keys: Vec<String> = id.map(|id| format!("id {id}")).into_iter().chain(domains).collect();
    keys.dedup();
    keys
}

/// The fields that [`company_keys`] looks at.
pub fn company_fields(rules: &Rules) -> impl Iterator<Item = FieldId> {
    ID.into_iter().chain(DOMAIN).filter_map(|name| rules.fields.find(name))
}
