//! Clocks that stand still, and the calendars on which they are counted.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, params};

use super::Db;
use super::handoffs::unreadable;
use super::runs::time;
use crate::model::{Timestamp, WorkingTime};

/// A time in which a clock stood still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PauseRow {
    /// `waiting`, `acknowledged` or `undelivered`.
    pub why: String,
    pub from: Timestamp,
    /// `None` while it lasts.
    pub until: Option<Timestamp>,
}

impl Db<'_> {
    /// The id of a calendar; the same calendar has the same id.
    pub(super) fn keep_calendar(self, body: &str) -> Result<i64> {
        self.conn
            .prepare_cached("INSERT INTO calendar(body) VALUES(?1) ON CONFLICT(body) DO NOTHING")?
            .execute([body])?;
        Ok(self
            .conn
            .prepare_cached("SELECT id FROM calendar WHERE body = ?1")?
            .query_row([body], |row| row.get(0))?)
    }

    /// The calendar on which an assignment's times are counted.
    pub fn calendar(self, handoff: i64, round: u32) -> Result<Option<WorkingTime>> {
        let read = |row: &rusqlite::Row<'_>| {
            let body: String = row.get(0)?;
            serde_json::from_str(&body).map_err(|error| unreadable(0, error))
        };
        Ok(self
            .conn
            .prepare_cached(
                "SELECT c.body FROM assignment a JOIN calendar c ON c.id = a.calendar_id \
                 WHERE a.handoff_id = ?1 AND a.round = ?2",
            )?
            .query_row(params![handoff, round], read)
            .optional()?)
    }

    /// The pauses of an assignment, in order.
    pub fn pauses(self, handoff: i64, round: u32) -> Result<Vec<PauseRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT why, from_ms, until_ms FROM pause WHERE handoff_id = ?1 AND round = ?2 ORDER BY from_ms",
        )?;
        let rows = statement.query_map(params![handoff, round], |row| {
            let until: Option<i64> = row.get(2)?;
            Ok(PauseRow { why: row.get(0)?, from: time(row.get(1)?), until: until.map(time) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Handoffs whose rep has neither the task nor the message of this round, with one of them still to be delivered, and
    /// whose clock does not stand still for that.
    pub fn clocks_to_stop(self) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT h.id FROM effect e CROSS JOIN handoff h \
             WHERE h.id = e.handoff_id AND e.state IN ('planned', 'in_flight', 'unknown') AND h.status = 'assigned' \
             AND e.key IN (h.key || 't' || h.round, h.key || 'm' || h.round) AND NOT EXISTS( \
               SELECT 1 FROM effect d WHERE d.key IN (h.key || 't' || h.round, h.key || 'm' || h.round) AND d.state = 'done') \
             AND NOT EXISTS(SELECT 1 FROM pause p WHERE p.handoff_id = h.id AND p.why = 'undelivered' AND p.until_ms IS NULL)",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Handoffs whose clock stands still because the rep had not been told, and need no longer: it was delivered, since when, or
    /// nothing that would tell the rep is still to be delivered.
    pub fn clocks_to_start(self) -> Result<Vec<(i64, Option<Timestamp>)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT h.id, min(CASE WHEN e.state = 'done' THEN e.done_ms END) FROM pause p JOIN handoff h ON h.id = p.handoff_id \
             LEFT JOIN effect e ON e.key IN (h.key || 't' || h.round, h.key || 'm' || h.round) \
             WHERE p.why = 'undelivered' AND p.until_ms IS NULL GROUP BY h.id \
             HAVING count(CASE WHEN e.state = 'done' THEN 1 END) > 0 \
             OR count(CASE WHEN e.state IN ('planned', 'in_flight', 'unknown') THEN 1 END) = 0",
        )?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(time))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The clock stands still from `from` on, unless it does already for the same reason.
    pub fn begin_pause(self, handoff: i64, round: u32, why: &str, from: Timestamp) -> Result<()> {
        self.conn.execute(
            "INSERT INTO pause(handoff_id, round, why, from_ms) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS \
             (SELECT 1 FROM pause WHERE handoff_id = ?1 AND why = ?3 AND until_ms IS NULL) \
             ON CONFLICT(handoff_id, round, why, from_ms) DO UPDATE SET until_ms = NULL",
            params![handoff, round, why, from.timestamp_millis()],
        )?;
        Ok(())
    }

    pub fn end_pause(self, handoff: i64, why: &str, until: Timestamp) -> Result<()> {
        self.conn.execute(
            "UPDATE pause SET until_ms = CASE WHEN from_ms > ?3 THEN from_ms ELSE ?3 END WHERE handoff_id = ?1 AND why = ?2 AND until_ms IS NULL",
            params![handoff, why, until.timestamp_millis()],
        )?;
        Ok(())
    }

    /// Whatever made the clock stand still, it is another rep's now.
    pub(super) fn end_pauses(self, handoff: i64, until: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE pause SET until_ms = CASE WHEN from_ms > ?2 THEN from_ms ELSE ?2 END WHERE handoff_id = ?1 AND until_ms IS NULL",
            )?
            .execute(params![handoff, until.timestamp_millis()])?;
        Ok(())
    }

    /// The acknowledgement expired, nothing having come of it: the clock runs again for the same rep.
    pub fn lapse(self, handoff: i64, at: Timestamp, held_before: u32) -> Result<()> {
        self.conn.execute(
            "UPDATE handoff SET status = 'assigned', lapsed_ms = ?2, held_before = ?3, look_ms = 0 WHERE id = ?1",
            params![handoff, at.timestamp_millis(), held_before],
        )?;
        Ok(())
    }

    /// New times for what is due and planned; steps that have none any more are void.
    pub fn move_times(
        self,
        handoff: i64,
        round: u32,
        due: Option<Timestamp>,
        steps: &[(u32, Timestamp)],
    ) -> Result<()> {
        let due = due.map(|due| due.timestamp_millis());
        self.conn.execute("UPDATE handoff SET due_ms = ?2 WHERE id = ?1", params![handoff, due])?;
        for (n, at) in steps {
            self.conn.execute(
                "UPDATE step SET at_ms = ?4 WHERE handoff_id = ?1 AND round = ?2 AND n = ?3 AND state = 'planned'",
                params![handoff, round, n, at.timestamp_millis()],
            )?;
        }
        let last = steps.iter().map(|(n, _)| *n).max().unwrap_or_default();
        self.conn.execute(
            "UPDATE step SET state = 'cancelled' WHERE handoff_id = ?1 AND round = ?2 AND n > ?3 AND state = 'planned'",
            params![handoff, round, last],
        )?;
        Ok(())
    }
}
