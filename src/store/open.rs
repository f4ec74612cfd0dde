//! Opening the file: ours or nobody's, private, and with every safety of SQLite switched on.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Store, lock};
use crate::model::one_line;

/// `HDOF` in ASCII: marks the file as ours.
const APPLICATION_ID: i64 = 0x4844_4F46;

/// One entry a version; the position is the version it leads to, from 1.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];

/// Older versions can lose committed data when two connections write and checkpoint at once
/// (<https://sqlite.org/wal.html#walresetbug>).
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// How long a statement waits for another process's transaction; well below a run's deadline.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Attempts to switch to the write-ahead log while another process does, and the pause between them: two seconds in all.
const WAL_ATTEMPTS: u32 = 100;
const WAL_PAUSE: Duration = Duration::from_millis(20);

/// 64 MiB: the indices of a first sync stay in memory; a run with nothing to do never fills it.
const CACHE_KIB: i32 = 65_536;

/// 32 MiB of log before it is moved into the database: a first sync writes its pages once, not once a transaction.
const CHECKPOINT_PAGES: i32 = 8_192;

/// Statements kept prepared; more than the program has.
const STATEMENTS_MAX: usize = 96;

/// Where a command's database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorePath(PathBuf);

impl StorePath {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// The file beside it that has this at the end of its name.
    pub(super) fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.0.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    }

    pub fn exists(&self) -> bool {
        self.0.exists()
    }

    /// Opens the database for a run, and creates it when there is none.
    pub fn open(&self) -> Result<Store> {
        self.create_private()?;
        let store = Store::over(self.connect()?);
        store.prepare().with_context(|| format!("cannot open the database {}", self.0.display()))?;
        Ok(store)
    }

    /// Opens the database for whoever writes to it alone; `None`: somebody else did for longer than `patience`. A dry run
    /// writes to a copy of its own: it waits for nobody, and nobody for it.
    ///
    /// # Errors
    /// The database cannot be locked, opened or copied.
    pub fn open_alone(&self, is_dry: bool, patience: Duration) -> Result<Option<Store>> {
        if is_dry {
            return self.open_copy().map(Some);
        }
        let Some(lock) = lock(self, patience)? else { return Ok(None) };
        Ok(Some(Store { _lock: Some(lock), ..self.open()? }))
    }

    /// Opens an existing database to look at it. One of an older version is read as it would become.
    pub fn open_existing(&self) -> Result<Store> {
        let store = self.open_as_it_is()?;
        if store.version()? == MIGRATIONS.len() {
            return Ok(store);
        }
        drop(store);
        self.open_copy()
    }

    /// Opens an existing database to change it.
    pub fn open_to_change(&self) -> Result<Store> {
        self.refuse_absent()?;
        self.open()
    }

    /// Opens an existing database of any version of ours, and leaves it at that.
    pub(super) fn open_as_it_is(&self) -> Result<Store> {
        self.refuse_absent()?;
        self.refuse_readable_by_others()?;
        let store = Store::over(self.connect()?);
        store.settings().with_context(|| format!("cannot open the database {}", self.0.display()))?;
        Ok(store)
    }

    pub(super) fn refuse_absent(&self) -> Result<()> {
        if !self.exists() {
            bail!("there is no database {}; `handoff run` makes it", self.0.display());
        }
        Ok(())
    }

    /// The file is created by us with mode 0600, before SQLite opens it: SQLite gives the same mode to its WAL.
    fn create_private(&self) -> Result<()> {
        self.refuse_shared()?;
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.0);
        match created {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.refuse_readable_by_others(),
            Err(error) => {
                Err(error).with_context(|| format!("cannot create the database {}", self.0.display()))
            }
        }
    }

    fn refuse_readable_by_others(&self) -> Result<()> {
        let path = self.0.display();
        let metadata =
            std::fs::symlink_metadata(&self.0).with_context(|| format!("cannot look at {path}"))?;
        if !metadata.is_file() {
            bail!("the database {path} is not a plain file; name one with --db");
        }
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            bail!("the database {path} can be read by others (mode {mode:04o}); run `chmod 600 {path}`");
        }
        Ok(())
    }

    fn connect(&self) -> Result<Connection> {
        self.refuse_shared()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let path = std::path::absolute(&self.0).unwrap_or_else(|_| self.0.clone());
        // NOFOLLOW refuses a link anywhere in the path, so links in the folder are resolved here and only here.
        let path = match (path.parent().map(Path::canonicalize), path.file_name()) {
            (Some(Ok(folder)), Some(name)) => folder.join(name),
            (_, _) => path,
        };
        Connection::open_with_flags(&path, flags)
            .with_context(|| format!("cannot open the database {}", self.0.display()))
    }
}

impl Store {
    /// An empty database in memory.
    pub fn in_memory() -> Result<Self> {
        let store = Self::over(Connection::open_in_memory()?);
        store.prepare()?;
        Ok(store)
    }

    /// A database in memory that all share who open it by this name, for as long as one of them has it open.
    pub fn in_shared_memory(name: &str) -> Result<Self> {
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_URI;
        let conn = Connection::open_with_flags(format!("file:/{name}?vfs=memdb"), flags)?;
        let store = Self::over(conn);
        store.prepare()?;
        Ok(store)
    }

    fn prepare(&self) -> Result<()> {
        let version = self.settings()?;
        self.enter_wal()?;
        self.migrate(version, MIGRATIONS)
    }

