//! What people and programs read: everything that leaves on stdout and stderr is rendered here.

pub mod findings;
mod place;
