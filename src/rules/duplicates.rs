//! `[duplicates]`: when two records are one lead.

use super::finding::Findings;
use super::reader::Reader;
use crate::model::Mailboxes;

/// By default one e-mail, whatever its case, is one lead. `None`: every record is a lead of its own.
pub(super) fn duplicates(root: &mut Reader<'_>, findings: &mut Findings) -> Option<Mailboxes> {
    let Some(table) = root.table("duplicates", findings) else {
        return Some(Mailboxes::default());
    };
    let mut reader = Reader::new(table, "[duplicates]");
    let by_email = reader.flag("email", findings).unwrap_or(true);
    let mailboxes = Mailboxes {
        plus_tags: reader.flag("plus_tags", findings).unwrap_or(false),
        gmail_dots: reader.flag("gmail_dots", findings).unwrap_or(false),
    };
    for key in ["plus_tags", "gmail_dots"] {
        if let Some(item) = reader.item(key).filter(|_| !by_email) {
            let message = format!("`{key}` says nothing where e-mails are not compared");
            findings.error(super::codes::BAD_VALUE, item.span.clone(), message);
        }
    }
    reader.finish(findings);
    by_email.then_some(mailboxes)
}
