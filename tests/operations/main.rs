//! What whoever looks after an installation lives by: erasure, backups, health, exit codes, the heartbeat, signals.

#![cfg(test)]
#![expect(clippy::print_stderr, reason = "a test says what it skipped")]

mod backup;
#[path = "../stories/desk.rs"]
mod desk;
mod exit_codes;
mod forget;
mod heartbeat;
#[path = "../support/http_server.rs"]
mod http_server;
#[path = "../support/process.rs"]
mod process;
mod redirects;
mod secrets;
mod status;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod upgrades;
