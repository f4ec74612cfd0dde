//! Walks everything that changed, window after window, and hands page after page over with the cursor behind it.

use std::thread;

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, TimeDelta};

use super::contact_cache::{ContactCache, ContactStates};
use super::cursor::{Cursor, Window};
use super::keyset::Batch;
use super::pacer::OutOfTime;
use super::walk::{self, WindowWalk};
use super::{Page, Sync, SyncOutcome, Unreadable};
use crate::model::{Record, Timestamp};

/// How the changes of one kind of record are walked.
pub(crate) struct Changes<'a, R, T> {
    pub(crate) walk: WindowWalk<'a, R, T>,
    /// How far each window reaches back: the service's index lags.
    pub(crate) overlap: TimeDelta,
    /// Which properties are read: with others, everything is read again.
    pub(crate) columns: String,
    /// Asked beside the walk when there is news: what whoever qualifies will need.
    pub(crate) beside: &'a (dyn Fn() + std::marker::Sync),
}

/// What was read of one page.
#[derive(Debug, Default)]
pub(crate) struct PageRead {
    pub(crate) records: Vec<Record>,
    /// Contacts that could not be read.
    pub(crate) bad: Vec<Unreadable>,
    pub(crate) states: ContactStates,
    /// Id and time of change.
    pub(crate) versions: Vec<(String, i64)>,
}

impl PageRead {
    fn versions(&self) -> impl Iterator<Item = (&str, i64)> {
        self.versions.iter().map(|(id, modified)| (id.as_str(), *modified))
    }
}

/// Makes records of what was read of a page. It is told the service's clock, if this run opened the window by it.
type Read<'a, T> = dyn FnMut(Option<Timestamp>, &T) -> Result<PageRead> + 'a;

/// Stores a page.
type Take<'a> = dyn FnMut(Page) -> Result<()> + 'a;

impl<R: Send, T: Send> Changes<'_, R, T> {
    /// Walks until everything is read or the time is over.
    ///
    /// # Errors
    /// The first error of the service, of `read` or of `take`; what stands before it is stored.
    pub(crate) fn run(
        &self,
        sync: &Sync<'_>,
        cache: &mut ContactCache,
        read: &mut Read<'_, T>,
        take: &mut Take<'_>,
    ) -> Result<SyncOutcome> {
        let mut cursor = Cursor::resume(sync.cursor, self.columns.clone());
        if sync.full_resync {
            cursor.begin_full_resync();
            // Kept at once: whatever comes in between, the next run goes on with it.
            take(Page { cursor: Some(written(&cursor)?), ..Page::default() })?;
        }
        cache.begin_walk(cursor.recent());
        let outcome = self.windows(&mut cursor, cache, sync.now, read, take);
        if !matches!(outcome, Ok(SyncOutcome::Complete)) {
            cache.forget_walk();
        }
        outcome
    }

    fn windows(
        &self,
        cursor: &mut Cursor,
        cache: &mut ContactCache,
        now: Timestamp,
        read: &mut Read<'_, T>,
        take: &mut Take<'_>,
    ) -> Result<SyncOutcome> {
        loop {
            let is_resumed = cursor.window.is_some();
            match self.window(cursor, cache, now, read, take) {
                Err(error) if error.is::<OutOfTime>() => {
                    return Ok(SyncOutcome::Partial { why: format!("{error:#}") });
                }
                Ok(false) => return Ok(SyncOutcome::Partial { why: "the run's time was over".to_owned() }),
                Err(error) => return Err(error),
                // A window that an earlier run opened ends in the past: what came since is in the next.
                Ok(true) if is_resumed => {}
                Ok(true) => return Ok(SyncOutcome::Complete),
            }
        }
    }

    /// Walks one window to its end; `false` when the time is over first.
    fn window(
        &self,
        cursor: &mut Cursor,
        cache: &mut ContactCache,
        now: Timestamp,
        read: &mut Read<'_, T>,
        take: &mut Take<'_>,
    ) -> Result<bool> {
        let mut first = None;
        if cursor.window.is_none() {
            first = Some(walk::open(cursor, self.walk.search, now.timestamp_millis(), self.overlap)?);
        }
        let Some(window) = cursor.window.clone() else { bail!("no window is open") };
        let known = cursor.clone();
        let mut news = first.iter().flat_map(|first| &first.rows);
        let has_news = news.any(|row| !known.knows(&row.id, row.modified_ms));
        let is_new = first.is_some();
        let clock = DateTime::from_timestamp_millis(window.hi).filter(|_| is_new);
        let covers_everything = is_new && window.lo == 0;
        thread::scope(|scope| {
            if has_news {
                scope.spawn(self.beside);
            }
            self.walk.walk(&known, &window, first, &mut |batch, found| {
                let page = read(clock, found)?;
                let mut page = self.store(cursor, cache, batch, page)?;
                page.covers_everything = covers_everything && batch.is_last;
                take(page)
            })
        })
    }

    /// Moves the cursor behind a page.
    fn store(
        &self,
        cursor: &mut Cursor,
        cache: &mut ContactCache,
        batch: &Batch<R>,
        read: PageRead,
    ) -> Result<Page> {
        for (id, modified) in read.versions() {
            cursor.remember(id, modified, self.overlap);
        }
        cache.met(read.versions());
        cursor.advance(batch.last_id.as_deref());
        let progress = cursor.window.as_ref().and_then(|window| progress(window, batch));
        let read_before = cursor.read_before();
        if batch.is_last {
            if cursor.is_sweep() {
                cache.forget_walk();
            }
            cursor.close(self.overlap);
        }
        cache.keep(read.states);
        let cursor = Some(written(cursor)?);
        let PageRead { records, bad, .. } = read;
        Ok(Page { records, bad, cursor, read_before, progress, ..Page::default() })
    }
}

fn written(cursor: &Cursor) -> Result<String> {
    serde_json::to_string(cursor).context("the cursor cannot be written")
}

#[expect(clippy::cast_precision_loss, reason = "a share for a progress bar")]
fn progress<R>(window: &Window, batch: &Batch<R>) -> Option<f64> {
    if batch.is_last {
        return Some(1.0);
    }
    let left = batch.left.filter(|_| window.total > 0)?;
    Some(1.0 - left.min(window.total) as f64 / window.total as f64)
}
