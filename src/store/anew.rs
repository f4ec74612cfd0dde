//! What was decided by a clock that was ahead, once it is right: all that is later than now is of now.

use super::Db;
use super::records::AT_ONCE;
use crate::model::Timestamp;
use anyhow::Result;

/// Milliseconds.
const DAY: i64 = 86_400_000;

impl Db<'_> {
    /// Who was judged after `now` is judged again; nobody cools down beyond `cooled`, if that is known, or waits for others
    /// beyond `now`.
    pub fn judge_again_after(self, now: Timestamp, cooled: Option<Timestamp>) -> Result<()> {
        let now = now.timestamp_millis();
        self.conn.execute(
            "UPDATE verdict SET due_ms = ?2, crossed_ms = CASE WHEN crossed_ms > ?1 THEN ?1 ELSE crossed_ms END \
             WHERE (evaluated_ms > ?1 OR (due_ms > ?1 AND (evaluated_ms IS NULL OR unclear IS NOT NULL))) \
             AND NOT EXISTS(SELECT 1 FROM contact c WHERE c.id = contact_id AND c.forgotten_ms IS NOT NULL)",
            [now, AT_ONCE],
        )?;
        if let Some(cooled) = cooled {
            self.conn.execute(
                "UPDATE verdict SET cooldown_ms = ?1 WHERE cooldown_ms > ?1",
                [cooled.timestamp_millis()],
            )?;
        }
        self.conn.execute(
            "UPDATE handoff SET group_ms = ?1 WHERE status = 'waiting' AND group_ms > ?1 \
             AND status IN ('held', 'waiting', 'assigned', 'touched')",
            [now],
        )?;
        Ok(())
    }

    /// Moves assignments and pauses of open handoffs back that are later than `now`; returns the handoffs. Nobody knows when the
    /// assignment was: what was sent or done counts since the last run before, and no time of the rep does until now.
    pub fn bring_back(self, now: Timestamp) -> Result<Vec<i64>> {
        let now = now.timestamp_millis();
        let before: Option<i64> =
            self.conn.query_row("SELECT max(started_ms) FROM run WHERE started_ms <= ?1", [now], |row| {
                row.get(0)
            })?;
        let before = before.unwrap_or(now - DAY);
        let mut statement = self.conn.prepare(
            "SELECT id FROM handoff h WHERE status IN ('held', 'waiting', 'assigned', 'touched') AND (assigned_ms > ?1 OR EXISTS( \
             SELECT 1 FROM pause p WHERE p.handoff_id = h.id AND (p.from_ms > ?1 OR p.until_ms > ?1)))",
        )?;
        let late: Vec<i64> = statement.query_map([now], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in &late {
            let change = |sql: &str| self.conn.prepare_cached(sql)?.execute([*id, now]);
            change("DELETE FROM pause WHERE handoff_id = ?1 AND from_ms > ?2 AND until_ms IS NOT NULL")?;
            change(
                "UPDATE pause SET from_ms = CASE WHEN from_ms > ?2 THEN ?2 ELSE from_ms END, \
                 until_ms = CASE WHEN until_ms > ?2 THEN ?2 ELSE until_ms END WHERE handoff_id = ?1",
            )?;
            change(
                "UPDATE handoff SET touched_ms = CASE WHEN touched_ms > ?2 THEN ?2 ELSE touched_ms END, \
                 lapsed_ms = CASE WHEN lapsed_ms > ?2 THEN ?2 ELSE lapsed_ms END WHERE id = ?1",
            )?;
            let change = |sql: &str| self.conn.prepare_cached(sql)?.execute([*id, now, before]);
            change(
                "INSERT INTO pause(handoff_id, round, why, from_ms, until_ms) SELECT id, round, 'undelivered', ?3, ?2 \
                 FROM handoff WHERE id = ?1 AND assigned_ms > ?2 \
                 ON CONFLICT(handoff_id, round, why, from_ms) DO UPDATE SET until_ms = excluded.until_ms",
            )?;
            change("UPDATE assignment SET at_ms = ?3 WHERE handoff_id = ?1 AND at_ms > ?2")?;
            change("UPDATE handoff SET assigned_ms = ?3 WHERE id = ?1 AND assigned_ms > ?2")?;
        }
        Ok(late)
    }
}
