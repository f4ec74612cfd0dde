//! Contacts as they were read, and the marks that they are due for evaluation.

use std::borrow::Cow;
use std::cell::RefCell;

use anyhow::{Context as _, Result};
use rusqlite::{OptionalExtension as _, params};

use super::Db;
use super::runs::time;
use crate::connector::Unreadable;
use crate::model::{Contact, ContactId, Field, FieldId, RawValues, Record, Timestamp, Value, fold};

/// A stored contact.
#[derive(Clone, Debug)]
pub struct ContactRow {
    pub id: i64,
    pub contact: Contact,
    pub changed: Timestamp,
}

/// How the values of stored contacts map to the fields of the present rules.
#[derive(Debug)]
pub struct Layouts<'f> {
    fields: &'f [Field],
    /// Fields whose values are looked at; the others are left missing.
    wanted: Vec<bool>,
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

/// Before the place of what a rep did.
const ACTS: &str = "what reps did: ";

impl Db<'_> {
    /// The id of the layout that stands for `fields`.
    pub fn layout(self, fields: &[Field]) -> Result<i64> {
        let names = serde_json::to_string(&layout_names(fields))?;
        self.conn
            .execute("INSERT INTO layout(fields) VALUES(?1) ON CONFLICT(fields) DO NOTHING", [&names])?;
        Ok(self.conn.query_row("SELECT id FROM layout WHERE fields = ?1", [&names], |row| row.get(0))?)
    }

    pub(super) fn layout_fields(self, id: i64) -> Result<Vec<String>> {
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

    /// Contacts that were set aside by their id have been read.
    pub fn end_quarantine_of(self, records: &[Record]) -> Result<()> {
        if !self.conn.query_row("SELECT EXISTS(SELECT 1 FROM quarantine)", [], |row| row.get(0))? {
            return Ok(());
        }
        let mut statement =
            self.conn.prepare_cached("DELETE FROM quarantine WHERE place = 'contact ' || ?1")?;
        for record in records {
            statement.execute([record.id.as_str()])?;
        }
        Ok(())
    }

    /// Forgets what was set aside before `since`: a complete walk did not find it again.
    pub fn end_quarantine_before(self, since: Timestamp) -> Result<usize> {
        Ok(self.conn.execute("DELETE FROM quarantine WHERE last_ms < ?1", [since.timestamp_millis()])?)
    }

    /// Sets aside what of the reps' acts cannot be read, in place of what could not be read before.
    pub fn quarantine_acts(self, bad: &[Unreadable], now: Timestamp) -> Result<()> {
        let of_acts = |bad: &Unreadable| Unreadable {
            place: format!("{ACTS}{}", bad.place),
            reason: bad.reason.clone(),
        };
        self.quarantine(&bad.iter().map(of_acts).collect::<Vec<_>>(), now)?;
        let statement = "DELETE FROM quarantine WHERE place >= ?1 AND place < ?1 || 'z' AND last_ms < ?2";
        self.conn.prepare_cached(statement)?.execute(params![ACTS, now.timestamp_millis()])?;
        Ok(())
    }

    /// How many of the reps' acts are set aside.
    pub fn quarantined_acts(self) -> Result<u64> {
        let statement = "SELECT count(*) FROM quarantine WHERE place >= ?1 AND place < ?1 || 'z'";
        Ok(self.conn.prepare_cached(statement)?.query_row([ACTS], |row| row.get(0))?)
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

    /// Contacts with this e-mail, whatever its case. Without an index: it is a person who asks.
    pub fn contacts_by_email(self, email: &str, layouts: &Layouts<'_>) -> Result<Vec<i64>> {
        let mut statement =
            self.conn.prepare("SELECT id, crm_id, layout_id, content FROM contact ORDER BY id")?;
        let mut rows = statement.query([])?;
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
        Self::only(fields, |_| true)
    }

    /// As [`Layouts::new`], with the values that are not wanted left missing: they are not even parsed.
    pub fn only(fields: &'f [Field], wanted: impl Fn(&Field) -> bool) -> Self {
        Self { fields, wanted: fields.iter().map(wanted).collect(), known: RefCell::default() }
    }

    /// Decodes a stored contact.
    pub(super) fn contact(&self, db: Db<'_>, crm_id: &str, layout: i64, content: &str) -> Result<Contact> {
        let id = ContactId::parse(crm_id).map_err(anyhow::Error::msg)?;
        let read = |raw: &mut RawValues<'_>| {
            let read =
                |(field, raw): (&Field, Option<&str>)| raw.map_or(Value::Missing, |raw| field.read(raw));
            self.fields.iter().zip(raw).map(read).collect()
        };
        let values = self
            .written(db, layout, content, read)
            .with_context(|| format!("contact {id} is stored in a form this version cannot read"))?;
        Ok(Contact::new(id, values))
    }

    /// Gives the values of a stored contact to `take` as they were written, one for each of our fields.
    pub(super) fn written<T>(
        &self,
        db: Db<'_>,
        layout: i64,
        content: &str,
        take: impl FnOnce(&mut RawValues<'_>) -> T,
    ) -> Result<T> {
        if !self.known.borrow().iter().any(|(other, _)| *other == layout) {
            let positions = self.positions(db, layout)?;
            self.known.borrow_mut().push((layout, positions));
        }
        let known = self.known.borrow();
        let found = known.iter().find(|(other, _)| *other == layout);
        let positions = found.map(|(_, positions)| positions.as_slice()).unwrap_or_default();
        let raw: Vec<Option<Raw<'_>>> = serde_json::from_str(content)?;
        let value = |at: &Option<usize>| {
            let raw = at.and_then(|at| raw.get(at)).and_then(Option::as_ref);
            raw.map(|raw| &*raw.0)
        };
        Ok(take(&mut positions.iter().map(value)))
    }

    /// For each of our fields, where the layout stores it.
    fn positions(&self, db: Db<'_>, layout: i64) -> Result<Vec<Option<usize>>> {
        let stored = db.layout_fields(layout)?;
        let position = |(field, wanted): (&Field, &bool)| {
            let name = layout_name(field);
            stored.iter().position(|other| *other == name).filter(|_| *wanted)
        };
        Ok(self.fields.iter().zip(&self.wanted).map(position).collect())
    }
}

/// Borrows from the stored text where it can; serde does so only through a newtype.
#[derive(serde::Deserialize)]
struct Raw<'a>(#[serde(borrow)] Cow<'a, str>);
