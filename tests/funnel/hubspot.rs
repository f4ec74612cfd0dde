//! The portal of the tests of writes.

#![allow(dead_code, reason = "this binary uses its own part of it")]

#[path = "../hubspot_write/checks.rs"]
mod checks;
#[path = "../hubspot_write/portal.rs"]
pub(crate) mod portal;
