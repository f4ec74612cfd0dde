//! A definition, a portal, and runs a minute apart.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use crate::support::definition::hubspot;
use crate::support::hubspot::{Fake, TOKEN};
use crate::support::{MONDAY_10, Place, Ran};

pub(crate) struct Scene {
    pub(crate) place: Place,
    pub(crate) fake: Fake,
    minute: i64,
    /// Everything that was said.
    said: String,
}

impl Scene {
    /// A portal with these leads, each at a company of its own.
    pub(crate) fn new(has_key_property: bool, leads: &[&str]) -> Self {
        let fake = Fake::start(has_key_property);
        let place = Place::new();
        place.write("rules.toml", &hubspot(&fake.url(), ""));
        let scene = Self { place, fake, minute: 0, said: String::new() };
        {
            let mut portal = scene.fake.portal();
            portal.now_ms = scene.now().timestamp_millis() - 60_000;
            for id in leads {
                let company = format!("5{id}");
                portal.put("companies", &company, &json!({"name": "Acme"}));
                portal.put(
                    "contacts",
                    id,
                    &json!({"email": format!("{id}@lead.example"), "firstname": format!("Lead{id}"),
                        "lastname": "<b onload=x>&", "hubspotscore": "70", "lifecyclestage": "lead",
                        "associatedcompanyid": company}),
                );
            }
        }
        scene
    }

    pub(crate) fn now(&self) -> DateTime<chrono::Utc> {
        DateTime::parse_from_rfc3339(MONDAY_10).unwrap().to_utc() + TimeDelta::minutes(self.minute)
    }

    /// One run; a minute passes.
    pub(crate) fn run(&mut self) -> Ran {
        self.command(&["run", "--include-existing", "--format", "json"])
    }

    pub(crate) fn command(&mut self, args: &[&str]) -> Ran {
        let now = self.now();
        self.fake.portal().now_ms = now.timestamp_millis();
        let variables = [("HANDOFF_NOW", now.to_rfc3339()), ("HANDOFF_HUBSPOT_TOKEN", TOKEN.to_owned())];
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        let ran = self.place.handoff_with(&variables, args);
        assert!(ran.status < 3 && !ran.stderr.contains("panicked"), "{}", ran.all());
        self.said.push_str(&ran.all());
        self.minute += 1;
        // What happens between two runs happens half a minute after the last.
        self.fake.portal().now_ms += 30_000;
        ran
    }

    /// The binary as the next run would start it, for whoever runs it otherwise.
    pub(crate) fn process(&self) -> Command {
        let now = self.now();
        self.fake.portal().now_ms = now.timestamp_millis();
        let mut command = Command::new(env!("CARGO_BIN_EXE_handoff"));
        command.args(["run", "--include-existing"]).current_dir(self.place.path(""));
        command.env("HANDOFF_NOW", now.to_rfc3339()).env("HANDOFF_HUBSPOT_TOKEN", TOKEN);
        command
    }

    /// Effects of which it is open whether they are there.
    fn unsent(&self) -> u32 {
        let db = self.place.path("handoff.db");
        count(&db, "SELECT count(*) FROM effect WHERE state IN ('planned', 'in_flight', 'unknown')")
    }

    pub(crate) fn wait(&mut self, minutes: i64) {
        self.minute += minutes;
    }

    /// Runs until nothing is left to send, not even what waits for its next attempt, and once more.
    pub(crate) fn settle(&mut self) {
        let mut was_quiet = false;
        // What was not seen at a first look is looked for once more.
        for minutes in [16, 2, 0].into_iter().cycle().take(36) {
            let is_quiet = self.run().status == 0 && self.unsent() == 0;
            self.wait(minutes);
            if is_quiet && was_quiet {
                return;
            }
            was_quiet = is_quiet;
        }
        panic!("it never came to rest:\n{}", self.said);
    }

    /// What the last report says became of handoffs: `touched: how`.
    pub(crate) fn outcomes(ran: &Ran) -> Vec<String> {
        let report = ran.json();
        let outcomes = report["outcomes"].as_array().cloned().unwrap_or_default();
        let text = |outcome: &Value| {
            format!("{} {}", outcome["what"].as_str().unwrap(), outcome["detail"].as_str().unwrap())
        };
        outcomes.iter().map(text).collect()
    }
}

/// The number that a query of the database gives.
pub(crate) fn count(db: &Path, sql: &str) -> u32 {
    rusqlite::Connection::open(db).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The token must be nowhere: not in what was said, not in the database.
impl Drop for Scene {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert!(!self.said.contains(TOKEN), "the token was said");
        for entry in std::fs::read_dir(self.place.path("")).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
            let found = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
            assert!(!found, "the token is in a file");
        }
    }
}
