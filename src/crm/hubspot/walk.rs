//! The walk over changed contacts.

use std::thread;

use anyhow::{Context as _, Result, bail};

use super::HubSpot;
use super::columns::Columns;
use super::portal::Portal;
use super::reader::Contacts;
use super::search::search;
use crate::connector::cursor::{Cursor, Window};
use crate::connector::keyset::{Batch, Query};
use crate::connector::pacer::OutOfTime;
use crate::connector::walk::{self, WindowWalk};
use crate::crm::{Page, Sync, SyncOutcome};

/// Threads that read pages while the next is searched for: at 150 ms a request, two keep up with the search.
const READERS: usize = 3;

impl HubSpot {
    pub(super) fn walk(
        &mut self,
        sync: &Sync<'_>,
        take: &mut dyn FnMut(Page) -> Result<()>,
    ) -> Result<SyncOutcome> {
        let columns = Columns::new(sync.fields);
        let mut cursor = Cursor::resume(sync.cursor, columns.hash());
        if sync.full_resync {
            cursor.begin_full_resync();
            // Kept at once: whatever comes in between, the next run goes on with it.
            take(Page { cursor: Some(written(&cursor)?), ..Page::default() })?;
        }
        self.cache.begin_walk(cursor.recent());
        loop {
            let is_resumed = cursor.window.is_some();
            let is_whole = match self.walk_window(&columns, &mut cursor, sync, take) {
                Ok(is_whole) => is_whole,
                Err(error) if error.is::<OutOfTime>() => false,
                Err(error) => return Err(error),
            };
            // A window that an earlier run opened ends in the past: what came since is in the next.
            if !is_whole || !is_resumed {
                return Ok(if is_whole { SyncOutcome::Complete } else { SyncOutcome::Partial });
            }
        }
    }

    /// Walks one window to its end; `false` when the time is over first.
    fn walk_window(
        &mut self,
        columns: &Columns,
        cursor: &mut Cursor,
        sync: &Sync<'_>,
        take: &mut dyn FnMut(Page) -> Result<()>,
    ) -> Result<bool> {
        let client = self.client.clone();
        let search = |query: &Query<'_>| search(&client, query);
        let first = if cursor.window.is_none() { Some(walk::open(cursor, &search)?) } else { None };
        let Some(window) = cursor.window.clone() else { bail!("no window is open") };
        let known = cursor.clone();
        let news = first.iter().flat_map(|first| &first.rows);
        let has_news = news.clone().any(|row| !known.knows(&row.id, row.modified_ms));
        if first.is_some() {
            self.owners.expire(window.hi);
            self.cache.now = chrono::DateTime::from_timestamp_millis(window.hi);
        }
        let is_whole_walk = first.is_some() && window.lo == 0;
        let companies = self.companies.clone();
        let read = |batch: &Batch<()>| {
            let ids: Vec<&str> = batch.to_read.iter().map(|row| row.id.as_str()).collect();
            if ids.is_empty() {
                Ok(Contacts::default())
            } else {
                Contacts::read(&client, &companies, columns, &ids)
            }
        };
        let pages = WindowWalk {
            service: "HubSpot",
            search: &search,
            read: &read,
            readers: READERS,
            deadline: sync.deadline,
        };
        let portal = self.portal.clone();
        thread::scope(|scope| {
            // Whoever qualifies will need the account's number.
            if has_news {
                scope.spawn(|| Portal::learn(&portal, &client).is_ok());
            }
            pages.walk(&known, &window, first, &mut |batch, contacts| {
                self.store(cursor, columns, batch, contacts, is_whole_walk, take)
            })
        })
    }

    /// Hands a page over to be stored, with the cursor behind it.
    fn store(
        &mut self,
        cursor: &mut Cursor,
        columns: &Columns,
        batch: &Batch<()>,
        contacts: &Contacts,
        is_whole_walk: bool,
        take: &mut dyn FnMut(Page) -> Result<()>,
    ) -> Result<()> {
        let (records, bad) = self.records(contacts, columns)?;
        let overlap = self.config.overlap;
        for (id, modified) in contacts.versions() {
            cursor.remember(id, modified, overlap);
        }
        cursor.advance(batch.last_id.as_deref());
        let progress = cursor.window.as_ref().and_then(|window| progress(window, batch));
        let read_before = cursor.read_before();
        let ends_sweep = batch.is_last && cursor.is_sweep();
        if batch.is_last {
            cursor.close(overlap);
        }
        let cursor = written(cursor)?;
        self.cache.keep(contacts);
        self.cache.met(contacts.versions());
        if ends_sweep {
            self.cache.end_walk(false);
        }
        let is_whole_walk = is_whole_walk && batch.is_last;
        take(Page { records, bad, cursor: Some(cursor), is_whole_walk, read_before, progress })
    }
}

/// The cursor as a cursor.
fn written(cursor: &Cursor) -> Result<String> {
    serde_json::to_string(cursor).context("the cursor cannot be written")
}

#[expect(clippy::cast_precision_loss, reason = "a share for a progress bar")]
fn progress(window: &Window, batch: &Batch<()>) -> Option<f64> {
    if batch.is_last {
        return Some(1.0);
    }
    let left = batch.left.filter(|_| window.total > 0)?;
    Some(1.0 - left.min(window.total) as f64 / window.total as f64)
}
