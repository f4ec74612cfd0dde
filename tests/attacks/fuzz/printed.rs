//! What a terminal is shown of contacts that nobody vetted.

use super::fuzz;
use crate::support::{MONDAY_10, Place};

/// Beyond these a terminal is steered, or a reader misled about the order of the characters.
pub(crate) fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[test]
fn no_contact_steers_the_terminal_that_shows_it() {
    let place = Place::quickstart();
    fuzz("csv", 60, |bytes| {
        std::fs::write(place.path("contacts.csv"), bytes).unwrap();
        for command in
            [&["run", "--dry-run", "--include-existing", "--format", "table"][..], &["explain", "1"]]
        {
            let ran = place.handoff_at(MONDAY_10, command);
            assert!(ran.status < 3, "{}", ran.all());
            assert!(!ran.stdout.contains(steers) && !ran.stderr.contains(steers), "{:?}", ran.all());
        }
    });
}
