//! Contacts as they were read, and the marks that they are due for evaluation.

use std::borrow::Cow;
use std::cell::RefCell;

use anyhow::{Context as _, Result};
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest, Sha256};

use super::Db;
use super::runs::time;
use crate::crm::Unreadable;
use crate::model::{Contact, ContactId, Field, FieldId, Record, Timestamp, Value, fold};

/// What storing a page did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredPage {
    pub read: usize,
    /// New or changed, and so due for evaluation.
    pub changed: usize,
    pub bad: usize,
}

/// A stored contact.
#[derive(Clone, Debug)]
pub struct ContactRow {
    pub id: i64,
    pub contact: Contact,
    pub changed: Timestamp,
}

/// `due_ms` of a contact that changed: evaluate at once.
const AT_ONCE: i64 = 0;

/// How the values of stored contacts map to the fields of the present rules.
#[derive(Debug)]
pub struct Layouts<'f> {
    fields: &'f [Field],
    /// Layout id, and for each stored position the position in `fields`.
    known: RefCell<Vec<(i64, Vec<Option<usize>>)>>,
}

/// A field's name in a layout: the CRM's property, so that renaming a field in the rules loses nothing.
fn layout_name(field: &Field) -> String {
    // The derived domain shares its property with the e-mail, and the value that is stored is the e-mail.
    let of = if field.of_company { "company" } else { "contact" };
    format!("{of}.{}", field.property)
}

fn layout_names(fields: &[Field]) -> Vec<String> {
    fields.iter().map(layout_name).collect()
}

/// The first eight bytes of a SHA-256: two contents of one contact never share it by accident.
fn mark(layout: i64, content: &str) -> i64 {
    let mut hash = Sha256::new();
    hash.update(layout.to_le_bytes());
    hash.update(content.as_bytes());
    let digest = hash.finalize();
    let first = digest.first_chunk().copied().unwrap_or_default();
    i64::from_le_bytes(first)
}

