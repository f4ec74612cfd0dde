//! A HubSpot that remembers what it was told and checks every request.

mod checks;
pub(crate) mod portal;
