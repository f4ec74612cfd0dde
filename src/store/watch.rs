//! Which handoffs are watched, and which of them are to be looked at: a run looks at what changed and at what time alone may
//! have changed, and at nothing else.

use std::collections::{BTreeSet, HashSet};

use anyhow::Result;
use rusqlite::{Row, params};

use super::Db;
use super::contacts::Layouts;
use super::handoffs::unreadable;
use super::runs::time;
use crate::model::{Contact, Status, Timestamp, Written};

/// A handoff that a rep has, or that is watched after its acceptance: what it takes to find out what the rep did.
#[derive(Clone, Debug)]
pub struct WatchedHandoff {
    pub id: i64,
    pub crm_id: String,
    pub status: Status,
    pub owner: Option<String>,
    pub team: Option<String>,
    /// From when on acts on it count.
    pub since: Timestamp,
    pub contact: Contact,
    /// Its task and its message, when they were written and it is open.
    pub task: Option<Written>,
    pub message: Option<Written>,
    /// Hash of what had been done when it was last looked at.
    pub acts: Option<i64>,
    /// It or its contact changed, or time alone may have changed it.
    pub is_due: bool,
}

/// Which of the watched handoffs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those that are to be looked at whatever the reps did.
    Due,
}

/// What a look at a handoff leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub at: Timestamp,
    /// Nothing but a change or an act can come of it before.
    pub next: Timestamp,
    /// Hash of what had been done.
    pub acts: i64,
}

pub(super) const WATCHED: &str = "SELECT h.id, c.crm_id, h.status, h.owner, h.team, \
     coalesce(h.accepted_ms, h.assigned_ms, h.created_ms), h.acts, h.look_ms, h.looked_ms, h.group_id, c.layout_id, c.content, \
     t.remote_id, t.done_ms, m.remote_id, m.done_ms \
     FROM handoff h JOIN contact c ON c.id = h.contact_id \
     LEFT JOIN effect t ON t.id = (SELECT max(e.id) FROM effect e \
       WHERE e.handoff_id = h.id AND e.kind = 'task' AND e.state = 'done') \
     LEFT JOIN effect m ON m.id = (SELECT max(e.id) FROM effect e \
       WHERE e.handoff_id = h.id AND e.kind IN ('message', 'mark') AND e.state = 'done')";

impl Db<'_> {
    /// Whether any handoff is watched.
    pub fn is_any_watched(self) -> Result<bool> {
        let sql = "SELECT EXISTS(SELECT 1 FROM handoff WHERE look_ms IS NOT NULL AND look_ms >= 0)";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Watched handoffs in the order in which they started.
    pub fn watched(self, which: Which, now: Timestamp, layouts: &Layouts<'_>) -> Result<Vec<WatchedHandoff>> {
        let mut led = HashSet::new();
        let mut watched = Vec::new();
        match which {
            Which::All => {
                let sql = format!("{WATCHED} WHERE h.look_ms IS NOT NULL AND h.look_ms >= 0");
                let mut statement = self.conn.prepare_cached(&sql)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    watched.push(self.read_watched(row, now, layouts)?);
                }
            }
            Which::Due => {
                let sql = format!("{WATCHED} WHERE h.id = ?1");
                let mut statement = self.conn.prepare_cached(&sql)?;
                for id in self.due_looks(now)? {
                    let mut rows = statement.query([id])?;
                    while let Some(row) = rows.next()? {
                        watched.push(self.read_watched(row, now, layouts)?);
                    }
                }
            }
        }
        watched.sort_unstable_by_key(|(handoff, _)| handoff.id);
        for (handoff, group) in &mut watched {
            let Some(group) = group else { continue };
            // One of a group watches for all: the first that is open.
            let leads = handoff.status.is_open() && led.insert(*group);
            handoff.task = if leads { self.latest_remote(handoff.id, ["task", "task"])? } else { None };
            handoff.message = if leads { self.latest_remote(handoff.id, ["message", "mark"])? } else { None };
        }
        Ok(watched.into_iter().map(|(handoff, _)| handoff).collect())
    }

    /// Those whose moment has come. A look that was later than now was by a clock that has been set back since.
    fn due_looks(self, now: Timestamp) -> Result<BTreeSet<i64>> {
        let mut due = BTreeSet::new();
        for sql in [
            "SELECT id FROM handoff WHERE look_ms IS NOT NULL AND look_ms <= ?1",
            "SELECT id FROM handoff WHERE look_ms IS NOT NULL AND looked_ms > ?1",
        ] {
            let mut statement = self.conn.prepare_cached(sql)?;
            let mut rows = statement.query([now.timestamp_millis()])?;
            while let Some(row) = rows.next()? {
                due.insert(row.get(0)?);
            }
        }
        Ok(due)
    }

    /// With the group that it belongs to.
    fn read_watched(
        self,
        row: &Row<'_>,
        now: Timestamp,
        layouts: &Layouts<'_>,
    ) -> Result<(WatchedHandoff, Option<i64>)> {
        let crm_id: String = row.get(1)?;
        let status = row.get_ref(2)?.as_str()?;
        let status =
            Status::parse(status).ok_or_else(|| unreadable(2, format!("unknown status {status}")))?;
        let contact = layouts.contact(self, &crm_id, row.get(10)?, row.get_ref(11)?.as_str()?)?;
        let (look_ms, looked_ms): (Option<i64>, Option<i64>) = (row.get(7)?, row.get(8)?);
        let now_ms = now.timestamp_millis();
        let written = |at: usize| -> Result<Option<Written>> {
            let remote: Option<(String, i64)> = row.get::<_, Option<String>>(at)?.zip(row.get(at + 1)?);
            let of_open = remote.filter(|_| status != Status::Accepted);
            Ok(of_open.map(|(remote_id, ms)| Written { remote_id, at: time(ms) }))
        };
        let handoff = WatchedHandoff {
            id: row.get(0)?,
            status,
            owner: row.get(3)?,
            team: row.get(4)?,
            since: time(row.get(5)?),
            contact,
            task: written(12)?,
            message: written(14)?,
            acts: row.get(6)?,
            is_due: look_ms.is_some_and(|at| at <= now_ms) || looked_ms.is_some_and(|at| at > now_ms),
            crm_id,
        };
        Ok((handoff, row.get(9)?))
    }

    /// Whatever is watched is looked at by the next run: the definition says something else of it.
    pub fn look_at_all(self) -> Result<()> {
        self.conn.execute("UPDATE handoff SET look_ms = 0 WHERE look_ms IS NOT NULL AND look_ms > 0", [])?;
        Ok(())
    }

    /// A handoff was looked at; one that is watched no longer stays so.
    pub fn looked(self, handoff: i64, look: &Look) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE handoff SET looked_ms = ?2, look_ms = ?3, acts = ?4 WHERE id = ?1 AND look_ms IS NOT NULL",
            )?
            .execute(params![
                handoff,
                look.at.timestamp_millis(),
                look.next.timestamp_millis(),
                look.acts
            ])?;
        Ok(())
    }
}
