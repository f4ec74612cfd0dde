//! A Slack that remembers what it was told and checks every request.

pub(crate) mod checks;
pub(crate) mod fake;
