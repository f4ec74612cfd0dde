//! Storing what a connector read: the first sync of a million contacts comes through here.

use anyhow::Result;
use rusqlite::{CachedStatement, OptionalExtension as _, params};
use sha2::{Digest, Sha256};

use super::Db;
use super::forget::pseudonym;
use crate::model::{Record, Timestamp};
use crate::mutant;

/// What storing a page did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredPage {
    pub read: usize,
    /// New or changed, and so due for evaluation.
    pub changed: usize,
    /// Of these, read anew and older than what had been read: earlier walks missed them.
    pub missed: usize,
}

/// What a connector says of the records that it shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// They are read anew: all that changed before this had been read.
    pub read_before: Option<i64>,
    /// None of them is a late answer.
    pub is_current: bool,
}

/// `due_ms` of a contact that changed, and `look_ms` of its handoff: at once.
pub(super) const AT_ONCE: i64 = 0;

/// The first eight bytes of a SHA-256: two contents of one contact never share it by accident.
fn content_hash(layout: i64, content: &str) -> i64 {
    let mut hash = Sha256::new();
    hash.update(layout.to_le_bytes());
    hash.update(content.as_bytes());
    let digest = hash.finalize();
    let first = digest.first_chunk().copied().unwrap_or_default();
    i64::from_le_bytes(first)
}

impl Db<'_> {
    /// Stores what a connector read. A contact that is new or has changed is due for evaluation; one that is the same, or a
    /// late answer older than what is stored, changes nothing.
    pub fn store_records(
        self,
        layout: i64,
        records: &[Record],
        shown: Shown,
        now: Timestamp,
    ) -> Result<StoredPage> {
        let mut recorder = Recorder::new(self, layout, shown, now)?;
        let mut stored = StoredPage { read: records.len(), ..StoredPage::default() };
        for record in records {
            stored.changed += usize::from(recorder.store(record)?);
        }
        stored.missed = recorder.missed;
        Ok(stored)
    }

    /// Whether a contact changed in any value that both layouts have. A field that the rules began to ask for is no
    /// change of the contact: a new rules.toml alone hands nobody off.
    fn values_differ(self, id: i64, old: i64, new: i64, values: &[Option<String>]) -> Result<bool> {
        let (old_names, new_names) = (self.layout_fields(old)?, self.layout_fields(new)?);
        let content: String =
            self.conn.query_row("SELECT content FROM contact WHERE id = ?1", [id], |row| row.get(0))?;
        let old_values: Vec<Option<String>> = serde_json::from_str(&content)?;
        // Of a contact that was forgotten nothing is left to compare with.
        Ok(old_values.is_empty()
            || old_names.iter().zip(&old_values).any(|(name, old_value)| {
                let new_value =
                    new_names.iter().position(|other| other == name).and_then(|at| values.get(at));
                new_value.is_some_and(|new_value| new_value != old_value)
            }))
    }
}

/// The statements of one page, prepared once.
struct Recorder<'a> {
    db: Db<'a>,
    layout: i64,
    shown: Shown,
    missed: usize,
    now_ms: i64,
    find: CachedStatement<'a>,
    insert: CachedStatement<'a>,
    insert_verdict: CachedStatement<'a>,
    /// New contacts are numbered here: to ask the database for each number costs a tenth of the first sync.
    last_id: i64,
    /// JSON of the record at hand; its memory serves the whole page.
    content: Vec<u8>,
    /// New contacts come in runs, as at the first sync: then inserting first saves the look-up.
    expects_new: bool,
    /// A forgotten contact's id may be stored under a pseudonym.
    knows_pseudonyms: bool,
}

/// What is stored of a contact.
struct Stored {
    id: i64,
    layout: i64,
    content_hash: i64,
    modified_ms: Option<i64>,
    is_forgotten: bool,
}

impl<'a> Recorder<'a> {
    fn new(db: Db<'a>, layout: i64, shown: Shown, now: Timestamp) -> Result<Self> {
        let prepare = |sql| db.conn.prepare_cached(sql);
        Ok(Self {
            db,
            layout,
            shown,
            missed: 0,
            now_ms: now.timestamp_millis(),
            find: prepare(
                "SELECT id, layout_id, content_hash, modified_ms, forgotten_ms IS NOT NULL FROM contact WHERE crm_id = ?1",
            )?,
            insert: prepare(
                "INSERT INTO contact(id, crm_id, layout_id, content, content_hash, modified_ms, changed_ms) \
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(crm_id) DO NOTHING",
            )?,
            insert_verdict: prepare("INSERT INTO verdict(contact_id, due_ms) VALUES(?1, ?2)")?,
            last_id: prepare("SELECT coalesce(max(id), 0) FROM contact")?.query_row([], |row| row.get(0))?,
            content: Vec::new(),
            expects_new: false,
            knows_pseudonyms: db.has_pseudonyms()?,
        })
    }

