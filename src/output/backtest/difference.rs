//! Two definitions side by side: how many, why, and who.

use super::figures::count;
use crate::backtest::{Differences, Move};
use crate::output::table;

/// Reasons shown; the rare ones are in the JSON.
const REASONS_MAX: usize = 25;

pub(super) fn text(differences: &Differences) -> String {
    let Differences { newly_in, newly_out, moved_tier, unchanged, reasons, listed } = differences;
    let mut parts = vec![format!(
        "Against the other definition: {} newly in, {} newly out, {} in another tier, {} as before",
        count(*newly_in),
        count(*newly_out),
        count(*moved_tier),
        count(*unchanged)
    )];
    if !reasons.is_empty() {
        let rows = reasons.iter().take(REASONS_MAX).map(|reason| {
            [reason.what.name().to_owned(), count(reason.contacts), words(reason.what, &reason.because)]
        });
        parts.push(table(&["What", "Contacts", "The condition that made the difference"], rows));
    }
    if !listed.is_empty() {
        let rows = listed.iter().map(|difference| {
            [
                difference.contact.clone(),
                difference.what.name().to_owned(),
                format!("{} → {}", difference.before, difference.after),
                difference.because.join(", and "),
            ]
        });
        parts.push(table(&["Contact", "What", "Before → now", "Because (value seen)"], rows));
    }
    parts.join("\n\n")
}

/// Whose condition it is: what the other definition asked for, or what this one does.
fn words(what: Move, because: &str) -> String {
    match what {
        Move::NewlyIn => format!("before: {because}"),
        Move::NewlyOut => format!("now: {because}"),
        Move::MovedTier => because.to_owned(),
    }
}
