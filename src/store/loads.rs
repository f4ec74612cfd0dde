//! How loaded reps are, and whose turn it is.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::params;

use super::Db;
use super::handoffs::HandoffRow;
use super::runs::time;
use crate::model::{Timestamp, Turn};

/// What one rep has. Reps are named by e-mail, so a reordered rules.toml changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadRow {
    pub rep: String,
    /// Handoffs that are assigned or touched.
    pub open: u32,
    /// Assignments since the moment asked for, oldest first.
    pub recent: Vec<Timestamp>,
    pub last: Option<Timestamp>,
}

impl Db<'_> {
    /// The loads of these reps, in their order, with the assignments since `since`.
    pub fn loads<'r>(self, reps: impl Iterator<Item = &'r str>, since: Timestamp) -> Result<Vec<LoadRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT owner, count(*) FROM handoff WHERE status IN ('assigned', 'touched') GROUP BY owner",
        )?;
        let open: HashMap<String, u32> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        reps.map(|rep| self.load(rep, open.get(rep).copied().unwrap_or_default(), since)).collect()
    }

    fn load(self, rep: &str, open: u32, since: Timestamp) -> Result<LoadRow> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT at_ms FROM assignment WHERE rep = ?1 AND at_ms >= ?2 ORDER BY at_ms")?;
        let recent = statement
            .query_map((rep, since.timestamp_millis()), |row| Ok(time(row.get(0)?)))?
            .collect::<Result<_, _>>()?;
        let last: Option<i64> = self
            .conn
            .prepare_cached("SELECT max(at_ms) FROM assignment WHERE rep = ?1")?
            .query_row([rep], |row| row.get(0))?;
        Ok(LoadRow { rep: rep.to_owned(), open, recent, last: last.map(time) })
    }

    /// The members' places in the rotation of every team: team, rep, place.
    pub fn turns(self) -> Result<Vec<(String, String, Turn)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT team, rep, owed, last, back, back_at, window_start, weight, total, turns FROM turn",
        )?;
        let rows = statement.query_map([], |row| {
            let turn = Turn {
                owed: row.get(2)?,
                last: row.get(3)?,
                back: row.get(4)?,
                back_at: row.get(5)?,
                window: row.get(6)?,
                weight: row.get(7)?,
                total: row.get(8)?,
                turns: row.get(9)?,
            };
            Ok((row.get(0)?, row.get(1)?, turn))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn set_turn(self, team: &str, rep: &str, turn: &Turn) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO turn(team, rep, owed, last, back, back_at, window_start, weight, total, turns) \
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                 ON CONFLICT(team, rep) DO UPDATE SET owed = excluded.owed, last = excluded.last, back = excluded.back, \
                 back_at = excluded.back_at, window_start = excluded.window_start, weight = excluded.weight, \
                 total = excluded.total, turns = excluded.turns",
            )?
            .execute(params![
                team,
                rep,
                turn.owed,
                turn.last,
                turn.back,
                turn.back_at,
                turn.window,
                turn.weight,
                turn.total,
                turn.turns
            ])?;
        Ok(())
    }

    /// A lead that counts for nothing: its rep gets the turn back that it took, if it took one, and once.
    pub fn give_turn_back(self, handoff: &HandoffRow, why: &str, at: Timestamp) -> Result<()> {
        let took = "UPDATE assignment SET turn = 0 WHERE handoff_id = ?1 AND round = ?2 AND turn = 1";
        if self.conn.prepare_cached(took)?.execute(params![handoff.id, handoff.round])? == 0 {
            return Ok(());
        }
        self.conn
            .prepare_cached(
                "UPDATE turn SET back = back + 1 \
                 WHERE (team, rep) IN (SELECT team, rep FROM assignment WHERE handoff_id = ?1 AND round = ?2)",
            )?
            .execute(params![handoff.id, handoff.round])?;
        self.add_event(handoff.id, at, "turn given back", handoff.owner.as_deref(), Some(why))
    }

    /// Who was given people of these companies since, and when each was last; the latest first.
    pub fn had_company(self, companies: &[i64], since: Timestamp) -> Result<Vec<(String, Timestamp)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.rep, max(a.at_ms), max(a.handoff_id) FROM assignment_company c \
             JOIN assignment a USING(handoff_id, round) WHERE c.company = ?1 AND a.at_ms >= ?2 GROUP BY a.rep",
        )?;
        // By rep: when the last was given, and the number of the last handoff.
        let mut had: HashMap<String, (i64, i64)> = HashMap::new();
        for company in companies {
            let mut rows = statement.query([*company, since.timestamp_millis()])?;
            while let Some(row) = rows.next()? {
                let (at_ms, handoff) = (row.get(1)?, row.get(2)?);
                let last = had.entry(row.get(0)?).or_insert((at_ms, handoff));
                *last = (last.0.max(at_ms), last.1.max(handoff));
            }
        }
        let mut had: Vec<_> = had.into_iter().collect();
        had.sort_unstable_by(|(_, one), (_, other)| other.cmp(one));
        Ok(had.into_iter().map(|(rep, (at_ms, _))| (rep, time(at_ms))).collect())
    }
}
