//! From a file to decoded bytes, counting how far the reading has come.

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::rc::Rc;

use anyhow::{Context, Result, anyhow};
use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::config::Source;

/// Large enough that a million rows take a few thousand reads, small enough to stay in the processor's cache.
pub(super) const BUFFER_BYTES: usize = 1 << 16;

/// An open file, decoded to UTF-8 unless it says that it is UTF-8 already.
pub(super) struct Opened {
    pub(super) bytes: Bytes,
    /// As it was before the first byte was read.
    pub(super) metadata: Metadata,
    /// The bytes went through a decoder, which puts U+FFFD where it could not read them.
    pub(super) transcoded: bool,
    pub(super) progress: Progress,
}

pub(super) type Bytes = BufReader<Box<dyn Read>>;

/// How much of a file has been read.
#[derive(Clone)]
pub(super) struct Progress {
    read: Rc<Cell<u64>>,
    size: u64,
}

impl Progress {
    /// 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "shown as whole percent")]
    pub(super) fn share(&self) -> f64 {
        if self.size == 0 {
            return 1.0;
        }
        (self.read.get() as f64 / self.size as f64).min(1.0)
    }
}

struct Counted {
    file: File,
    read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.read(buffer)?;
        self.read.set(self.read.get() + bytes as u64);
        Ok(bytes)
    }
}

pub(super) fn open(source: &Source) -> Result<Opened> {
    let file = File::open(&source.path).map_err(|error| explain(source, &error))?;
    let metadata = file.metadata().with_context(|| source.name.clone())?;
    if metadata.is_dir() {
        return Err(anyhow!("{} is a folder; `{}` in [crm.file] must name a file", source.name, source.key));
    }
    let read = Rc::new(Cell::new(0));
    let progress = Progress { read: Rc::clone(&read), size: metadata.len() };
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, Counted { file, read });
    let begins = raw.fill_buf().with_context(|| source.name.clone())?;
    let marked = Encoding::for_bom(begins).map(|(encoding, _)| encoding);
    let encoding = marked.or(source.encoding);
    let transcoded = encoding.is_some_and(|encoding| encoding != encoding_rs::UTF_8);
    let decoder = DecodeReaderBytesBuilder::new()
        .encoding(encoding.filter(|_| transcoded))
        .utf8_passthru(true)
        .strip_bom(true)
        .bom_override(true)
        .build(raw);
    Ok(Opened {
        bytes: BufReader::with_capacity(BUFFER_BYTES, Box::new(decoder)),
        metadata,
        transcoded,
        progress,
    })
}

fn explain(source: &Source, error: &io::Error) -> anyhow::Error {
    let Source { name, key, .. } = source;
    if error.kind() == ErrorKind::NotFound {
        anyhow!("{name} does not exist; put it there, or set `{key}` in [crm.file] (relative to rules.toml)")
    } else {
        anyhow!("cannot open {name}, which `{key}` in [crm.file] names: {error}")
    }
}
