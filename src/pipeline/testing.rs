//! A session over a small definition in a folder, for the tests of stages.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::DateTime;

use super::{Opened, Session, Setup, connectors};
use crate::model::Timestamp;
use crate::rules::{Source, load};
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

pub(super) fn session(folder: &Path, now: Timestamp) -> Box<Session> {
    let path = folder.join("rules.toml");
    fs::write(&path, RULES).unwrap();
    let (rules, _) = load(&Source::read(&path).unwrap(), &connectors(), now);
    let setup = Setup {
        path: &StorePath::new(folder.join("handoff.db")),
        folder,
        now,
        real: Some(now),
        uptime: Box::new(move || ClockReading { clock: "one".to_owned(), at: now - DateTime::UNIX_EPOCH }),
        deadline: Duration::from_secs(50),
        is_dry: false,
        wait: Duration::ZERO,
    };
    match Session::open(rules.unwrap(), setup).unwrap() {
        Opened::Session(session) => session,
        Opened::Busy => panic!("another run holds a database that nobody else knows"),
    }
}
