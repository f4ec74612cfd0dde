//! A copy of the database, and what a run that starts from one has to expect: what was sent since the copy was made.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use chrono::TimeDelta;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::copy::copy_pages;
use super::{Db, StorePath};
use crate::model::Timestamp;

/// In a copy: whoever runs with it may find outside what it does not know of.
const IS_COPY: &str = "backup.is_copy";

/// In a database that was restored from a copy: handoffs that began before this moment may be known outside.
const RESTORED: &str = "backup.restored_ms";

/// Whoever is unreadable while the past is seen anew is readable again by then.
const MENDED_WITHIN: TimeDelta = TimeDelta::days(7);

/// What a database that this one is a copy of may have sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    Nothing,
    /// If at all, then before this one was restored.
    LongSince,
    PerhapsJustNow,
}

impl StorePath {
    /// Copies the database, as of one moment, into a private file that is either complete or not there. A run may be at
    /// work. Returns the size.
    pub fn back_up(&self, to: &Path, replaces: bool) -> Result<u64> {
        let store = self.open_as_it_is()?;
        self.refuse_as_target(to, replaces)?;
        let draft = draft_of(to)?;
        let copied = copy(&store.conn, &draft).and_then(|()| put_in_place(&draft, to, replaces));
        if copied.is_err() {
            fs::remove_file(&draft).ok();
        }
        copied.with_context(|| format!("cannot write the backup {}", to.display()))?;
        Ok(fs::metadata(to)?.len())
    }

    fn refuse_as_target(&self, to: &Path, replaces: bool) -> Result<()> {
        let shown = to.display();
        for ending in ["-wal", "-shm", "-journal", ".lock", ".wake"] {
            if to.as_os_str().as_encoded_bytes().ends_with(ending.as_bytes()) {
                bail!("{shown} is named like a part of a database; name the backup otherwise");
            }
        }
        let Ok(target) = fs::symlink_metadata(to) else { return Ok(()) };
        let own = fs::metadata(self.as_path())?;
        if (target.dev(), target.ino()) == (own.dev(), own.ino()) {
            bail!("{shown} is the database itself; name another file");
        }
        if !target.is_file() {
            bail!("{shown} is not a plain file; name another one");
        }
        if !replaces {
            bail!("{shown} exists; name another file, or replace it with --replace");
        }
        Ok(())
    }
}

/// A file of ours beside the target, empty and private.
fn draft_of(to: &Path) -> Result<PathBuf> {
    let Some(name) = to.file_name() else { bail!("{} names no file", to.display()) };
    let mut draft = name.to_owned();
    draft.push(format!(".{}.part", std::process::id()));
    let draft = to.with_file_name(draft);
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
    created.with_context(|| format!("cannot create {}", draft.display()))?;
    Ok(draft)
}

fn copy(from: &Connection, draft: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(draft, flags)?;
    copy_pages(from, &mut copy)?;
    // One file, whole without a log beside it.
    copy.execute_batch("PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE")?;
    copy.execute("INSERT INTO meta(key, value) VALUES(?1, 'yes') ON CONFLICT(key) DO NOTHING", [IS_COPY])?;
    // Whatever was sent since, nobody knows when.
    copy.execute("UPDATE effect SET clock = NULL WHERE state IN ('in_flight', 'unknown')", [])?;
    let verdict: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    let orphans: u64 =
        copy.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    if verdict != "ok" || orphans > 0 {
        bail!("the copy is damaged ({verdict}, {orphans} orphans), and so is the database");
    }
    copy.close().map_err(|(_, error)| error)?;
    File::open(draft)?.sync_all()?;
    Ok(())
}

fn put_in_place(draft: &Path, to: &Path, replaces: bool) -> Result<()> {
    if replaces {
        fs::rename(draft, to)?;
    } else {
        // Unlike a rename, a link does not replace what somebody put there meanwhile.
        match fs::hard_link(draft, to) {
            Ok(()) => fs::remove_file(draft)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => bail!("it exists by now"),
            Err(_) => fs::rename(draft, to)?,
        }
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    Ok(())
}

impl Db<'_> {
    /// In a copy that has become the database, what is planned may have been sent since the copy was made: it is as if this
    /// run had sent it and died.
    pub fn presume_sent_after_backup(self) -> Result<()> {
        if self.meta(IS_COPY)?.is_some() {
            self.conn.execute(
                "UPDATE effect SET state = 'in_flight', attempt = attempt + 1 WHERE state = 'planned'",
                [],
            )?;
        }
        Ok(())
    }

    /// After a good run everything that happened since the copy has been seen anew. Only handoffs that had begun by then
    /// can still meet their own past: all that there are, whatever the clock says that they began by. So can those of
    /// contacts that could not be read, once somebody has mended them.
    pub fn end_of_restore(self, now: Timestamp) -> Result<()> {
        if self.meta(IS_COPY)?.is_some() {
            let sql = "SELECT max(created_ms) FROM handoff";
            let last_began: Option<i64> = self.conn.query_row(sql, [], |row| row.get(0))?;
            let began_by = last_began.unwrap_or_default().max(now.timestamp_millis());
            self.remember(RESTORED, &(began_by + MENDED_WITHIN.num_milliseconds()).to_string())?;
            self.conn.execute("DELETE FROM meta WHERE key = ?1", [IS_COPY])?;
        }
        Ok(())
    }

    /// Whether what is planned for a handoff now may be outside already, and since when.
    pub(super) fn outside(self, handoff: i64) -> Result<Outside> {
        let mut statement = self.conn.prepare_cached(
            "SELECT m.key = ?1 FROM meta m, handoff h WHERE h.id = ?3 \
             AND (m.key = ?1 OR m.key = ?2 AND h.created_ms <= CAST(m.value AS BIGINT)) ORDER BY 1 DESC LIMIT 1",
        )?;
        let found = statement.query_row((IS_COPY, RESTORED, handoff), |row| row.get(0)).optional()?;
        Ok(match found {
            None => Outside::Nothing,
            Some(false) => Outside::LongSince,
            Some(true) => Outside::PerhapsJustNow,
        })
    }
}
