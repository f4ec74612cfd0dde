//! `[chat.slack]` against a Slack of the test's own, which checks every request it gets. The numbers in the names are those
//! of the list of cases that a client of Slack has to survive.

#![cfg(test)]

#[path = "../support/cgi.rs"]
mod cgi;
mod checks;
mod delivery;
mod desk;
mod fake;
mod garbled;
#[path = "../support/http_server.rs"]
mod http_server;
mod messages;
mod modes;
#[path = "../support/mutate.rs"]
mod mutate;
mod people;
#[path = "../support/proxy.rs"]
mod proxy;
mod receive;
#[path = "../support/mod.rs"]
mod support;
mod threads;
mod together;
