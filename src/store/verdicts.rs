//! Verdicts: what the last evaluation said, and when the next is due.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, Row, params};

use super::contacts::Layouts;
use super::records::AT_ONCE;
use super::runs::time;
use super::{ContactRow, Db};
use crate::model::{Contact, Timestamp, VerdictKind};

/// A contact to evaluate, with what is known of it from before.
#[expect(clippy::struct_excessive_bools, reason = "what is known of a contact, each by itself")]
#[derive(Clone, Debug)]
pub struct DueContact {
    pub row: ContactRow,
    /// The last that was clear; `None`: there was none.
    pub before: Option<VerdictKind>,
    /// Unclear when those were counted who qualified from the start, and not changed since.
    pub was_there: bool,
    /// It crossed while it was cooling down.
    pub crossed: Option<Timestamp>,
    pub cooldown: Option<Timestamp>,
    pub has_open_handoff: bool,
    /// It was linked to another contact of the same e-mail.
    pub is_linked: bool,
    /// Others are linked to it.
    pub leads_others: bool,
}

/// What an evaluation leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVerdict<'a> {
    /// One that is unclear leaves the last clear one in place.
    pub kind: VerdictKind,
    /// Of the disqualifier or the tier.
    pub name: Option<&'a str>,
    pub at: Timestamp,
    /// When to evaluate again though nothing changed.
    pub due: Option<Timestamp>,
    pub crossed: Option<Timestamp>,
    /// Whoever is unclear belongs to those who are there from the start.
    pub was_there: bool,
}

pub(super) const DUE_COLUMNS: &str = "SELECT c.id, c.crm_id, c.layout_id, c.content, c.changed_ms, v.kind, v.crossed_ms, v.cooldown_ms, \
     EXISTS(SELECT 1 FROM handoff h WHERE h.contact_id = c.id AND h.status IN ('held','waiting','assigned','touched')), \
     EXISTS(SELECT 1 FROM duplicate d WHERE d.contact_id = c.id), EXISTS(SELECT 1 FROM duplicate d WHERE d.of_id = c.id), \
     v.was_there \
     FROM verdict v JOIN contact c ON c.id = v.contact_id";

