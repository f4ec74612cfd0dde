//! Which effects are due: what an earlier run left open, what waits, and what must be looked at before it goes out.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{Row, params};

use super::Db;
use super::effects::{EffectRow, SETTLED, Side};
use super::handoffs::unreadable;
use super::runs::time;
use crate::model::Timestamp;
use crate::mutant;
use crate::uptime::ClockReading;

/// When effects are asked for.
#[derive(Clone, Debug)]
pub struct Moment {
    pub now: Timestamp,
    pub clock: ClockReading,
    /// As long as a request may still be on its way.
    pub settle: TimeDelta,
}

/// Writes that should be out and are not, with the same trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingWrites {
    /// `None`: no attempt was made.
    pub why: Option<String>,
    pub count: u64,
    pub since: Timestamp,
}

/// No effect ever waits longer.
pub const WAIT_MAX: TimeDelta = TimeDelta::minutes(15);

/// What was not seen is looked for once more after so long.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(30);

impl Db<'_> {
    /// Called with the run lock held: whoever had these in flight is dead, so they may or may not have happened.
    ///
    /// What was sent by another machine, by this one before it was started, or nobody knows when, may have been sent just
    /// now: its time counts from here.
    pub fn presume_interrupted(self, clock: &ClockReading) -> Result<usize> {
        let sql = if mutant::is("interrupted is planned") {
            "UPDATE effect SET state = 'planned' \
             WHERE state IN ('planned', 'in_flight', 'unknown') AND state = 'in_flight'"
        } else {
            "UPDATE effect SET state = 'unknown', unsure = 1, \
             error = 'the run that sent it was interrupted' \
             WHERE state IN ('planned', 'in_flight', 'unknown') AND state = 'in_flight'"
        };
        let interrupted = self.conn.prepare_cached(sql)?.execute([])?;
        self.conn
            .prepare_cached(
                "UPDATE effect SET clock = ?1, sent_up_ms = ?2, \
                 unseen_up_ms = CASE WHEN unseen_up_ms IS NULL THEN NULL ELSE ?2 END \
                 WHERE state IN ('planned', 'in_flight', 'unknown') AND state = 'unknown' AND coalesce(clock, '') <> ?3 \
                 AND (clock IS DISTINCT FROM ?1 OR sent_up_ms > ?2)",
            )?
            .execute(params![clock.clock, clock.at.num_milliseconds(), SETTLED])?;
        Ok(interrupted)
    }

    /// Effects of one side that may be delivered now: due, and every earlier one of their handoff settled. The CRM waits for
    /// its own writes only: a chat that is slow or down holds up no owner and no task. One a handoff; one that is to be kept
    /// apart comes last, and alone.
    ///
    /// Whatever may have happened is left alone for [`Moment::settle`] after it was sent. A wait that is longer than any that
    /// is given comes of a clock that was set back, and is over.
    pub fn due_effects(self, side: Side, moment: &Moment, most: u32) -> Result<Vec<EffectRow>> {
        // As the partial indexes say it, word for word: without that the planner reads every effect there ever was.
        let (kinds, before) = match side {
            Side::Crm => ("'update', 'task'", "'update', 'task'"),
            Side::Chat => ("'message', 'reply', 'mark'", "'update', 'task', 'message', 'reply', 'mark'"),
        };
        let before = if mutant::is("no order within a handoff") { "'none'" } else { before };
        let sql = format!(
            "SELECT e.id, e.handoff_id, e.key, e.body, e.unsure, e.attempt, \
               coalesce((SELECT min(a.at_ms) FROM assignment a WHERE a.handoff_id = e.handoff_id), h.created_ms), \
               (SELECT m.remote_id FROM effect m WHERE m.handoff_id = e.handoff_id AND m.kind IN ('message', 'mark') \
                AND m.state = 'done' ORDER BY m.seq DESC LIMIT 1), e.unseen_up_ms IS NOT NULL, e.apart \
             FROM effect e JOIN handoff h ON h.id = e.handoff_id \
             WHERE e.state IN ('planned', 'unknown') AND e.kind IN ({kinds}) \
             AND (e.next_ms <= ?1 OR e.next_ms > ?1 + ?3) \
             AND (e.unsure = 0 OR e.clock = ?4 OR (e.clock = ?5 AND ?6 - e.sent_up_ms >= ?7 \
               AND (e.unseen_up_ms IS NULL OR ?6 - e.unseen_up_ms >= ?8))) \
             AND NOT EXISTS(SELECT 1 FROM effect p WHERE p.handoff_id = e.handoff_id AND p.seq < e.seq \
               AND p.state IN ('planned', 'in_flight', 'unknown') AND p.kind IN ({before})) \
             ORDER BY e.apart, e.next_ms, e.id LIMIT ?2"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(
            params![
                moment.now.timestamp_millis(),
                most,
                WAIT_MAX.num_milliseconds(),
                SETTLED,
                moment.clock.clock,
                moment.clock.at.num_milliseconds(),
                moment.settle.num_milliseconds(),
                LOOK_AGAIN.num_milliseconds()
            ],
            read_effect,
        )?;
        let mut due = rows.collect::<Result<Vec<_>, _>>()?;
        let together = due.iter().take_while(|effect| !effect.apart).count();
        due.truncate(together.max(1));
        Ok(due)
    }

    /// Writes that should be out, each with its own trouble or that of what comes before it. Those that wait for a contact to
    /// be clear should not.
    pub fn waiting_writes(self, now: Timestamp) -> Result<Vec<WaitingWrites>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT coalesce(e.error, (SELECT p.error FROM effect p WHERE p.handoff_id = e.handoff_id AND p.seq < e.seq \
               AND p.state IN ('planned', 'in_flight', 'unknown') AND p.error IS NOT NULL ORDER BY p.seq LIMIT 1)), \
               count(*), min(CASE WHEN e.waits_ms IS NULL THEN e.next_ms ELSE e.waits_ms END) \
             FROM effect e JOIN handoff h ON h.id = e.handoff_id \
             WHERE e.state IN ('planned', 'in_flight', 'unknown') AND (e.waits_ms IS NOT NULL OR e.next_ms <= ?1) \
             AND NOT EXISTS(SELECT 1 FROM verdict v WHERE v.contact_id = h.contact_id AND v.unclear IS NOT NULL) GROUP BY 1",
        )?;
        let rows = statement.query_map([now.timestamp_millis()], |row| {
            Ok(WaitingWrites { why: row.get(0)?, count: row.get(1)?, since: time(row.get(2)?).min(now) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Messages that wait for their handoff's writes to the CRM.
    pub fn coming_messages(self, now: Timestamp, most: u32) -> Result<Vec<EffectRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT e.id, e.handoff_id, e.key, e.body, e.unsure, e.attempt, e.next_ms, NULL, 0, e.apart FROM effect e \
             WHERE e.state IN ('planned', 'unknown') AND e.kind IN ('message', 'reply', 'mark') \
             AND e.state = 'planned' AND e.kind = 'message' AND e.next_ms <= ?1 AND EXISTS( \
               SELECT 1 FROM effect p WHERE p.handoff_id = e.handoff_id AND p.seq < e.seq AND p.state = 'planned' \
               AND p.kind IN ('update', 'task')) \
             ORDER BY e.apart, e.next_ms, e.id LIMIT ?2",
        )?;
        let rows = statement.query_map(params![now.timestamp_millis(), most], read_effect)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every planned effect, in the order of delivery: the plan that a dry run prints.
    pub fn planned_effects(self) -> Result<Vec<EffectRow>> {
        let mut statement = self.conn.prepare(
            "SELECT id, handoff_id, key, body, unsure, attempt, next_ms, NULL, 0, apart FROM effect WHERE state IN ('planned', 'unknown') \
             ORDER BY handoff_id, seq",
        )?;
        let rows = statement.query_map([], read_effect)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Handoffs of which anything is still to be sent.
    pub fn handoffs_to_send(self) -> Result<BTreeSet<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT handoff_id FROM effect WHERE state IN ('planned', 'in_flight', 'unknown')",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Handoffs whose owner is about to be written, and certainly has not been: what they were decided on may still be read
    /// again. With each, whether anything that follows has been tried, as when the owner was refused and is sent again.
    pub fn owners_to_write(self) -> Result<Vec<(i64, bool)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT e.handoff_id, EXISTS(SELECT 1 FROM effect l WHERE l.handoff_id = e.handoff_id AND l.seq > e.seq \
               AND l.state NOT IN ('planned', 'cancelled')), h.status = 'assigned' \
             FROM effect e JOIN handoff h ON h.id = e.handoff_id \
             WHERE e.state IN ('planned', 'unknown') AND e.kind IN ('update', 'task') \
             AND e.state = 'planned' AND e.sets_owner = 1",
        )?;
        let mut rows = statement.query([])?;
        let mut owners = Vec::new();
        while let Some(row) = rows.next()? {
            let (has_begun, is_assigned): (bool, bool) = (row.get(1)?, row.get(2)?);
            if has_begun || is_assigned {
                owners.push((row.get(0)?, has_begun));
            }
        }
        owners.sort_unstable();
        Ok(owners)
    }
}

fn read_effect(row: &Row<'_>) -> rusqlite::Result<EffectRow> {
    let body: String = row.get(3)?;
    Ok(EffectRow {
        id: row.get(0)?,
        handoff: row.get(1)?,
        key: row.get(2)?,
        write: serde_json::from_str(&body).map_err(|error| unreadable(3, error))?,
        unsure: row.get(4)?,
        attempt: row.get(5)?,
        begun: time(row.get(6)?),
        thread: row.get(7)?,
        unseen: row.get(8)?,
        apart: row.get(9)?,
    })
}
