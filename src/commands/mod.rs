//! One file a subcommand: from its arguments to a session or a query, and to what is printed.

mod backtest;
mod backup;
mod check;
mod diff;
mod docs;
mod evaluate;
mod explain;
mod fields;
mod forget;
mod init;
mod receive;
mod release;
mod retry;
mod run;
mod schema;
mod silence;
mod status;
mod test;
mod tune;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::DateTime;

use crate::cli::{Cli, Command, Format, Global};
use crate::connector::feed;
use crate::model::Timestamp;
use crate::output::{Printer, findings};
use crate::pipeline::belongs::refusal;
use crate::pipeline::{ESCALATE, FULL_RESYNC, Opened, ROUTE, SYNC, Session, Setup, connectors};
use crate::rules::{self, Feeds, Finding, Findings, Rules, Source};
use crate::store::StorePath;
use crate::uptime::{ClockReading, Uptime, uptime};
use crate::{chat, crm, stop};

/// How long a command that somebody waits for gives a run that holds the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// What cron and scripts may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    Done,
    /// Something failed, is held or was found; it is recorded, and the next run goes on.
    Unfinished,
    /// Rules or usage wrong; nothing was done.
    Refused,
}

impl From<ExitStatus> for ExitCode {
    fn from(outcome: ExitStatus) -> Self {
        match outcome {
            ExitStatus::Done => Self::SUCCESS,
            ExitStatus::Unfinished => Self::from(1),
            ExitStatus::Refused => Self::from(2),
        }
    }
}

/// The time as `main` read it, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    pub now: Timestamp,
    /// The real one, when `now` came from `HANDOFF_NOW`, which is refused unless every server is local.
    pub real: Option<Timestamp>,
}

impl Time {
    /// How long the machine has been up; where the time is pretended, so is that.
    fn uptime(self) -> Box<Uptime> {
        let pretended =
            move || ClockReading { clock: "pretended".to_owned(), at: self.now - DateTime::UNIX_EPOCH };
        if self.real.is_some() { Box::new(pretended) } else { Box::new(uptime) }
    }
}

/// Runs one command.
pub fn dispatch(cli: &Cli, time: Time, printer: &mut Printer) -> Result<ExitStatus> {
    let only_looks = matches!(
        cli.command,
        Command::Check(_)
            | Command::Test(_)
            | Command::Backtest(_)
            | Command::Tune(_)
            | Command::Explain(_)
            | Command::Fields(_)
            | Command::Diff(_)
            | Command::Docs(_)
            | Command::Status
    ) || matches!(&cli.command, Command::Silence(args) if args.only_looks());
    if cli.global.at.is_some() && !(cli.global.dry_run || only_looks) {
        printer.error("--at decides as of another time, so it needs --dry-run");
        return Ok(ExitStatus::Refused);
    }
    let for_check = matches!(cli.global.format, Some(Format::Github | Format::Sarif));
    if for_check && !matches!(cli.command, Command::Check(_)) {
        printer
            .error("--format github and --format sarif are for `handoff check`; others print table or json");
        return Ok(ExitStatus::Refused);
    }
    if cli.global.format == Some(Format::Prometheus) && !matches!(cli.command, Command::Status) {
        printer.error("--format prometheus is for `handoff status`; others print table or json");
        return Ok(ExitStatus::Refused);
    }
    if cli.global.format == Some(Format::Csv) && !matches!(cli.command, Command::Fields(_)) {
        printer.error("--format csv is for `handoff fields`; others print table or json");
        return Ok(ExitStatus::Refused);
    }
    let time = Time { now: cli.global.at.unwrap_or(time.now), ..time };
    match &cli.command {
        Command::Run(args) => run::command(&cli.global, args, time, printer),
        Command::Sync(args) => {
            run::pass("sync", if args.all { FULL_RESYNC } else { SYNC }, &cli.global, time, printer)
        }
        Command::Evaluate(args) => evaluate::command(&cli.global, args, time, printer),
        Command::Route => run::pass("route", ROUTE, &cli.global, time, printer),
        Command::Escalate => run::pass("escalate", ESCALATE, &cli.global, time, printer),
        Command::Check(args) => check::command(&cli.global, args, time, printer),
        Command::Test(args) => test::command(&cli.global, args, time, printer),
        Command::Backtest(args) => backtest::command(&cli.global, args, time, printer),
        Command::Tune(args) => tune::command(&cli.global, args, time, printer),
        Command::Fields(args) => fields::command(&cli.global, args, time, printer),
        Command::Explain(args) => explain::command(&cli.global, args, time, printer),
        Command::Diff(args) => diff::command(&cli.global, args, time, printer),
        Command::Status => status::command(&cli.global, time, printer),
        Command::Retry => retry::command(&cli.global, time, printer),
        Command::Release(args) => release::command(&cli.global, args, time, printer),
        Command::Silence(args) => silence::command(&cli.global, args, time, printer),
        Command::Receive(args) => receive::command(&cli.global, args, time, printer),
        Command::Backup(args) => backup::command(&cli.global, args, time, printer),
        Command::Forget(args) => forget::command(&cli.global, args, time, printer),
        Command::Docs(args) => docs::command(&cli.global, args, time, printer),
        Command::Schema => schema::command(printer),
        Command::Init(args) => init::command(&cli.global, args, time, printer),
    }
}

/// Why there is no session.
enum Opening {
    Open(Box<Session>),
    /// The rules are broken, and it has been said.
    Refused,
    /// Another run holds the database.
    Busy,
}

