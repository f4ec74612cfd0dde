//! Where contacts come from and tasks go to. One folder a vendor behind one trait; nothing outside knows a vendor's name.

use anyhow::Result;

use crate::model::{Activity, ContactId, Delivery, Field, LookUp, Record, Timestamp, Write};

/// A CRM.
pub trait Crm {
    /// Identifies the account; part of every key, so it must stay the same when the database is lost.
    fn account(&self) -> &str;

    /// Walks the contacts that changed since `cursor` (`None`: all there are), page after page. `take` stores a page and
    /// its cursor in one transaction; a page that it refuses ends the walk. `fields` says which values each
    /// [`Record`] carries and in which order.
    fn changes(
        &mut self,
        fields: &[Field],
        cursor: Option<&str>,
        take: &mut dyn FnMut(Page) -> Result<()>,
    ) -> Result<()>;

    /// Reads contacts again, just before something is written to them. `None`: nothing has changed since
    /// [`Crm::changes`] in this process, so what was stored is current. A contact that is not in the answer is gone.
    fn read(&mut self, fields: &[Field], ids: &[ContactId]) -> Result<Option<Vec<Record>>>;

    /// What reps did on the contacts of open handoffs.
    fn activity(&mut self, open: &[Watched]) -> Result<Vec<Activity>>;

    /// Sends updates and tasks, each with its key; one answer for each, in order.
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery>;

    /// Looks for what earlier attempts may have left, by key; one answer for each, in order.
    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp>;

    /// A link to a contact's record, for people.
    fn link(&self, contact: &ContactId) -> Option<String>;
}

/// A write with its key.
#[derive(Clone, Copy, Debug)]
pub struct Keyed<'a> {
    pub key: &'a str,
    pub write: &'a Write,
    /// The time of this run, for sinks that record one.
    pub at: Timestamp,
}

/// An open handoff, as far as a connector needs it to find what the rep did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    pub contact: ContactId,
    pub email: Option<String>,
    /// The owner's e-mail.
    pub owner: String,
    pub since: Timestamp,
    /// The remote id of the handoff's task, when it is there.
    pub task: Option<String>,
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
    /// The walk goes over the whole source: what was set aside earlier and is not met again is mended.
    pub is_whole_walk: bool,
    /// How much of the source has been walked, 0 to 1, when the connector can tell.
    pub progress: Option<f64>,
}

/// A contact set aside, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands: `contacts.csv:17`, or the record's id.
    pub place: String,
    pub reason: String,
}
