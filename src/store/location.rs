//! Where the database lies: on a disk of this machine, where locks and the write-ahead log's shared memory are what SQLite
//! takes them for. <https://sqlite.org/wal.html>: "WAL does not work over a network filesystem".

use anyhow::{Result, bail};
#[cfg(target_os = "linux")]
use rustix::fs::statfs;

use super::StorePath;

/// File systems that several machines may share, by the number that Linux gives their kind (`linux/magic.h`, `statfs(2)`).
#[cfg(target_os = "linux")]
const SHARED: [(u32, &str); 14] = [
    (0x0000_517B, "SMB"),
    (0x0000_564C, "NCP"),
    (0x0000_6969, "NFS"),
    (0x00C3_6400, "Ceph"),
    (0x0102_1997, "9p"),
    (0x0116_1970, "GFS2"),
    (0x0BD0_0BD0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x5346_414F, "AFS"),
    (0x6B41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x7461_636F, "OCFS2"),
    (0xFE53_4D42, "SMB"),
    (0xFF53_4D42, "CIFS"),
];

impl StorePath {
    /// # Errors
    /// The database is, or would be, where another machine can hold it at the same time.
    pub(super) fn refuse_shared(&self) -> Result<()> {
        if let Some(name) = self.shared_kind() {
            bail!(
                "the database {} would lie on a network file system ({name}), where its locks do not hold; \
                 put it on a local disk with --db",
                self.as_path().display()
            );
        }
        Ok(())
    }

    /// What cannot be asked is not refused: opening it says what is wrong.
    #[cfg(target_os = "linux")]
    fn shared_kind(&self) -> Option<&'static str> {
        let folder = self.as_path().parent().filter(|folder| !folder.as_os_str().is_empty());
        let looked_at = if self.exists() { self.as_path() } else { folder.unwrap_or(".".as_ref()) };
        let kind = u32::try_from(statfs(looked_at).ok()?.f_type).ok()?;
        SHARED.iter().find(|(known, _)| *known == kind).map(|(_, name)| *name)
    }

    #[cfg(not(target_os = "linux"))]
    fn shared_kind(&self) -> Option<&'static str> {
        None
    }
}
