//! What tests inside the crate share: a service played from stored answers, and a watch over panics that the program
//! confines.

#[path = "../../tests/support/mutate.rs"]
pub(crate) mod mutate;
pub(crate) mod panics;
pub(crate) mod played;
pub(crate) mod rounds;
