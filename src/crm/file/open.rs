//! From a file to decoded bytes, counting how far the reading has come.

use std::cell::Cell;
use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
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

/// The way out where text is not UTF-8. Excel writes the Windows code page of its country.
pub(super) const SET_ENCODING: &str = "set `encoding` in [crm.file], such as \"windows-1252\" for Excel in Western Europe, or save the file as UTF-8";

/// The byte order mark in UTF-8.
const UTF8_MARK: &[u8] = "\u{feff}".as_bytes();

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
    if let Some(why) = is_no_text(begins, marked.is_some(), encoding) {
        return Err(anyhow!("{} {why}", source.name));
    }
    let transcoded = encoding.is_some_and(|encoding| encoding != encoding_rs::UTF_8);
    let mut decoder = DecodeReaderBytesBuilder::new()
        .encoding(encoding.filter(|_| transcoded))
        .utf8_passthru(true)
        .strip_bom(true)
        .bom_override(true)
        .build(raw);
    let mut head = Vec::new();
    let mut first = decoder.by_ref().take(BUFFER_BYTES as u64);
    first.read_to_end(&mut head).with_context(|| source.name.clone())?;
    let marks = head.chunks(UTF8_MARK.len()).take_while(|bytes| *bytes == UTF8_MARK).count();
    head.drain(..marks * UTF8_MARK.len());
    let has_returns_alone = head.contains(&b'\r') && !head.contains(&b'\n');
    let text = Cursor::new(head).chain(decoder);
    let bytes = if has_returns_alone { buffered(LineFeeds(text)) } else { buffered(text) };
    Ok(Opened { bytes, metadata, transcoded, progress })
}

fn buffered(bytes: impl Read + 'static) -> Bytes {
    BufReader::with_capacity(BUFFER_BYTES, Box::new(bytes))
}

/// Lines that end as on an old Macintosh, by a carriage return alone.
struct LineFeeds<R>(R);

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        for byte in buffer.iter_mut().take(read).filter(|byte| **byte == b'\r') {
            *byte = b'\n';
        }
        Ok(read)
    }
}

/// What the first bytes show to be something else than text in this encoding, with the way out.
fn is_no_text(begins: &[u8], is_marked: bool, encoding: Option<&'static Encoding>) -> Option<&'static str> {
    let is_wide = encoding.is_some_and(|encoding| encoding.name().starts_with("UTF-16"));
    match begins {
        [0xFF, 0xFE, 0, 0, ..]
        | [0, 0, 0xFE, 0xFF, ..]
        | [1..=u8::MAX, 0, 0, 0, ..]
        | [0, 0, 0, 1..=u8::MAX, ..] => Some("is in UTF-32, which is not read; save it as UTF-8"),
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            Some("is an Excel workbook and no CSV file; save it as \"CSV UTF-8\"")
        }
        [0x1F, 0x8B, ..] => Some("is compressed; unpack it"),
        [1..=u8::MAX, 0, 1..=u8::MAX, 0, ..] if !is_wide => Some(
            "is in UTF-16 without a mark; set `encoding = \"utf-16le\"` in [crm.file], or save it as UTF-8",
        ),
        [0, 1..=u8::MAX, 0, 1..=u8::MAX, ..] if !is_wide => Some(
            "is in UTF-16 without a mark; set `encoding = \"utf-16be\"` in [crm.file], or save it as UTF-8",
        ),
        [_, ..] if is_wide && !is_marked && !begins.contains(&0) => {
            Some("is not in UTF-16, as `encoding` in [crm.file] says; take it out for UTF-8")
        }
        _ => None,
    }
}

fn explain(source: &Source, error: &io::Error) -> anyhow::Error {
    let Source { name, key, .. } = source;
    if error.kind() == ErrorKind::NotFound {
        anyhow!("{name} does not exist; put it there, or set `{key}` in [crm.file] (relative to rules.toml)")
    } else {
        anyhow!("cannot open {name}, which `{key}` in [crm.file] names: {error}")
    }
}
