//! How far the contacts have been walked: the cursor. Pure: what the service says comes in as values.
//!
//! A walk goes over a frozen window of modification time by ascending id, so nothing shifts while it is walked. The next
//! window begins an overlap earlier, because the search index lags; once an hour one begins two hours earlier, and an
//! hour before the end of the last such, however long ago that was: a change may be in the index an hour late.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::mutant;

/// How often a window reaches far back, and how far.
const SWEEP_EVERY: TimeDelta = TimeDelta::hours(1);
const SWEEP: TimeDelta = TimeDelta::hours(2);

/// A sweep that is due within this is done at once: then the window need not be opened twice.
const SWEEP_EARLY: TimeDelta = TimeDelta::minutes(5);

/// More are not remembered, but read again: the cursor is written with every page.
const RECENT_MAX: usize = 5_000;

/// Beyond what any service can date.
const LATEST: i64 = i64::MAX / 8;

/// The cursor. Times are milliseconds since 1970 by the service's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which properties were read: with others, everything is read again.
    columns: String,
    /// Everything that changed before this has been read.
    settled: i64,
    /// Where the last window ended.
    walked: i64,
    /// Where the last window ended that reached far back.
    swept: i64,
    /// A full resync is on; everything that changed before this had been read when that began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full_resync: Option<i64>,
    pub window: Option<Window>,
    /// What was read of the time that will be walked again: as long as it has not changed, it costs nothing.
    recent: BTreeMap<String, i64>,
}

/// A window that is being walked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub lo: i64,
    pub hi: i64,
    /// The last id that was read.
    pub last_id: Option<String>,
    /// Contacts in it when it was opened.
    pub total: u64,
    is_sweep: bool,
}

impl Cursor {
    /// Takes up a cursor; one that cannot be read or was not written here, or was for other properties, begins anew.
    pub fn resume(cursor: Option<&str>, columns: String) -> Self {
        let known = cursor.and_then(|cursor| serde_json::from_str::<Self>(cursor).ok());
        known
            .filter(|position| position.columns == columns && position.is_possible())
            .unwrap_or_else(|| Self { columns, ..Self::default() })
    }

    /// Whether its times can have been written here, so that none that is reckoned from them is out of reach.
    fn is_possible(&self) -> bool {
        let window = self.window.iter().flat_map(|window| [window.lo, window.hi]);
        let mut times =
            [self.settled, self.walked, self.swept].into_iter().chain(self.full_resync).chain(window);
        times.all(|time| (0..=LATEST).contains(&time))
    }

    /// The next window is everything there is, whatever has been read. One that is being walked is gone on with.
    pub fn begin_full_resync(&mut self) {
        if self.window.as_ref().is_some_and(|window| window.lo == 0) {
            return;
        }
        self.window = None;
        self.recent.clear();
        self.full_resync.get_or_insert(self.settled);
    }

    /// During a full resync: what changed before this had been read.
    pub fn read_before(&self) -> Option<i64> {
        self.full_resync
    }

    /// Where the next window begins, and whether it reaches far back.
    pub fn next_lo(&self) -> (i64, bool) {
        if self.full_resync.is_some() {
            return (0, true);
        }
        if mutant::is("no sweep") {
            return (self.settled, false);
        }
        let soon = self.walked + SWEEP_EARLY.num_milliseconds();
        if soon - self.swept >= SWEEP_EVERY.num_milliseconds() {
            (self.far_back(self.walked).clamp(0, self.settled), true)
        } else {
            (self.settled, false)
        }
    }

    /// The beginning that the window should have had, now that the service's clock is known.
    pub fn sweep_lo(&self, lo: i64, hi: i64) -> Option<i64> {
        if mutant::is("no sweep") {
            return None;
        }
        let wide = self.far_back(hi).max(0);
        (hi - self.swept >= SWEEP_EVERY.num_milliseconds() && wide < lo).then_some(wide)
    }

