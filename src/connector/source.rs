//! What is asked of a CRM and what it tells: the data of [`crate::crm::Crm`].

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Instant;

use crate::model::{Activity, ContactId, Field, Record, Timestamp, Written};

/// What a service says of itself and of what the rules need, one sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Something will not work as the rules say until these are mended.
    pub problems: Vec<String>,
    pub warnings: Vec<String>,
    /// Nothing is wrong: what holds here, and what cannot be seen by asking.
    pub notes: Vec<String>,
}

/// What tells the source of contacts from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `None`: the service does not tell.
    pub account: Option<String>,
    /// Where its contacts are, when the account is called as the file is.
    pub file: Option<PathBuf>,
}

/// A contact set aside, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands: `contacts.csv:17`, or `contact 17` by the record's id.
    pub place: String,
    pub reason: String,
}

/// What the rules need of a CRM.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// Fields that must be there.
    pub required: &'a [&'a Field],
    /// Properties of the contact and the values that handoff sets them to.
    pub written: &'a [(&'a str, &'a str)],
    /// Fields and the texts, folded, that conditions compare them with.
    pub compared: &'a [(&'a Field, &'a str)],
    /// E-mails of the reps.
    pub owners: &'a [&'a str],
}

/// What a sync of changed contacts is to read.
#[derive(Clone, Copy, Debug)]
pub struct Sync<'a> {
    /// Which values each [`Record`] carries, and in which order.
    pub fields: &'a [Field],
    /// Where the last sync ended; `None`: all contacts there are.
    pub cursor: Option<&'a str>,
    /// All contacts there are, wherever the last sync ended; a full resync that is on goes on.
    pub full_resync: bool,
    /// This machine's clock: what a service says of its own is believed within bounds.
    pub now: Timestamp,
    /// The sync stops at the next page after this, and goes on in the next run.
    pub deadline: Instant,
}

/// How a sync ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncOutcome {
    /// Everything that changed has been read.
    Complete,
    /// The time was over; the cursor says where to go on.
    Partial { why: String },
}

/// An open handoff, as far as a connector needs it to find what the rep did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    pub contact: ContactId,
    pub email: Option<String>,
    /// The owner's e-mail.
    pub owner: String,
    pub since: Timestamp,
    /// The handoff's task, when it was written.
    pub task: Option<Written>,
}

/// Part of a walk over changed contacts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub records: Vec<Record>,
    /// Contacts that could not be read.
    pub bad: Vec<Unreadable>,
    /// Where a later walk begins when everything up to and including this page is stored; opaque to everybody else.
    /// `None`: not here, only at a later page.
    pub cursor: Option<String>,
    /// Each record is as it stands there now: none is a late answer, which the time of its change would give away.
    pub is_current: bool,
    /// The walk goes over the whole source: what was set aside earlier and is not met again is mended.
    pub covers_everything: bool,
    /// Read anew: earlier walks had read all that changed before this, in milliseconds since 1970.
    pub read_before: Option<i64>,
    /// How much of the source has been walked, 0 to 1, when the connector can tell.
    pub progress: Option<f64>,
}

/// What reps did, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activities {
    pub acts: Vec<Activity>,
    /// Rows or objects that could not be read.
    pub bad: Vec<Unreadable>,
}

/// What a second look at contacts saw. One that is in neither is gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reread {
    pub records: Vec<Record>,
    /// Contacts, by their id, of which it cannot be told now how they are, with the reason.
    pub unreadable: HashMap<String, String>,
}

impl From<Vec<Record>> for Reread {
    fn from(records: Vec<Record>) -> Self {
        Self { records, unreadable: HashMap::new() }
    }
}
