//! What people live through with `handoff`, told by running it: each test is a folder, a clock and a few runs.

#![cfg(test)]
#![expect(clippy::print_stderr, reason = "a test says what it skipped, and what it reached")]

mod backtest;
mod bursts;
mod calendars;
mod check;
mod desk;
mod dry_run;
mod due;
mod duplicates;
mod endings;
mod escalation;
mod examples;
mod explain;
mod fairness;
mod fields;
mod files;
mod limits;
mod month;
mod operations;
mod outcomes;
mod passed_over;
mod quickstart;
mod real_leads;
mod rules_change;
mod second_look;
mod silence;
#[path = "../support/mod.rs"]
mod support;
mod time;
mod unclear;
mod values;
