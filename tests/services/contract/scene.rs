//! A definition, an account and runs minutes apart.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::Fault;
use crate::support::definition::definition;
use crate::support::{MONDAY_10, Place, Ran};

const RULES: &str = r#"
[[rep]]
name = "Ana Silva"
email = "ana@acme.example"
[[rep]]
name = "Bo Ek"
email = "bo@acme.example"
[limits]
handoffs_per_run = 5000
handoffs_per_rep_per_run = 5000
"#;

/// What a side of the scene brings: its table, its token, its faults.
pub(crate) trait Side {
    /// Its part of the definition.
    fn table(&self) -> String;
    fn variables(&self) -> Vec<(&'static str, String)>;
    /// The service's clock.
    fn at(&mut self, now: DateTime<Utc>);
    /// From now on each request tries to write to this database.
    fn watch(&self, database: &Path);
    /// Requests during which nobody else could write to it.
    fn locked(&self) -> Vec<String>;
    /// What happens to the next write; `false`: it cannot happen here.
    fn next(&mut self, fault: Fault) -> bool;
    /// What a run printed.
    fn hear(&mut self, _ran: &Ran) {}
}

pub(crate) struct Scene<C, M> {
    pub(crate) place: Place,
    pub(crate) crm: C,
    pub(crate) chat: M,
    pub(crate) minute: i64,
    said: String,
}

impl<C: Side, M: Side> Scene<C, M> {
    /// The first sync is over, with nobody there.
    pub(crate) fn open(place: Place, crm: C, chat: M) -> Self {
        place.write("rules.toml", &definition(&format!("{}\n{}\n{RULES}", crm.table(), chat.table())));
        crm.watch(&place.path("handoff.db"));
        chat.watch(&place.path("handoff.db"));
        let mut scene = Self { place, crm, chat, minute: 0, said: String::new() };
        assert_eq!(scene.run(&["run"]).status, 0, "{}", scene.said);
        scene
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(MONDAY_10).unwrap().to_utc() + TimeDelta::minutes(self.minute)
    }

    /// The services' clocks show the time of the next run.
    pub(crate) fn tick(&mut self) {
        let now = self.now();
        self.crm.at(now);
        self.chat.at(now);
    }

    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![("HANDOFF_NOW", self.now().to_rfc3339())];
        variables.extend(self.crm.variables());
        variables.extend(self.chat.variables());
        variables
    }

    /// One command; a minute passes.
    pub(crate) fn run(&mut self, args: &[&str]) -> Ran {
        self.tick();
        let variables = self.variables();
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let ran = self.place.handoff_with(&variables, args);
        writeln!(self.said, "{args:?}: {}", ran.all()).unwrap();
        assert!(ran.status < 2 && !ran.stderr.contains("panicked"), "{}", self.said);
        self.chat.hear(&ran);
        self.minute += 1;
        let locked = [self.crm.locked(), self.chat.locked()].concat();
        assert!(
            locked.is_empty(),
            "the database was locked while a service was asked: {locked:?}\n{}",
            self.said
        );
        ran
    }

    /// Starts a run and kills it once some contacts are stored, unless it is faster.
    pub(crate) fn run_killed(&mut self) {
        self.tick();
        let mut child = Command::new(env!("CARGO_BIN_EXE_handoff"))
            .arg("run")
            .current_dir(self.place.path(""))
            .envs(self.variables())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            if self.count("SELECT count(*) FROM contact") > 0 {
                child.kill().unwrap();
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.wait().unwrap();
        self.minute += 1;
    }

    /// Runs until nothing is left to send.
    pub(crate) fn settle(&mut self) {
        for _ in 0..6 {
            if self.run(&["run"]).status == 0 && self.undelivered() == 0 {
                return;
            }
            self.minute += 3;
        }
        panic!("it never came to rest:\n{}", self.said);
    }

    /// The database is gone, and the next run starts with none.
    pub(crate) fn lose_database(&self) {
        for name in ["handoff.db", "handoff.db-wal", "handoff.db-shm"] {
            std::fs::remove_file(self.place.path(name)).ok();
        }
    }

    /// Effects that are neither there nor refused.
    pub(crate) fn undelivered(&self) -> u32 {
        self.count("SELECT count(*) FROM effect WHERE state IN ('planned', 'in_flight', 'unknown')")
    }

    pub(crate) fn failed(&self) -> u32 {
        self.count("SELECT count(*) FROM effect WHERE state = 'failed'")
    }

    pub(crate) fn count(&self, sql: &str) -> u32 {
        let database = rusqlite::Connection::open(self.place.path("handoff.db")).unwrap();
        database.busy_timeout(Duration::from_secs(5)).unwrap();
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}
