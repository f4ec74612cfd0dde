//! How loaded reps are, and whose turn it is.

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
    /// The load of one rep, with the assignments since `since`.
    pub fn load(self, rep: &str, since: Timestamp) -> Result<LoadRow> {
        let open = self
            .conn
            .prepare_cached(
                "SELECT count(*) FROM handoff WHERE status IN ('assigned', 'touched') AND owner = ?1",
            )?
            .query_row([rep], |row| row.get(0))?;
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
            "SELECT team, rep, owed, last, back, back_at, window, weight, total, turns FROM turn",
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
                "INSERT OR REPLACE INTO turn(team, rep, owed, last, back, back_at, window, weight, total, turns) \
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
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
            "SELECT a.rep, max(a.at_ms) FROM assignment_company c JOIN assignment a USING(handoff_id, round) \
             WHERE c.company IN (SELECT value FROM json_each(?1)) AND a.at_ms >= ?2 \
             GROUP BY a.rep ORDER BY max(a.at_ms) DESC, max(a.handoff_id) DESC",
        )?;
        let args = params![serde_json::to_string(companies)?, since.timestamp_millis()];
        let rows = statement.query_map(args, |row| Ok((row.get(0)?, time(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
