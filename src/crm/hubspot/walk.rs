//! The walk over changed contacts. Search and reads overlap: while one page is read, the next is searched for, so that a
//! walk over all contacts takes no longer than the rate limits want.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result, bail};

use super::HubSpot;
use super::client::Client;
use super::columns::Columns;
use super::companies::Companies;
use super::pacer::OutOfTime;
use super::reader::Contacts;
use super::search::{Found, Query, search};
use super::searcher::{Batch, Searcher};
use crate::connector::cursor::{Cursor, Window};
use crate::crm::{Page, Walk, Walked};

/// Threads that read pages while the next is searched for: at 150 ms a request, two keep up with the search.
const READERS: usize = 3;

/// Pages found and not yet read: memory stays flat.
const AHEAD: usize = 2;

type ReadBatch = (Batch, Contacts);

impl HubSpot {
    pub(super) fn walk(
        &mut self,
        walk: &Walk<'_>,
        take: &mut dyn FnMut(Page) -> Result<()>,
    ) -> Result<Walked> {
        let columns = Columns::new(walk.fields);
        let mut position = Cursor::resume(walk.cursor, columns.hash());
        if walk.is_anew {
            position.begin_anew();
            // Kept at once: whatever comes in between, the next run goes on with it.
            take(Page { cursor: Some(written(&position)?), ..Page::default() })?;
        }
        self.writing.begin_walk(position.recent());
        loop {
            let is_resumed = position.window.is_some();
            let is_whole = match self.walk_window(&columns, &mut position, walk, take) {
                Ok(is_whole) => is_whole,
                Err(error) if error.is::<OutOfTime>() => false,
                Err(error) => return Err(error),
            };
            // A window that an earlier run opened ends in the past: what came since is in the next.
            if !is_whole || !is_resumed {
                return Ok(if is_whole { Walked::Whole } else { Walked::Part });
            }
        }
    }

    /// Walks one window to its end; `false` when the time is over first.
    fn walk_window(
        &mut self,
        columns: &Columns,
        position: &mut Cursor,
        walk: &Walk<'_>,
        take: &mut dyn FnMut(Page) -> Result<()>,
    ) -> Result<bool> {
        let first = if position.window.is_none() { Some(self.open(position)?) } else { None };
        let Some(window) = position.window.clone() else { bail!("no window is open") };
        if first.is_some() {
            self.roster.age(window.hi);
            self.writing.now = chrono::DateTime::from_timestamp_millis(window.hi);
        }
        let is_whole_walk = first.is_some() && window.lo == 0;
        let known = position.clone();
        let (client, companies) = (self.client.clone(), self.companies.clone());
        let mut searcher = Searcher::new(&client, &known, &window);
        let first = first.map(|found| searcher.batch(found)).transpose()?.flatten();
        let mut store = |hub: &mut Self, batch: &Batch, contacts: &Contacts| {
            let is_last = batch.is_last;
            hub.store(position, columns, batch, contacts, is_whole_walk, take)?;
            Ok(is_last)
        };
        let mut next = 0;
        if let Some(batch) = first {
            let contacts = thread::scope(|scope| {
                // Whoever qualifies will need the account's number.
                if !batch.to_read.is_empty() {
                    scope.spawn(|| self.portal().is_ok());
                }
                batch.read(&client, &companies, columns)
            })?;
            next = batch.number + 1;
            if store(self, &batch, &contacts)? {
                return Ok(true);
            }
        }
        thread::scope(|scope| {
            let (found, to_read) = sync_channel(AHEAD);
            let (read, done) = channel();
            scope.spawn(move || searcher.run(&found, walk.deadline));
            let to_read = std::sync::Arc::new(Mutex::new(to_read));
            for _ in 0..READERS {
                let (to_read, read) = (to_read.clone(), read.clone());
                let (client, companies) = (&client, &companies);
                scope.spawn(move || read_batches(client, companies, columns, &to_read, &read));
            }
            drop((to_read, read));
            in_order(&done, next, |(batch, contacts)| store(self, batch, contacts))
        })
    }

