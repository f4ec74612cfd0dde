//! A run that gets no more memory, at whatever moment: it is as if it had been killed there.

use rusqlite::{Connection, OpenFlags};

use super::BUSY_PHASES;
use super::scene::{PHASES, is_whole, keys_undisturbed, place, run_until_quiet, start_phase};
use crate::support::Place;
use crate::support::ladder::{Ended, climb, within};
use crate::support::process::RUN;

/// Handoffs that a run started before it died; it may have died before there was a table of them.
fn handoffs(place: &Place) -> u32 {
    let count = |db: Connection| db.query_row("SELECT count(*) FROM handoff", [], |row| row.get(0));
    let path = place.path("handoff.db");
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(count).unwrap_or(0)
}

#[test]
fn a_run_that_gets_no_more_memory_loses_nothing_and_doubles_nothing() {
    let expected = keys_undisturbed();
    climb(|kib| {
        let place = place();
        let mut ended = Ended::Done;
        for (phase, now) in PHASES.iter().enumerate() {
            start_phase(&place, phase);
            if BUSY_PHASES.contains(&phase) {
                let is_done = within(kib, &place.command(now, RUN)).status.success();
                if phase == 0 && !is_done {
                    ended = if handoffs(&place) > 0 { Ended::HalfWay } else { Ended::AtOnce };
                }
            }
            run_until_quiet(&place, now);
        }
        is_whole(&place, &expected);
        ended
    });
}
