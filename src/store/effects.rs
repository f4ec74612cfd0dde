//! Effects: planned with the decision, in flight before the first byte, and then what became of them.

use anyhow::Result;
use chrono::TimeDelta;
use rusqlite::{OptionalExtension as _, Row, params};

use super::Db;
use super::backup::Outside;
use super::handoffs::unreadable;
use super::runs::time;
use crate::model::{Timestamp, Write};
use crate::mutant;

/// An effect to plan.
#[derive(Clone, Debug)]
pub struct NewEffect<'a> {
    pub handoff: i64,
    pub key: String,
    pub write: &'a Write,
}

/// An effect to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectRow {
    pub id: i64,
    pub handoff: i64,
    pub key: String,
    pub write: Write,
    /// An attempt may have happened: look it up before sending.
    pub unsure: bool,
    /// Attempts so far: whoever settles this one, settles the attempt with this number.
    pub attempt: u32,
    /// No attempt was made before this: when the handoff was first assigned.
    pub begun: Timestamp,
    /// Remote id of the handoff's message, where it stands now.
    pub thread: Option<String>,
}

/// Where effects go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Crm,
    Chat,
}

/// When effects are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: Timestamp,
    /// Time since the machine started.
    pub uptime: TimeDelta,
    /// As long as a request may still be on its way.
    pub settle: TimeDelta,
}

/// No effect ever waits longer.
pub const WAIT_MAX: TimeDelta = TimeDelta::minutes(15);

/// What became of an attempt, as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled<'a> {
    Done {
        remote_id: &'a str,
    },
    /// Certainly did not happen.
    Again {
        why: &'a str,
        next: Timestamp,
    },
    /// May have happened.
    Unknown {
        why: &'a str,
        next: Timestamp,
    },
    Failed {
        why: &'a str,
    },
}

/// An effect that was refused for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedEffect {
    pub handoff: i64,
    pub crm_id: String,
    pub kind: String,
    pub key: String,
    pub error: String,
    pub attempt: u32,
}

const ERROR_CHARS_MAX: usize = 500;

