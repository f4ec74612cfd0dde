//! Whether a file is still the one that was read: its size, time and inode, without opening it.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::config::Source;

/// Two writes within the granularity of a file's time look like one; some file systems count whole or double seconds.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// A version of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileStamp {
    size: u64,
    mtime_ns: i64,
    inode: u64,
}

/// What a walk read, and how: the cursor, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) contacts: FileStamp,
    pub(super) companies: Option<FileStamp>,
    /// Hash of the fields, their columns and the config: another mapping is another reading.
    pub(super) columns: String,
}

impl FileStamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.size(),
            mtime_ns: metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec()),
            inode: metadata.ino(),
        }
    }

    /// The file as it lies there now.
    pub(super) fn now(source: &Source) -> Result<Self> {
        let metadata =
            fs::metadata(&source.path).with_context(|| format!("cannot look at {}", source.name))?;
        Ok(Self::of(&metadata))
    }

    /// Whether a later write would show in the file's time. A file written just now may be written again within the same
    /// tick of its clock.
    pub(super) fn is_settled(&self) -> bool {
        let now = file_clock().duration_since(UNIX_EPOCH).unwrap_or_default();
        let age = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX).saturating_sub(self.mtime_ns);
        age >= i64::try_from(SETTLED_AFTER.as_nanos()).unwrap_or(i64::MAX)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared with a file's own time, which the same clock sets; no decision depends on it"
)]
fn file_clock() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_written_just_now_is_not_settled_and_one_of_yesterday_is() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(!FileStamp::of(&file.as_file().metadata().unwrap()).is_settled());
        let yesterday = file_clock() - Duration::from_secs(86_400);
        file.as_file().set_modified(yesterday).unwrap();
        assert!(FileStamp::of(&file.as_file().metadata().unwrap()).is_settled());
        let tomorrow = file_clock() + Duration::from_secs(86_400);
        file.as_file().set_modified(tomorrow).unwrap();
        assert!(!FileStamp::of(&file.as_file().metadata().unwrap()).is_settled());
    }
}
