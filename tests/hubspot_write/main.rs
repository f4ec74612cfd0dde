//! Owner changes and tasks into HubSpot, and what reps did out of it: the binary against a portal that checks every request.

#![cfg(test)]

mod acts;
mod checks;
mod faults;
#[path = "../support/http_server.rs"]
mod http_server;
mod portal;
mod scene;
#[path = "../support/mod.rs"]
mod support;
mod writes;
