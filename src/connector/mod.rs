//! What the connectors of several vendors share: structs and closures, no framework. It knows no vendor, no database and no
//! rule; a vendor's folder knows it and says only what differs.

pub(crate) mod append_log;
pub(crate) mod base_url;
pub mod cursor;
pub(crate) mod halving;
pub(crate) mod http;
pub(crate) mod keyset;
pub(crate) mod lines;
mod options;
pub(crate) mod outcome;
pub(crate) mod owners;
pub(crate) mod signed_request;
mod sink;
pub(crate) mod walk;

pub use options::{ConnectOptions, TestClock};
pub use sink::{Capabilities, Certainty, Keyed, Sink};

/// What a service says of itself and of what the rules need, one sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Something will not work as the rules say until these are mended.
    pub problems: Vec<String>,
    pub warnings: Vec<String>,
    /// Nothing is wrong: what holds here, and what cannot be seen by asking.
    pub notes: Vec<String>,
}

/// A contact set aside, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands: `contacts.csv:17`, or `contact 17` by the record's id.
    pub place: String,
    pub reason: String,
}
