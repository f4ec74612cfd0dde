//! How loaded reps are, and whose turn it is.

use anyhow::Result;

use super::Db;
use super::runs::time;
use crate::model::Timestamp;

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

    /// Turn counters of every team: team, rep, credit.
    pub fn turns(self) -> Result<Vec<(String, String, i64)>> {
        let mut statement = self.conn.prepare_cached("SELECT team, rep, credit FROM turn")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
