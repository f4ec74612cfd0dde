//! Runs and the state of the queue.

use anyhow::Result;
use chrono::DateTime;
use rusqlite::{OptionalExtension as _, params};

use super::Db;
use crate::model::{Status, Timestamp};

/// A finished run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    pub command: String,
    pub started: Timestamp,
    pub finished: Timestamp,
    pub good: bool,
    /// JSON.
    pub summary: String,
}

/// Open handoffs of one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    pub status: Status,
    pub count: u64,
    pub oldest: Option<Timestamp>,
}

/// A week of runs, one a minute.
const RUNS_KEPT: i64 = 10_080;

/// A stored moment. Milliseconds outside the calendar are read as its start: they cannot have been written by us.
pub(super) fn time(ms: i64) -> Timestamp {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

impl Db<'_> {
    pub fn record_run(self, run: &RunRow) -> Result<()> {
        let id: i64 = self.conn.query_row(
            "INSERT INTO run(command, started_ms, finished_ms, good, summary) VALUES(?1, ?2, ?3, ?4, ?5) RETURNING id",
            params![
                run.command,
                run.started.timestamp_millis(),
                run.finished.timestamp_millis(),
                run.good,
                run.summary
            ],
            |row| row.get(0),
        )?;
        self.conn.execute("DELETE FROM run WHERE id <= ?1", [id - RUNS_KEPT])?;
        Ok(())
    }

    /// The latest run, or the latest good one.
    pub fn last_run(self, only_good: bool) -> Result<Option<RunRow>> {
        Ok(self
            .conn
            .query_row(
                "SELECT command, started_ms, finished_ms, good, summary FROM run WHERE good >= ?1 ORDER BY id DESC LIMIT 1",
                [only_good],
                |row| {
                    Ok(RunRow {
                        command: row.get(0)?,
                        started: time(row.get(1)?),
                        finished: time(row.get(2)?),
                        good: row.get(3)?,
                        summary: row.get(4)?,
                    })
                },
            )
            .optional()?)
    }

    /// A moment that was remembered.
    pub fn moment(self, key: &str) -> Result<Option<Timestamp>> {
        Ok(self.meta(key)?.and_then(|ms| ms.parse().ok()).map(time))
    }

    /// When a step last went well, as part of a run or alone.
    pub fn last_good_step(self, step: &str) -> Result<Option<Timestamp>> {
        let started: Option<i64> = self
            .conn
            .prepare_cached(
                "SELECT started_ms FROM run WHERE good = 1 AND command IN ('run', ?1) ORDER BY id DESC LIMIT 1",
            )?
            .query_row([step], |row| row.get(0))
            .optional()?;
        Ok(started.map(time))
    }

    /// Open handoffs by status.
    pub fn queues(self) -> Result<Vec<Queue>> {
        let open = Status::ALL.into_iter().filter(|status| status.is_open());
        open.map(|status| {
            let (count, oldest): (u64, Option<i64>) = self.conn.query_row(
                "SELECT count(*), min(created_ms) FROM handoff WHERE status = ?1 \
                 AND status IN ('held', 'waiting', 'assigned', 'touched')",
                [status.name()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            Ok(Queue { status, count, oldest: oldest.map(time) })
        })
        .collect()
    }

    /// Closed handoffs by how they ended.
    pub fn closed_counts(self) -> Result<Vec<(String, u64)>> {
        let mut statement = self.conn.prepare(
            "SELECT status, count(*) FROM handoff WHERE closed_ms IS NOT NULL GROUP BY status ORDER BY status",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Effects that are planned or whose fate is unknown, and how many have failed.
    pub fn effect_counts(self) -> Result<(u64, u64, u64)> {
        let count = |state: &str| -> Result<u64> {
            Ok(self.conn.query_row(
                &format!("SELECT count(*) FROM effect WHERE state = '{state}'"),
                [],
                |row| row.get(0),
            )?)
        };
        Ok((count("planned")?, count("unknown")? + count("in_flight")?, count("failed")?))
    }

    /// Assigned handoffs that nobody touched by their due time.
    pub fn overdue(self, now: Timestamp) -> Result<u64> {
        Ok(self.conn.query_row(
            "SELECT count(*) FROM handoff WHERE status = 'assigned' AND due_ms < ?1",
            [now.timestamp_millis()],
            |row| row.get(0),
        )?)
    }
}
