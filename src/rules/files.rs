//! Files that a definition names: read once, bounded, and part of the definition's hash.

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::codes::UNREADABLE_FILE;
use super::feed::{Feed, Feeds};
use super::finding::{Finding, Findings};
use super::source::{Source, read_bounded};
use crate::model::CalendarCopy;

/// Half a million accounts; more belongs in the CRM.
const FILE_BYTES_MAX: usize = 16 << 20;

/// Reads files beside the definition, and hashes everything it reads.
pub(super) struct Files {
    folder: PathBuf,
    hash: Sha256,
    copies: Option<Feeds>,
    feeds: BTreeSet<Feed>,
}

impl Files {
    pub(super) fn new(source: &Source) -> Self {
        let mut files = Self {
            folder: source.folder().to_owned(),
            hash: Sha256::new(),
            copies: source.feeds.clone(),
            feeds: BTreeSet::new(),
        };
        files.absorb(source.text.as_bytes());
        files
    }

    /// The text of a file named at `span`; notes a finding when it cannot be read.
    pub(super) fn read(
        &mut self,
        name: &str,
        span: &Range<usize>,
        findings: &mut Findings,
    ) -> Option<String> {
        let text = self.bytes(name).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text; save it as UTF-8".to_owned())
        });
        text.map(|text| text.trim_start_matches('\u{feff}').to_owned())
            .map_err(|why| findings.add(self.unreadable(name, span, &why)))
            .ok()
    }

    /// What is said of a file that cannot be read.
    pub(super) fn unreadable(&self, name: &str, span: &Range<usize>, why: &str) -> Finding {
        let finding = Finding::error(UNREADABLE_FILE, span.clone(), format!("cannot read '{name}': {why}"));
        finding.help(format!("looked for {}", self.folder.join(name).display()))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.folder.join(name);
        // A pipe or a device would block for ever, and could not be read again for the next run.
        if path.exists() && !path.is_file() {
            return Err("it is not a file".to_owned());
        }
        let bytes = File::open(&path).map_err(anyhow::Error::from);
        let bytes = bytes.and_then(|file| read_bounded(file, FILE_BYTES_MAX));
        let bytes = bytes.map_err(|error| format!("{error:#}"))?;
        self.absorb(&bytes);
        Ok(bytes)
    }

    /// The copy of a calendar on the web; `None` where nobody looked for copies.
    pub(super) fn copy(&mut self, feed: Feed) -> Option<CalendarCopy> {
        let copies = self.copies.as_ref();
        let copy = copies.map(|copies| copies.get(feed.name()).cloned().unwrap_or_default());
        if let Some(bytes) = copy.as_ref().and_then(|copy| copy.bytes.as_ref()) {
            self.absorb(bytes);
        }
        self.feeds.insert(feed);
        copy
    }

    /// The calendars on the web that were named, each once.
    pub(super) fn feeds(&self) -> Vec<Feed> {
        self.feeds.iter().cloned().collect()
    }

    /// The length goes first, so that text moved from one file to another is another hash.
    fn absorb(&mut self, bytes: &[u8]) {
        self.hash.update(bytes.len().to_string());
        self.hash.update([0]);
        self.hash.update(bytes);
    }

    /// The hash of everything read, in hex.
    pub(super) fn hash(self) -> String {
        HEXLOWER.encode(&self.hash.finalize())
    }
}
