//! Routes that name one person: the owner of the record, the rep of a named account, a rep.

use super::SkipReason;
use super::request::{Request, Skips};
use crate::model::{Rep, RepId, Text, one_line};
use crate::rules::List;
use crate::sla::{is_day_off, next_present, next_working};

/// Who is meant, and how that is known.
pub(super) struct Named {
    pub rep: RepId,
    /// Continues 'NAME of the route: '.
    pub why: String,
}

/// E-mails and domains beyond this are no help to a reader.
const SHOWN_CHARS_MAX: usize = 80;

/// The rep whose e-mail is in the field. An owner who is no rep is noted in `skips`; no owner is nothing to tell.
pub(super) fn owner(request: &Request<'_>, field: &str, of: &str, skips: &mut Skips) -> Option<Named> {
    let owner = text(request, field)?;
    by_email(request, owner.as_written(), format!("owns the {of}"), skips)
}

/// The rep whom the list names for the company's domain, else for the e-mail's.
pub(super) fn account(request: &Request<'_>, list: &List, skips: &mut Skips) -> Option<Named> {
    let (domain, rep) = ["company.domain", "email_domain"].into_iter().find_map(|field| {
        let domain = text(request, field)?;
        Some((domain, list.values.get(domain.folded())?))
    })?;
    let why = format!("{} has {}", list.name, domain.shown(SHOWN_CHARS_MAX));
    by_email(request, rep, why, skips)
}

/// Whether the named rep can take it: shifts and caps do not count against one who knows the account, being away does.
pub(super) fn takes(request: &Request<'_>, (id, rep): (RepId, &Rep), skips: &mut Skips) -> bool {
    if let Some(reason) = request.skipped(id) {
        skips.note(rep.email.clone(), reason, None);
        false
    } else if is_day_off(&rep.hours, request.now) {
        let back = next_present(&rep.hours, request.now);
        skips.note(rep.email.clone(), SkipReason::Away, back);
        false
    } else if next_working(&rep.hours, request.now).is_none() {
        skips.note(rep.email.clone(), SkipReason::NeverWorks, None);
        false
    } else {
        true
    }
}

fn text<'a>(request: &Request<'a>, field: &str) -> Option<&'a Text> {
    let field = request.rules.fields.find(field)?;
    request.lead.facts.contact.value(field).as_text()
}

fn by_email(request: &Request<'_>, email: &str, why: String, skips: &mut Skips) -> Option<Named> {
    let rep = request.rules.rep_called(email);
    if rep.is_none() {
        skips.note(one_line(email, SHOWN_CHARS_MAX), SkipReason::NotARep, None);
    }
    Some(Named { rep: rep?, why })
}
