//! What whoever looks after an installation lives by: erasure, backups, health, exit codes, the heartbeat, signals.

#![cfg(test)]

mod backup;
#[path = "../stories/desk.rs"]
mod desk;
mod forget;
#[path = "../support/process.rs"]
mod process;
#[path = "../support/mod.rs"]
mod support;