/// How long to wait for another run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    /// Cron: the other run does the work.
    None,
    Seconds,
}

fn store_path(global: &Global) -> StorePath {
    StorePath::new(global.db.clone().unwrap_or_else(|| rules::folder(&global.rules).join("handoff.db")))
}

/// Loads the rules, with the copies of calendars on the web that the last run kept; prints what is wrong with them. `None`:
/// they cannot be used.
fn load_rules(global: &Global, now: Timestamp, printer: &mut Printer) -> Result<Option<Rules>> {
    let mut loaded = Loaded::given(global, now)?;
    let database = store_path(global);
    if loaded.names_feeds() && database.exists() {
        loaded.read_again(database.open_existing()?.read().calendar_copies()?, now);
    }
    loaded.tell(printer);
    Ok(loaded.rules)
}

/// As [`load_rules`], of a definition that is not the one of `--rules`.
fn load_path(path: &Path, now: Timestamp, printer: &mut Printer) -> Result<Option<Rules>> {
    let loaded = Loaded::read(Source::read(path)?, now);
    loaded.tell(printer);
    Ok(loaded.rules)
}

/// A definition, before it is said what is wrong with it.
struct Loaded {
    source: Source,
    rules: Option<Rules>,
    found: Findings,
}

impl Loaded {
    fn read(source: Source, now: Timestamp) -> Self {
        let (rules, found) = rules::load(&source, &connectors(), now);
        Self { source, rules, found }
    }

    /// The definition of `--rules`.
    fn given(global: &Global, now: Timestamp) -> Result<Self> {
        let source = Source::read(&global.rules);
        let source =
            source.context("no definition; name one with --rules, or start one with `handoff init`")?;
        Ok(Self::read(source, now))
    }

    fn names_feeds(&self) -> bool {
        self.rules.as_ref().is_some_and(|rules| !rules.feeds.is_empty())
    }

    /// The same text, with calendars on the web as they are now.
    fn read_again(&mut self, feeds: Feeds, now: Timestamp) {
        self.source.feeds = Some(feeds);
        (self.rules, self.found) = rules::load(&self.source, &connectors(), now);
    }

    /// Prints what is wrong with it.
    fn tell(&self, printer: &mut Printer) {
        // A calendar that is lost stops nothing: a run tells it once, and `status` all the time.
        let is_shown = |finding: &&Finding| {
            printer.is_verbose() || (finding.severity == rules::Severity::Error && !finding.is_of_calendar)
        };
        let shown: Vec<_> = self.found.as_slice().iter().filter(is_shown).cloned().collect();
        if !shown.is_empty() {
            printer.talk(&findings::shown(&shown, &self.source, printer.colours_talk()));
        }
        if self.found.has_errors() {
            printer.error(&format!("{} is broken; nothing was done", self.source.path.display()));
        }
    }
}

/// Whether the time may be what it is; says why not.
fn may_pretend(rules: &Rules, time: Time, printer: &mut Printer) -> bool {
    let is_local = crm::is_local(&rules.crm)
        && rules.chat.as_ref().is_none_or(chat::is_local)
        && rules.feeds.iter().all(feed::is_local);
    let may = time.real.is_none() || is_local;
    if !may {
        printer.error("HANDOFF_NOW is for tests: it is refused unless every server is on this machine");
    }
    may
}

/// Opens everything a stage needs. A broken rules.toml never gets here.
fn open_session(
    global: &Global,
    time: Time,
    patience: Patience,
    deadline: Duration,
    printer: &mut Printer,
) -> Result<Opening> {
    let mut loaded = Loaded::given(global, time.now)?;
    let has_feeds = loaded.names_feeds();
    if !has_feeds {
        loaded.tell(printer);
    }
    let Some(rules) = loaded.rules.take().filter(|rules| may_pretend(rules, time, printer)) else {
        return Ok(Opening::Refused);
    };
    if !global.dry_run {
        stop::listen().context("cannot listen for signals")?;
    }
    let setup = Setup {
        path: &store_path(global),
        folder: &rules::folder(&global.rules),
        now: time.now,
        real: time.real,
        uptime: time.uptime(),
        deadline,
        is_dry: global.dry_run,
        wait: if patience == Patience::Seconds { PATIENCE } else { Duration::ZERO },
    };
    let mut session = match Session::open(rules, setup)? {
        Opened::Session(session) => session,
        Opened::Busy => return Ok(Opening::Busy),
    };
    match refusal(&mut session) {
        Ok(None) => {}
        Ok(Some(why)) => {
            printer.error(&why);
            return Ok(Opening::Refused);
        }
        // The run tells it, and is recorded.
        Err(error) => session.unknown = Some(error),
    }
    if has_feeds {
        loaded.read_again(session.refresh_calendars()?, time.now);
        loaded.tell(printer);
        if let Some(rules) = loaded.rules {
            session.rules = rules;
        }
    }
    Ok(Opening::Open(session))
}

/// What a command comes to that found another run at work. For cron that is well: the other does the work, and only who
/// asks hears of it. Who waited did not get what they asked for, and is told.
fn busy(printer: &mut Printer, command: &str, patience: Patience) -> ExitStatus {
    let text = format!("another run holds the database; this {command} was skipped");
    match patience {
        Patience::None => {
            printer.note(&text);
            ExitStatus::Done
        }
        Patience::Seconds => {
            printer.error(&text);
            ExitStatus::Unfinished
        }
    }
}
