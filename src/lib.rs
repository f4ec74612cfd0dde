//! `handoff`: from a marketing-qualified lead to an accepted one, exactly once. See ARCHITECTURE.md.

pub mod chat;
pub mod crm;
mod endpoint;
mod ledger;
mod lines;
pub mod model;
pub mod qualify;
pub mod rules;
