//! The silences in force.

use super::{Printable, table};
use crate::handoff::silence::Listed;

/// For `status`, in one line.
pub(super) fn line(listed: &Listed) -> String {
    let Listed { id, when, by, reason, mutes, until, .. } = listed;
    let s = if *mutes == 1 { "" } else { "s" };
    let until = until.format("%Y-%m-%d %H:%M UTC");
    format!("{id}: mutes {mutes} open handoff{s} until {until}, by {by}: {reason} (when {when})")
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
