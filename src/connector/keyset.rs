//! Finds page after page of one window by ascending id, whatever the service: positions of its own shift or end somewhere.
//! Where it lists a page in no order, nothing may be left out all the same: then its positions are followed, and only all of
//! its rows are enough.

use std::collections::HashSet;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::cursor::{Cursor, Window};

/// Which records to look for.
#[derive(Clone, Debug)]
pub(crate) struct Query<'a> {
    /// Milliseconds since 1970, both inclusive.
    pub lo: i64,
    pub hi: Option<i64>,
    /// The last id that was seen.
    pub beyond: Option<&'a str>,
    /// The service's own position, only after a page without rows.
    pub after: Option<&'a str>,
}

/// A record that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row<R> {
    pub id: String,
    /// `None`: the index does not say, so it is read.
    pub modified_ms: Option<i64>,
    /// What the search already says of the record, where a service's search says more than its id.
    pub carried: R,
}

/// A page, as the service lists it.
#[derive(Debug)]
pub(crate) struct Listed<R> {
    pub rows: Vec<Row<R>>,
    pub total: Option<u64>,
    pub after: Option<String>,
    /// The service's clock, milliseconds since 1970.
    pub date_ms: Option<i64>,
}

/// Asks the service for one page.
pub(crate) type Search<'a, R> = dyn Fn(&Query<'_>) -> Result<Listed<R>> + Sync + 'a;

/// The search stops this long before the time is over: what it found is read and stored, not thrown away.
const LAST_READS: Duration = Duration::from_secs(1);

/// Pages without rows in a row: more, and the service leads nowhere.
const EMPTY_PAGES_MAX: u32 = 20;

/// The service goes no further than 10,000 by its own positions, and a page may have 200.
const BY_POSITION_MAX: usize = 9_800;

/// A page of the search, and what is to be read of it.
#[derive(Debug)]
pub(crate) struct Batch<R> {
    pub(crate) number: usize,
    pub(crate) to_read: Vec<Row<R>>,
    /// Up to here everything has been found; `None`: this page does not say.
    pub(crate) last_id: Option<String>,
    /// Contacts of the window from this page on.
    pub(crate) left: Option<u64>,
    pub(crate) is_last: bool,
}

/// Finds page after page of one window.
pub(crate) struct Searcher<'a, R> {
    /// As errors call it.
    service: &'static str,
    search: &'a Search<'a, R>,
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

impl<'a, R> Searcher<'a, R> {
    /// The first page may come from a query without an end.
    pub(crate) fn new(
        service: &'static str,
        search: &'a Search<'a, R>,
        known: &'a Cursor,
        window: &Window,
    ) -> Self {
        Self {
            service,
            search,
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

    pub(crate) fn run(mut self, found: &SyncSender<Result<Batch<R>>>, deadline: Instant) {
        while Instant::now() + LAST_READS < deadline {
            let batch = self.next();
            let is_end = batch.as_ref().map_or(true, |batch| batch.is_last);
            // Nobody listens any more when the walk ended early.
            if found.send(batch).is_err() || is_end {
                return;
            }
        }
    }

    fn next(&mut self) -> Result<Batch<R>> {
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
            if let Some(batch) = self.batch((self.search)(&query)?)? {
                return Ok(batch);
            }
        }
    }

    /// Takes in a page; `None` for one without rows that is not the last.
    pub(crate) fn batch(&mut self, page: Listed<R>) -> Result<Option<Batch<R>>> {
        if page.rows.is_empty() && page.after.is_some() {
            self.empty_pages += 1;
            if self.empty_pages > EMPTY_PAGES_MAX {
                bail!(
                    "{}'s search goes on for ever without any rows; the next run begins at the same place",
                    self.service
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
    fn is_in_order(&mut self, rows: &[Row<R>]) -> bool {
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
    fn check_beyond(&self, rows: &[Row<R>]) -> Result<()> {
        let Some(last) = &self.last_id else { return Ok(()) };
        let is_beyond = |row: &&Row<R>| {
            let mut order = self.order;
            order.accepts(last, &row.id)
        };
        let Some(row) = rows.iter().find(|row| !is_beyond(row)) else { return Ok(()) };
        bail!(
            "{}'s search does not list contacts by ascending id ({} came again or too late); nothing was skipped, the next \
             run begins at the same place",
            self.service,
            crate::model::one_line(&row.id, 40)
        )
    }

    fn by_id(&mut self, page: Listed<R>) -> Batch<R> {
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

    fn by_position(&mut self, mut unordered: Unordered, mut page: Listed<R>) -> Result<Batch<R>> {
        page.rows.retain(|row| unordered.seen.insert(row.id.clone()));
        let seen = unordered.seen.len();
        let is_last = page.after.is_none();
        let is_circle = !is_last && page.after == self.after;
        let lacks = is_last && unordered.total.is_some_and(|total| (seen as u64) < total);
        if is_circle || lacks || (!is_last && seen > BY_POSITION_MAX) {
            bail!(
                "{}'s search lists contacts in no order, and not all of them ({seen} of {}); nothing was skipped, the next \
                 run begins at the same place",
                self.service,
                unordered.total.unwrap_or_default()
            );
        }
        let left = unordered.total.map(|total| total.saturating_sub(seen as u64));
        self.after = page.after;
        self.unordered = Some(unordered);
        Ok(self.page(page.rows, None, left, is_last))
    }

    fn page(
        &mut self,
        rows: Vec<Row<R>>,
        last_id: Option<String>,
        left: Option<u64>,
        is_last: bool,
    ) -> Batch<R> {
        let to_read = rows.into_iter().filter(|row| !self.known.knows(&row.id, row.modified_ms)).collect();
        let number = self.number;
        self.number += 1;
        Batch { number, to_read, last_id, left, is_last }
    }
}

/// Ids ascend as numbers or as texts, whichever the service prefers; anything else is no order to walk by.
#[derive(Clone, Copy, Debug)]
struct Order {
    as_numbers: bool,
    as_texts: bool,
}

impl Order {
    fn new() -> Self {
        Self { as_numbers: true, as_texts: true }
    }

    /// Whether `next` may stand behind `last`, in the same order as all before.
    fn accepts(&mut self, last: &str, next: &str) -> bool {
        let number = |id: &str| id.parse::<u128>().ok();
        self.as_numbers &= number(last).zip(number(next)).is_some_and(|(last, next)| last < next);
        self.as_texts &= last < next;
        self.as_numbers || self.as_texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_ascend_as_numbers_or_as_texts_but_not_now_this_now_that() {
        let accepts = |ids: &[&str]| {
            let mut order = Order::new();
            ids.windows(2).all(|pair| order.accepts(pair[0], pair[1]))
        };
        assert!(accepts(&["9", "10", "99", "100"]));
        assert!(accepts(&["10", "100", "9", "99"]));
        assert!(!accepts(&["9", "10", "100", "99"]));
        assert!(!accepts(&["9", "9"]));
    }
}