    /// Where a sweep begins that ends then: after hours without a run the last one is longer ago than an hour.
    fn far_back(&self, hi: i64) -> i64 {
        let late_by = (SWEEP - SWEEP_EVERY).num_milliseconds();
        (hi - SWEEP.num_milliseconds()).min(self.swept - late_by)
    }

    pub fn open(&mut self, lo: i64, hi: i64, total: u64, is_sweep: bool) {
        // All that there is, or a gap as long as a sweep, is a sweep too.
        let is_sweep = is_sweep || hi - lo >= SWEEP.num_milliseconds();
        self.window = Some(Window { lo, hi, last_id: None, total, is_sweep });
    }

    /// Whether the window that is open reaches far back.
    pub(crate) fn is_sweep(&self) -> bool {
        self.window.as_ref().is_some_and(|window| window.is_sweep)
    }

    /// Whether a contact was read as it is now.
    pub fn knows(&self, id: &str, modified_ms: Option<i64>) -> bool {
        let known = self.recent.get(id);
        known.zip(modified_ms).is_some_and(|(known, modified)| {
            modified <= *known || mutant::is("a contact that was read is not read again")
        })
    }

    /// Remembers what was read, if it will be walked again.
    pub fn remember(&mut self, id: &str, modified_ms: i64, overlap: TimeDelta) {
        let again = self.window.as_ref().map_or(0, |window| window.hi - overlap.num_milliseconds());
        if modified_ms < again {
            self.recent.remove(id);
        } else if self.recent.len() < RECENT_MAX || self.recent.contains_key(id) {
            self.recent.insert(id.to_owned(), modified_ms);
        }
    }

    /// Contacts that changed within the overlap, as far as they were read.
    pub fn recent(&self) -> impl Iterator<Item = (&str, i64)> {
        self.recent.iter().map(|(id, modified)| (id.as_str(), *modified))
    }

    pub fn advance(&mut self, last_id: Option<&str>) {
        if let (Some(window), Some(last_id)) = (&mut self.window, last_id) {
            window.last_id = Some(last_id.to_owned());
        }
    }

