//! The life of one handoff: how it starts, who gets it, what is written for it, what its rep did, what its SLA says, how it
//! ends. Knows the store; what the CRM and the chat say comes in as data.

pub(crate) mod assign;
pub(crate) mod burst;
pub(crate) mod case;
pub(crate) mod clock;
pub(crate) mod close;
pub(crate) mod due;
pub(crate) mod duplicates;
mod effects;
pub(crate) mod explain;
pub(crate) mod explanation;
pub(crate) mod forget;
pub(crate) mod outcomes;
pub(crate) mod owner;
pub(crate) mod past;
mod recipients;
pub(crate) mod report;
pub(crate) mod silence;
pub(crate) mod start;
pub(crate) mod steps;
pub(crate) mod words;

use anyhow::{Context as _, Result, anyhow};

use crate::model::{Account, ContactId, Timestamp};
use crate::rules::Rules;
use crate::store::{Layouts, Store};

/// What is the same for every handoff of a run.
pub(crate) struct Context<'a> {
    pub rules: &'a Rules,
    pub store: &'a Store,
    pub now: Timestamp,
    /// The CRM's account, or why it is not known; `None`: nobody has asked.
    pub account: Option<Result<&'a Account, &'a anyhow::Error>>,
    /// With every field that the definition knows.
    pub layouts: Layouts<'a>,
    /// `None`: the definition names no chat.
    pub chat: Option<ChatShows>,
}

/// What a chat can show of a handoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChatShows {
    /// A posted message can be changed to say what has become of the handoff.
    pub state: bool,
}

impl Context<'_> {
    /// The CRM's account.
    ///
    /// # Errors
    /// Says why it is not known.
    fn account(&self) -> Result<&Account> {
        self.account.context("nobody has asked for the CRM's account")?.map_err(|why| anyhow!("{why:#}"))
    }

    /// A link to a contact's record, where the account is known and has one.
    fn link(&self, crm_id: &str) -> Option<String> {
        self.account().ok()?.links.of(&ContactId::parse(crm_id).ok()?)
    }
}
