//! Erases a person, and says what is left for somebody to delete elsewhere.

use anyhow::Result;
use serde::Serialize;

use crate::model::{EffectKind, Timestamp};
use crate::rules::Rules;
use crate::store::{Db, Erasure, Layouts, Sent};

/// One erased contact.
#[derive(Debug, Serialize)]
pub(crate) struct Forgotten {
    pub contact: String,
    /// Kept, without what they said of the person.
    pub handoffs: usize,
    /// Writes that had not been settled.
    pub cancelled: usize,
    pub remains: Vec<Remainder>,
}

/// Something elsewhere that a person has to delete.
#[derive(Debug, Serialize)]
pub(crate) struct Remainder {
    #[serde(rename = "in")]
    pub place: String,
    pub what: String,
    pub id: String,
}

impl Remainder {
    pub(crate) fn new(place: &str, what: &str, id: &str) -> Self {
        Self { place: place.to_owned(), what: what.to_owned(), id: id.to_owned() }
    }
}

/// What says who it is. Whatever else was read of the contact goes with its record.
const NAMING: [&str; 4] = ["email", "first_name", "last_name", "phone"];

pub(crate) fn forget(
    db: Db<'_>,
    rules: &Rules,
    id: i64,
    wanted: &str,
    layouts: &Layouts<'_>,
    now: Timestamp,
) -> Result<Forgotten> {
    let contact = db.contact(id, layouts)?.contact;
    let known = NAMING.iter().filter_map(|name| rules.fields.find(name));
    let named =
        known.filter_map(|field| contact.value(field).as_text().map(|text| text.as_written().to_owned()));
    let mut words: Vec<String> = named.collect();
    if wanted.contains('@') {
        words.push(wanted.to_owned());
    }
    let sent = db.sent_of(id)?;
    let cancelled = db.forget(Erasure { contact: id, words: &words, at: now })?;
    Ok(Forgotten {
        contact: contact.id.to_string(),
        handoffs: db.handoffs_of(id)?.len(),
        cancelled,
        remains: remains(rules, contact.id.as_str(), &sent),
    })
}

/// What people have to delete themselves: the record, and what was written about it.
fn remains(rules: &Rules, contact: &str, sent: &[Sent]) -> Vec<Remainder> {
    let crm = rules.crm.kind.as_str();
    let record = Remainder::new(crm, "contact", contact);
    let written = sent.iter().map(|sent| {
        let chat = rules.chat.as_ref().map_or("chat", |chat| chat.kind.as_str());
        let place = if sent.kind.is_crm() { crm } else { chat };
        match (&sent.remote_id, sent.kind) {
            (Some(id), kind) => Remainder::new(place, kind.name(), id),
            (None, kind) => {
                Remainder::new(place, &format!("perhaps {}", kind.name()), &format!("key {}", sent.key))
            }
        }
    });
    let lists_twice = |kind: EffectKind| kind == EffectKind::Mark;
    let written =
        written.zip(sent).filter(|(_, sent)| !lists_twice(sent.kind)).map(|(remainder, _)| remainder);
    std::iter::once(record).chain(written).collect()
}