    /// The window has been walked to its end.
    pub fn close(&mut self, overlap: TimeDelta) {
        let Some(window) = self.window.take() else { return };
        let was_full_resync = self.full_resync.take().is_some();
        let overlap = if mutant::is("no overlap") { TimeDelta::zero() } else { overlap };
        self.settled = self.settled.max(window.hi - overlap.num_milliseconds());
        self.walked = self.walked.max(window.hi);
        // With a sweep, a run looks at all that is open; a walk over everything may have been no part of a run.
        if window.is_sweep && !was_full_resync {
            self.swept = self.walked;
        }
        self.recent.retain(|_, modified| *modified >= self.settled);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const NOW: i64 = 500_000 * HOUR;
    const OVERLAP: TimeDelta = TimeDelta::minutes(5);

    fn walked(position: &mut Cursor, hi: i64) {
        let (lo, is_sweep) = position.next_lo();
        position.open(lo, hi, 0, is_sweep);
        position.close(OVERLAP);
    }

    #[test]
    fn a_cursor_of_times_that_nobody_wrote_begins_anew() {
        let cursor = |time: i64| {
            let window = format!(r#"{{"lo":0,"hi":{time},"last_id":null,"total":3,"is_sweep":false}}"#);
            let times = format!(r#""settled":{time},"walked":{time},"swept":0,"window":{window}"#);
            format!(r#"{{"columns":"a",{times},"recent":{{}}}}"#)
        };
        assert_ne!(Cursor::resume(Some(&cursor(NOW)), "a".to_owned()).walked, 0);
        for time in [i64::MIN, -1, i64::MAX] {
            let mut position = Cursor::resume(Some(&cursor(time)), "a".to_owned());
            assert_eq!(position.next_lo().0, 0);
            walked(&mut position, NOW);
        }
    }

    #[test]
    fn the_first_walk_begins_at_the_beginning_and_the_next_an_overlap_earlier() {
        let mut position = Cursor::resume(None, "a".to_owned());
        assert_eq!(position.next_lo().0, 0);
        walked(&mut position, NOW);
        assert_eq!(position.next_lo(), (NOW - 5 * MINUTE, false));
        assert_eq!(position.sweep_lo(NOW - 5 * MINUTE, NOW + MINUTE), None);
    }

    #[test]
    fn once_an_hour_the_window_reaches_two_hours_back() {
        let mut position = Cursor::resume(None, "a".to_owned());
        walked(&mut position, NOW);
        let mut sweeps = Vec::new();
        for minute in 1..=180 {
            if position.next_lo().1 {
                sweeps.push(minute);
            }
            walked(&mut position, NOW + minute * MINUTE);
        }
        assert_eq!(sweeps.len(), 3, "{sweeps:?}");
        assert!(sweeps.windows(2).all(|pair| pair[1] - pair[0] <= 60), "{sweeps:?}");
    }

    #[test]
    fn a_run_after_an_hour_of_silence_finds_that_a_sweep_is_due() {
        let mut position = Cursor::resume(None, "a".to_owned());
        walked(&mut position, NOW);
        let (lo, is_sweep) = position.next_lo();
        assert!(!is_sweep);
        assert_eq!(position.sweep_lo(lo, NOW + 65 * MINUTE), Some(NOW - HOUR));
    }

    #[test]
    fn after_hours_without_a_run_a_sweep_still_reaches_an_hour_before_the_last() {
        for silence in [90 * MINUTE, 3 * HOUR, 100 * HOUR] {
            let mut position = Cursor::resume(None, "a".to_owned());
            walked(&mut position, NOW);
            for minute in 1..=20 {
                walked(&mut position, NOW + minute * MINUTE);
            }
            let (lo, _) = position.next_lo();
            assert_eq!(position.sweep_lo(lo, NOW + silence), Some(NOW - HOUR), "{silence}");
        }
    }

    #[test]
    fn a_service_whose_clock_goes_back_moves_nothing_back() {
        let mut position = Cursor::resume(None, "a".to_owned());
        walked(&mut position, NOW);
        let before = position.clone();
        walked(&mut position, NOW - HOUR);
        assert_eq!(position.settled, before.settled);
    }

    #[test]
    fn a_walk_over_everything_begins_once_and_moves_nothing_back() {
        let mut position = Cursor::resume(None, "a".to_owned());
        walked(&mut position, NOW);
        let settled = position.settled;
        position.begin_full_resync();
        assert_eq!((position.next_lo(), position.read_before()), ((0, true), Some(settled)));
        position.open(0, NOW + MINUTE, 9, true);
        position.advance(Some("7"));
        // Asked for again, or taken up by another process, it goes on.
        let cursor = serde_json::to_string(&position).unwrap();
        let mut position = Cursor::resume(Some(&cursor), "a".to_owned());
        position.begin_full_resync();
        assert_eq!(position.window.as_ref().unwrap().last_id.as_deref(), Some("7"));
        assert_eq!(position.read_before(), Some(settled));
        position.close(OVERLAP);
        assert_eq!((position.read_before(), position.settled), (None, NOW + MINUTE - 5 * MINUTE));
        assert_eq!(position.next_lo(), (position.settled, false));
    }

    #[test]
    fn other_properties_begin_anew() {
        let mut position = Cursor::resume(None, "a".to_owned());
        walked(&mut position, NOW);
        let cursor = serde_json::to_string(&position).unwrap();
        assert_eq!(Cursor::resume(Some(&cursor), "a".to_owned()), position);
        assert_eq!(Cursor::resume(Some(&cursor), "b".to_owned()).next_lo().0, 0);
        assert_eq!(Cursor::resume(Some("nonsense"), "a".to_owned()).next_lo().0, 0);
    }
}
