//! Two records with one e-mail are one lead: the second is linked to the first and not handed off.

use anyhow::Result;

use super::Context;
use crate::model::{Contact, Mailboxes, Timestamp, VerdictKind};
use crate::store::{Db, Layouts, text_hash};

/// Which settings the stored keys were made with; when they change, so do the keys.
const SETTINGS: &str = "duplicates";

/// Compares e-mails as `[duplicates]` says.
pub(crate) struct Duplicates<'a> {
    context: &'a Context<'a>,
    mailboxes: Mailboxes,
    /// Contacts are judged without fields that no condition looks at; this one is looked at here.
    layouts: Layouts<'a>,
}

/// What a contact that crossed is, with regard to others of the same e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LeadIdentity {
    /// Nobody was handed off under its e-mail, or the lead has crossed again.
    Own,
    /// It is the lead of another contact, which is open or was handed off and still qualifies.
    Linked { of: i64, handoff: i64 },
    /// Sales gave the lead back not long ago.
    Cooling { until: Timestamp },
}

impl<'a> Duplicates<'a> {
    /// `None`: every record is a lead of its own.
    pub(crate) fn new(context: &'a Context<'a>) -> Option<Self> {
        let layouts = Layouts::only(context.rules.fields.all(), |field| field.name == "email");
        context.rules.duplicates.map(|mailboxes| Self { context, mailboxes, layouts })
    }

    /// Makes the stored keys anew when `[duplicates]` has changed since they were made. Contacts that are no longer linked
    /// become due.
    pub(crate) fn follow_settings(context: &'a Context<'a>) -> Result<()> {
        let settings = settings(context.rules.duplicates);
        if context.store.read().meta(SETTINGS)?.as_ref() == Some(&settings) {
            return Ok(());
        }
        let duplicates = Self::new(context);
        context.store.write(|db| {
            for contact in db.contacts_handed_off()? {
                let key = duplicates.as_ref().map(|duplicates| duplicates.key(db, contact));
                let key = key.transpose()?.flatten();
                db.set_email_hash(contact, key)?;
                db.release_links(contact, key, context.now)?;
            }
            db.remember(SETTINGS, &settings)
        })
    }

    fn key_of(&self, contact: &Contact) -> Option<i64> {
        let email = contact.value(self.context.rules.fields.find("email")?).as_text()?;
        self.mailboxes.normalised(email.as_written()).map(|normalised| text_hash(&normalised))
    }

    /// The key of a stored contact's e-mail as it is now.
    pub(crate) fn key(&self, db: Db<'_>, contact: i64) -> Result<Option<i64>> {
        Ok(self.key_of(&db.contact(contact, &self.layouts)?.contact))
    }

    /// A contact with a handoff or with links was read anew: what was compared with its former e-mail is compared again.
    pub(crate) fn refresh(&self, db: Db<'_>, contact: i64) -> Result<()> {
        let key = self.key(db, contact)?;
        db.set_email_hash(contact, key)?;
        db.release_links(contact, key, self.context.now)
    }

    /// Whether a linked contact's e-mail is no longer that of the contact it is linked to.
    pub(crate) fn is_parted(&self, db: Db<'_>, contact: i64) -> Result<bool> {
        let Some(link) = db.link_of(contact)? else { return Ok(false) };
        Ok(self.key(db, contact)? != self.key(db, link.of)?)
    }

    /// How a contact that crossed stands to others of its e-mail.
    pub(crate) fn identity(&self, db: Db<'_>, contact: i64, key: Option<i64>) -> Result<LeadIdentity> {
        let Some(key) = key else { return Ok(LeadIdentity::Own) };
        let mut until = None;
        for namesake in db.namesakes(key, contact)? {
            if self.key(db, namesake.contact)? != Some(key) {
                continue;
            }
            if namesake.status.is_open() || namesake.verdict == Some(VerdictKind::Qualified) {
                return Ok(LeadIdentity::Linked { of: namesake.contact, handoff: namesake.handoff });
            }
            until = until.max(namesake.cooldown.filter(|until| *until > self.context.now));
        }
        Ok(until.map_or(LeadIdentity::Own, |until| LeadIdentity::Cooling { until }))
    }
}

/// What the keys depend on, as the database keeps it.
fn settings(mailboxes: Option<Mailboxes>) -> String {
    let Some(Mailboxes { plus_tags, gmail_dots }) = mailboxes else { return "none".to_owned() };
    format!("plus_tags={plus_tags} gmail_dots={gmail_dots}")
}
