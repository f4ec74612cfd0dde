//! The text of `rules.toml`, and where it stands.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::feed::Feeds;

/// A definition written by people is some 10 KiB; a file a hundred times as long is another file.
const SOURCE_BYTES_MAX: usize = 1 << 20;

/// The folder that paths in a definition are relative to.
pub fn folder(rules: &Path) -> PathBuf {
    match rules.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// A definition as it was read.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: PathBuf,
    pub text: String,
    /// The copies of calendars on the web; `None`: nobody looked for any, and nothing is said of them.
    pub feeds: Option<Feeds>,
}

impl Source {
    /// A text that is no file, or not yet one.
    pub fn of(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), feeds: None }
    }

    /// Reads a definition; a byte order mark is dropped.
    pub fn read(path: &Path) -> Result<Self> {
        File::open(path)
            .map_err(anyhow::Error::from)
            .and_then(|file| read_bounded(file, SOURCE_BYTES_MAX))
            .with_context(|| format!("cannot read {}", path.display()))
            .and_then(|bytes| Self::new(path, bytes))
    }

    /// Reads a definition that is no file; what it names is looked for in the working directory.
    pub fn from_reader(name: &str, reader: impl Read) -> Result<Self> {
        let bytes = read_bounded(reader, SOURCE_BYTES_MAX).with_context(|| format!("cannot read {name}"))?;
        Self::new(Path::new(name), bytes)
    }

    fn new(path: &Path, bytes: Vec<u8>) -> Result<Self> {
        let shown = path.display();
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => bail!(
                "{shown} is not UTF-8 text (byte {}); save it as UTF-8",
                error.utf8_error().valid_up_to() + 1
            ),
        };
        Ok(Self::of(path, text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    /// The folder that the file names in the definition are relative to.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// Reads all there is, and refuses more than `bytes_max` bytes before it fills the memory.
pub(super) fn read_bounded(reader: impl Read, bytes_max: usize) -> Result<Vec<u8>> {
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > bytes_max {
        bail!("it is larger than {} MiB", bytes_max >> 20);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Source> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.toml");
        std::fs::write(&path, bytes).unwrap();
        Source::read(&path)
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(read(b"\xef\xbb\xbfversion = 1").unwrap().text, "version = 1");
    }

    #[test]
    fn a_file_that_is_not_utf_8_is_refused_with_the_place() {
        let error = read(b"version = \xff").unwrap_err();
        assert!(error.to_string().ends_with("is not UTF-8 text (byte 11); save it as UTF-8"));
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        assert!(read(&vec![b'#'; SOURCE_BYTES_MAX]).is_ok());
        let error = read(&vec![b'#'; SOURCE_BYTES_MAX + 1]).unwrap_err();
        assert!(format!("{error:#}").ends_with("it is larger than 1 MiB"));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Source::read(Path::new("no/such.toml")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read no/such.toml");
    }
}
