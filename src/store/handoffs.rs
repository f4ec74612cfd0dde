//! Handoffs from their start to their assignment.

use anyhow::Result;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::Db;
use super::runs::time;
use crate::model::{Ordinal, Status, Timestamp, Turn};
use crate::mutant;

/// A handoff that starts.
#[derive(Clone, Debug)]
pub struct NewHandoff<'a> {
    pub contact: i64,
    pub key: &'a str,
    pub ordinal: Ordinal,
    pub tier: &'a str,
    pub priority: &'a str,
    pub sla: Option<String>,
    pub score: Option<f64>,
    pub fit: Option<f64>,
    /// The conditions that held, as lines for people.
    pub why: &'a [String],
    pub rules_hash: &'a str,
    pub at: Timestamp,
    pub status: Status,
    pub note: Option<&'a str>,
    /// Outcome conditions that hold already, as bits.
    pub held_before: u32,
    /// Of the contact's e-mail.
    pub email_hash: Option<i64>,
}

/// A handoff as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct HandoffRow {
    pub id: i64,
    pub key: String,
    pub contact: i64,
    pub crm_id: String,
    pub ordinal: Ordinal,
    pub tier: String,
    pub priority: String,
    /// The frozen policy, as JSON.
    pub sla: Option<String>,
    pub score: Option<f64>,
    pub fit: Option<f64>,
    pub why: Vec<String>,
    pub created: Timestamp,
    pub status: Status,
    pub note: Option<String>,
    pub next: Option<Timestamp>,
    pub round: u32,
    pub owner: Option<String>,
    pub team: Option<String>,
    pub route: Option<String>,
    pub assigned: Option<Timestamp>,
    pub due: Option<Timestamp>,
    pub held_before: u32,
    pub touched: Option<Timestamp>,
    /// The owner's touch expired then.
    pub lapsed: Option<Timestamp>,
    /// The last sign that the rep acted.
    pub sign: Option<Timestamp>,
    pub accepted: Option<Timestamp>,
    pub closed: Option<Timestamp>,
    pub reason: Option<String>,
    /// The first handoff of those that are one task.
    pub group: Option<i64>,
    /// Until then the group waits for others.
    pub collects_until: Option<Timestamp>,
}

/// A rep who was considered and not picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRow {
    pub rep: String,
    pub reason: String,
}

/// The pick of a rep for a handoff.
#[derive(Clone, Debug)]
pub struct NewAssignment<'a> {
    pub handoff: i64,
    pub round: u32,
    pub rep: &'a str,
    /// The contact's owner, as this was decided.
    pub found: Option<&'a str>,
    pub route: &'a str,
    pub team: Option<&'a str>,
    pub why: &'a str,
    pub passed_over: &'a [SkippedRow],
    pub at: Timestamp,
    pub due: Option<Timestamp>,
    /// The rep's calendar as JSON, when an SLA is counted on it.
    pub calendar: Option<&'a str>,
    /// Outcome conditions that hold already, as bits.
    pub held_before: u32,
    /// The members' places in the team's rotation after this pick: they commit together with it.
    pub turns: &'a [(String, Turn)],
    /// What says which company the contact is of.
    pub companies: &'a [i64],
}

/// What [`read_handoff`] reads.
macro_rules! handoff_columns {
    () => {
        "h.id, h.key, h.contact_id, c.crm_id, h.ordinal, h.tier, h.priority, h.sla, h.score, h.fit, h.why, h.created_ms, \
         h.status, h.note, h.next_ms, h.round, h.owner, h.team, h.route, h.assigned_ms, h.due_ms, h.held_before, \
         h.touched_ms, h.sign_ms, h.accepted_ms, h.closed_ms, h.reason, h.group_id, h.group_ms, h.lapsed_ms"
    };
}
pub(super) use handoff_columns;

pub(super) const COLUMNS: &str =
    concat!("SELECT ", handoff_columns!(), " FROM handoff h JOIN contact c ON c.id = h.contact_id");

pub(super) fn read_handoff(row: &Row<'_>) -> rusqlite::Result<HandoffRow> {
    let moment =
        |at: usize| -> rusqlite::Result<Option<Timestamp>> { Ok(row.get::<_, Option<i64>>(at)?.map(time)) };
    let status: String = row.get(12)?;
    let why: String = row.get(10)?;
    Ok(HandoffRow {
        id: row.get(0)?,
        key: row.get(1)?,
        contact: row.get(2)?,
        crm_id: row.get(3)?,
        ordinal: row.get(4)?,
        tier: row.get(5)?,
        priority: row.get(6)?,
        sla: row.get(7)?,
        score: row.get(8)?,
        fit: row.get(9)?,
        why: serde_json::from_str(&why).map_err(|error| unreadable(10, error))?,
        created: time(row.get(11)?),
        status: Status::parse(&status).ok_or_else(|| unreadable(12, format!("unknown status {status}")))?,
        note: row.get(13)?,
        next: moment(14)?,
        round: row.get(15)?,
        owner: row.get(16)?,
        team: row.get(17)?,
        route: row.get(18)?,
        assigned: moment(19)?,
        due: moment(20)?,
        held_before: row.get(21)?,
        touched: moment(22)?,
        sign: moment(23)?,
        accepted: moment(24)?,
        closed: moment(25)?,
        reason: row.get(26)?,
        group: row.get(27)?,
        collects_until: moment(28)?,
        lapsed: moment(29)?,
    })
}

pub(super) fn unreadable(
    column: usize,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
}

