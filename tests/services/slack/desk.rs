//! A small sales desk that gets its leads from a file and its alerts through Slack.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::definition::definition;
use crate::support::slack::fake::{FakeSlack, TOKEN};
use crate::support::{Place, Ran};

const RULES: &str = r#"
[crm.file]
contacts = "contacts.csv"
record_url = "https://crm.acme.example/contacts/{id}"

[chat.slack]
base_url = "BASE"
DESTINATION

[[mql]]
name = "engaged"
when = { score.at_least = 50 }
sla = "hour"

[[rep]]
name = "Ana Silva"
email = "ana@acme.example"

[[team]]
name = "inbound"
members = [{ rep = "ana@acme.example" }]
manager = "lee@acme.example"

[[sla]]
name = "hour"
respond_within = "1h"
step = [{ at = "50%", do = "remind" }, { at = "100%", do = "notify", to = "manager" }]
"#;

pub(crate) const TEN: &str = "2026-11-23T10:00:00Z";

pub(crate) struct Desk {
    pub(crate) place: Place,
    pub(crate) slack: FakeSlack,
}

impl Desk {
    /// Messages go to `#inbound`.
    pub(crate) fn open() -> Self {
        Self::with("channel = \"#inbound\"")
    }

    pub(crate) fn with(destination: &str) -> Self {
        let slack = FakeSlack::start();
        let rules = definition(RULES).replace("BASE", &slack.url()).replace("DESTINATION", destination);
        let place = Place::with(&rules, HEAD);
        let desk = Self { place, slack };
        assert_eq!(desk.run("2026-11-23T09:00:00Z").status, 0);
        assert_eq!(desk.slack.call_count(), 0, "nothing is open, so Slack is not asked anything");
        desk
    }

    /// Leads come in, each row `id,first name,last name,title`.
    pub(crate) fn leads(&self, rows: &[&str]) {
        let mut text = HEAD.to_owned();
        for row in rows {
            writeln!(text, "{row},60").unwrap();
        }
        self.place.write("contacts.csv", &text);
    }

    pub(crate) fn lead(&self) {
        self.leads(&["kim,Kim,Lopez,CTO"]);
    }

    pub(crate) fn run(&self, at: &str) -> Ran {
        self.run_with(at, &["run", "--deadline", "10"])
    }

    /// Runs; whatever happens, the requests were in order and the token is nowhere.
    pub(crate) fn run_with(&self, at: &str, args: &[&str]) -> Ran {
        self.slack.set_time(at);
        let variables = [("HANDOFF_NOW", at), ("HANDOFF_SLACK_TOKEN", TOKEN)];
        let ran = self.place.handoff_with(&variables, &[args, &["-v"]].concat());
        self.slack.assert_content();
        self.assert_secret(&ran, "canary-4711");
        ran
    }

    pub(crate) fn assert_secret(&self, ran: &Ran, canary: &str) {
        assert!(!ran.all().contains(canary), "{}", ran.all());
        for file in ["handoff.db", "handoff.db-wal"] {
            if self.place.exists(file) {
                let bytes = self.place.bytes(file);
                assert!(!bytes.windows(canary.len()).any(|part| part == canary.as_bytes()), "{file}");
            }
        }
    }

    /// The blocks of a message as one text.
    pub(crate) fn blocks(&self, message: usize) -> String {
        let message = self.slack.messages()[message].clone();
        message.body["blocks"]
            .as_array()
            .map(|blocks| Value::from(blocks.clone()).to_string())
            .unwrap_or_default()
    }
}

const HEAD: &str = "id,first_name,last_name,job_title,score\n";
