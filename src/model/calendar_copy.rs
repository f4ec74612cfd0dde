//! What was kept of a calendar on the web.

use super::Timestamp;

/// A calendar on the web as it was last read, and how asking for it went since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarCopy {
    /// `None`: it was never read.
    pub bytes: Option<Vec<u8>>,
    /// When the server last said that this is how it stands.
    pub read: Option<Timestamp>,
    pub asked: Option<Timestamp>,
    /// What the connector wants to know when it asks again.
    pub mark: Option<String>,
    /// Why it could not be read when it was last asked for.
    pub problem: Option<String>,
}
