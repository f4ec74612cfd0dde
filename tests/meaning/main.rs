//! What a definition means, told to people and editors by running `handoff`: its changes, and its page.

#![cfg(test)]

mod diff;
mod docs;
#[path = "../support/mod.rs"]
mod support;
