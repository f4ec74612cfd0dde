//! The state, in one SQLite file: the only place that knows SQL. A run that is killed anywhere leaves a database that the
//! next run goes on from; there is no other state.

mod anew;
mod backup;
mod calendar_copies;
mod case;
mod contacts;
mod copy;
mod due;
mod duplicates;
mod effects;
mod forget;
mod groups;
mod handoffs;
mod hints;
mod history;
mod loads;
mod location;
mod lock;
mod open;
mod outcomes;
mod pauses;
mod records;
mod runs;
mod savepoint;
mod silences;
mod take_back;
#[cfg(test)]
mod tests;
mod verdicts;
mod wake;
mod walk;
mod watch;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use anyhow::{Context as _, Result};
use rusqlite::Connection;

pub use case::CaseRow;
pub use contacts::{ContactRow, Layouts};
pub use due::{Moment, WAIT_MAX, WaitingWrites};
pub use duplicates::{LinkRow, Namesake, text_hash};
pub use effects::{EffectRow, FailedEffect, NewEffect, Settled, Side};
pub use forget::{Erasure, Sent};
pub use groups::Collecting;
pub use handoffs::{HandoffRow, NewAssignment, NewHandoff, SkippedRow};
pub use hints::Hints;
pub use history::{AssignmentRow, EventRow, StepRow};
pub use loads::LoadRow;
use lock::{Lock, lock};
pub use open::StorePath;
pub use outcomes::Closing;
pub use pauses::PauseRow;
pub use records::{Shown, StoredPage};
pub use runs::{Queue, RunRow};
pub use silences::{NewSilence, SilenceRow};
pub use verdicts::{DueContact, NewVerdict};
pub use watch::{Look, WatchedHandoff, Which};

/// The database of one definition.
pub struct Store {
    conn: Connection,
    gate: Option<Gate>,
    /// Released last: when the database is closed.
    _lock: Option<Lock>,
}

/// Passed before every transaction; an error ends the write before it begins.
pub type Gate = Box<dyn Fn() -> Result<()> + Send>;

/// A view of the database inside a transaction, or for reading. Every query is a method of this.
#[derive(Clone, Copy)]
pub struct Db<'a> {
    conn: &'a Connection,
}

impl Store {
    /// For queries that change nothing.
    pub fn read(&self) -> Db<'_> {
        Db { conn: &self.conn }
    }

    /// Every later write passes `gate` first. Tests stop a run there, or let another in: between two transactions, where a
    /// kill and an overlap differ from those at a call to the outside.
    pub fn set_gate(&mut self, gate: Gate) {
        self.gate = Some(gate);
    }

    /// Runs `change` in one transaction: all of it is kept, or nothing. A panic goes on to whoever confines it.
    pub fn write<T>(&self, change: impl FnOnce(Db<'_>) -> Result<T>) -> Result<T> {
        if let Some(gate) = &self.gate {
            gate()?;
        }
        self.conn.execute_batch("BEGIN IMMEDIATE").with_context(|| self.failure("write to"))?;
        let undone = || {
            // SQLite may have rolled back by itself (a full disk does that); the first error is the one to tell.
            if !self.conn.is_autocommit() {
                self.conn.execute_batch("ROLLBACK").ok();
            }
        };
        let changed = catch_unwind(AssertUnwindSafe(|| change(self.read()))).unwrap_or_else(|panic| {
            undone();
            resume_unwind(panic)
        });
        match changed {
            Ok(value) => {
                self.conn.execute_batch("COMMIT").with_context(|| self.failure("commit to"))?;
                Ok(value)
            }
            Err(error) => {
                undone();
                let is_ours = is_database_error(&error);
                Err(if is_ours { error.context(self.failure("write to")) } else { error })
            }
        }
    }

    /// Whoever reads it looks at the disk under this path first.
    fn failure(&self, what: &str) -> String {
        match self.conn.path().filter(|path| !path.is_empty()) {
            Some(path) => format!("cannot {what} the database {path}"),
            None => format!("cannot {what} {}", copy::place()),
        }
    }
}

/// Whether an error came from the database itself: nothing more should be done with it in this process.
pub fn is_database_error(error: &anyhow::Error) -> bool {
    error.chain().any(<dyn std::error::Error + 'static>::is::<rusqlite::Error>)
}
