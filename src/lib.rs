//! `handoff`: from a marketing-qualified lead to an accepted one, exactly once. See ARCHITECTURE.md.

pub mod assign;
pub mod chat;
pub mod crm;
pub mod model;
pub mod output;
pub mod qualify;
pub mod rules;
pub mod sla;
