//! Owner changes and tasks into HubSpot, and what reps did out of it: the binary against a portal that checks every request.

#![cfg(test)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what it skipped, and what it reached"
)]

mod acts;
mod anew;
mod checks;
mod deleted;
mod faults;
mod garbled;
#[path = "../support/http_server.rs"]
mod http_server;
#[path = "../support/ladder.rs"]
#[cfg(target_os = "linux")]
mod ladder;
#[cfg(target_os = "linux")]
mod memory;
#[path = "../support/mutate.rs"]
mod mutate;
mod portal;
#[path = "../support/proxy.rs"]
mod proxy;
mod scene;
mod scopes;
mod signals;
mod skew;
#[path = "../support/mod.rs"]
mod support;
mod syscalls;
mod together;
mod writes;
