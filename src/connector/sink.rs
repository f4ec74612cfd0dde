//! Where effects go: all that delivery knows of a CRM or a chat.

use std::time::Instant;

use crate::model::{ChannelWords, Delivery, LookUp, Timestamp, Write};

/// Takes effects. [`crate::crm::Crm`] and [`crate::chat::Chat`] are sinks that can also be read.
pub trait Sink {
    /// Sends writes, each with its key; one answer for each, in order.
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery>;

    /// Looks for what earlier attempts may have left, by key; one answer for each, in order.
    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp>;

    /// Prepares for writes that will come once others are done, such as looking up whom they name. What fails here is asked
    /// again when it is needed.
    fn prefetch(&mut self, _coming: &[Keyed<'_>]) {}

    /// What this sink can and cannot do, as far as it is known now.
    fn capabilities(&self) -> Capabilities;

    /// What is worth remembering between runs (ids of users and the like), to be given to the next run as
    /// [`super::ConnectOptions::memory`]. It is opaque to everybody else and never needed for correctness.
    fn memory(&self) -> Option<String> {
        None
    }

    /// What was noticed since the last call and somebody should mend: a name that stood in for a mention, and the like.
    fn warnings(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// What a sink can and cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// A request may take effect after its sender is dead, so it is looked up only once it had time to. What is written on
    /// this machine is there or not.
    pub applies_late: bool,
    /// How an attempt whose answer was lost is settled.
    pub certainty: Certainty,
    /// A message can show its handoff's state after it was posted; only then is a [`crate::model::Mark`] sent.
    pub shows_state: bool,
    /// What it tells of reps also says what comes of a handoff after its acceptance, so that it is worth asking.
    pub tells_endings: bool,
}

/// How an attempt whose answer was lost is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The sink itself takes each key once: the same write again changes nothing.
    Keyed,
    /// A second write would be a second object, and what is there can be looked up.
    Findable,
    /// Nobody can tell whether it is there.
    Blind,
}

/// A write with its key.
#[derive(Clone, Copy, Debug)]
pub struct Keyed<'a> {
    pub key: &'a str,
    pub write: &'a Write,
    /// The time of this run, for sinks that record one.
    pub at: Timestamp,
    /// No attempt was made before this.
    pub begun: Timestamp,
    /// For what belongs to a message: the message's remote id, when it was sent.
    pub thread: Option<&'a str>,
    /// Nothing is begun, and nothing waited for, after this.
    pub deadline: Instant,
    /// What the channel says around the texts of the write.
    pub words: &'a ChannelWords,
}

/// When something is asked, and until when an answer is of use.
#[derive(Clone, Copy, Debug)]
pub struct When {
    /// The time of this run, for what a service does not date.
    pub now: Timestamp,
    pub deadline: Instant,
}
