//! A lead's whole way, from HubSpot's search to Slack's message and back: the binary between two services that remember and
//! check every request. What it may cost is counted, never timed.

#![cfg(test)]

#[path = "../support/clean.rs"]
mod clean;
#[path = "../support/http_server.rs"]
mod http_server;
mod hubspot;
mod people;
mod scene;
mod secrets;
mod slack;
#[path = "../support/mod.rs"]
mod support;
mod trips;
