//! What people live through with `handoff`, told by running it: each test is a folder, a clock and a few runs.

#![cfg(test)]

mod desk;
mod limits;
mod outcomes;
mod passed_over;
mod quickstart;
#[path = "../support/mod.rs"]
mod support;
mod time;
