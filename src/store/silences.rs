//! Silences: escalations that somebody muted for a while.

use anyhow::Result;
use rusqlite::params;

use super::Db;
use super::runs::time;
use crate::model::Timestamp;

/// A silence that starts.
#[derive(Clone, Copy, Debug)]
pub struct NewSilence<'a> {
    /// As somebody typed it.
    pub condition: &'a str,
    pub reason: &'a str,
    pub author: &'a str,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// A silence that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilenceRow {
    pub id: i64,
    pub condition: String,
    pub reason: String,
    pub author: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Db<'_> {
    pub fn add_silence(self, new: &NewSilence<'_>) -> Result<i64> {
        Ok(self.conn.query_row(
            "INSERT INTO silence(condition, reason, author, from_ms, until_ms) VALUES(?1, ?2, ?3, ?4, ?5) RETURNING id",
            params![
                new.condition,
                new.reason,
                new.author,
                new.from.timestamp_millis(),
                new.until.timestamp_millis()
            ],
            |row| row.get(0),
        )?)
    }

    /// Those in force at `now`, the oldest first.
    pub fn silences(self, now: Timestamp) -> Result<Vec<SilenceRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, condition, reason, author, from_ms, until_ms FROM silence \
             WHERE ended_ms IS NULL AND until_ms > ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([now.timestamp_millis()], |row| {
            Ok(SilenceRow {
                id: row.get(0)?,
                condition: row.get(1)?,
                reason: row.get(2)?,
                author: row.get(3)?,
                from: time(row.get(4)?),
                until: time(row.get(5)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ends a silence before its time; `false` when none is in force by that id.
    pub fn end_silence(self, id: i64, by: &str, at: Timestamp) -> Result<bool> {
        let ended = self.conn.execute(
            "UPDATE silence SET ended_ms = ?3, ended_by = ?2 WHERE id = ?1 AND ended_ms IS NULL AND until_ms > ?3",
            params![id, by, at.timestamp_millis()],
        )?;
        Ok(ended > 0)
    }

    /// The contacts of open handoffs that have steps to come.
    pub fn contacts_with_steps(self) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT h.contact_id FROM step s JOIN handoff h ON h.id = s.handoff_id \
             WHERE s.state = 'planned' ORDER BY h.contact_id",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
