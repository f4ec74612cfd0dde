//! The quickstart's morning, and the hours after it.

use crate::support::{MONDAY_10, Place};

#[test]
fn everyone_is_judged_and_those_who_qualify_are_handed_off_or_wait() {
    let place = Place::quickstart();
    let report = place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    assert_eq!(report["evaluated"]["qualified"], 22);
    assert_eq!(report["handed_off"].as_array().unwrap().len(), 14);
    assert_eq!(report["waiting"].as_array().unwrap().len(), 8);
    assert_eq!(place.lines("out/tasks.jsonl").len(), 14);
}
