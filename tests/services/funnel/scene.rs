//! A definition between a portal and a workspace, and runs a minute apart.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::http_server::Exchange;
use crate::support::hubspot::Fake;
use crate::support::slack::fake::FakeSlack;
use crate::support::{MONDAY_10, Place, Ran, definition};

/// Only whose company is known, and four hours.
const TABLES: &str = r#"
[chat.slack]
base_url = "SLACK"
channel = "C0INBOUND"
[crm.hubspot]
base_url = "BASE"
[[mql]]
name = "engaged"
when = { score.at_least = 65, company.name.is_set = true }
sla = "standard"
priority = "high"
[[sla]]
name = "standard"
respond_within = "4h"
"#;

pub(crate) struct Funnel {
    pub(crate) place: Place,
    pub(crate) hubspot: Fake,
    pub(crate) slack: FakeSlack,
    pub(crate) tokens: (String, String),
    minute: i64,
}

impl Funnel {
    /// Both services, and nobody in the portal yet.
    pub(crate) fn open() -> Self {
        let (hubspot, slack, place) = (Fake::start(true), FakeSlack::start(), Place::new());
        let rules = definition::hubspot(&hubspot.url(), TABLES).replace("SLACK", &slack.url());
        place.write("rules.toml", &rules);
        let tokens =
            (crate::support::hubspot::TOKEN.to_owned(), crate::support::slack::fake::TOKEN.to_owned());
        let funnel = Self { place, hubspot, slack, tokens, minute: 0 };
        funnel.hubspot.portal().now_ms = funnel.now().timestamp_millis();
        funnel
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(MONDAY_10).unwrap().to_utc() + TimeDelta::minutes(self.minute)
    }

    /// Somebody qualifies.
    pub(crate) fn lead(&self, id: &str) {
        let mut portal = self.hubspot.portal();
        let company = format!("5{id}");
        portal.put("companies", &company, &json!({"name": "Acme"}));
        let lead = json!({"email": format!("{id}@lead.example"), "firstname": format!("Lead{id}"), "hubspotscore": "70",
            "lifecyclestage": "lead", "associatedcompanyid": company});
        portal.put("contacts", id, &lead);
    }

    pub(crate) fn run(&mut self, args: &[&str]) -> Ran {
        let token = self.tokens.1.clone();
        self.run_with(("HANDOFF_SLACK_TOKEN", &token), args)
    }

    pub(crate) fn run_with_webhook(&mut self, url: &str, args: &[&str]) -> Ran {
        self.run_with(("HANDOFF_SLACK_WEBHOOK", url), args)
    }

    fn run_with(&mut self, chat: (&str, &str), args: &[&str]) -> Ran {
        let now = self.now();
        self.hubspot.portal().now_ms = now.timestamp_millis();
        self.slack.set_time(&now.to_rfc3339());
        let now = now.to_rfc3339();
        let variables = [("HANDOFF_NOW", now.as_str()), ("HANDOFF_HUBSPOT_TOKEN", &self.tokens.0), chat];
        let ran = self.place.handoff_with(&variables, args);
        assert!(ran.status < 3 && !ran.stderr.contains("panicked"), "{}", ran.all());
        self.minute += 1;
        self.hubspot.portal().now_ms += 30_000;
        ran
    }

    /// A run that must go well; the requests that it cost, each service's in the order of their answers.
    pub(crate) fn good_run(&mut self, args: &[&str]) -> (Vec<Exchange>, Vec<Exchange>) {
        self.clear();
        let ran = self.run(args);
        assert_eq!(ran.status, 0, "{}", ran.all());
        self.exchanges()
    }

    /// Forgets what was exchanged so far.
    pub(crate) fn clear(&self) {
        self.hubspot.server.traffic().exchanges.clear();
        self.slack.server.traffic().exchanges.clear();
    }

    /// What was exchanged; nothing may have broken a rule.
    pub(crate) fn exchanges(&self) -> (Vec<Exchange>, Vec<Exchange>) {
        self.hubspot.requests();
        self.slack.assert_content();
        (self.hubspot.server.traffic().exchanges.clone(), self.slack.server.traffic().exchanges.clone())
    }

    /// What the task of a lead says.
    pub(crate) fn tasks(&self) -> usize {
        self.hubspot.portal().objects.get("tasks").map_or(0, std::collections::BTreeMap::len)
    }

    pub(crate) fn messages(&self) -> Vec<Value> {
        self.slack
            .messages()
            .iter()
            .map(|message| message.body["metadata"]["event_payload"]["key"].clone())
            .collect()
    }
}

/// The longest chain of requests of which each began after the answer to the one before, from this moment on.
pub(crate) fn sequential(exchanges: &[Exchange], since: Instant) -> usize {
    let mut after: Vec<&Exchange> = exchanges.iter().filter(|exchange| exchange.from >= since).collect();
    after.sort_by_key(|exchange| exchange.from);
    let mut depths: Vec<usize> = Vec::new();
    for exchange in &after {
        let before = after.iter().zip(&depths).filter(|(earlier, _)| earlier.to <= exchange.from);
        depths.push(before.map(|(_, depth)| *depth).max().unwrap_or_default() + 1);
    }
    depths.into_iter().max().unwrap_or_default()
}
