//! Owner changes and tasks into HubSpot, and what reps did out of it: the binary against a portal that checks every request.

mod acts;
mod anew;
mod deleted;
mod faults;
mod garbled;
#[cfg(target_os = "linux")]
mod memory;
mod scene;
mod scopes;
mod signals;
mod skew;
mod syscalls;
mod together;
mod writes;