impl Db<'_> {
    /// Contacts that are due at `now`, at most `most` of them, those that changed before those whose time came.
    pub fn due_contacts(self, now: Timestamp, most: u32, layouts: &Layouts<'_>) -> Result<Vec<DueContact>> {
        let sql = format!("{DUE_COLUMNS} WHERE v.due_ms <= ?1 ORDER BY v.due_ms, v.contact_id LIMIT ?2");
        self.collect_due(&sql, [now.timestamp_millis(), i64::from(most)], layouts)
    }

    /// Every contact by ascending id, a page at a time. Of a person who was forgotten there is nothing to judge.
    pub fn contacts_after(self, id: i64, most: u32, layouts: &Layouts<'_>) -> Result<Vec<DueContact>> {
        let sql = format!(
            "{DUE_COLUMNS} WHERE v.contact_id > ?1 AND c.forgotten_ms IS NULL ORDER BY v.contact_id LIMIT ?2"
        );
        self.collect_due(&sql, [id, i64::from(most)], layouts)
    }

    fn collect_due(self, sql: &str, args: [i64; 2], layouts: &Layouts<'_>) -> Result<Vec<DueContact>> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(args)?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            due.push(self.read_due(row, layouts)?);
        }
        Ok(due)
    }

    fn read_due(self, row: &Row<'_>, layouts: &Layouts<'_>) -> Result<DueContact> {
        let crm_id = row.get_ref(1)?.as_str()?;
        let content = row.get_ref(3)?.as_str()?;
        let contact = layouts.contact(self, crm_id, row.get(2)?, content)?;
        let before: Option<&str> = row.get_ref(5)?.as_str_or_null()?;
        Ok(DueContact {
            row: ContactRow { id: row.get(0)?, contact, changed: time(row.get(4)?) },
            before: before.and_then(VerdictKind::parse),
            crossed: row.get::<_, Option<i64>>(6)?.map(time),
            cooldown: row.get::<_, Option<i64>>(7)?.map(time),
            has_open_handoff: row.get(8)?,
            is_linked: row.get(9)?,
            leads_others: row.get(10)?,
            was_there: row.get(11)?,
        })
    }

    /// How many contacts are due at `now`.
    pub fn due_count(self, now: Timestamp) -> Result<u64> {
        Ok(self.conn.query_row(
            "SELECT count(*) FROM verdict WHERE due_ms <= ?1",
            [now.timestamp_millis()],
            |row| row.get(0),
        )?)
    }

    pub fn record_verdict(self, contact: i64, verdict: &NewVerdict<'_>) -> Result<()> {
        if verdict.kind == VerdictKind::Unclear {
            return self.record_unclear(contact, verdict);
        }
        self.conn
            .prepare_cached(
                "UPDATE verdict SET kind = ?2, name = ?3, evaluated_ms = ?4, due_ms = ?5, crossed_ms = ?6, unclear = NULL, was_there = 0 \
                 WHERE contact_id = ?1",
            )?
            .execute(params![
                contact,
                verdict.kind.name(),
                verdict.name,
                verdict.at.timestamp_millis(),
                verdict.due.map(|due| due.timestamp_millis()),
                verdict.crossed.map(|crossed| crossed.timestamp_millis()),
            ])?;
        Ok(())
    }

    fn record_unclear(self, contact: i64, verdict: &NewVerdict<'_>) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE verdict SET unclear = ?2, due_ms = ?3, crossed_ms = ?4, was_there = ?5 WHERE contact_id = ?1",
            )?
            .execute(params![
                contact,
                verdict.name.unwrap_or_default(),
                verdict.due.map(|due| due.timestamp_millis()),
                verdict.crossed.map(|crossed| crossed.timestamp_millis()),
                verdict.was_there,
            ])?;
        Ok(())
    }

    /// Judges everybody again whose verdict is unclear.
    pub fn judge_unclear_again(self) -> Result<()> {
        self.conn.execute("UPDATE verdict SET due_ms = ?1 WHERE unclear IS NOT NULL", [AT_ONCE])?;
        Ok(())
    }

    /// How many contacts there are whose verdict is unclear.
    pub fn unclear_count(self) -> Result<u64> {
        let sql = "SELECT count(*) FROM verdict WHERE unclear IS NOT NULL";
        Ok(self.conn.query_row(sql, [], |row| row.get(0))?)
    }

    /// Contacts whose verdict is unclear, each with the disqualifier, by ascending id.
    pub fn unclear(self, most: u32, layouts: &Layouts<'_>) -> Result<Vec<(Contact, String)>> {
        let mut statement = self.conn.prepare(
            "SELECT c.crm_id, c.layout_id, c.content, v.unclear FROM verdict v JOIN contact c ON c.id = v.contact_id \
             WHERE v.unclear IS NOT NULL ORDER BY v.contact_id LIMIT ?1",
        )?;
        let mut rows = statement.query([most])?;
        let mut unclear = Vec::new();
        while let Some(row) = rows.next()? {
            let crm_id = row.get_ref(0)?.as_str()?;
            let contact = layouts.contact(self, crm_id, row.get(1)?, row.get_ref(2)?.as_str()?)?;
            unclear.push((contact, row.get(3)?));
        }
        Ok(unclear)
    }

    /// Forgets what was read and said of a contact: once it is read again it is as good as new, and crosses if it
    /// qualifies.
    pub fn forget_verdict(self, contact: i64) -> Result<()> {
        self.conn.execute(
            "UPDATE verdict SET kind = NULL, name = NULL, evaluated_ms = NULL, due_ms = NULL, crossed_ms = NULL, unclear = NULL, was_there = 0 \
             WHERE contact_id = ?1",
            [contact],
        )?;
        self.conn.execute("UPDATE contact SET content_hash = ~content_hash WHERE id = ?1", [contact])?;
        Ok(())
    }

    /// A contact that was judged qualified is so no more: if it is judged so again, it crosses.
    pub fn end_qualified(self, contact: i64) -> Result<()> {
        let sql = "UPDATE verdict SET kind = NULL, name = NULL, evaluated_ms = NULL, due_ms = ?2 \
                   WHERE contact_id = ?1 AND kind = 'qualified'";
        self.conn.execute(sql, [contact, AT_ONCE])?;
        Ok(())
    }

    /// Looks at a contact again at `until`, and not before unless it changes.
    pub fn put_off(self, contact: i64, until: Timestamp) -> Result<()> {
        self.conn.execute(
            "UPDATE verdict SET due_ms = ?2 WHERE contact_id = ?1",
            [contact, until.timestamp_millis()],
        )?;
        Ok(())
    }

    /// No new handoff of this contact before `until`.
    pub fn set_cooldown(self, contact: i64, until: Timestamp) -> Result<()> {
        self.conn.execute(
            "UPDATE verdict SET cooldown_ms = ?2 WHERE contact_id = ?1",
            [contact, until.timestamp_millis()],
        )?;
        Ok(())
    }

    /// Contacts by what was said of them last.
    pub fn verdict_counts(self) -> Result<Vec<(VerdictKind, Option<String>, u64)>> {
        let mut statement = self.conn.prepare(
            "SELECT CASE WHEN unclear IS NULL THEN kind ELSE 'unclear' END AS said, coalesce(unclear, name) AS named, count(*) \
             FROM verdict WHERE kind IS NOT NULL OR unclear IS NOT NULL GROUP BY said, named ORDER BY said, named",
        )?;
        let mut rows = statement.query([])?;
        let mut counts = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(kind) = VerdictKind::parse(row.get_ref(0)?.as_str()?) {
                counts.push((kind, row.get(1)?, row.get(2)?));
            }
        }
        Ok(counts)
    }

    pub fn meta(self, key: &str) -> Result<Option<String>> {
        Ok(self
            .conn
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
            .optional()?)
    }

    /// What a connector wants to remember between runs.
    pub fn remember(self, key: &str, value: &str) -> Result<()> {
        self.conn.execute(
            "INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2",
            [key, value],
        )?;
        Ok(())
    }

    /// Says something about the database for good: what was said first stands.
    pub fn set_meta_once(self, key: &str, value: &str) -> Result<()> {
        self.conn.execute(
            "INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO NOTHING",
            [key, value],
        )?;
        Ok(())
    }
}
