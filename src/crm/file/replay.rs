//! A byte stream that can be read again from the beginning of the present record, and no further back. It bounds what one
//! record may take, and makes a way out of a quote that nobody closed: go back, and on at the next line.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// Longest record; beyond it a quote was left open, or the file is none of ours.
pub(super) const RECORD_BYTES_MAX: usize = 1 << 20;

/// What is read is kept from the mark on. Offsets count decoded bytes from the beginning of the stream.
pub(super) struct Replay<R> {
    inner: R,
    kept: Vec<u8>,
    /// Offset of the first byte kept.
    start: u64,
    /// How many of the bytes kept were handed out.
    served: usize,
    mark: u64,
}

/// Why a read failed when it was the record's fault.
#[derive(Debug)]
struct RecordTooLong;

impl std::fmt::Display for RecordTooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a record is longer than {RECORD_BYTES_MAX} bytes")
    }
}

impl std::error::Error for RecordTooLong {}

/// Whether the record, and not the file, was to blame.
pub(super) fn is_too_long(error: &io::Error) -> bool {
    let inner = error.get_ref();
    inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<RecordTooLong>)
}

impl<R: BufRead> Replay<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, kept: Vec::new(), start: 0, served: 0, mark: 0 }
    }

    /// Bytes before this offset are not needed again.
    pub(super) fn mark(&mut self, offset: u64) {
        self.mark = offset;
    }

    /// What is kept from an offset on.
    pub(super) fn kept_from(&self, offset: u64) -> &[u8] {
        let skip = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        self.kept.get(skip..).unwrap_or_default()
    }

    /// The first line, without taking it; as much of it as the first 64 KiB have.
    pub(super) fn peek_line(&mut self) -> io::Result<&[u8]> {
        let mut bounded = self.inner.by_ref().take(1 << 16);
        bounded.read_until(b'\n', &mut self.kept)?;
        Ok(&self.kept)
    }

    /// Takes away what was peeked at: the stream begins behind it.
    pub(super) fn drop_peeked(&mut self) {
        self.kept.clear();
    }

    /// The offset where the line after the one at `from` begins. Skips to it when it is not among what is kept.
    pub(super) fn next_line(&mut self, from: u64) -> io::Result<u64> {
        let kept = self.kept_from(from);
        if let Some(at) = kept.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            let is_pair = kept.get(at..at + 2) == Some(b"\r\n");
            return Ok(from + at as u64 + if is_pair { 2 } else { 1 });
        }
        self.start += self.kept.len() as u64;
        self.start += self.inner.skip_until(b'\n')? as u64;
        self.kept.clear();
        self.served = 0;
        Ok(self.start)
    }

    fn forget_before_mark(&mut self) {
        let passed = usize::try_from(self.mark.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let passed = passed.min(self.served);
        self.kept.drain(..passed);
        self.start += passed as u64;
        self.served -= passed;
    }
}

impl<R: BufRead> Read for Replay<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(waiting) = self.kept.get(self.served..).filter(|waiting| !waiting.is_empty()) {
            let mut waiting = waiting;
            let read = waiting.read(buffer)?;
            self.served += read;
            return Ok(read);
        }
        self.forget_before_mark();
        if self.kept.len() > RECORD_BYTES_MAX {
            return Err(io::Error::other(RecordTooLong));
        }
        let read = self.inner.read(buffer)?;
        self.kept.extend_from_slice(buffer.get(..read).unwrap_or_default());
        self.served = self.kept.len();
        Ok(read)
    }
}

/// Only to offsets that are kept.
impl<R: BufRead> Seek for Replay<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if let SeekFrom::Start(offset) = to
            && let Some(served) = offset.checked_sub(self.start)
            && let Ok(served) = usize::try_from(served)
            && served <= self.kept.len()
        {
            self.served = served;
            return Ok(offset);
        }
        Err(io::Error::new(io::ErrorKind::Unsupported, "only the present record is kept"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_record_can_be_read_again() {
        let mut replay = Replay::new(&b"one\ntwo\nthree\n"[..]);
        let mut text = String::new();
        replay.read_to_string(&mut text).unwrap();
        let offset = replay.next_line(4).unwrap();
        replay.seek(SeekFrom::Start(offset)).unwrap();
        text.clear();
        replay.read_to_string(&mut text).unwrap();
        assert_eq!(text, "three\n");
    }

    #[test]
    fn what_lies_before_the_mark_is_let_go() {
        let mut replay = Replay::new(&b"one\ntwo\n"[..]);
        let mut half = [0; 6];
        replay.read_exact(&mut half).unwrap();
        replay.mark(4);
        replay.read_exact(&mut half[..2]).unwrap();
        assert_eq!(replay.kept, b"two\n");
        assert!(replay.seek(SeekFrom::Start(0)).is_err());
    }

    #[test]
    fn an_endless_record_ends_with_an_error_that_says_so() {
        let mut replay = Replay::new(io::BufReader::new(io::repeat(b'x')));
        let error = io::copy(&mut replay, &mut io::sink()).unwrap_err();
        assert!(is_too_long(&error), "{error}");
        assert!(replay.kept.len() < RECORD_BYTES_MAX + 65_536);
    }
}
