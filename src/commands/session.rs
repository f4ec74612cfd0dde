//! What a command works with: the rules, the database, the CRM and the chat.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::{Outcome, Time};
use crate::chat::{self, Chat};
use crate::cli::Global;
use crate::crm::{self, Crm};
use crate::deliver::{Delivered, Pace, Sinks, deliver};
use crate::model::Timestamp;
use crate::output::{Printer, findings};
use crate::rules::{self, Connectors, Rules, Source};
use crate::stop;
use crate::store::{Lock, Store, StorePath, lock};
use crate::uptime::Uptime;

/// How long a command that somebody waits for gives a run that holds the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// What it takes to read what reps did.
const TO_LOOK: Duration = Duration::from_millis(2_500);

/// Where the store keeps what connectors remember.
const CRM_MEMORY: &str = "memory.crm";
const CHAT_MEMORY: &str = "memory.chat";

/// Everything a stage works with.
pub(super) struct Session {
    pub rules: Rules,
    pub store: Store,
    pub crm: Box<dyn Crm>,
    pub chat: Option<Box<dyn Chat>>,
    pub now: Timestamp,
    pub began: Instant,
    pub deadline: Instant,
    pub pace: Pace,
    pub uptime: Box<Uptime>,
    pub is_dry: bool,
    /// Released last: when the database is closed.
    _lock: Option<Lock>,
}

/// Why there is no session.
pub(super) enum Opening {
    Open(Box<Session>),
    /// The rules are broken, and it has been said.
    Refused,
    /// Another run holds the database.
    Busy,
}

/// How long to wait for another run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Cron: the other run does the work.
    None,
    Seconds,
}

pub(super) fn connectors() -> Connectors {
    Connectors {
        crm: &crm::KINDS,
        chat: &chat::KINDS,
        default_property: crm::default_property,
        check_crm: crm::check_config,
        check_chat: chat::check_config,
    }
}

/// The folder that paths in the rules are relative to.
pub(super) fn folder(rules: &Path) -> PathBuf {
    match rules.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    }
}

pub(super) fn store_path(global: &Global) -> StorePath {
    StorePath::new(global.db.clone().unwrap_or_else(|| folder(&global.rules).join("handoff.db")))
}

/// Loads the rules; prints what is wrong with them. `None`: they cannot be used.
pub(super) fn load_rules(global: &Global, now: Timestamp, printer: &mut Printer) -> Result<Option<Rules>> {
    load_path(&global.rules, now, printer)
        .context("no definition; name one with --rules, or start one with `handoff init`")
}

/// As [`load_rules`], of a definition that is not the one of `--rules`.
pub(super) fn load_path(path: &Path, now: Timestamp, printer: &mut Printer) -> Result<Option<Rules>> {
    let source = Source::read(path)?;
    let (rules, found) = rules::load(&source, &connectors(), now);
    let shown = found
        .as_slice()
        .iter()
        .filter(|finding| finding.severity == rules::Severity::Error || printer.is_verbose());
    let shown: Vec<_> = shown.cloned().collect();
    if !shown.is_empty() {
        printer.talk(&findings::shown(&shown, &source, printer.colours_talk()));
    }
    if rules.is_none() {
        printer.error(&format!("{} is broken; nothing was done", source.path.display()));
    }
    Ok(rules)
}

/// Whether the time may be what it is; says why not.
pub(super) fn may_pretend(rules: &Rules, time: Time, printer: &mut Printer) -> bool {
    let is_local = crm::is_local(&rules.crm) && rules.chat.as_ref().is_none_or(chat::is_local);
    let may = time.real.is_none() || is_local;
    if !may {
        printer.error("HANDOFF_NOW is for tests: it is refused unless every server is on this machine");
    }
    may
}

impl Session {
    /// Opens everything a stage needs. A broken rules.toml never gets here.
    pub(super) fn open(
        global: &Global,
        time: Time,
        patience: Patience,
        deadline: Duration,
        printer: &mut Printer,
    ) -> Result<Opening> {
        let Some(rules) = load_rules(global, time.now, printer)? else {
            return Ok(Opening::Refused);
        };
        let folder = folder(&global.rules);
        if !may_pretend(&rules, time, printer) {
            return Ok(Opening::Refused);
        }
        let path = store_path(global);
        let is_dry = global.dry_run;
        if !is_dry {
            stop::listen().context("cannot listen for signals")?;
        }
        let lock = if is_dry && !path.exists() {
            None
        } else {
            let wait = if patience == Patience::Seconds { PATIENCE } else { Duration::ZERO };
            match lock(&path, wait)? {
                Some(lock) => Some(lock),
                None => return Ok(Opening::Busy),
            }
        };
        let store = if is_dry { path.open_dry() } else { path.open() }?;
        let memory = |key: &str| store.read().meta(key);
        let began = Instant::now();
        let deadline = began + deadline;
        let mut crm = crm::connect(&rules.crm, &folder, memory(CRM_MEMORY)?.as_deref())?;
        crm.until(deadline);
        if let Some(real) = time.real {
            crm.pretend(time.now, real);
        }
        let chat_memory = memory(CHAT_MEMORY)?;
        let chat = rules.chat.as_ref();
        let chat = chat.map(|chat| chat::connect(chat, &folder, chat_memory.as_deref())).transpose()?;
        Ok(Opening::Open(Box::new(Self {
            rules,
            store,
            crm,
            chat,
            now: time.now,
            began,
            deadline,
            pace: Pace::SideBySide,
            uptime: time.uptime(),
            is_dry,
            _lock: lock,
        })))
    }

    /// A session over parts that the caller opened, and locked if need be.
    pub(super) fn given(
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
        Self { rules, store, crm, chat, now, deadline, pace, uptime, is_dry: false, began, _lock: None }
    }

    /// Keeps what the connectors want to remember, when it has changed.
    pub(super) fn remember(&self) -> Result<()> {
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

    /// Delivers what is due; a dry run delivers nothing.
    pub(super) fn deliver(&mut self) -> Result<Delivered> {
        self.deliver_until(self.deadline)
    }

    /// As [`Session::deliver`], with time left to see what reps did: a burst of messages must not put off escalations.
    pub(super) fn deliver_leaving_time(&mut self) -> Result<Delivered> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let to_leave = (left / 10).min(TO_LOOK);
        self.deliver_until(self.deadline.checked_sub(to_leave).unwrap_or(self.deadline))
    }

    fn deliver_until(&mut self, deadline: Instant) -> Result<Delivered> {
        if self.is_dry {
            return Ok(Delivered::default());
        }
        let mut sinks = Sinks { crm: self.crm.as_mut(), chat: None, pace: self.pace, uptime: &*self.uptime };
        if let Some(chat) = self.chat.as_deref_mut() {
            sinks.chat = Some(chat);
        }
        deliver(&mut self.store, sinks, self.now, deadline).context("cannot deliver")
    }
}

/// What a command comes to that found another run at work. For cron that is well: the other does the work, and only who
/// asks hears of it. Who waited did not get what he asked for, and is told.
pub(super) fn busy(printer: &mut Printer, command: &str, patience: Patience) -> Outcome {
    let text = format!("another run holds the database; this {command} was skipped");
    match patience {
        Patience::None => {
            printer.note(&text);
            Outcome::Done
        }
        Patience::Seconds => {
            printer.error(&text);
            Outcome::Unfinished
        }
    }
}
