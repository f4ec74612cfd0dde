//! Handoffs of one company that are one task: the group is named by the handoff that came first.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::{OptionalExtension as _, Row, params};

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
    /// The group of one of these companies that waits for others at `now`. Where several do, all are one company after all,
    /// and the first takes the others in.
    pub fn collecting(self, companies: &[i64], now: Timestamp) -> Result<Option<Collecting>> {
        // All who wait with one of them are in one group, so any will do.
        let mut statement = self.conn.prepare_cached(
            "SELECT h.group_id, h.group_ms FROM burst_company c JOIN handoff h ON h.id = c.handoff_id \
             WHERE c.company = ?1 AND h.status = 'waiting' AND h.group_ms > ?2 ORDER BY c.handoff_id DESC LIMIT 1",
        )?;
        let mut found: BTreeMap<i64, i64> = BTreeMap::new();
        for company in companies {
            let row = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            found.extend(statement.query_row([*company, now.timestamp_millis()], row).optional()?);
        }
        let mut found = found.into_iter();
        let Some((group, until_ms)) = found.next() else { return Ok(None) };
        for (other, _) in found {
            self.conn
                .prepare_cached(
                    "UPDATE handoff SET group_id = ?2, group_ms = ?3, next_ms = ?3 WHERE group_id = ?1 AND status = 'waiting'",
                )?
                .execute([other, group, until_ms])?;
        }
        Ok(Some(Collecting { group, until: time(until_ms) }))
    }

    /// Puts a handoff into a group; it is not routed before the group is.
    pub fn join_group(self, handoff: i64, companies: &[i64], into: Collecting, note: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE handoff SET group_id = ?2, group_ms = ?3, next_ms = ?3, note = ?4 WHERE id = ?1",
            )?
            .execute(params![handoff, into.group, into.until.timestamp_millis(), note])?;
        for company in companies {
            self.conn
                .prepare_cached("INSERT INTO burst_company(company, handoff_id) VALUES(?1, ?2)")?
                .execute([*company, handoff])?;
        }
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