impl Db<'_> {
    /// The id of the layout that stands for `fields`.
    pub fn layout(self, fields: &[Field]) -> Result<i64> {
        let names = serde_json::to_string(&layout_names(fields))?;
        self.conn.execute("INSERT OR IGNORE INTO layout(fields) VALUES(?1)", [&names])?;
        Ok(self.conn.query_row("SELECT id FROM layout WHERE fields = ?1", [&names], |row| row.get(0))?)
    }

    /// Stores what a connector read. A contact that is new or has changed is due for evaluation; one that is older than
    /// what is stored, or the same, changes nothing.
    pub fn store_records(self, layout: i64, records: &[Record], now: Timestamp) -> Result<StoredPage> {
        let mut stored = StoredPage { read: records.len(), ..StoredPage::default() };
        for record in records {
            stored.changed += usize::from(self.store_record(layout, record, now)?);
        }
        Ok(stored)
    }

    fn store_record(self, layout: i64, record: &Record, now: Timestamp) -> Result<bool> {
        let content = serde_json::to_string(&record.values)?;
        let mark = mark(layout, &content);
        let now_ms = now.timestamp_millis();
        let present = self
            .conn
            .prepare_cached("SELECT id, layout_id, mark, modified_ms FROM contact WHERE crm_id = ?1")?
            .query_row([record.id.as_str()], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, Option<i64>>(3)?,
                ))
            })
            .optional()?;
        let Some((id, old_layout, old_mark, old_modified)) = present else {
            self.conn
                .prepare_cached(
                    "INSERT INTO contact(crm_id, layout_id, content, mark, modified_ms, changed_ms) \
                     VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![record.id.as_str(), layout, content, mark, record.modified_ms, now_ms])?;
            let id = self.conn.last_insert_rowid();
            self.conn
                .prepare_cached("INSERT INTO verdict(contact_id, due_ms) VALUES(?1, ?2)")?
                .execute([id, AT_ONCE])?;
            return Ok(true);
        };
        let is_older = matches!((record.modified_ms, old_modified), (Some(new), Some(old)) if new < old);
        if old_mark == mark || is_older {
            return Ok(false);
        }
        let is_news = old_layout == layout || self.values_differ(id, old_layout, layout, &record.values)?;
        self.conn
            .prepare_cached(
                "UPDATE contact SET layout_id = ?2, content = ?3, mark = ?4, modified_ms = ?5, \
                 changed_ms = iif(?6, ?7, changed_ms) WHERE id = ?1",
            )?
            .execute(params![id, layout, content, mark, record.modified_ms, is_news, now_ms])?;
        if is_news {
            self.conn
                .prepare_cached("UPDATE verdict SET due_ms = ?2 WHERE contact_id = ?1")?
                .execute([id, AT_ONCE])?;
        }
        Ok(is_news)
    }

    /// Whether a contact changed in any value that both layouts have. A field that the rules began to ask for is no
    /// change of the contact: a new rules.toml alone hands nobody off.
    fn values_differ(self, id: i64, old: i64, new: i64, values: &[Option<String>]) -> Result<bool> {
        let (old_names, new_names) = (self.layout_fields(old)?, self.layout_fields(new)?);
        let content: String =
            self.conn.query_row("SELECT content FROM contact WHERE id = ?1", [id], |row| row.get(0))?;
        let old_values: Vec<Option<String>> = serde_json::from_str(&content)?;
        Ok(old_names.iter().zip(&old_values).any(|(name, old_value)| {
            let new_value = new_names.iter().position(|other| other == name).and_then(|at| values.get(at));
            new_value.is_some_and(|new_value| new_value != old_value)
        }))
    }

    fn layout_fields(self, id: i64) -> Result<Vec<String>> {
        let names: String = self
            .conn
            .prepare_cached("SELECT fields FROM layout WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?;
        Ok(serde_json::from_str(&names)?)
    }

    /// Sets unreadable contacts aside, with the reason.
    pub fn quarantine(self, bad: &[Unreadable], now: Timestamp) -> Result<()> {
        for unreadable in bad {
            self.conn
                .prepare_cached(
                    "INSERT INTO quarantine(place, reason, first_ms, last_ms) VALUES(?1, ?2, ?3, ?3) \
                     ON CONFLICT(place) DO UPDATE SET reason = ?2, last_ms = ?3",
                )?
                .execute(params![unreadable.place, unreadable.reason, now.timestamp_millis()])?;
        }
        Ok(())
    }

    /// Forgets what was set aside before `since`: a complete walk did not find it again.
    pub fn end_quarantine_before(self, since: Timestamp) -> Result<usize> {
        Ok(self.conn.execute("DELETE FROM quarantine WHERE last_ms < ?1", [since.timestamp_millis()])?)
    }

    /// What is set aside, newest first, and how much there is in all.
    pub fn quarantined(self, most: u32) -> Result<(Vec<Unreadable>, u64)> {
        let mut statement = self
            .conn
            .prepare("SELECT place, reason FROM quarantine ORDER BY last_ms DESC, place LIMIT ?1")?;
        let rows = statement
            .query_map([most], |row| Ok(Unreadable { place: row.get(0)?, reason: row.get(1)? }))?
            .collect::<Result<Vec<_>, _>>()?;
        let all = self.conn.query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0))?;
        Ok((rows, all))
    }

    pub fn cursor(self, stream: &str) -> Result<Option<String>> {
        Ok(self
            .conn
            .query_row("SELECT position FROM cursor WHERE stream = ?1", [stream], |row| row.get(0))
            .optional()?)
    }

    pub fn move_cursor(self, stream: &str, position: &str, now: Timestamp) -> Result<()> {
        self.conn.execute(
            "INSERT INTO cursor(stream, position, moved_ms) VALUES(?1, ?2, ?3) \
             ON CONFLICT(stream) DO UPDATE SET position = ?2, moved_ms = ?3",
            params![stream, position, now.timestamp_millis()],
        )?;
        Ok(())
    }

    pub fn contact_count(self) -> Result<u64> {
        Ok(self.conn.query_row("SELECT count(*) FROM contact", [], |row| row.get(0))?)
    }

    /// One contact by the store's id.
    pub fn contact(self, id: i64, layouts: &Layouts<'_>) -> Result<ContactRow> {
        let (crm_id, layout, content, changed): (String, i64, String, i64) = self
            .conn
            .prepare_cached("SELECT crm_id, layout_id, content, changed_ms FROM contact WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let contact = layouts.contact(self, &crm_id, layout, &content)?;
        Ok(ContactRow { id, contact, changed: time(changed) })
    }

    /// The store's id of a contact, by the CRM's id.
    pub fn contact_by_crm_id(self, crm_id: &str) -> Result<Option<i64>> {
        Ok(self
            .conn
            .query_row("SELECT id FROM contact WHERE crm_id = ?1", [crm_id], |row| row.get(0))
            .optional()?)
    }

    /// Contacts with this e-mail, whatever its case. Without an index: it is a person who asks. SQLite folds ASCII only, so
    /// it narrows the search only for such addresses.
    pub fn contacts_by_email(self, email: &str, layouts: &Layouts<'_>) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare(
            "SELECT id, crm_id, layout_id, content FROM contact WHERE ?2 OR instr(lower(content), lower(?1)) ORDER BY id",
        )?;
        let mut rows = statement.query(params![email.trim(), !email.is_ascii()])?;
        let at = layouts.fields.iter().position(|field| field.name == "email");
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (crm_id, content): (String, String) = (row.get(1)?, row.get(3)?);
            let contact = layouts.contact(self, &crm_id, row.get(2)?, &content)?;
            let value = at.and_then(|at| u16::try_from(at).ok()).map(|at| contact.value(FieldId(at)));
            let folded = fold(email);
            if value.and_then(|value| value.as_text()).is_some_and(|text| text.folded() == folded) {
                found.push(row.get(0)?);
            }
        }
        Ok(found)
    }
}