impl Db<'_> {
    /// Plans an effect behind those that the handoff already has. Planning the same key twice is an error of ours.
    pub fn plan_effect(self, new: &NewEffect<'_>, now: Timestamp) -> Result<()> {
        // What may be outside already counts as tried.
        let (state, tried, sent_up) = match self.outside(new.handoff)? {
            Outside::Nothing => ("planned", false, None),
            Outside::LongSince => ("unknown", true, Some(0)),
            Outside::PerhapsJustNow => ("unknown", true, None),
        };
        self.conn
            .prepare_cached(
                "INSERT INTO effect(handoff_id, seq, kind, key, body, next_ms, state, unsure, attempt, sent_up_ms) \
                 VALUES(?1, (SELECT coalesce(max(seq), 0) + 1 FROM effect WHERE handoff_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
            )?
            .execute(params![
                new.handoff,
                new.write.kind().name(),
                new.key,
                serde_json::to_string(new.write)?,
                now.timestamp_millis(),
                state,
                tried,
                sent_up
            ])?;
        Ok(())
    }

    /// Called with the run lock held: whoever had these in flight is dead, so they may or may not have happened. What a
    /// database sent of which this is a copy, it may have sent just now.
    pub fn presume_interrupted(self, now: Timestamp, uptime: TimeDelta) -> Result<usize> {
        let sql = if mutant::is("interrupted is planned") {
            "UPDATE effect SET state = 'planned', next_ms = ?1 WHERE state = 'in_flight'"
        } else {
            "UPDATE effect SET state = 'unknown', unsure = 1, next_ms = ?1, \
             error = 'the run that sent it was interrupted' WHERE state = 'in_flight'"
        };
        let interrupted = self.conn.prepare_cached(sql)?.execute([now.timestamp_millis()])?;
        self.conn
            .prepare_cached(
                "UPDATE effect SET sent_up_ms = ?1 WHERE state = 'unknown' AND sent_up_ms IS NULL",
            )?
            .execute([uptime.num_milliseconds()])?;
        Ok(interrupted)
    }

    /// Effects of one side that may be delivered now: due, and every earlier one of their handoff settled. The CRM waits for
    /// its own writes only: a chat that is slow or down holds up no owner and no task. One a handoff.
    ///
    /// Whatever may have happened is left alone for [`Moment::settle`] after it was sent. A machine that was started since
    /// has been up for less than that was ago. A wait that is longer than any that is given comes of a clock that was set
    /// back, and is over.
    pub fn due_effects(self, side: Side, moment: Moment, most: u32) -> Result<Vec<EffectRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT e.id, e.handoff_id, e.key, e.body, e.unsure, e.attempt, \
               coalesce((SELECT min(a.at_ms) FROM assignment a WHERE a.handoff_id = e.handoff_id), h.created_ms), \
               (SELECT m.remote_id FROM effect m WHERE m.handoff_id = e.handoff_id AND m.kind IN ('message', 'mark') \
                AND m.state = 'done' ORDER BY m.seq DESC LIMIT 1) \
             FROM effect e JOIN handoff h ON h.id = e.handoff_id WHERE e.state IN ('planned', 'unknown') \
             AND (e.next_ms <= ?1 OR e.next_ms > ?1 + ?5) \
             AND (NOT e.unsure OR iif(e.sent_up_ms > ?6, ?6, ?6 - e.sent_up_ms) >= ?7) \
             AND (e.kind IN ('update', 'task')) = ?3 AND NOT EXISTS( \
               SELECT 1 FROM effect p WHERE NOT ?4 AND p.handoff_id = e.handoff_id AND p.seq < e.seq \
               AND p.state IN ('planned', 'in_flight', 'unknown') AND (?3 = 0 OR p.kind IN ('update', 'task'))) \
             ORDER BY e.next_ms, e.id LIMIT ?2",
        )?;
        let is_unordered = mutant::is("no order within a handoff");
        let rows = statement.query_map(
            params![
                moment.now.timestamp_millis(),
                most,
                side == Side::Crm,
                is_unordered,
                WAIT_MAX.num_milliseconds(),
                moment.uptime.num_milliseconds(),
                moment.settle.num_milliseconds()
            ],
            read_effect,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Messages that wait for their handoff's writes to the CRM.
    pub fn coming_messages(self, now: Timestamp, most: u32) -> Result<Vec<EffectRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, handoff_id, key, body, unsure, attempt, next_ms, NULL FROM effect e \
             WHERE state = 'planned' AND next_ms <= ?1 AND kind = 'message' AND EXISTS( \
               SELECT 1 FROM effect p WHERE p.handoff_id = e.handoff_id AND p.seq < e.seq AND p.state = 'planned' \
               AND p.kind IN ('update', 'task')) \
             ORDER BY next_ms, id LIMIT ?2",
        )?;
        let rows = statement.query_map(params![now.timestamp_millis(), most], read_effect)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every planned effect, in the order of delivery: the plan that a dry run prints.
    pub fn planned_effects(self) -> Result<Vec<EffectRow>> {
        let mut statement = self.conn.prepare(
            "SELECT id, handoff_id, key, body, unsure, attempt, next_ms, NULL FROM effect WHERE state IN ('planned', 'unknown') \
             ORDER BY handoff_id, seq",
        )?;
        let rows = statement.query_map([], read_effect)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Handoffs whose owner is about to be written, and certainly has not been: what they were decided on may still be read
    /// again. With each, whether anything that follows has been tried, as when the owner was refused and is sent again.
    pub fn owners_to_write(self) -> Result<Vec<(i64, bool)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT e.handoff_id, EXISTS(SELECT 1 FROM effect l WHERE l.handoff_id = e.handoff_id AND l.seq > e.seq \
               AND l.state NOT IN ('planned', 'cancelled')) AS has_begun FROM effect e JOIN handoff h ON h.id = e.handoff_id \
             WHERE e.state = 'planned' AND e.kind = 'update' AND e.body ->> 'owner' IS NOT NULL \
             AND (has_begun OR h.status = 'assigned') ORDER BY e.handoff_id",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Cancels the owner and the task that a handoff is about to write to the CRM and has not tried.
    pub fn cancel_owner(self, handoff: i64) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE effect SET state = 'cancelled' WHERE handoff_id = ?1 AND state = 'planned' \
                 AND (kind = 'task' OR kind = 'update' AND body ->> 'owner' IS NOT NULL)",
            )?
            .execute([handoff])?;
        Ok(())
    }

    /// Committed before the first byte leaves. Gives those that are the caller's to send: what another run has touched since
    /// they were read is left to that run.
    pub fn begin_effects(
        self,
        effects: Vec<EffectRow>,
        now: Timestamp,
        uptime: TimeDelta,
    ) -> Result<Vec<EffectRow>> {
        let mut begun = Vec::with_capacity(effects.len());
        for effect in effects {
            let claimed = self
                .conn
                .prepare_cached(
                    "UPDATE effect SET state = 'in_flight', attempt = attempt + 1, sent_ms = ?2, sent_up_ms = ?6, error = NULL \
                     WHERE id = ?1 AND (?5 OR (attempt = ?3 AND unsure = ?4)) AND state IN ('planned', 'unknown')",
                )?
                .execute(params![
                    effect.id,
                    now.timestamp_millis(),
                    effect.attempt,
                    effect.unsure,
                    mutant::is("claim without a look"),
                    uptime.num_milliseconds()
                ])?;
            if claimed == 1 {
                begun.push(EffectRow { attempt: effect.attempt + 1, ..effect });
            }
        }
        Ok(begun)
    }

    /// Records what became of an effect, unless another run has sent or settled it since.
    pub fn settle_effect(self, effect: &EffectRow, settled: &Settled<'_>, now: Timestamp) -> Result<()> {
        let (id, attempt) = (effect.id, effect.attempt);
        match settled {
            Settled::Done { remote_id } => self
                .conn
                .prepare_cached(
                    "UPDATE effect SET state = 'done', remote_id = ?3, done_ms = ?4, error = NULL \
                     WHERE id = ?1 AND attempt = ?2 AND state IN ('in_flight', 'unknown')",
                )?
                .execute(params![id, attempt, remote_id, now.timestamp_millis()])?,
            // An effect that may have happened once stays unknown whatever this attempt did.
            Settled::Again { why, next } => self
                .conn
                .prepare_cached(
                    "UPDATE effect SET state = iif(unsure = 1, 'unknown', 'planned'), next_ms = ?3, error = ?4 \
                     WHERE id = ?1 AND attempt = ?2 AND state IN ('in_flight', 'unknown')",
                )?
                .execute(params![id, attempt, next.timestamp_millis(), error(why)])?,
            Settled::Unknown { why, next } => self
                .conn
                .prepare_cached(
                    "UPDATE effect SET state = 'unknown', unsure = 1, next_ms = ?3, error = ?4 \
                     WHERE id = ?1 AND attempt = ?2 AND state IN ('in_flight', 'unknown')",
                )?
                .execute(params![id, attempt, next.timestamp_millis(), error(why)])?,
            Settled::Failed { why } => self
                .conn
                .prepare_cached(
                    "UPDATE effect SET state = 'failed', error = ?3 \
                     WHERE id = ?1 AND attempt = ?2 AND state IN ('in_flight', 'unknown')",
                )?
                .execute(params![id, attempt, error(why)])?,
        };
        Ok(())
    }

    /// Cancels what a handoff has planned and what certainly did not happen.
    pub fn cancel_effects(self, handoff: i64) -> Result<()> {
        if mutant::is("cancelled and sent all the same") {
            return Ok(());
        }
        self.conn.execute(
            "UPDATE effect SET state = 'cancelled' WHERE handoff_id = ?1 AND state = 'planned'",
            [handoff],
        )?;
        Ok(())
    }

    /// The message that a handoff's follow-ups belong to: the handoff that posts it, its own or another of the group, and
    /// the message's key; `None` while none was or will be posted.
    pub fn thread(self, handoff: i64) -> Result<Option<(i64, String, Write)>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT handoff_id, key, body FROM effect WHERE handoff_id IN (SELECT ?1 UNION SELECT m.id FROM handoff h \
                 JOIN handoff m ON m.group_id = h.group_id WHERE h.id = ?1) AND kind = 'message' \
                 AND state NOT IN ('cancelled', 'failed') ORDER BY handoff_id <> ?1, id LIMIT 1",
            )?
            .query_row([handoff], |row| {
                let body: String = row.get(2)?;
                let write = serde_json::from_str(&body).map_err(|error| unreadable(2, error))?;
                Ok((row.get(0)?, row.get(1)?, write))
            })
            .optional()?)
    }

    /// The remote id of an effect that is done.
    pub fn remote_id(self, key: &str) -> Result<Option<String>> {
        let found: Option<Option<String>> = self
            .conn
            .prepare_cached("SELECT remote_id FROM effect WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    pub fn failed_effects(self, most: u32) -> Result<Vec<FailedEffect>> {
        let mut statement = self.conn.prepare(
            "SELECT e.handoff_id, c.crm_id, e.kind, e.key, coalesce(e.error, ''), e.attempt FROM effect e \
             JOIN handoff h ON h.id = e.handoff_id JOIN contact c ON c.id = h.contact_id \
             WHERE e.state = 'failed' ORDER BY e.id LIMIT ?1",
        )?;
        let rows = statement.query_map([most], |row| {
            Ok(FailedEffect {
                handoff: row.get(0)?,
                crm_id: row.get(1)?,
                kind: row.get(2)?,
                key: row.get(3)?,
                error: row.get(4)?,
                attempt: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lets failed effects be sent again; those that may have happened are looked up first. Returns how many. The owner and
    /// the task of a rep after whom the handoff was given to somebody else are left.
    pub fn retry_failed(self, now: Timestamp) -> Result<usize> {
        self.conn.execute(
            "UPDATE effect AS e SET state = 'cancelled' WHERE state = 'failed' AND kind IN ('update', 'task') AND EXISTS( \
               SELECT 1 FROM effect l WHERE l.handoff_id = e.handoff_id AND l.seq > e.seq AND l.kind = 'update' \
               AND l.body ->> 'owner' IS NOT NULL AND l.state NOT IN ('failed', 'cancelled'))",
            [],
        )?;
        Ok(self.conn.execute(
            "UPDATE effect SET state = iif(unsure = 1, 'unknown', 'planned'), next_ms = ?1 WHERE state = 'failed'",
            [now.timestamp_millis()],
        )?)
    }
}

fn error(why: &str) -> String {
    why.chars().take(ERROR_CHARS_MAX).collect()
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
    })
}