    /// True when the contact is new or has changed.
    fn store(&mut self, record: &Record) -> Result<bool> {
        self.content.clear();
        serde_json::to_writer(&mut self.content, &record.values)?;
        let content = std::mem::take(&mut self.content);
        let stored = self.store_content(record, std::str::from_utf8(&content)?);
        self.content = content;
        stored
    }

    fn store_content(&mut self, record: &Record, content: &str) -> Result<bool> {
        let hash = content_hash(self.layout, content);
        if self.expects_new && self.insert(record, content, hash)? {
            return Ok(true);
        }
        let present = self.find(record)?;
        self.expects_new = present.is_none() && !self.knows_pseudonyms;
        match present {
            Some(stored) => self.update(&stored, record, content, hash),
            None => self.insert(record, content, hash),
        }
    }

    /// False when the contact is there already.
    fn insert(&mut self, record: &Record, content: &str, hash: i64) -> Result<bool> {
        let id = self.last_id + 1;
        let crm_id = record.id.as_str();
        let values = params![id, crm_id, self.layout, content, hash, record.modified_ms, self.now_ms];
        if self.insert.execute(values)? == 0 {
            return Ok(false);
        }
        self.last_id = id;
        self.insert_verdict.execute([id, AT_ONCE])?;
        self.count_missed(record, None);
        Ok(true)
    }

    /// News that an earlier walk should have brought. What became different without another time of change, such as its
    /// company, no walk can see.
    fn count_missed(&mut self, record: &Record, known_ms: Option<i64>) {
        let is_missed = |before, modified| modified < before && known_ms.is_none_or(|known| known < modified);
        let times = self.shown.read_before.zip(record.modified_ms);
        self.missed += usize::from(times.is_some_and(|(before, modified)| is_missed(before, modified)));
    }

    fn find(&mut self, record: &Record) -> Result<Option<Stored>> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Stored {
                id: row.get(0)?,
                layout: row.get(1)?,
                content_hash: row.get(2)?,
                modified_ms: row.get(3)?,
                is_forgotten: row.get(4)?,
            })
        };
        let mut find = |id: &str| self.find.query_row([id], read).optional();
        let mut found = find(record.id.as_str())?;
        if found.is_none() && self.knows_pseudonyms {
            found = find(&pseudonym(record.id.as_str()))?;
        }
        Ok(found)
    }

    fn update(&mut self, stored: &Stored, record: &Record, content: &str, hash: i64) -> Result<bool> {
        let is_older = !self.shown.is_current
            && matches!((record.modified_ms, stored.modified_ms), (Some(new), Some(old)) if new < old);
        // Asked for another field, the CRM says more of a contact that did not change: no reason to know it again.
        let stays_forgotten =
            stored.is_forgotten && record.modified_ms.is_some() && record.modified_ms == stored.modified_ms;
        if stored.content_hash == hash || is_older || stays_forgotten {
            return Ok(false);
        }
        let is_news = stored.layout == self.layout
            || self.db.values_differ(stored.id, stored.layout, self.layout, &record.values)?;
        let conn = self.db.conn;
        conn.prepare_cached(
            "UPDATE contact SET layout_id = ?2, content = ?3, content_hash = ?4, modified_ms = ?5, \
             changed_ms = coalesce(?6, changed_ms), crm_id = ?7, forgotten_ms = NULL WHERE id = ?1",
        )?
        .execute(params![
            stored.id,
            self.layout,
            content,
            hash,
            record.modified_ms,
            is_news.then_some(self.now_ms),
            record.id.as_str()
        ])?;
        if is_news {
            self.count_missed(record, stored.modified_ms);
        }
        if is_news && !mutant::is("changed and not judged") {
            conn.prepare_cached("UPDATE verdict SET due_ms = ?2, was_there = 0 WHERE contact_id = ?1")?
                .execute([stored.id, AT_ONCE])?;
        }
        // What is no news to a verdict may be what an outcome waits for.
        conn.prepare_cached("UPDATE handoff SET look_ms = ?2 WHERE contact_id = ?1 AND look_ms IS NOT NULL")?
            .execute([stored.id, AT_ONCE])?;
        Ok(is_news)
    }
}
