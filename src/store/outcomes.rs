//! What became of handoffs: first touch, acceptance, rejection, and the steps of their SLAs.

use std::collections::HashSet;

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension as _, params};

use super::Db;
use super::due::WAIT_MAX;
use super::effects::error_text;
use super::handoffs::unreadable;
use super::history::StepRow;
use super::runs::time;
use crate::model::{Status, Timestamp, Written};
use crate::mutant;

/// How a handoff ends.
#[derive(Clone, Debug)]
pub struct Closing<'a> {
    pub status: Status,
    pub at: Timestamp,
    pub by: Option<&'a str>,
    pub how: &'a str,
    pub reason: Option<&'a str>,
    /// Accepted: what comes of it is looked for until then.
    pub watch_until: Option<Timestamp>,
}

impl Db<'_> {
    /// Whether a watch ends by `now`.
    pub fn has_watched_until(self, now: Timestamp) -> Result<bool> {
        let sql = "SELECT EXISTS(SELECT 1 FROM handoff WHERE watch_ms IS NOT NULL AND watch_ms <= ?1)";
        Ok(self.conn.prepare_cached(sql)?.query_row([now.timestamp_millis()], |row| row.get(0))?)
    }

    pub fn end_watches(self, now: Timestamp) -> Result<()> {
        self.conn.execute(
            "UPDATE handoff SET watch_ms = NULL, look_ms = NULL WHERE watch_ms IS NOT NULL AND watch_ms <= ?1",
            [now.timestamp_millis()],
        )?;
        Ok(())
    }

    /// The rep showed a sign.
    pub fn set_sign(self, handoff: i64, at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE handoff SET sign_ms = ?2 WHERE id = ?1")?
            .execute(params![handoff, at.timestamp_millis()])?;
        Ok(())
    }

    /// The latest write of these kinds that is done, of the handoff or of another of its group.
    pub(super) fn latest_remote(self, handoff: i64, kinds: [&str; 2]) -> Result<Option<Written>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT remote_id, done_ms FROM effect WHERE handoff_id IN (SELECT ?1 UNION SELECT m.id FROM handoff h \
                 JOIN handoff m ON m.group_id = h.group_id WHERE h.id = ?1) AND kind IN (?2, ?3) AND state = 'done' \
                 ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![handoff, kinds[0], kinds[1]], |row| {
                Ok(Written { remote_id: row.get(0)?, at: time(row.get(1)?) })
            })
            .optional()?)
    }

    /// A sign that the rep acted; what it means for the steps is the caller's to say.
    pub fn touch(self, handoff: i64, at: Timestamp, by: Option<&str>, how: &str) -> Result<()> {
        self.conn.execute(
            "UPDATE handoff SET status = 'touched', touched_ms = coalesce(touched_ms, ?2), look_ms = 0 WHERE id = ?1",
            params![handoff, at.timestamp_millis()],
        )?;
        self.add_event(handoff, at, "touched", by, Some(how))
    }

    /// Ends a handoff.
    pub fn close(self, handoff: i64, closing: &Closing<'_>) -> Result<()> {
        self.conn.execute(
            "UPDATE handoff SET status = ?2, closed_ms = ?3, reason = ?4, note = NULL, next_ms = NULL, watch_ms = ?5, \
             accepted_ms = CASE WHEN ?2 = 'accepted' THEN ?3 ELSE accepted_ms END, \
             touched_ms = CASE WHEN ?2 IN ('stale', 'cancelled') THEN touched_ms ELSE coalesce(touched_ms, ?3) END, \
             look_ms = CASE WHEN ?5 IS NULL THEN NULL ELSE 0 END WHERE id = ?1",
            params![
                handoff,
                closing.status.name(),
                closing.at.timestamp_millis(),
                closing.reason,
                closing.watch_until.map(|until| until.timestamp_millis())
            ],
        )?;
        if closing.status == Status::Rejected {
            self.end_assignment(handoff, "rejected", closing.at)?;
        }
        if closing.status == Status::Cancelled {
            self.pass_steps_on(handoff)?;
        }
        self.cancel_steps(handoff)?;
        if closing.status == Status::Cancelled {
            self.cancel_effects(handoff)?;
        }
        let how = closing
            .reason
            .map_or_else(|| closing.how.to_owned(), |reason| format!("{}: {reason}", closing.how));
        self.add_event(handoff, closing.at, closing.status.name(), closing.by, Some(&how))
    }

    /// Ends an assignment that its rep let lapse, for another: what was to be written of it, and has not been tried, is not.
    pub fn pass_on(self, handoff: i64, at: Timestamp) -> Result<()> {
        self.end_assignment(handoff, "lapsed", at)?;
        self.cancel_owner(handoff)
    }

    /// Nothing of a handoff is sent or looked for before `now + wait`. What waits beyond `WAIT_MAX`, by a clock that was set back,
    /// would count as due. What is held back waits for no trouble to end.
    pub fn put_off_effects(
        self,
        handoff: i64,
        now: Timestamp,
        wait: TimeDelta,
        why: &str,
        is_held: bool,
    ) -> Result<()> {
        let (until, most) = ((now + wait).timestamp_millis(), (now + WAIT_MAX).timestamp_millis());
        self.conn
            .prepare_cached(
                "UPDATE effect SET next_ms = CASE WHEN next_ms BETWEEN ?2 AND ?4 THEN next_ms ELSE ?2 END, error = ?3, \
                 waits_ms = CASE WHEN ?6 = 1 THEN NULL ELSE coalesce(waits_ms, ?5) END \
                 WHERE handoff_id = ?1 AND state IN ('planned', 'in_flight', 'unknown')",
            )?
            .execute(params![handoff, until, error_text(why), most, now.timestamp_millis(), is_held])?;
        Ok(())
    }

    /// Ends the present assignment: `lapsed` or `rejected`.
    pub fn end_assignment(self, handoff: i64, how: &str, at: Timestamp) -> Result<()> {
        self.conn.execute(
            "UPDATE assignment SET ended_ms = ?2, ended_how = ?3 WHERE handoff_id = ?1 AND ended_ms IS NULL",
            params![handoff, at.timestamp_millis(), how],
        )?;
        Ok(())
    }

    pub fn set_held_before(self, handoff: i64, bits: u32) -> Result<()> {
        self.conn.execute("UPDATE handoff SET held_before = ?2 WHERE id = ?1", params![handoff, bits])?;
        Ok(())
    }

    /// Plans a step of the SLA; the action is frozen as JSON.
    pub fn plan_step(self, handoff: i64, round: u32, n: u32, at: Timestamp, action: &str) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO step(handoff_id, round, n, at_ms, action, state) VALUES(?1, ?2, ?3, ?4, ?5, 'planned')",
            )?
            .execute(params![handoff, round, n, at.timestamp_millis(), action])?;
        Ok(())
    }

    /// Handoffs with a step that is due, and whose clock runs.
    pub fn handoffs_with_due_steps(self, now: Timestamp) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT handoff_id FROM step WHERE state = 'planned' AND at_ms <= ?1 AND NOT EXISTS \
             (SELECT 1 FROM pause WHERE pause.handoff_id = step.handoff_id AND pause.until_ms IS NULL) \
             ORDER BY at_ms, handoff_id, n",
        )?;
        let mut handoffs: Vec<i64> =
            statement.query_map([now.timestamp_millis()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut seen = HashSet::new();
        handoffs.retain(|handoff| seen.insert(*handoff));
        Ok(handoffs)
    }

    /// The steps of a handoff, in order.
    pub fn steps(self, handoff: i64) -> Result<Vec<StepRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT round, n, at_ms, action, state FROM step WHERE handoff_id = ?1 ORDER BY round, n",
        )?;
        let rows = statement.query_map([handoff], |row| {
            let action: String = row.get(3)?;
            Ok(StepRow {
                round: row.get(0)?,
                n: row.get(1)?,
                at: time(row.get(2)?),
                action: serde_json::from_str(&action).map_err(|error| unreadable(3, error))?,
                state: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A step was done or, after an outage, skipped for a later one.
    pub fn finish_step(self, handoff: i64, round: u32, n: u32, state: &str, at: Timestamp) -> Result<()> {
        self.conn.execute(
            "UPDATE step SET state = ?4, done_ms = ?5 WHERE handoff_id = ?1 AND round = ?2 AND n = ?3",
            params![handoff, round, n, state, at.timestamp_millis()],
        )?;
        Ok(())
    }

    /// What was still planned of an SLA is void: the rep acted, or it is another rep's now.
    pub fn cancel_steps(self, handoff: i64) -> Result<()> {
        if mutant::is("the clock goes on after a touch") {
            return Ok(());
        }
        self.conn.execute(
            "UPDATE step SET state = 'cancelled' WHERE handoff_id = ?1 AND state = 'planned'",
            [handoff],
        )?;
        Ok(())
    }
}
