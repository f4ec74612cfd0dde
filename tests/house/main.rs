//! What the project says of itself is so: its pages, its findings, its schema. Nothing here needs a CRM or a chat.

#![cfg(test)]

mod architecture;
mod cases;
mod check_command;
mod check_fixtures;
mod faults;
mod meaning;
mod readme;
mod schema;
#[path = "../support/mod.rs"]
mod support;
