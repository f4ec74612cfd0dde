//! What the project says of itself is so: its pages, its findings, its schema. Nothing here needs a CRM or a chat.

#![cfg(test)]
#![expect(clippy::print_stdout, reason = "the rooms and their sizes are there to be read")]

mod architecture;
mod bugs;
mod cases;
mod check_command;
mod check_fixtures;
mod circles;
mod faults;
mod meaning;
mod readme;
mod reference;
mod schema;
#[path = "../support/mod.rs"]
mod support;