    /// A copy has one user and is gone with it: it needs no log.
    pub(super) fn prepare_copy(&self) -> Result<()> {
        self.migrate(self.settings()?, MIGRATIONS)
    }

    pub(super) fn over(conn: Connection) -> Self {
        Self { conn, gate: None, _lock: None }
    }

    fn version(&self) -> rusqlite::Result<usize> {
        self.conn.query_row("PRAGMA user_version", [], |row| row.get(0))
    }

    /// Sets what this connection needs; nothing of it is written to the file. Returns the schema's version.
    fn settings(&self) -> Result<usize> {
        if rusqlite::version_number() < SQLITE_VERSION_MIN {
            bail!("SQLite {} can lose committed data; 3.51.3 or newer is needed", rusqlite::version());
        }
        self.conn.busy_timeout(BUSY_TIMEOUT)?;
        self.conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // The schema is the file's, and so is whoever made the file: it calls no function that has an effect, and cannot be
        // changed but by statements.
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // One plan for a statement, whatever it is given: it is prepared once.
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let version = self.recognise()?;
        self.conn.execute_batch(&format!(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{CACHE_KIB}; \
             PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;"
        ))?;
        Ok(version)
    }

    /// Switches to the write-ahead log; only the first opening of a database has to. SQLite does not wait for another
    /// process that does the same just now, whatever the busy timeout, so this does.
    fn enter_wal(&self) -> Result<()> {
        let mut answer = self.ask_for_wal();
        for _ in 0..WAL_ATTEMPTS {
            if !matches!(&answer, Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)) {
                break;
            }
            sleep(WAL_PAUSE);
            answer = self.ask_for_wal();
        }
        let journal = answer?;
        // A database in memory answers `memory`; anything else than these two is not safe to go on with.
        if journal != "wal" && journal != "memory" {
            bail!(
                "the file system cannot hold a write-ahead log (journal mode {journal}); put the database on a local disk"
            );
        }
        Ok(())
    }

    fn ask_for_wal(&self) -> rusqlite::Result<String> {
        self.conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
    }

    /// The schema version of a database of ours (0: empty). Anything else is refused before anything is written to it.
    fn recognise(&self) -> Result<usize> {
        let pragma = |name: &str| -> Result<i64> {
            let answer = self.conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
            answer.map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) | None => anyhow::Error::from(
                    error,
                )
                .context("it is not a handoff database, or it is damaged; name another file with --db"),
                Some(_) => error.into(),
            })
        };
        // In one transaction: another process may be making this database just now, and half of it is not ours yet.
        self.conn.execute_batch("BEGIN")?;
        let application = pragma("application_id")?;
        let version = usize::try_from(pragma("user_version")?).unwrap_or(usize::MAX);
        let objects: i64 = self.conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let planted =
            if application == APPLICATION_ID && version <= MIGRATIONS.len() { self.planted()? } else { None };
        self.conn.execute_batch("COMMIT")?;
        if let Some(name) = planted {
            bail!("somebody added '{}' to its schema; restore a backup", one_line(&name, 80));
        }
        if application == APPLICATION_ID {
            self.refuse_cut_short()?;
        }
        match (application, objects) {
            (0, 0) => Ok(0),
            (APPLICATION_ID, _) if version <= MIGRATIONS.len() => Ok(version),
            (APPLICATION_ID, _) => bail!(
                "a newer handoff wrote it (schema {version}, this one knows {}); update handoff",
                MIGRATIONS.len()
            ),
            (_, _) => bail!("it belongs to another program; name another file with --db"),
        }
    }

    /// SQLite notices a missing end only when it reads there, and takes a last page that is short for one that ends in zeros.
    /// While a write-ahead log is there, the end of the file may rightly be missing.
    fn refuse_cut_short(&self) -> Result<()> {
        let Some(path) = self.conn.path().filter(|path| !path.is_empty()) else { return Ok(()) };
        let pages: u64 = self.conn.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let page_bytes: u64 = self.conn.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        // The log first: the file is whole once it is gone.
        let bytes_of = |path: &str| std::fs::metadata(path).map(|metadata| metadata.len());
        let has_log = bytes_of(&format!("{path}-wal")).is_ok_and(|bytes| bytes > 0);
        if !has_log && bytes_of(path).is_ok_and(|bytes| bytes < pages.saturating_mul(page_bytes)) {
            bail!("its end is missing; restore a backup");
        }
        Ok(())
    }

    /// The name of a trigger or view that no schema of ours has: it would act in our name.
    fn planted(&self) -> Result<Option<String>> {
        let mut statement =
            self.conn.prepare("SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sql: String = row.get(1)?;
            if !MIGRATIONS.iter().any(|ours| ours.contains(&sql)) {
                return Ok(Some(row.get(0)?));
            }
        }
        Ok(None)
    }

    /// One transaction, with the version set inside it: killed anywhere, the file is at the old version or the new one.
    pub(super) fn migrate(&self, from: usize, steps: &[&str]) -> Result<()> {
        if from >= steps.len() {
            return Ok(());
        }
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        // Another process may have been here since.
        let present = self.version()?;
        for sql in steps.iter().skip(present) {
            self.conn.execute_batch(sql).context("cannot bring the database up to date")?;
        }
        let version = present.max(steps.len());
        self.conn.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}; COMMIT"
        ))?;
        Ok(())
    }
}
