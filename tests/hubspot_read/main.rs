//! Reading from HubSpot, through the built binary, against a service inside the test. Tests named `case_…` are the cases of
//! the list of what a client must prove.

#![cfg(test)]

#[path = "../support/cgi.rs"]
mod cgi;
#[path = "../support/http_server.rs"]
mod http_server;
#[path = "../support/mod.rs"]
mod support;

mod desk;
mod errors;
mod fake;
mod limits;
mod memory;
mod online;
mod receive;
mod records;
mod spoilt;
mod walk;
