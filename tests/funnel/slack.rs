//! The workspace of the tests of messages.

#![allow(dead_code, reason = "this binary uses its own part of it")]

#[path = "../slack/checks.rs"]
mod checks;
#[path = "../slack/fake.rs"]
pub(crate) mod fake;
