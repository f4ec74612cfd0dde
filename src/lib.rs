//! `handoff`: from a marketing-qualified lead to an accepted one, exactly once. See ARCHITECTURE.md.

pub mod assign;
pub mod backtest;
pub mod brief;
pub mod chat;
pub mod cli;
pub mod commands;
mod confine;
pub mod crm;
pub mod deliver;
mod endpoint;
pub mod examples;
mod http;
mod ledger;
mod lines;
pub mod model;
pub mod monitor;
#[cfg(any(test, feature = "mutants"))]
pub mod mutant;
#[cfg(not(any(test, feature = "mutants")))]
mod mutant;
pub mod output;
pub mod qualify;
mod receive;
pub mod rules;
mod secret;
pub mod sla;
pub mod stats;
pub mod stop;
pub mod store;
#[cfg(test)]
mod testing;
pub mod tune;
pub mod uptime;