impl Db<'_> {
    /// The ordinal that the contact's next handoff gets.
    pub fn next_ordinal(self, contact: i64) -> Result<Ordinal> {
        Ok(self
            .conn
            .prepare_cached("SELECT coalesce(max(ordinal), 0) + 1 FROM handoff WHERE contact_id = ?1")?
            .query_row([contact], |row| row.get(0))?)
    }

    pub fn start_handoff(self, new: &NewHandoff<'_>) -> Result<i64> {
        let id = self
            .conn
            .prepare_cached(
                "INSERT INTO handoff(contact_id, key, ordinal, tier, priority, sla, score, fit, why, rules_hash, \
                 created_ms, status, note, held_before, email_hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
                 RETURNING id",
            )?
            .query_row(
                params![
                new.contact,
                new.key,
                new.ordinal,
                new.tier,
                new.priority,
                new.sla,
                new.score,
                new.fit,
                serde_json::to_string(new.why)?,
                new.rules_hash,
                new.at.timestamp_millis(),
                new.status.name(),
                new.note,
                new.held_before,
                new.email_hash,
            ],
                |row| row.get(0),
            )?;
        // What comes of it from now on comes of this one.
        self.conn
            .prepare_cached(
                "UPDATE handoff SET watch_ms = NULL, look_ms = NULL WHERE contact_id = ?1 AND watch_ms IS NOT NULL",
            )?
            .execute([new.contact])?;
        self.add_event(id, new.at, "started", None, new.note)?;
        Ok(id)
    }

    pub fn handoff(self, id: i64) -> Result<HandoffRow> {
        let sql = format!("{COLUMNS} WHERE h.id = ?1");
        Ok(self.conn.prepare_cached(&sql)?.query_row([id], read_handoff)?)
    }

    /// Every handoff of a contact, newest first.
    pub fn handoffs_of(self, contact: i64) -> Result<Vec<HandoffRow>> {
        self.handoffs(&format!("{COLUMNS} WHERE h.contact_id = ?1 ORDER BY h.ordinal DESC"), [contact])
    }

    /// Handoffs to route: high priority first, then in the order they started. All that wait are tried at every run: a
    /// rep who closes one may be free sooner than `next_ms` foresaw.
    pub fn handoffs_to_route(self) -> Result<Vec<HandoffRow>> {
        let sql = format!(
            "{COLUMNS} WHERE h.status = 'waiting' \
             ORDER BY CASE h.priority WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, h.created_ms, h.id"
        );
        self.handoffs(&sql, [])
    }

    /// Open handoffs with one status, oldest first.
    pub fn handoffs_with(self, status: Status) -> Result<Vec<HandoffRow>> {
        let sql = format!("{COLUMNS} WHERE h.status = '{}' ORDER BY h.created_ms, h.id", status.name());
        self.handoffs(&sql, [])
    }

    fn handoffs(self, sql: &str, args: impl rusqlite::Params) -> Result<Vec<HandoffRow>> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(args, read_handoff)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn open_handoff_of(self, contact: i64) -> Result<Option<HandoffRow>> {
        let sql = format!(
            "{COLUMNS} WHERE h.contact_id = ?1 AND h.status IN ('held', 'waiting', 'assigned', 'touched')"
        );
        Ok(self.conn.prepare_cached(&sql)?.query_row([contact], read_handoff).optional()?)
    }

    /// Nobody can take it now: says why, and when to try again (`None`: at the next run).
    pub fn keep_waiting(self, handoff: i64, why: &str, next: Option<Timestamp>) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE handoff SET note = ?2, next_ms = ?3 WHERE id = ?1")?
            .execute(params![handoff, why, next.map(|next| next.timestamp_millis())])?;
        Ok(())
    }

    /// A held handoff goes on to be routed.
    pub fn release(self, handoff: i64, by: &str, at: Timestamp) -> Result<()> {
        self.conn.execute(
            "UPDATE handoff SET status = 'waiting', note = NULL, next_ms = NULL WHERE id = ?1",
            [handoff],
        )?;
        self.add_event(handoff, at, "released", Some(by), None)
    }

    /// Records the pick and the rotation that follows from it together.
    pub fn assign(self, new: &NewAssignment<'_>) -> Result<()> {
        let calendar = new.calendar.map(|body| self.keep_calendar(body)).transpose()?;
        self.conn
            .prepare_cached(
                "INSERT INTO assignment(handoff_id, round, rep, route, team, why, passed_over, turn, at_ms, calendar_id, \
                 found) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                new.handoff,
                new.round,
                new.rep,
                new.route,
                new.team,
                new.why,
                serde_json::to_string(new.passed_over)?,
                !new.turns.is_empty(),
                new.at.timestamp_millis(),
                calendar,
                new.found
            ])?;
        self.end_pauses(new.handoff, new.at)?;
        self.conn
            .prepare_cached(
                "UPDATE handoff SET status = 'assigned', lapsed_ms = NULL, note = NULL, next_ms = NULL, round = ?2, owner = ?3, team = ?4, \
                 route = ?5, assigned_ms = ?6, due_ms = ?7, held_before = ?8, look_ms = 0, acts = NULL WHERE id = ?1",
            )?
            .execute(params![
                new.handoff,
                new.round,
                new.rep,
                new.team,
                new.route,
                new.at.timestamp_millis(),
                new.due.map(|due| due.timestamp_millis()),
                new.held_before
            ])?;
        if let Some(team) = new.team {
            let picked = |rep: &str| rep == new.rep && mutant::is("turns not paid for");
            for (rep, turn) in new.turns.iter().filter(|(rep, _)| !picked(rep)) {
                self.set_turn(team, rep, turn)?;
            }
        }
        for company in new.companies {
            self.conn
                .prepare_cached(
                    "INSERT INTO assignment_company(company, handoff_id, round) VALUES(?1, ?2, ?3)",
                )?
                .execute(params![company, new.handoff, new.round])?;
        }
        self.add_event(new.handoff, new.at, "assigned", Some(new.rep), Some(new.why))
    }
}
