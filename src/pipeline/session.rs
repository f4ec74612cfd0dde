//! What a run works with: the rules, the database, the CRM and the chat.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::chat::{self, Chat};
use crate::connector::{ConnectOptions, TestClock};
use crate::crm::{self, Crm};
use crate::deliver::Pace;
use crate::handoff::{ChatShows, Context};
use crate::model::{Account, Timestamp};
use crate::rules::{Connectors, Rules};
use crate::store::{Layouts, Store, StorePath};
use crate::uptime::Uptime;

/// Where the store keeps what connectors remember.
const CRM_MEMORY: &str = "memory.crm";
const CHAT_MEMORY: &str = "memory.chat";

/// Everything a stage works with.
pub(crate) struct Session {
    pub rules: Rules,
    pub store: Store,
    /// Where it is.
    pub database: PathBuf,
    /// Why nobody knows whose contacts these are: nothing is done with them then.
    pub unknown: Option<anyhow::Error>,
    pub crm: Box<dyn Crm>,
    pub chat: Option<Box<dyn Chat>>,
    /// The CRM's account, once it was asked for: see [`Session::learn_account`].
    account: Option<Result<Account>>,
    pub now: Timestamp,
    pub began: Instant,
    pub deadline: Instant,
    pub pace: Pace,
    pub uptime: Box<Uptime>,
    pub is_dry: bool,
}

/// How a session is opened.
pub(crate) struct Setup<'a> {
    pub path: &'a StorePath,
    /// That paths in the rules are relative to.
    pub folder: &'a Path,
    pub now: Timestamp,
    /// The real time, when `now` is set for a test.
    pub real: Option<Timestamp>,
    pub uptime: Box<Uptime>,
    /// How long the run may take.
    pub deadline: Duration,
    pub is_dry: bool,
    /// How long to wait for another run.
    pub wait: Duration,
}

/// What came of opening a session.
pub(crate) enum Opened {
    Session(Box<Session>),
    /// Another run holds the database.
    Busy,
}

/// What the rules must know of every CRM and chat there is.
pub(crate) fn connectors() -> Connectors {
    Connectors {
        crm: &crm::KINDS,
        chat: &chat::KINDS,
        default_property: crm::default_property,
        check_crm: crm::check_config,
        check_chat: chat::check_config,
    }
}

impl Session {
    /// Opens the database for itself alone, and connects.
    ///
    /// # Errors
    /// The database cannot be opened, or the environment lacks what a connector needs.
    pub(crate) fn open(rules: Rules, setup: Setup<'_>) -> Result<Opened> {
        let Setup { path, folder, now, real, uptime, deadline, is_dry, wait } = setup;
        let Some(store) = path.open_alone(is_dry, wait)? else { return Ok(Opened::Busy) };
        let memory = |key: &str| store.read().meta(key);
        let began = Instant::now();
        let deadline = began + deadline;
        let (crm_memory, chat_memory) = (memory(CRM_MEMORY)?, memory(CHAT_MEMORY)?);
        let test_clock = real.map(|real| TestClock { now, real });
        let options = ConnectOptions { test_clock, ..ConnectOptions::new(folder, deadline) };
        let of_crm = ConnectOptions { memory: crm_memory.as_deref(), ..options };
        let of_chat = ConnectOptions { memory: chat_memory.as_deref(), ..options };
        let crm = crm::connect(&rules.crm, &of_crm)?;
        let chat = rules.chat.as_ref().map(|chat| chat::connect(chat, &of_chat)).transpose()?;
        Ok(Opened::Session(Box::new(Self {
            rules,
            store,
            database: path.as_path().to_path_buf(),
            unknown: None,
            crm,
            chat,
            account: None,
            now,
            began,
            deadline,
            pace: Pace::SideBySide,
            uptime,
            is_dry,
        })))
    }

    /// A session over parts that the caller opened, and locked if need be.
    pub(crate) fn given(
        rules: Rules,
        store: Store,
        crm: Box<dyn Crm>,
        chat: Option<Box<dyn Chat>>,
        now: Timestamp,
        deadline: Instant,
        uptime: Box<Uptime>,
    ) -> Self {
        let began = Instant::now();
        let pace = Pace::InTurn;
        let (account, unknown, is_dry, database) = (None, None, false, PathBuf::new());
        Self {
            rules,
            store,
            database,
            unknown,
            crm,
            chat,
            account,
            now,
            began,
            deadline,
            pace,
            uptime,
            is_dry,
        }
    }

    /// Asks the CRM which account this is, once in a run, before any transaction that may need it. Whoever needs it and has
    /// none says why; messages go out without a link then.
    pub(super) fn learn_account(&mut self) {
        if self.account.is_none() {
            self.account = Some(self.crm.account());
        }
    }

    /// Keeps what the connectors want to remember, when it has changed.
    pub(crate) fn remember(&self) -> Result<()> {
        let memories = [
            (CRM_MEMORY, self.crm.memory()),
            (CHAT_MEMORY, self.chat.as_ref().and_then(|chat| chat.memory())),
        ];
        for (key, memory) in memories {
            let Some(memory) = memory else { continue };
            if self.store.read().meta(key)?.as_ref() != Some(&memory) {
                self.store.write(|db| db.remember(key, &memory))?;
            }
        }
        Ok(())
    }

    /// What is the same for every handoff.
    pub(crate) fn context(&self) -> Context<'_> {
        let shows_state = |chat: &dyn Chat| chat.capabilities().shows_state;
        Context {
            rules: &self.rules,
            store: &self.store,
            now: self.now,
            account: self.account.as_ref().map(Result::as_ref),
            layouts: Layouts::new(self.rules.fields.all()),
            chat: self.chat.as_deref().map(|chat| ChatShows { state: shows_state(chat) }),
        }
    }
}
