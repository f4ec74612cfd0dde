//! A bug in the judging, planted over one contact.

use std::fs;

use super::*;
use crate::pipeline::testing::session;

const CONTACTS: &str = "id,email,score,modified_at\n1,p@q.example,80,2026-11-23\n\
                        2,bad@q.example,80,2026-11-23\n3,r@s.example,80,2026-11-23\n";

fn trips(rules: &Rules, contact: &Contact, now: Timestamp) -> Evaluation {
    assert!(contact.id.to_string() != "2", "a bug");
    evaluate(rules, contact, now)
}

#[test]
fn a_contact_over_which_the_judging_panics_is_set_aside_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("contacts.csv"), CONTACTS).unwrap();
    let now = "2026-11-23T10:00:00Z".parse().unwrap();
    let mut session = session(folder.path(), now);
    sync::stage(&mut session, false, &mut |_, _| {}, &mut RunReport::new("run", now, false)).unwrap();
    let scope = Scope { all: false, include_existing: true };

    let mut report = RunReport::new("run", now, false);
    stage_by(trips, &mut session, scope, &mut report).unwrap();
    let handed = session.store.read().handoffs_to_route().unwrap();
    assert_eq!(handed.iter().map(|row| row.crm_id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
    assert!(!report.is_good(), "a run that set somebody aside is not a good one");
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert!(report.problems[0].starts_with("contact 2 met a bug in handoff"), "{:?}", report.problems);

    let mut again = RunReport::new("run", now, false);
    stage_by(trips, &mut session, scope, &mut again).unwrap();
    assert!(again.is_good(), "it is not met again at once: {:?}", again.problems);
    session.now = now + AFTER_A_BUG;
    stage(&mut session, scope, &mut again).unwrap();
    assert_eq!(session.store.read().handoffs_to_route().unwrap().len(), 3, "without the bug it is judged");
}
