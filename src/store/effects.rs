//! Effects: planned with the decision, in flight before the first byte, and then what became of them.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, params};

use super::Db;
use super::backup::Outside;
use super::handoffs::unreadable;
use crate::model::{Timestamp, Write};
use crate::mutant;
use crate::uptime::ClockReading;

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
    /// It was looked for once since, and not seen.
    pub unseen: bool,
    /// Sent or looked for by itself: a bug showed over it and others, or over it alone.
    pub apart: bool,
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
    /// Not seen by a look-up: to be looked for once more.
    Unseen {
        why: &'a str,
        clock: &'a ClockReading,
    },
    /// As `Unknown`, and whatever is done with it from now on is done with it alone.
    Apart {
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

/// The clock of what was sent so long ago that it has arrived or is lost.
pub(super) const SETTLED: &str = "settled";

const ERROR_CHARS_MAX: usize = 500;

impl Db<'_> {
    /// Plans an effect behind those that the handoff already has. Planning the same key twice is an error of ours.
    pub fn plan_effect(self, new: &NewEffect<'_>, now: Timestamp) -> Result<()> {
        // What may be outside already counts as tried.
        // What has been there for long is seen at the first look.
        let (state, tried, clock) = match self.outside(new.handoff)? {
            Outside::Nothing => ("planned", false, None),
            Outside::LongSince => ("unknown", true, Some(SETTLED)),
            Outside::PerhapsJustNow => ("unknown", true, None),
        };
        self.conn
            .prepare_cached(
                "INSERT INTO effect(handoff_id, seq, kind, key, body, next_ms, state, unsure, attempt, \
                 clock, unseen_up_ms, sets_owner) \
                 VALUES(?1, (SELECT coalesce(max(seq), 0) + 1 FROM effect WHERE handoff_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, \
                 ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                new.handoff,
                new.write.kind().name(),
                new.key,
                serde_json::to_string(new.write)?,
                now.timestamp_millis(),
                state,
                tried,
                clock,
                clock.map(|_| 0),
                new.write.sets_owner()
            ])?;
        Ok(())
    }

    /// Cancels the owner and the task that a handoff is about to write to the CRM and has not tried.
    pub fn cancel_owner(self, handoff: i64) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE effect SET state = 'cancelled' WHERE handoff_id = ?1 AND state = 'planned' \
                 AND (kind = 'task' OR sets_owner = 1)",
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
        clock: &ClockReading,
    ) -> Result<Vec<EffectRow>> {
        let untouched =
            if mutant::is("claim without a look") { "1 = 1" } else { "attempt = ?3 AND unsure = ?4" };
        let sql = format!(
            "UPDATE effect SET state = 'in_flight', attempt = attempt + 1, sent_ms = ?2, clock = ?5, sent_up_ms = ?6, \
             unseen_up_ms = NULL, error = NULL WHERE id = ?1 AND {untouched} AND state IN ('planned', 'unknown')"
        );
        let mut begun = Vec::with_capacity(effects.len());
        for effect in effects {
            let claimed = self.conn.prepare_cached(&sql)?.execute(params![
                effect.id,
                now.timestamp_millis(),
                effect.attempt,
                effect.unsure,
                clock.clock,
                clock.at.num_milliseconds()
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
                    "UPDATE effect SET state = CASE WHEN unsure = 1 THEN 'unknown' ELSE 'planned' END, next_ms = ?3, error = ?4, waits_ms = coalesce(waits_ms, ?5) \
                     WHERE id = ?1 AND attempt = ?2 AND state IN ('in_flight', 'unknown')",
                )?
                .execute(params![id, attempt, next.timestamp_millis(), error_text(why), now.timestamp_millis()])?,
            Settled::Unknown { why, next } => self
                .conn
                .prepare_cached(
                    "UPDATE effect SET state = 'unknown', unsure = 1, next_ms = ?3, error = ?4, waits_ms = coalesce(waits_ms, ?5) \
                     WHERE id = ?1 AND attempt = ?2 AND state IN ('in_flight', 'unknown')",
                )?
                .execute(params![id, attempt, next.timestamp_millis(), error_text(why), now.timestamp_millis()])?,
            Settled::Apart { why, next } => self
                .conn
                .prepare_cached(
                    "UPDATE effect SET state = 'unknown', unsure = 1, apart = 1, next_ms = ?3, error = ?4, waits_ms = coalesce(waits_ms, ?5) \
                     WHERE id = ?1 AND attempt = ?2 AND state IN ('in_flight', 'unknown')",
                )?
                .execute(params![id, attempt, next.timestamp_millis(), error_text(why), now.timestamp_millis()])?,
            Settled::Unseen { why, clock } => self
                .conn
                .prepare_cached(
                    "UPDATE effect SET clock = ?5, sent_up_ms = CASE WHEN clock = ?5 THEN sent_up_ms ELSE ?3 END, \
                     unseen_up_ms = ?3, error = ?4, waits_ms = coalesce(waits_ms, ?6) \
                     WHERE id = ?1 AND attempt = ?2 AND state = 'unknown'",
                )?
                .execute(params![
                    id,
                    attempt,
                    clock.at.num_milliseconds(),
                    error_text(why),
                    clock.clock,
                    now.timestamp_millis()
                ])?,
            Settled::Failed { why } => self
                .conn
                .prepare_cached(
                    "UPDATE effect SET state = 'failed', error = ?3 \
                     WHERE id = ?1 AND attempt = ?2 AND state IN ('in_flight', 'unknown')",
                )?
                .execute(params![id, attempt, error_text(why)])?,
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
             WHERE e.state = 'failed' ORDER BY e.handoff_id, e.id LIMIT ?1",
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
            "UPDATE effect AS e SET state = 'cancelled' WHERE e.state = 'failed' AND e.kind IN ('update', 'task') AND EXISTS( \
               SELECT 1 FROM effect l WHERE l.handoff_id = e.handoff_id AND l.seq > e.seq \
               AND l.sets_owner = 1 AND l.state <> 'cancelled')",
            [],
        )?;
        Ok(self.conn.execute(
            "UPDATE effect SET state = CASE WHEN unsure = 1 THEN 'unknown' ELSE 'planned' END, next_ms = ?1, waits_ms = NULL WHERE state = 'failed'",
            [now.timestamp_millis()],
        )?)
    }
}

/// Why something was put off or refused, as long as the column takes.
pub(super) fn error_text(why: &str) -> String {
    why.chars().take(ERROR_CHARS_MAX).collect()
}