    /// Opens the next window with its first page.
    fn open(&self, position: &mut Cursor) -> Result<Found> {
        let (lo, is_sweep) = position.next_lo();
        let query = |lo| search(&self.client, &Query { lo, hi: None, beyond: None, after: None });
        let mut found = query(lo)?;
        let newest = found.rows.iter().filter_map(|row| row.modified_ms).max();
        // The service's clock ends the window; it tells whole seconds, and the present one has begun. Without it, what was
        // seen does: nothing is lost, only read again.
        let hi = found.date_ms.map(|date| date + 999).or(newest).unwrap_or(lo).max(lo);
        let wide = if is_sweep { None } else { position.sweep_lo(lo, hi) };
        if let Some(wide) = wide {
            found = query(wide)?;
        }
        position.open(wide.unwrap_or(lo), hi, found.total.unwrap_or(0), is_sweep || wide.is_some());
        Ok(found)
    }

    /// Hands a page over to be stored, with the cursor behind it.
    fn store(
        &mut self,
        position: &mut Cursor,
        columns: &Columns,
        batch: &Batch,
        contacts: &Contacts,
        is_whole_walk: bool,
        take: &mut dyn FnMut(Page) -> Result<()>,
    ) -> Result<()> {
        let (records, bad) = self.records(contacts, columns)?;
        let overlap = self.config.overlap;
        for (id, modified) in contacts.versions() {
            position.remember(id, modified, overlap);
        }
        position.advance(batch.last_id.as_deref());
        let progress = position.window.as_ref().and_then(|window| progress(window, batch));
        let read_before = position.read_before();
        let ends_sweep = batch.is_last && position.is_sweep();
        if batch.is_last {
            position.close(overlap);
        }
        let cursor = written(position)?;
        self.writing.saw(contacts);
        self.writing.met(contacts.versions());
        if ends_sweep {
            self.writing.end_walk(false);
        }
        let is_whole_walk = is_whole_walk && batch.is_last;
        take(Page { records, bad, cursor: Some(cursor), is_whole_walk, read_before, progress })
    }
}

/// The position as a cursor.
fn written(position: &Cursor) -> Result<String> {
    serde_json::to_string(position).context("the cursor cannot be written")
}

#[expect(clippy::cast_precision_loss, reason = "a share for a progress bar")]
fn progress(window: &Window, batch: &Batch) -> Option<f64> {
    if batch.is_last {
        return Some(1.0);
    }
    let left = batch.left.filter(|_| window.total > 0)?;
    Some(1.0 - left.min(window.total) as f64 / window.total as f64)
}

/// Reads pages as they are found, until there are none or nobody listens.
fn read_batches(
    client: &Client,
    companies: &Companies,
    columns: &Columns,
    to_read: &Mutex<Receiver<Result<Batch>>>,
    read: &Sender<Result<ReadBatch>>,
) {
    loop {
        let next = to_read.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = next else { return };
        let done = batch.and_then(|batch| {
            let contacts = batch.read(client, companies, columns)?;
            Ok((batch, contacts))
        });
        if read.send(done).is_err() {
            return;
        }
    }
}

/// Hands pages over in the order in which they were found; `true` after the last, `false` when the time is over.
fn in_order(
    done: &Receiver<Result<ReadBatch>>,
    mut next: usize,
    mut store: impl FnMut(&ReadBatch) -> Result<bool>,
) -> Result<bool> {
    let mut early: BTreeMap<usize, ReadBatch> = BTreeMap::new();
    let mut failed = None;
    for read in done {
        match read {
            Ok((batch, contacts)) => drop(early.insert(batch.number, (batch, contacts))),
            // What was found before it may still be on its way.
            Err(error) => drop(failed.get_or_insert(error)),
        }
        while let Some(read) = early.remove(&next) {
            next += 1;
            if store(&read)? {
                return Ok(true);
            }
        }
    }
    failed.map_or(Ok(false), Err)
}
