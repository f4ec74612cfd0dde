//! Which company a contact is of, for those who are to be together.

use crate::model::Contact;
use crate::rules::{Rules, is_free_mail};

/// What says which company it is, the surest first: the CRM's company, the domain of the company, the domain of the e-mail. A
/// free mailbox is no company.
pub fn company_keys(rules: &Rules, contact: &Contact) -> Vec<String> {
    let text = |name: &str| Some(contact.value(rules.fields.find(name)?).as_text()?.folded());
    let id = ["company_id", "company.id"].into_iter().find_map(text);
    let domains = ["company.domain", "email_domain"].into_iter().filter_map(text);
    let domains = domains.filter(|domain| !is_free_mail(domain)).map(|domain| format!("domain {domain}"));
    let mut keys: Vec<String> = id.map(|id| format!("id {id}")).into_iter().chain(domains).collect();
    keys.dedup();
    keys
}

/// The surest of them.
pub fn company_key(rules: &Rules, contact: &Contact) -> Option<String> {
    company_keys(rules, contact).into_iter().next()
}
