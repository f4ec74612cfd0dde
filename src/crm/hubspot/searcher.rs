//! Finds page after page of one window by ascending id: positions of the service end at 10,000. Where it lists a page in no
//! order, nothing may be left out all the same: then its positions are followed, and only all of its rows are enough.

use std::collections::HashSet;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::client::Client;
use super::columns::Columns;
use super::companies::Companies;
use super::reader::Contacts;
use super::search::{Found, Order, Query, Row, search};
use crate::connector::cursor::{Cursor, Window};

/// The search stops this long before the time is over: what it found is read and stored, not thrown away.
const LAST_READS: Duration = Duration::from_secs(1);

/// Pages without rows in a row: more, and the service leads nowhere.
const EMPTY_PAGES_MAX: u32 = 20;

/// The service goes no further than 10,000 by its own positions, and a page may have 200.
const BY_POSITION_MAX: usize = 9_800;

/// A page of the search, and what is to be read of it.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) number: usize,
    pub(super) to_read: Vec<String>,
    /// Up to here everything has been found; `None`: this page does not say.
    pub(super) last_id: Option<String>,
    /// Contacts of the window from this page on.
    pub(super) left: Option<u64>,
    pub(super) is_last: bool,
}

impl Batch {
    pub(super) fn read(&self, client: &Client, companies: &Companies, columns: &Columns) -> Result<Contacts> {
        if self.to_read.is_empty() {
            return Ok(Contacts::default());
        }
        let ids: Vec<&str> = self.to_read.iter().map(String::as_str).collect();
        Contacts::read(client, companies, columns, &ids)
    }
}

/// Finds page after page of one window.
pub(super) struct Searcher<'a> {
    client: &'a Client,
    known: &'a Cursor,
    lo: i64,
    hi: i64,
    last_id: Option<String>,
    /// The service's position, and the end of the window in the query that it belongs to.
    after: Option<String>,
    after_hi: Option<i64>,
    order: Order,
    unordered: Option<Unordered>,
    empty_pages: u32,
    number: usize,
}

/// What was found since the service lists in no order.
#[derive(Debug)]
struct Unordered {
    total: Option<u64>,
    seen: HashSet<String>,
}

impl<'a> Searcher<'a> {
    /// The first page may come from a query without an end.
    pub(super) fn new(client: &'a Client, known: &'a Cursor, window: &Window) -> Self {
        Self {
            client,
            known,
            lo: window.lo,
            hi: window.hi,
            last_id: window.last_id.clone(),
            after: None,
            after_hi: None,
            order: Order::new(),
            unordered: None,
            empty_pages: 0,
            number: 0,
        }
    }

    pub(super) fn run(mut self, found: &SyncSender<Result<Batch>>, deadline: Instant) {
        while Instant::now() + LAST_READS < deadline {
            let batch = self.next();
            let is_end = batch.as_ref().map_or(true, |batch| batch.is_last);
            // Nobody listens any more when the walk ended early.
            if found.send(batch).is_err() || is_end {
                return;
            }
        }
    }

    fn next(&mut self) -> Result<Batch> {
        loop {
            if self.after.is_none() {
                self.after_hi = Some(self.hi);
            }
            let query = Query {
                lo: self.lo,
                hi: self.after_hi,
                beyond: self.last_id.as_deref(),
                after: self.after.as_deref(),
            };
            if let Some(batch) = self.batch(search(self.client, &query)?)? {
                return Ok(batch);
            }
        }
    }

    /// Takes in a page; `None` for one without rows that is not the last.
    pub(super) fn batch(&mut self, page: Found) -> Result<Option<Batch>> {
        if page.rows.is_empty() && page.after.is_some() {
            self.empty_pages += 1;
            if self.empty_pages > EMPTY_PAGES_MAX {
                bail!(
                    "HubSpot's search goes on for ever without any rows; the next run begins at the same place"
                );
            }
            self.after = page.after;
            return Ok(None);
        }
        self.empty_pages = 0;
        if self.unordered.is_none() && !self.is_in_order(&page.rows) {
            self.check_beyond(&page.rows)?;
            self.unordered = Some(Unordered { total: page.total, seen: HashSet::new() });
        }
        match self.unordered.take() {
            Some(unordered) => self.by_position(unordered, page).map(Some),
            None => Ok(Some(self.by_id(page))),
        }
    }

    /// Whether rows ascend behind all before; what they say of the order is kept when they do.
    fn is_in_order(&mut self, rows: &[Row]) -> bool {
        let mut order = self.order;
        let mut last = self.last_id.as_deref();
        for row in rows {
            if last.is_some_and(|last| !order.accepts(last, &row.id)) {
                return false;
            }
            last = Some(&row.id);
        }
        self.order = order;
        true
    }

    /// Rows that were not asked for answer another question, and so does the place where they go on.
    fn check_beyond(&self, rows: &[Row]) -> Result<()> {
        let Some(last) = &self.last_id else { return Ok(()) };
        let is_beyond = |row: &&Row| {
            let mut order = self.order;
            order.accepts(last, &row.id)
        };
        let Some(row) = rows.iter().find(|row| !is_beyond(row)) else { return Ok(()) };
        bail!(
            "HubSpot's search does not list contacts by ascending id ({} came again or too late); nothing was skipped, the \
             next run begins at the same place",
            crate::model::one_line(&row.id, 40)
        )
    }

    fn by_id(&mut self, page: Found) -> Batch {
        let rows = page.rows.len() as u64;
        if let Some(last) = page.rows.last() {
            self.last_id = Some(last.id.clone());
        }
        self.after = None;
        let last_id = self.last_id.clone();
        let left = page.total.map(|total| total.saturating_sub(rows));
        let is_last = page.after.is_none();
        self.page(page.rows, last_id, left, is_last)
    }

    fn by_position(&mut self, mut unordered: Unordered, mut page: Found) -> Result<Batch> {
        page.rows.retain(|row| unordered.seen.insert(row.id.clone()));
        let seen = unordered.seen.len();
        let is_last = page.after.is_none();
        let is_circle = !is_last && page.after == self.after;
        let lacks = is_last && unordered.total.is_some_and(|total| (seen as u64) < total);
        if is_circle || lacks || (!is_last && seen > BY_POSITION_MAX) {
            bail!(
                "HubSpot's search lists contacts in no order, and not all of them ({seen} of {}); nothing was skipped, \
                 the next run begins at the same place",
                unordered.total.unwrap_or_default()
            );
        }
        let left = unordered.total.map(|total| total.saturating_sub(seen as u64));
        self.after = page.after;
        self.unordered = Some(unordered);
        Ok(self.page(page.rows, None, left, is_last))
    }

    fn page(&mut self, rows: Vec<Row>, last_id: Option<String>, left: Option<u64>, is_last: bool) -> Batch {
        let to_read = rows
            .into_iter()
            .filter(|row| !self.known.knows(&row.id, row.modified_ms))
            .map(|row| row.id)
            .collect();
        let number = self.number;
        self.number += 1;
        Batch { number, to_read, last_id, left, is_last }
    }
}
