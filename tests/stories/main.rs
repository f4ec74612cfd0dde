//! What people live through with `handoff`, told by running it: each test is a folder, a clock and a few runs.

#![cfg(test)]

mod desk;
mod outcomes;
mod quickstart;
#[path = "../support/mod.rs"]
mod support;
