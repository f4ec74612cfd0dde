//! What `handoff forget` did, and what it cannot reach.

use super::Printable;
use crate::handoff::forget::Forgotten;

pub(crate) fn text(forgotten: &[Forgotten], is_dry: bool) -> Printable {
    let mut lines = Vec::new();
    for one in forgotten {
        let is = if is_dry { "would be" } else { "is" };
        lines.push(format!(
            "contact {} {is} forgotten: {} kept without what was said, {} cancelled",
            one.contact,
            counted(one.handoffs, "handoff"),
            counted(one.cancelled, "write")
        ));
        lines.push("what remains elsewhere, to be deleted there:".to_owned());
        for left in &one.remains {
            lines.push(format!("  {} {} {}", left.place, left.what, left.id));
        }
    }
    lines.push(
        "While the CRM has the contact, a sync that finds it changed reads it again, like any other. Files of \
         `handoff backup` made before this still name the person."
            .to_owned(),
    );
    Printable::lines(lines)
}

fn counted(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}
