//! Erasing a person: what was read and said of it goes, from the tables and from the bytes of the files. Ids, keys and
//! counts stay, so that nothing is sent a second time.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, bail};
use rusqlite::params;
use rusqlite::types::FromSql;
use sha2::{Digest, Sha256};

use super::handoffs::unreadable;
use super::outcomes::Closing;
use super::{Db, Store};
use crate::model::{EffectKind, Status, Timestamp, Write, fold};

/// A person to erase.
#[derive(Clone, Copy, Debug)]
pub struct Erasure<'a> {
    /// The store's id.
    pub contact: i64,
    /// How messages and reports may have called the person: e-mail, name, telephone number.
    pub words: &'a [String],
    pub at: Timestamp,
}

/// A write that is, or may be, outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub kind: EffectKind,
    pub key: String,
    /// `None`: it may have arrived, and nobody knows.
    pub remote_id: Option<String>,
}

/// Said of the file between the erasure and its last step, so that a later call takes that step.
const UNFINISHED: &str = "forget.unfinished";

/// Stands where a text named the person.
const ERASED: &str = "(forgotten)";

/// Shorter words are in too many texts that mean somebody else.
const WORD_CHARS_MIN: usize = 4;

/// How often the log is tried to be emptied while somebody reads, and the pause between: five seconds in all.
const CHECKPOINTS: u32 = 50;
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(100);

const PSEUDONYM: &str = "forgotten-";

/// What stands for an id that is the person's e-mail. The same id gives the same, so that a contact that is read again is
/// known.
pub(super) fn pseudonym(crm_id: &str) -> String {
    let digest = Sha256::digest(crm_id.as_bytes());
    format!("{PSEUDONYM}{}", data_encoding::BASE32_NOPAD.encode(&digest).to_lowercase())
}

