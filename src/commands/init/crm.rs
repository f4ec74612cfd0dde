//! `init --crm`: what handoff would like the CRM to have, made there once somebody says so.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::Result;

use crate::cli::{Global, InitArgs};
use crate::commands::run::DEADLINE;
use crate::commands::{ExitStatus, Opening, Patience, Time, busy, open_session};
use crate::output::{Printable, Printer};

pub(super) fn command(
    global: &Global,
    args: &InitArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let mut session = match open_session(global, time, Patience::Seconds, DEADLINE, printer)? {
        Opening::Open(session) => session,
        Opening::Refused => return Ok(ExitStatus::Refused),
        Opening::Busy => return Ok(busy(printer, "init", Patience::Seconds)),
    };
    let Some(lack) = session.crm.lacks()? else {
        printer.data(&Printable::line("the CRM has everything already"));
        return Ok(ExitStatus::Done);
    };
    if session.is_dry {
        printer.data(&Printable::line(format!("would create {lack}")));
        return Ok(ExitStatus::Done);
    }
    if !args.yes && !agreed(&lack, printer)? {
        printer.error(&format!("nothing was created; `handoff init --crm --yes` creates {lack}"));
        return Ok(ExitStatus::Refused);
    }
    session.crm.equip()?;
    session.remember()?;
    printer.data(&Printable::line(format!("created {lack}")));
    Ok(ExitStatus::Done)
}

/// Asks on a terminal; nobody there means no.
fn agreed(lack: &str, printer: &mut Printer) -> Result<bool> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Ok(false);
    }
    printer.talk(&Printable::line(format!("create {lack}? [y/N]")));
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
