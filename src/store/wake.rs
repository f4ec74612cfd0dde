//! A file beside the database that is written to when a run has something to do: systemd can start one at that.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;

use anyhow::{Context as _, Result};

use super::StorePath;

impl StorePath {
    /// Touches the file; whoever watches it starts a run. Without a database there is nothing to wake.
    pub fn wake(&self) -> Result<()> {
        self.refuse_absent()?;
        let name = self.beside(".wake");
        let file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&name);
        file.map(drop).with_context(|| format!("cannot write the file {}", name.display()))
    }
}
