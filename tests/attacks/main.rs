//! What an unkind world does to `handoff`: kills at any moment, files that are no files, input spoilt at random.

#![cfg(test)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what it skipped, and what it reached"
)]

mod abuse;
mod fuzz;
mod kill;
#[path = "../support/mod.rs"]
mod support;