impl Db<'_> {
    /// Writes of a contact that left this machine, or may have.
    pub fn sent_of(self, contact: i64) -> Result<Vec<Sent>> {
        let mut statement = self.conn.prepare(
            "SELECT e.kind, e.key, e.remote_id FROM effect e JOIN handoff h ON h.id = e.handoff_id \
             WHERE h.contact_id = ?1 AND (e.state IN ('done', 'in_flight', 'unknown') OR e.unsure = 1) ORDER BY e.id",
        )?;
        let rows = statement.query_map([contact], |row| {
            let kind: String = row.get(0)?;
            let kind = EffectKind::parse(&kind).ok_or_else(|| unreadable(0, "an unknown kind of write"))?;
            Ok(Sent { kind, key: row.get(1)?, remote_id: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Erases a person from the tables, and cancels whatever is not settled. Returns how many writes that were.
    pub fn forget(self, erasure: Erasure<'_>) -> Result<usize> {
        let Erasure { contact, at, .. } = erasure;
        let cancelled = self.unsettled_of(contact)?;
        if let Some(open) = self.open_handoff_of(contact)? {
            let closing = Closing {
                status: Status::Cancelled,
                at,
                by: None,
                how: "forgotten",
                reason: None,
                watch_until: None,
            };
            self.close(open.id, &closing)?;
        }
        let crm_id = self.forget_contact(&erasure)?;
        for handoff in self.handoffs_of(contact)? {
            self.forget_handoff(handoff.id)?;
            self.forget_effects(handoff.id, &crm_id)?;
            self.add_event(handoff.id, at, "forgotten", None, None)?;
        }
        self.forget_companion(contact)?;
        self.forget_words(&erasure)?;
        self.remember(UNFINISHED, "yes")?;
        Ok(cancelled)
    }

    fn unsettled_of(self, contact: i64) -> Result<usize> {
        Ok(self.conn.query_row(
            "SELECT count(*) FROM effect e JOIN handoff h ON h.id = e.handoff_id \
             WHERE h.contact_id = ?1 AND e.state NOT IN ('done', 'cancelled')",
            [contact],
            |row| row.get(0),
        )?)
    }

    /// Keeps the verdict, so that who was qualified does not cross again, and the hash of the content, so that the same
    /// content is not taken for a change when overlapping reads bring it once more.
    fn forget_contact(self, erasure: &Erasure<'_>) -> Result<String> {
        let mut crm_id: String =
            self.conn
                .query_row("SELECT crm_id FROM contact WHERE id = ?1", [erasure.contact], |row| row.get(0))?;
        let folded = fold(&crm_id).into_owned();
        if erasure.words().any(|word| folded.contains(&word)) {
            crm_id = pseudonym(&crm_id);
        }
        self.conn.execute(
            "UPDATE contact SET content = '[]', crm_id = ?2, forgotten_ms = ?3 WHERE id = ?1",
            params![erasure.contact, crm_id, erasure.at.timestamp_millis()],
        )?;
        self.conn.execute("DELETE FROM duplicate WHERE contact_id = ?1 OR of_id = ?1", [erasure.contact])?;
        self.conn.execute(
            "UPDATE verdict SET due_ms = NULL, crossed_ms = NULL, unclear = NULL WHERE contact_id = ?1",
            [erasure.contact],
        )?;
        Ok(crm_id)
    }

    fn forget_handoff(self, handoff: i64) -> Result<()> {
        self.conn.execute(
            "UPDATE handoff SET why = '[]', note = NULL, reason = NULL, watch_ms = NULL, look_ms = NULL, email_hash = NULL WHERE id = ?1",
            [handoff],
        )?;
        self.conn.execute("UPDATE assignment SET why = '' WHERE handoff_id = ?1", [handoff])?;
        self.conn.execute("DELETE FROM assignment_company WHERE handoff_id = ?1", [handoff])?;
        self.conn.execute("DELETE FROM burst_company WHERE handoff_id = ?1", [handoff])?;
        self.conn.execute(
            "UPDATE event SET how = NULL, \
             who = CASE WHEN who IN (SELECT rep FROM assignment WHERE handoff_id = ?1) THEN who END WHERE handoff_id = ?1",
            [handoff],
        )?;
        Ok(())
    }

    fn forget_effects(self, handoff: i64, crm_id: &str) -> Result<()> {
        self.conn.execute(
            "UPDATE effect SET state = 'cancelled' WHERE handoff_id = ?1 AND state NOT IN ('done', 'cancelled')",
            [handoff],
        )?;
        let mut statement = self.conn.prepare("SELECT id, body FROM effect WHERE handoff_id = ?1")?;
        let bodies = statement
            .query_map([handoff], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        for (id, body) in bodies {
            let write: Write = serde_json::from_str(&body)?;
            let body = serde_json::to_string(&write.without_person(crm_id))?;
            self.conn
                .execute("UPDATE effect SET body = ?2, error = NULL WHERE id = ?1", params![id, body])?;
        }
        Ok(())
    }

    /// What names the person in the reasons of rows that were set aside and in the reports of past runs.
    fn forget_words(self, erasure: &Erasure<'_>) -> Result<()> {
        let aside: Vec<(String, String)> = self.pairs("SELECT place, reason FROM quarantine")?;
        for (place, _) in aside.iter().filter(|(place, reason)| erasure.names(&format!("{place}{reason}"))) {
            self.conn.execute("DELETE FROM quarantine WHERE place = ?1", [place])?;
        }
        // Without its condition a silence mutes nobody, so whoever else it muted is escalated again.
        for (id, condition) in self.pairs::<i64>("SELECT id, condition FROM silence")? {
            if erasure.names(&condition) {
                self.conn.execute("DELETE FROM silence WHERE id = ?1", [id])?;
            }
        }
        for (id, reason) in self.pairs::<i64>("SELECT id, reason FROM silence")? {
            if erasure.names(&reason) {
                self.conn.execute("UPDATE silence SET reason = ?2 WHERE id = ?1", params![id, ERASED])?;
            }
        }
        for (id, summary) in self.pairs::<i64>("SELECT id, summary FROM run")? {
            let mut value = serde_json::from_str(&summary)?;
            if erase_in(&mut value, erasure) {
                let summary = value.to_string();
                self.conn.execute("UPDATE run SET summary = ?2 WHERE id = ?1", params![id, summary])?;
            }
        }
        Ok(())
    }

    /// Two columns of every row.
    fn pairs<T: FromSql>(self, sql: &str) -> Result<Vec<(T, String)>> {
        let mut statement = self.conn.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn has_pseudonyms(self) -> Result<bool> {
        let end = format!("{PSEUDONYM}~");
        let mut statement = self
            .conn
            .prepare_cached("SELECT EXISTS(SELECT 1 FROM contact WHERE crm_id > ?1 AND crm_id < ?2)")?;
        Ok(statement.query_row([PSEUDONYM, &end], |row| row.get(0))?)
    }

    /// Whether an erasure was interrupted before the file's bytes were rewritten.
    pub fn has_unfinished_erasure(self) -> Result<bool> {
        Ok(self.meta(UNFINISHED)?.is_some())
    }
}

impl Store {
    /// Rewrites the file, so that nothing of what was erased is left in free pages or in the log.
    pub fn rewrite_erased(&self) -> Result<()> {
        if !self.read().has_unfinished_erasure()? {
            return Ok(());
        }
        self.conn.execute_batch("VACUUM")?;
        self.empty_log()?;
        self.write(|db| Ok(db.conn.execute("DELETE FROM meta WHERE key = ?1", [UNFINISHED]).map(|_| ())?))?;
        self.empty_log()
    }

    fn empty_log(&self) -> Result<()> {
        for _ in 0..CHECKPOINTS {
            let busy: bool = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if !busy {
                return Ok(());
            }
            sleep(CHECKPOINT_PAUSE);
        }
        bail!(
            "another process reads the database, so its log still holds what was erased; run this once more"
        );
    }
}

impl Erasure<'_> {
    /// Whether a text names the person.
    fn names(&self, text: &str) -> bool {
        let folded = text.to_lowercase();
        self.words().any(|word| folded.contains(&word))
    }

    /// As texts are searched: folded, and long enough to mean the person.
    fn words(&self) -> impl Iterator<Item = String> {
        let words = self.words.iter().map(|word| fold(word).into_owned());
        words.filter(|word| word.chars().count() >= WORD_CHARS_MIN)
    }
}

/// Replaces every text that names the person. True when there was one.
fn erase_in(value: &mut serde_json::Value, erasure: &Erasure<'_>) -> bool {
    match value {
        serde_json::Value::String(text) => {
            let is_named = erasure.names(text);
            if is_named {
                ERASED.clone_into(text);
            }
            is_named
        }
        // Every member is looked at: the first that names the person need not be the last.
        serde_json::Value::Array(values) => {
            values.iter_mut().map(|value| usize::from(erase_in(value, erasure))).sum::<usize>() > 0
        }
        serde_json::Value::Object(members) => {
            members.values_mut().map(|value| usize::from(erase_in(value, erasure))).sum::<usize>() > 0
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    }
}
