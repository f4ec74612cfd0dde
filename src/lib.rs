//! `handoff`: from a marketing-qualified lead to an accepted one, exactly once. See ARCHITECTURE.md.

pub mod assign;
pub mod backtest;
pub mod chat;
pub mod cli;
pub mod commands;
pub mod connector;
pub mod crm;
pub mod deliver;
pub mod examples;
pub mod handoff;
mod history;
mod isolate;
pub mod model;
pub mod monitor;
#[cfg(any(test, feature = "mutants"))]
pub mod mutant;
#[cfg(not(any(test, feature = "mutants")))]
mod mutant;
pub mod output;
pub mod pipeline;
pub mod qualify;
pub mod rules;
mod secret;
pub mod sla;
pub mod stats;
pub mod stop;
pub mod store;
pub mod survey;
#[cfg(test)]
mod testing;
pub mod tune;
pub mod uptime;