impl<'f> Layouts<'f> {
    /// Contacts are read with the fields in `fields`, in that order; a prefix of the rules' catalogue keeps
    /// [`crate::model::FieldId`]s valid.
    pub fn new(fields: &'f [Field]) -> Self {
        Self { fields, known: RefCell::default() }
    }

    /// Decodes a stored contact.
    pub(super) fn contact(&self, db: Db<'_>, crm_id: &str, layout: i64, content: &str) -> Result<Contact> {
        let id = ContactId::parse(crm_id).map_err(anyhow::Error::msg)?;
        if !self.known.borrow().iter().any(|(other, _)| *other == layout) {
            let positions = self.positions(db, layout)?;
            self.known.borrow_mut().push((layout, positions));
        }
        let known = self.known.borrow();
        let found = known.iter().find(|(other, _)| *other == layout);
        let positions = found.map(|(_, positions)| positions.as_slice()).unwrap_or_default();
        let values = decode(content, positions, self.fields)
            .with_context(|| format!("contact {id} is stored in a form this version cannot read"))?;
        Ok(Contact::new(id, values))
    }

    /// For each of our fields, where the layout stores it.
    fn positions(&self, db: Db<'_>, layout: i64) -> Result<Vec<Option<usize>>> {
        let stored = db.layout_fields(layout)?;
        Ok(self
            .fields
            .iter()
            .map(|field| {
                let name = layout_name(field);
                stored.iter().position(|other| *other == name)
            })
            .collect())
    }
}

/// Borrows from the stored text where it can; serde does so only through a newtype.
#[derive(serde::Deserialize)]
struct Raw<'a>(#[serde(borrow)] Cow<'a, str>);

fn decode(content: &str, positions: &[Option<usize>], fields: &[Field]) -> Result<Box<[Value]>> {
    let raw: Vec<Option<Raw<'_>>> = serde_json::from_str(content)?;
    let read = |(field, at): (&Field, &Option<usize>)| {
        let raw = at.and_then(|at| raw.get(at)).and_then(Option::as_ref);
        raw.map_or(Value::Missing, |raw| field.read(&raw.0))
    };
    Ok(fields.iter().zip(positions).map(read).collect())
}
