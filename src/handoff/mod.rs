//! The life of one handoff: how it starts, who gets it, what is written for it, what its rep did, what its SLA says, how it
//! ends. Knows the store; what the CRM and the chat say comes in as data.

pub(crate) mod assign;
pub mod brief;
pub(crate) mod burst;
pub(crate) mod clock;
pub(crate) mod close;
pub(crate) mod due;
pub(crate) mod due_account;
pub(crate) mod duplicates;
pub(crate) mod effects;
pub(crate) mod outcomes;
pub(crate) mod owner;
pub(crate) mod past;
mod recipients;
pub(crate) mod report;
pub(crate) mod silence;
pub(crate) mod steps;
pub(crate) mod undelivered;

use crate::model::{Account, Timestamp};
use crate::rules::Rules;
use crate::store::Store;

/// What is the same for every handoff of a run.
pub(crate) struct Context<'a> {
    pub rules: &'a Rules,
    pub store: &'a Store,
    pub now: Timestamp,
    /// The CRM's account, where it is known.
    pub account: Option<&'a Account>,
    /// The CRM also says what comes of a handoff after its acceptance.
    pub tells_endings: bool,
    /// `None`: the definition names no chat.
    pub chat: Option<ChatShows>,
}

/// What a chat can show of a handoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChatShows {
    /// A posted message can be changed to say what has become of the handoff.
    pub state: bool,
}
