//! One run at a time: a lock on a file beside the database, released by the kernel however the process ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::StorePath;

/// Holds the database for this process until it is dropped. Having it proves that every earlier run is over.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

const POLL: Duration = Duration::from_millis(50);

/// Takes the lock, waiting up to `patience`; `None` when another process still holds it.
pub(super) fn lock(path: &StorePath, patience: Duration) -> Result<Option<Lock>> {
    path.refuse_shared()?;
    let name = path.beside(".lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&name)
        .with_context(|| format!("cannot create the lock file {}", name.display()))?;
    let until = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(POLL),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", name.display()));
            }
        }
    }
}
