//! Append-only JSON Lines with a key in each line, each key once ever: where `crm.file` and `chat.file` deliver to.
//! A line is either there, whole and on disk, or it is not: the file itself is the memory of what was delivered.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::connector::lines::{LINE_BYTES_MAX, Lines};
use crate::model::{Delivery, LookUp, harmless_json};

/// One such file. Nothing is opened before the first append or look-up.
#[derive(Debug)]
pub(crate) struct AppendLog {
    path: PathBuf,
    /// The file's own name; part of every remote id.
    name: String,
    keys: HashSet<Box<str>>,
    /// Up to here the keys are loaded; another process may have appended since.
    loaded: u64,
}

/// A line to append.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// The whole object, its key among the members, without a line end.
    pub(crate) json: String,
}

/// What every line has, whatever else is in it.
#[derive(Deserialize)]
struct KeyOnly {
    key: Box<str>,
}

impl Entry {
    /// `line` is the whole object; `key` is among its members.
    pub(crate) fn new(key: &str, line: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self { key: key.to_owned(), json: harmless_json(&serde_json::to_string(line)?) })
    }
}

impl AppendLog {
    pub(crate) fn new(path: PathBuf) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        Self { path, name, keys: HashSet::new(), loaded: 0 }
    }

    /// Appends the entries whose keys are not there yet, all in one write that is on disk before this returns.
    /// One answer for each, in order.
    pub(crate) fn append(&mut self, entries: &[Entry]) -> Vec<Delivery> {
        if entries.is_empty() {
            return Vec::new();
        }
        let failed = match self.open_locked() {
            Ok(mut file) => self.append_new(&mut file, entries).err(),
            Err(error) => Some(Failure::before(error)),
        };
        entries.iter().map(|entry| self.delivery(entry, failed.as_ref())).collect()
    }

    /// Whether the keys are there; one answer for each, in order.
    pub(crate) fn look_up<'a>(&mut self, keys: impl Iterator<Item = &'a str>) -> Vec<LookUp> {
        let failed = match self.path.try_exists() {
            Ok(false) => None,
            Ok(true) => self.open_locked().and_then(|mut file| self.catch_up(&mut file)).err(),
            Err(error) => Some(error),
        };
        keys.map(|key| match &failed {
            Some(error) => LookUp::Failed { why: self.explain(error) },
            None if self.keys.contains(key) => LookUp::Found { remote_id: self.remote_id(key) },
            None => LookUp::Absent,
        })
        .collect()
    }

    fn delivery(&self, entry: &Entry, failed: Option<&Failure>) -> Delivery {
        match failed {
            _ if self.keys.contains(entry.key.as_str()) => {
                Delivery::Done { remote_id: self.remote_id(&entry.key) }
            }
            _ if entry.json.len() > LINE_BYTES_MAX => {
                Delivery::Refused { why: format!("the line is longer than {LINE_BYTES_MAX} bytes") }
            }
            Some(failure) if failure.rolled_back => Delivery::NotSent { why: self.explain(&failure.error) },
            Some(failure) => Delivery::Unknown { why: self.explain(&failure.error) },
            None => Delivery::Unknown { why: format!("{} was not written", self.path.display()) },
        }
    }

    fn append_new(&mut self, file: &mut File, entries: &[Entry]) -> Result<(), Failure> {
        self.catch_up(file).map_err(Failure::before)?;
        let mut fresh = HashSet::new();
        let mut lines = String::new();
        for entry in entries {
            let is_new = !self.keys.contains(entry.key.as_str()) && entry.json.len() <= LINE_BYTES_MAX;
            if is_new && fresh.insert(Box::<str>::from(entry.key.as_str())) {
                lines.push_str(&entry.json);
                lines.push('\n');
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        write_or_roll_back(file, self.loaded, lines.as_bytes())?;
        self.loaded += lines.len() as u64;
        self.keys.extend(fresh);
        Ok(())
    }

    /// Loads the keys of lines that were appended since, and mends a last line that was cut short. The file is locked and
    /// left positioned at its end.
    fn catch_up(&mut self, file: &mut File) -> io::Result<()> {
        let length = file.metadata()?.len();
        if length < self.loaded {
            self.keys.clear();
            self.loaded = 0;
        }
        file.seek(SeekFrom::Start(self.loaded))?;
        let mut torn = None;
        let mut lines = Lines::new(BufReader::new(&*file));
        while let Some(line) = lines.read()? {
            let key = line.text.and_then(|text| serde_json::from_slice::<KeyOnly>(text).ok());
            if !line.ended {
                torn = Some((key, line.bytes));
                break;
            }
            self.loaded += line.bytes;
            self.keys.extend(key.map(|line| line.key));
        }
        match torn {
            Some((Some(whole), bytes)) => {
                file.seek(SeekFrom::End(0))?;
                file.write_all(b"\n")?;
                file.sync_data()?;
                self.loaded += bytes + 1;
                self.keys.insert(whole.key);
            }
            Some((None, _)) => file.set_len(self.loaded)?,
            None => {}
        }
        file.seek(SeekFrom::Start(self.loaded))?;
        Ok(())
    }

    /// Opens the file for this process alone; the lock goes when the file is closed.
    fn open_locked(&self) -> io::Result<File> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let is_new = !fs::exists(&self.path)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.path)?;
        file.lock()?;
        if is_new {
            // A new file's name must survive a power cut too.
            File::open(folder)?.sync_all()?;
        }
        Ok(file)
    }

    fn remote_id(&self, key: &str) -> String {
        format!("{}:{key}", self.name)
    }

    fn explain(&self, error: &io::Error) -> String {
        format!("{}: {error}", self.path.display())
    }
}

/// Writes at the end of a file of `length` bytes. After a failure part of it may stand there: it is cut off, or nobody knows.
fn write_or_roll_back(file: &mut File, length: u64, bytes: &[u8]) -> Result<(), Failure> {
    let written = file.write_all(bytes).and_then(|()| file.sync_data());
    written.map_err(|error| Failure {
        error,
        rolled_back: file.set_len(length).and_then(|()| file.sync_data()).is_ok(),
    })
}

/// A write that failed.
struct Failure {
    error: io::Error,
    /// Nothing of it is in the file.
    rolled_back: bool,
}

impl Failure {
    /// Nothing had been written yet.
    fn before(error: io::Error) -> Self {
        Self { error, rolled_back: true }
    }
}

#[cfg(test)]
mod tests;
