//! The binary against CRMs and chats that run inside the test, remember what they were told and check every request.

#![cfg(test)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what it skipped, and what it reached"
)]

mod contract;
mod funnel;
mod hubspot_read;
mod hubspot_write;
mod slack;
#[path = "../support/mod.rs"]
mod support;
