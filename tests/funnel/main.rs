//! A lead's whole way, from HubSpot's search to Slack's message and back: the binary between two services that remember and
//! check every request. What it may cost is counted, never timed.

#![cfg(test)]

#[path = "../slack/checks.rs"]
mod checks;
#[path = "../slack/fake.rs"]
mod fake;
#[path = "../support/http_server.rs"]
mod http_server;
mod hubspot;
mod scene;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod trips;
