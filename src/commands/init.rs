//! Starts a definition: a rules.toml for contacts in a CSV file, complete enough to run.

mod crm;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{ExitStatus, Time};
use crate::cli::{Global, InitArgs};
use crate::output::{Printable, Printer};

const RULES: &str = include_str!("init/rules.toml");
const CONTACTS: &str = include_str!("init/contacts.csv");

pub(super) fn command(
    global: &Global,
    args: &InitArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    if args.crm {
        return crm::command(global, args, time, printer);
    }
    std::fs::create_dir_all(&args.folder)
        .with_context(|| format!("cannot create the folder {}", args.folder.display()))?;
    let rules = args.folder.join("rules.toml");
    if !create(&rules, RULES)? {
        printer.error(&format!("{} is there already; it was left as it is", rules.display()));
        return Ok(ExitStatus::Refused);
    }
    let contacts = args.folder.join("contacts.csv");
    create(&contacts, CONTACTS)?;
    printer.data(&Printable::lines([
        format!("wrote {} and {}", rules.display(), contacts.display()),
        format!("next: handoff run --dry-run --include-existing --rules {}", rules.display()),
    ]));
    Ok(ExitStatus::Done)
}

/// Writes a file that is not there yet; false when it is.
fn create(path: &Path, text: &str) -> Result<bool> {
    let cannot = || format!("cannot write {}", path.display());
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).with_context(cannot).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(cannot),
    }
}
