//! Assignments that are taken back: the handoff waits to be routed again.

use anyhow::Result;
use rusqlite::params;

use super::{Db, HandoffRow};
use crate::model::Timestamp;

impl Db<'_> {
    /// Takes a handoff from its rep; it waits to be routed anew. What was planned and never tried is cancelled.
    pub fn take_back(self, handoff: i64, how: &str, why: &str, at: Timestamp) -> Result<()> {
        self.end_assignment(handoff, how, at)?;
        self.back_to_waiting(handoff, why)?;
        self.cancel_effects(handoff)
    }

    /// Undoes an assignment of which nothing has been sent, as if it had not been made: the next one has the same round
    /// and so the same keys, as it would after a loss of the database.
    pub fn undo_assignment(self, handoff: &HandoffRow, why: &str, at: Timestamp) -> Result<()> {
        self.give_turn_back(handoff, why, at)?;
        self.conn.execute("DELETE FROM effect WHERE handoff_id = ?1 AND state = 'planned'", [handoff.id])?;
        for table in ["assignment", "step", "pause"] {
            self.conn
                .prepare_cached(&format!("DELETE FROM {table} WHERE handoff_id = ?1 AND round = ?2"))?
                .execute(params![handoff.id, handoff.round])?;
        }
        self.back_to_waiting(handoff.id, why)?;
        self.conn.execute("UPDATE handoff SET round = round - 1 WHERE id = ?1", [handoff.id])?;
        self.add_event(handoff.id, at, "rerouted", None, Some(why))
    }

    /// Takes an assignment back of which part has been sent: the next one is another round.
    pub fn reroute(self, handoff: i64, why: &str) -> Result<()> {
        self.back_to_waiting(handoff, why)?;
        self.cancel_effects(handoff)
    }

    fn back_to_waiting(self, handoff: i64, why: &str) -> Result<()> {
        self.conn.execute(
            "UPDATE handoff SET status = 'waiting', note = ?2, next_ms = NULL, look_ms = NULL WHERE id = ?1",
            params![handoff, why],
        )?;
        self.cancel_steps(handoff)
    }
}
