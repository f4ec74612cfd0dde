//! One file a subcommand: it reads, calls the pure rooms, applies in one store transaction, delivers, and prints.

mod backtest;
mod backup;
mod check;
mod closing;
mod diff;
mod docs;
mod due;
mod duplicates;
mod escalate;
mod evaluate;
mod explain;
mod forget;
mod group;
mod history;
mod init;
mod plan;
mod receive;
mod recheck;
mod release;
mod retry;
mod rotation;
mod route;
mod run;
mod schema;
mod session;
mod silence;
mod silenced;
mod status;
mod sync;
mod test;
mod tune;

use std::process::ExitCode;

use anyhow::Result;
use chrono::DateTime;

pub use run::{World, run_in};

use crate::cli::{Cli, Command, Format};
use crate::model::Timestamp;
use crate::output::Printer;
use crate::uptime::{Uptime, uptime};

/// What cron and scripts may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Something failed, is held or was found; it is recorded, and the next run goes on.
    Unfinished,
    /// Rules or usage wrong; nothing was done.
    Refused,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Unfinished => Self::from(1),
            Outcome::Refused => Self::from(2),
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
        if self.real.is_some() { Box::new(move || self.now - DateTime::UNIX_EPOCH) } else { Box::new(uptime) }
    }
}

/// Runs one command.
pub fn dispatch(cli: &Cli, time: Time, printer: &mut Printer) -> Result<Outcome> {
    let only_looks = matches!(
        cli.command,
        Command::Check(_)
            | Command::Test(_)
            | Command::Backtest(_)
            | Command::Tune(_)
            | Command::Explain(_)
            | Command::Diff(_)
            | Command::Docs(_)
            | Command::Status
    ) || matches!(&cli.command, Command::Silence(args) if args.only_looks());
    if cli.global.at.is_some() && !(cli.global.dry_run || only_looks) {
        printer.error("--at decides as of another time, so it needs --dry-run");
        return Ok(Outcome::Refused);
    }
    let for_check = matches!(cli.global.format, Some(Format::Github | Format::Sarif));
    if for_check && !matches!(cli.command, Command::Check(_)) {
        printer
            .error("--format github and --format sarif are for `handoff check`; others print table or json");
        return Ok(Outcome::Refused);
    }
    if cli.global.format == Some(Format::Prometheus) && !matches!(cli.command, Command::Status) {
        printer.error("--format prometheus is for `handoff status`; others print table or json");
        return Ok(Outcome::Refused);
    }
    let time = Time { now: cli.global.at.unwrap_or(time.now), ..time };
    match &cli.command {
        Command::Run(args) => run::command(&cli.global, args, time, printer),
        Command::Sync(args) => {
            let stage = if args.all { run::Stage::SyncAll } else { run::Stage::Sync };
            run::stages(&cli.global, &[stage], "sync", time, printer)
        }
        Command::Evaluate(args) => evaluate::command(&cli.global, args, time, printer),
        Command::Route => run::stages(&cli.global, &[run::Stage::Route], "route", time, printer),
        Command::Escalate => run::stages(&cli.global, &[run::Stage::Escalate], "escalate", time, printer),
        Command::Check(args) => check::command(&cli.global, args, time, printer),
        Command::Test(args) => test::command(&cli.global, args, time, printer),
        Command::Backtest(args) => backtest::command(&cli.global, args, time, printer),
        Command::Tune(args) => tune::command(&cli.global, args, time, printer),
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
