//! Records that are one lead: handoffs by the e-mail of their contact, and contacts that were linked instead of handed off.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest, Sha256};

use super::Db;
use super::runs::time;
use crate::model::{Status, Timestamp, VerdictKind};

/// Handoffs of one e-mail that are looked at: what is beyond has been settled long ago.
const LOOKED_AT_MAX: u32 = 16;

/// A contact that was handed off under the same e-mail, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namesake {
    pub contact: i64,
    pub handoff: i64,
    pub status: Status,
    pub verdict: Option<VerdictKind>,
    pub cooldown: Option<Timestamp>,
}

/// A contact that is no lead of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    /// The contact whose lead it is.
    pub of: i64,
    pub crm_id: String,
    pub at: Timestamp,
}

/// The first eight bytes of a SHA-256: an index of numbers, and no address in it.
pub fn text_hash(normalised: &str) -> i64 {
    let digest = Sha256::digest(normalised.as_bytes());
    i64::from_le_bytes(digest.first_chunk().copied().unwrap_or_default())
}

impl Db<'_> {
    /// Contacts other than this that were handed off under an e-mail, open handoffs first, then the newest. A contact
    /// whose e-mail has changed since may be among them.
    pub fn namesakes(self, key: i64, contact: i64) -> Result<Vec<Namesake>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT h.contact_id, h.id, h.status, v.kind, v.cooldown_ms FROM handoff h \
             JOIN verdict v ON v.contact_id = h.contact_id \
             WHERE h.email_hash = ?1 AND h.contact_id <> ?2 ORDER BY h.closed_ms IS NOT NULL, h.id DESC LIMIT ?3",
        )?;
        let mut rows = statement.query(params![key, contact, LOOKED_AT_MAX])?;
        let mut namesakes = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(status) = Status::parse(row.get_ref(2)?.as_str()?) else { continue };
            namesakes.push(Namesake {
                contact: row.get(0)?,
                handoff: row.get(1)?,
                status,
                verdict: row.get_ref(3)?.as_str_or_null()?.and_then(VerdictKind::parse),
                cooldown: row.get::<_, Option<i64>>(4)?.map(time),
            });
        }
        Ok(namesakes)
    }

    /// Links a contact to the one whose lead it is. True when it was not linked to that one before.
    pub fn link(self, contact: i64, of: i64, key: i64, at: Timestamp) -> Result<bool> {
        let is_new = self.link_of(contact)?.is_none_or(|link| link.of != of);
        if is_new {
            self.conn
                .prepare_cached(
                    "INSERT INTO duplicate(contact_id, of_id, email_hash, at_ms) VALUES(?1, ?2, ?3, ?4) \
                     ON CONFLICT(contact_id) DO UPDATE SET of_id = ?2, email_hash = ?3, at_ms = ?4",
                )?
                .execute(params![contact, of, key, at.timestamp_millis()])?;
        }
        Ok(is_new)
    }

    pub fn unlink(self, contact: i64) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM duplicate WHERE contact_id = ?1")?.execute([contact])?;
        Ok(())
    }

    pub fn link_of(self, contact: i64) -> Result<Option<LinkRow>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT d.of_id, c.crm_id, d.at_ms FROM duplicate d JOIN contact c ON c.id = d.of_id \
                 WHERE d.contact_id = ?1",
            )?
            .query_row([contact], |row| {
                Ok(LinkRow { of: row.get(0)?, crm_id: row.get(1)?, at: time(row.get(2)?) })
            })
            .optional()?)
    }

    /// Contacts linked to this one by another e-mail than `key` are leads of their own again: they are judged anew, and
    /// have crossed when they qualify.
    pub fn release_links(self, of: i64, key: Option<i64>, at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE verdict SET due_ms = 0, crossed_ms = coalesce(crossed_ms, ?3) WHERE contact_id IN \
                 (SELECT contact_id FROM duplicate WHERE of_id = ?1 AND email_hash IS DISTINCT FROM ?2)",
            )?
            .execute(params![of, key, at.timestamp_millis()])?;
        self.conn
            .prepare_cached("DELETE FROM duplicate WHERE of_id = ?1 AND email_hash IS DISTINCT FROM ?2")?
            .execute(params![of, key])?;
        Ok(())
    }

    /// The e-mail of a contact's newest handoff as it is now.
    pub fn set_email_hash(self, contact: i64, key: Option<i64>) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE handoff SET email_hash = ?2 WHERE contact_id = ?1 AND email_hash IS DISTINCT FROM ?2",
            )?
            .execute(params![contact, key])?;
        Ok(())
    }

    /// Every contact that was handed off, and those that are linked.
    pub fn contacts_handed_off(self) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare(
            "SELECT contact_id FROM handoff UNION SELECT contact_id FROM duplicate UNION SELECT of_id FROM duplicate",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn linked_count(self) -> Result<u64> {
        Ok(self.conn.query_row("SELECT count(*) FROM duplicate", [], |row| row.get(0))?)
    }
}
