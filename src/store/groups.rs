//! Handoffs of one company that are one task: the group is named by the handoff that came first.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, params};

use super::Db;
use super::handoffs::{COLUMNS, HandoffRow, read_handoff};
use super::runs::time;
use crate::model::{Timestamp, Write};

/// A group that still waits for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collecting {
    pub group: i64,
    pub until: Timestamp,
}

impl Db<'_> {
    /// The group of a company that waits for others at `now`.
    pub fn collecting(self, company: i64, now: Timestamp) -> Result<Option<Collecting>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT group_id, group_ms FROM handoff WHERE company_key = ?1 AND company_key IS NOT NULL AND status = 'waiting' \
                 AND group_ms > ?2 ORDER BY id LIMIT 1",
            )?
            .query_row([company, now.timestamp_millis()], |row| {
                Ok(Collecting { group: row.get(0)?, until: time(row.get(1)?) })
            })
            .optional()?)
    }

    /// Puts a handoff into a group; it is not routed before the group is.
    pub fn join_group(self, handoff: i64, company: i64, into: Collecting, note: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE handoff SET company_key = ?2, group_id = ?3, group_ms = ?4, next_ms = ?4, note = ?5 WHERE id = ?1",
            )?
            .execute(params![handoff, company, into.group, into.until.timestamp_millis(), note])?;
        Ok(())
    }

    /// The open handoffs of a handoff's group other than itself, first come first. None of one that is alone.
    pub fn others_of_group(self, handoff: &HandoffRow) -> Result<Vec<HandoffRow>> {
        let Some(group) = handoff.group else { return Ok(Vec::new()) };
        let sql = format!(
            "{COLUMNS} WHERE h.group_id = ?1 AND h.id <> ?2 AND h.status IN ('waiting', 'assigned', 'touched') ORDER BY h.id"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([group, handoff.id], read_handoff)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// From now on a handoff goes its own way.
    pub fn leave_group(self, handoff: i64) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE handoff SET group_id = NULL, group_ms = NULL WHERE id = ?1")?
            .execute([handoff])?;
        Ok(())
    }

    /// A person who is erased is named to the others of its group no more. What was not tried yet is planned afresh; what
    /// may have happened is left at that.
    pub(super) fn forget_companion(self, contact: i64) -> Result<()> {
        let of_others = "FROM handoff h JOIN handoff o ON o.group_id = h.group_id AND o.id <> h.id WHERE h.contact_id = ?1";
        self.conn.execute(
            &format!(
                "UPDATE assignment SET why = 'together with others of the same company' \
                 WHERE substr(why, 1, 22) = 'together with contact ' AND handoff_id IN (SELECT o.id {of_others})"
            ),
            [contact],
        )?;
        let sql = format!("SELECT id, body, state FROM effect WHERE handoff_id IN (SELECT o.id {of_others})");
        let mut statement = self.conn.prepare(&sql)?;
        let effects = statement
            .query_map([contact], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<Vec<(i64, String, String)>, _>>()?;
        for (id, old, state) in effects {
            let write: Write = serde_json::from_str(&old)?;
            let body = serde_json::to_string(&write.without_companions())?;
            if body == old {
                continue;
            }
            if state == "planned" {
                self.plan_afresh(id, &body)?;
                continue;
            }
            self.conn.execute(
                "UPDATE effect SET state = 'cancelled' WHERE id = ?1 AND state NOT IN ('done', 'cancelled')",
                [id],
            )?;
            self.conn.execute("UPDATE effect SET body = ?2 WHERE id = ?1", params![id, body])?;
        }
        Ok(())
    }

    fn plan_afresh(self, effect: i64, body: &str) -> Result<()> {
        type Planned = (i64, i64, String, String, i64, bool);
        let (handoff, seq, kind, key, next_ms, sets_owner): Planned = self.conn.query_row(
            "DELETE FROM effect WHERE id = ?1 RETURNING handoff_id, seq, kind, key, next_ms, sets_owner",
            [effect],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)),
        )?;
        self.conn.execute(
            "INSERT INTO effect(id, handoff_id, seq, kind, key, body, state, next_ms, sets_owner) \
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, 'planned', ?7, ?8)",
            params![effect, handoff, seq, kind, key, body, next_ms, sets_owner],
        )?;
        Ok(())
    }

    /// What is still planned of the SLA goes on with another handoff of the group: the one that had it ends.
    pub(super) fn pass_steps_on(self, handoff: i64) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO step(handoff_id, round, n, at_ms, action, state) \
                 SELECT o.id, o.round, s.n, s.at_ms, s.action, 'planned' FROM step s JOIN handoff o ON o.id = \
                   (SELECT min(m.id) FROM handoff h JOIN handoff m ON m.group_id = h.group_id AND m.id <> h.id \
                    AND m.status = 'assigned' WHERE h.id = ?1) \
                 WHERE s.handoff_id = ?1 AND s.state = 'planned'",
            )?
            .execute([handoff])?;
        Ok(())
    }
}
