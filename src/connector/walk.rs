//! Walks one frozen window. Search and reads overlap: while one page is read, the next is searched for, so that a walk over
//! everything takes no longer than the service's limits want.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use chrono::TimeDelta;

use super::cursor::{Cursor, Window};
use super::keyset::{Batch, Listed, Query, Search, Searcher};

/// Pages found and not yet read: memory stays flat.
const AHEAD: usize = 2;

/// How one window is walked.
pub(crate) struct WindowWalk<'a, R, T> {
    /// As errors call it.
    pub service: &'static str,
    pub search: &'a Search<'a, R>,
    /// Reads the records of a page; where rows carry theirs, it only unpacks them.
    pub read: &'a (dyn Fn(&Batch<R>) -> Result<T> + Sync),
    /// Threads that read pages while the next is searched for.
    pub readers: usize,
    /// The search ends shortly before this, so that what it found is read and stored.
    pub deadline: Instant,
}

/// Opens the next window with its first page. Its end is no more than `overlap` beyond what was seen or this machine's clock,
/// `ours`: one wrong date of the service would hide what is new until then.
///
/// # Errors
/// The service cannot be searched.
pub(crate) fn open<R>(
    cursor: &mut Cursor,
    search: &Search<'_, R>,
    ours: i64,
    overlap: TimeDelta,
) -> Result<Listed<R>> {
    let (lo, is_sweep) = cursor.next_lo();
    let first = |lo| search(&Query { lo, hi: None, beyond: None, after: None });
    let mut listed = first(lo)?;
    let newest = listed.rows.iter().filter_map(|row| row.modified_ms).max();
    // The service's clock ends the window; it tells whole seconds, and the present one has begun. Without it, what was
    // seen does: nothing is lost, only read again.
    let latest = newest.map_or(ours, |newest| newest.max(ours)) + overlap.num_milliseconds();
    let date = listed.date_ms.map(|date| date.min(latest) + 999);
    let hi = date.or(newest).unwrap_or(lo).max(lo);
    let wide = if is_sweep { None } else { cursor.sweep_lo(lo, hi) };
    if let Some(wide) = wide {
        listed = first(wide)?;
    }
    cursor.open(wide.unwrap_or(lo), hi, listed.total.unwrap_or(0), is_sweep || wide.is_some());
    Ok(listed)
}

impl<R: Send, T: Send> WindowWalk<'_, R, T> {
    /// Walks a window to its end, from where `known` says that it was left; `false` when the time is over first. `first` is
    /// the page that opened it. `store` keeps each page, in order.
    ///
    /// # Errors
    /// The first error of a search, a read or `store`; what stands before it is stored.
    pub(crate) fn walk(
        &self,
        known: &Cursor,
        window: &Window,
        first: Option<Listed<R>>,
        store: &mut dyn FnMut(&Batch<R>, &T) -> Result<()>,
    ) -> Result<bool> {
        let mut searcher = Searcher::new(self.service, self.search, known, window);
        let mut next = 0;
        if let Some(batch) = first.map(|listed| searcher.batch(listed)).transpose()?.flatten() {
            let read = (self.read)(&batch)?;
            next = batch.number + 1;
            store(&batch, &read)?;
            if batch.is_last {
                return Ok(true);
            }
        }
        thread::scope(|scope| {
            let (found, to_read) = sync_channel(AHEAD);
            let (read, done) = channel();
            scope.spawn(move || searcher.run(&found, self.deadline));
            let to_read = std::sync::Arc::new(Mutex::new(to_read));
            for _ in 0..self.readers {
                let (to_read, read) = (to_read.clone(), read.clone());
                scope.spawn(move || self.read_batches(&to_read, &read));
            }
            drop((to_read, read));
            in_order(&done, next, |(batch, read)| {
                store(batch, read)?;
                Ok(batch.is_last)
            })
        })
    }

    /// Reads pages as they are found, until there are none or nobody listens.
    fn read_batches(
        &self,
        to_read: &Mutex<Receiver<Result<Batch<R>>>>,
        read: &Sender<Result<(Batch<R>, T)>>,
    ) {
        loop {
            let next = to_read.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(batch) = next else { return };
            let done = batch.and_then(|batch| {
                let records = (self.read)(&batch)?;
                Ok((batch, records))
            });
            if read.send(done).is_err() {
                return;
            }
        }
    }
}

/// Hands pages over in the order in which they were found; `true` after the last, `false` when the time is over.
fn in_order<R, T>(
    done: &Receiver<Result<(Batch<R>, T)>>,
    mut next: usize,
    mut store: impl FnMut(&(Batch<R>, T)) -> Result<bool>,
) -> Result<bool> {
    let mut early: BTreeMap<usize, (Batch<R>, T)> = BTreeMap::new();
    let mut failed = None;
    for read in done {
        match read {
            Ok((batch, records)) => drop(early.insert(batch.number, (batch, records))),
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

#[cfg(test)]
mod tests;
