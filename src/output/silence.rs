//! The silences in force.

use serde::Serialize;

use super::{Printable, table};
use crate::model::Timestamp;

#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    pub id: i64,
    /// The condition, as somebody typed it.
    pub when: String,
    pub from: Timestamp,
    pub until: Timestamp,
    pub by: String,
    pub reason: String,
    /// Open handoffs with steps to come.
    pub mutes: usize,
    /// Why it mutes nobody, when the definition cannot read it any more.
    pub problem: Option<String>,
}

impl Listed {
    /// For `status`, in one line.
    pub(crate) fn line(&self) -> String {
        let Self { id, when, by, reason, mutes, .. } = self;
        let s = if *mutes == 1 { "" } else { "s" };
        let until = self.until.format("%Y-%m-%d %H:%M UTC");
        format!("{id}: mutes {mutes} open handoff{s} until {until}, by {by}: {reason} (when {when})")
    }
}

pub(crate) fn text(listed: &[Listed]) -> Printable {
    if listed.is_empty() {
        return Printable::line("nothing is silenced");
    }
    let rows = listed.iter().map(|silence| {
        [
            silence.id.to_string(),
            silence.when.clone(),
            silence.until.format("%Y-%m-%d %H:%M UTC").to_string(),
            silence.by.clone(),
            silence.reason.clone(),
            silence.mutes.to_string(),
        ]
    });
    Printable::laid_out(&table(&["Silence", "When", "Until", "By", "Reason", "Mutes"], rows))
}
