//! The last good copy of each calendar on the web.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::params;

use super::Db;
use super::runs::time;
use crate::model::CalendarCopy;

impl Db<'_> {
    /// Each by what it is called in the definition.
    pub fn calendar_copies(self) -> Result<BTreeMap<String, CalendarCopy>> {
        let mut statement =
            self.conn.prepare("SELECT name, body, read_ms, asked_ms, mark, problem FROM calendar_copy")?;
        let rows = statement.query_map([], |row| {
            let copy = CalendarCopy {
                bytes: row.get(1)?,
                read: row.get::<_, Option<i64>>(2)?.map(time),
                asked: row.get::<_, Option<i64>>(3)?.map(time),
                mark: row.get(4)?,
                problem: row.get(5)?,
            };
            Ok((row.get(0)?, copy))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn keep_calendar_copy(self, name: &str, copy: &CalendarCopy) -> Result<()> {
        self.conn.execute(
            "INSERT INTO calendar_copy(name, body, read_ms, asked_ms, mark, problem) VALUES(?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT(name) DO UPDATE SET body = excluded.body, read_ms = excluded.read_ms, \
             asked_ms = excluded.asked_ms, mark = excluded.mark, problem = excluded.problem",
            params![
                name,
                copy.bytes,
                copy.read.map(|read| read.timestamp_millis()),
                copy.asked.map(|asked| asked.timestamp_millis()),
                copy.mark,
                copy.problem,
            ],
        )?;
        Ok(())
    }

    pub fn drop_calendar_copy(self, name: &str) -> Result<()> {
        self.conn.execute("DELETE FROM calendar_copy WHERE name = ?1", [name])?;
        Ok(())
    }
}
