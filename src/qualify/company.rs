//! Which company a contact is of, for those who are to be together.

use crate::model::Contact;
use crate::rules::{Rules, is_free_mail};

/// The CRM's company, else the domain of the company or of the e-mail. A free mailbox is no company.
pub fn company_key(rules: &Rules, contact: &Contact) -> Option<String> {
    let text = |name: &str| contact.value(rules.fields.find(name)?).as_text();
    let id = ["company_id", "company.id"].into_iter().find_map(text);
    if let Some(id) = id {
        return Some(format!("id {}", id.folded()));
    }
    let domain = ["company.domain", "email_domain"].into_iter().find_map(text)?;
    (!is_free_mail(domain.folded())).then(|| format!("domain {}", domain.folded()))
}
