//! Whether a row changed is decided by what stands in it.

use super::{given, put};
use crate::support::{MONDAY_10, Place, contacts};

const LATER: &str = "2026-11-23T10:10:00Z";

fn first(rows: &str) -> Place {
    let rules = "[fields]\nmodified_at = \"modified_at\"\n";
    let place = given(rules, "contacts.csv", format!("id,email,score,modified_at\n{rows}"));
    place.json_at(MONDAY_10, 0, &["run"]);
    place
}

#[test]
fn a_row_that_differs_is_changed_once_though_its_time_stayed_or_went_back() {
    for time in ["2026-11-20", "2026-10-01", ""] {
        let place = first("1,ann@a.example,10,2026-11-20\n");
        put(&place, "contacts.csv", format!("id,email,score,modified_at\n1,ann@a.example,70,{time}\n"));
        let report = place.json_at(LATER, 0, &["run"]);
        assert_eq!(contacts(&report, "handed_off"), ["ann@a.example"], "{time}");
        place.append("contacts.csv", "\n");
        let report = place.json_at("2026-11-23T10:11:00Z", 0, &["run"]);
        assert_eq!(report["synced"]["changed"], 0);
        assert_eq!(report["evaluated"]["contacts"], 0);
    }
}

#[test]
fn a_file_that_was_touched_or_sorted_anew_has_nothing_to_judge() {
    let (ann, bo) = ("1,ann@a.example,10,2026-11-20\n", "2,bo@a.example,70,2026-11-21\n");
    let old = "1,ann@a.example,99,2026-11-01\n";
    let place = first(&format!("{old}{bo}{ann}"));
    put(&place, "contacts.csv", format!("id,email,score,modified_at\n{bo}{old}{ann}"));
    let report = place.json_at(LATER, 0, &["run"]);
    assert_eq!(report["synced"]["read"], 2);
    assert_eq!(report["synced"]["changed"], 0, "the newer of two rows counts, as before");
    assert_eq!(report["evaluated"]["contacts"], 0);
}
