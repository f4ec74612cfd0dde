//! Where alerts go. One file or folder a vendor behind one trait.

use anyhow::Result;

use crate::crm::Keyed;
use crate::model::{Activity, Delivery, LookUp};

/// A chat.
pub trait Chat {
    /// Sends messages and replies, each with its key; one answer for each, in order.
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery>;

    /// Looks for what earlier attempts may have left, by key; one answer for each, in order.
    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp>;

    /// What reps did on the messages with these remote ids: reactions and replies.
    fn activity(&mut self, messages: &[Posted]) -> Result<Vec<Activity>>;
}

/// A message that was posted for an open handoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The contact's id.
    pub contact: String,
    pub remote_id: String,
}
