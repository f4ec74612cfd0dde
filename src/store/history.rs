//! What happened to handoffs, for people.

use anyhow::Result;
use rusqlite::params;

use super::Db;
use super::handoffs::{SkippedRow, unreadable};
use super::runs::time;
use crate::model::{StepAction, Timestamp};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub at: Timestamp,
    pub what: String,
    pub who: Option<String>,
    pub how: Option<String>,
}

/// One assignment of a handoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentRow {
    pub round: u32,
    pub rep: String,
    /// The contact's owner, as it was decided.
    pub found: Option<String>,
    pub route: String,
    pub team: Option<String>,
    pub why: String,
    pub passed_over: Vec<SkippedRow>,
    pub at: Timestamp,
    /// `lapsed` or `rejected`; `None` while it stands.
    pub ended: Option<String>,
}

/// One planned step of an SLA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    pub round: u32,
    pub n: u32,
    pub at: Timestamp,
    pub action: StepAction,
    pub state: String,
}

/// A history line never needs more.
const HOW_CHARS_MAX: usize = 300;

impl Db<'_> {
    pub fn add_event(
        self,
        handoff: i64,
        at: Timestamp,
        what: &str,
        who: Option<&str>,
        how: Option<&str>,
    ) -> Result<()> {
        let how = how.map(|how| crate::model::one_line(how, HOW_CHARS_MAX));
        self.conn
            .prepare_cached(
                "INSERT INTO event(handoff_id, at_ms, what, who, how) VALUES(?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![handoff, at.timestamp_millis(), what, who, how])?;
        Ok(())
    }

    pub fn events(self, handoff: i64) -> Result<Vec<EventRow>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT at_ms, what, who, how FROM event WHERE handoff_id = ?1 ORDER BY id")?;
        let rows = statement.query_map([handoff], |row| {
            Ok(EventRow { at: time(row.get(0)?), what: row.get(1)?, who: row.get(2)?, how: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every assignment of a handoff, in order.
    pub fn assignments(self, handoff: i64) -> Result<Vec<AssignmentRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT round, rep, route, team, why, passed_over, at_ms, ended_how, found FROM assignment \
             WHERE handoff_id = ?1 ORDER BY round",
        )?;
        let rows = statement.query_map([handoff], |row| {
            let passed_over: String = row.get(5)?;
            Ok(AssignmentRow {
                round: row.get(0)?,
                rep: row.get(1)?,
                found: row.get(8)?,
                route: row.get(2)?,
                team: row.get(3)?,
                why: row.get(4)?,
                passed_over: serde_json::from_str(&passed_over).map_err(|error| unreadable(5, error))?,
                at: time(row.get(6)?),
                ended: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
