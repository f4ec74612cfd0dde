//! A definition that reads from the fake, and what the store holds afterwards.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::definition::definition;
use crate::support::hubspot::limits::Rates;
use crate::support::hubspot::{Fake, MINUTE, NOW_MS, TOKEN};
use crate::support::{Place, Ran};

const OPTED_OUT: &str = r#"
[[disqualify]]
name = "Opted out"
when = { opted_out = true }
"#;

pub(crate) struct Desk {
    pub(crate) fake: Fake,
    pub(crate) place: Place,
}

impl Desk {
    pub(crate) fn open() -> Self {
        let fake = Fake::start(false);
        fake.portal().owners.push((72, "bo@acme.example", false));
        fake.portal().rates = Some(Rates::new(100));
        let place = Place::new();
        place.write(
            "rules.toml",
            &definition(&format!("[crm.hubspot]\nbase_url = \"{}\"\n{OPTED_OUT}", fake.url())),
        );
        Self { fake, place }
    }

    /// `count` contacts from this id on, all changed an hour ago.
    pub(crate) fn fill(&self, first: u64, count: u64) {
        let mut portal = self.fake.portal();
        for id in first..first + count {
            portal.change(id, NOW_MS - 60 * MINUTE, 0, &json!({"email": format!("c{id}@client.example")}));
        }
    }

    pub(crate) fn handoff(&self, args: &[&str]) -> Ran {
        // Cron starts the runs a minute apart: what the last one sent no longer counts against the limits.
        self.fake.portal().pass(0);
        let now = self.fake.portal().now_ms;
        let now = chrono::DateTime::from_timestamp_millis(now).unwrap().to_rfc3339();
        let ran = self.place.handoff_with(&[("HANDOFF_NOW", &now), ("HANDOFF_HUBSPOT_TOKEN", TOKEN)], args);
        assert!(!ran.all().contains(TOKEN), "the token is in the output");
        ran
    }

    /// A sync that must end well.
    pub(crate) fn sync(&self) -> Value {
        let ran = self.handoff(&["sync", "--format", "json"]);
        assert_eq!(ran.status, 0, "{}", ran.all());
        ran.json()["synced"].clone()
    }

    /// A sync that must not, and what it says.
    pub(crate) fn failed_sync(&self) -> String {
        let ran = self.handoff(&["sync"]);
        assert_eq!(ran.status, 1, "{}", ran.all());
        ran.all()
    }

    /// Runs a sync and says how long it took.
    pub(crate) fn timed_sync(&self) -> Duration {
        let begun = Instant::now();
        self.sync();
        begun.elapsed()
    }

    pub(crate) fn later(&self, minutes: i64) {
        self.fake.portal().pass(minutes * MINUTE);
    }

    fn db(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.place.path("handoff.db")).unwrap()
    }

    /// Ids of the contacts that are stored.
    pub(crate) fn stored(&self) -> Vec<u64> {
        let db = self.db();
        let mut statement = db.prepare("SELECT CAST(crm_id AS INTEGER) FROM contact ORDER BY 1").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        rows.map(|id| u64::try_from(id.unwrap()).unwrap()).collect()
    }

    /// The values of a stored contact, by property: `contact.email`, `company.name`.
    pub(crate) fn values(&self, id: u64) -> BTreeMap<String, String> {
        let db = self.db();
        let (content, fields): (String, String) = db
            .query_row(
                "SELECT content, fields FROM contact JOIN layout ON layout.id = layout_id WHERE crm_id = ?1",
                [id.to_string()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        let content: Vec<Option<String>> = serde_json::from_str(&content).unwrap();
        let fields: Vec<String> = serde_json::from_str(&fields).unwrap();
        fields.into_iter().zip(content).filter_map(|(field, value)| Some((field, value?))).collect()
    }
}

/// How many requests went to paths with this end.
pub(crate) fn count(requests: &[String], end: &str) -> usize {
    requests.iter().filter(|request| request.ends_with(end)).count()
}
