//! The private copy that a dry run works on: it writes and asks the services as a run does, and locks nothing of the user's.
//! SQLite makes the file readable by this user alone, deletes it as soon as it is open, and keeps a small one in memory.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::{Store, StorePath};

impl StorePath {
    /// A copy of the database as of one moment, or an empty one where there is none; it is gone when it is closed.
    pub(super) fn open_copy(&self) -> Result<Store> {
        let mut conn = Connection::open("").with_context(|| format!("cannot open {}", place()))?;
        if self.exists() {
            let from = self.open_as_it_is()?;
            copy_pages(&from.conn, &mut conn).with_context(|| format!("cannot write {}", place()))?;
        }
        let store = Store::over(conn);
        store.prepare_copy().with_context(|| format!("cannot write {}", place()))?;
        Ok(store)
    }
}

/// Copies one state of a database. In WAL mode that holds up no writer.
pub(super) fn copy_pages(from: &Connection, to: &mut Connection) -> Result<()> {
    let backup = Backup::new(from, to)?;
    // All pages in one step: that is one read transaction.
    if backup.step(-1)? != StepResult::Done {
        bail!("the database is busy; try again");
    }
    Ok(())
}

/// Where the copy is, and how to have it elsewhere. SQLite's own order: <https://sqlite.org/tempfiles.html>, section 5.
pub(super) fn place() -> String {
    let named = ["SQLITE_TMPDIR", "TMPDIR"].into_iter().filter_map(env::var_os).map(PathBuf::from);
    let fixed = ["/var/tmp", "/usr/tmp", "/tmp"].map(PathBuf::from);
    let folder = named.chain(fixed).find(|folder| folder.is_dir()).unwrap_or_else(|| ".".into());
    let folder = folder.display();
    format!(
        "the copy of the database for this dry run in {folder}; name a folder with more room in SQLITE_TMPDIR"
    )
}
