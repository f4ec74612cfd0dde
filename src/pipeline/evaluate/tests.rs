//! A bug in the judging, planted over one contact.

use std::fs;

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::pipeline::{Opened, Setup};
use crate::rules::Source;
use crate::store::StorePath;
use crate::uptime::ClockReading;

const RULES: &str = r#"version = 1
[crm.file]
contacts = "contacts.csv"
[[mql]]
name = "engaged"
when = { score.at_least = 50 }
[[rep]]
name = "Ana"
email = "ana@acme.example"
[[route]]
name = "All"
to = { rep = "ana@acme.example" }
"#;

const CONTACTS: &str = "id,email,score,modified_at\n1,p@q.example,80,2026-11-23\n\
                        2,bad@q.example,80,2026-11-23\n3,r@s.example,80,2026-11-23\n";

fn trips(rules: &Rules, contact: &Contact, now: Timestamp) -> Evaluation {
    assert!(contact.id.to_string() != "2", "a bug");
    evaluate(rules, contact, now)
}

fn session(rules: &Path, now: Timestamp) -> Box<Session> {
    let connectors = crate::pipeline::connectors();
    let (loaded, _) = crate::rules::load(&Source::read(rules).unwrap(), &connectors, now);
    let folder = crate::rules::folder(rules);
    let setup = Setup {
        path: &StorePath::new(folder.join("handoff.db")),
        folder: &folder,
        now,
        real: Some(now),
        uptime: Box::new(move || ClockReading {
            clock: "one".to_owned(),
            at: now - chrono::DateTime::UNIX_EPOCH,
        }),
        deadline: Duration::from_secs(50),
        is_dry: false,
        wait: Duration::ZERO,
    };
    match Session::open(loaded.unwrap(), setup).unwrap() {
        Opened::Session(session) => session,
        Opened::Busy => panic!("another run holds a database that nobody else knows"),
    }
}

#[test]
fn a_contact_over_which_the_judging_panics_is_set_aside_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.toml");
    fs::write(&rules, RULES).unwrap();
    fs::write(folder.path().join("contacts.csv"), CONTACTS).unwrap();
    let now = "2026-11-23T10:00:00Z".parse().unwrap();
    let mut session = session(&rules, now);
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
