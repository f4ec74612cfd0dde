//! Starts a definition: a rules.toml for contacts in a CSV file, complete enough to run.

mod contacts;
mod crm;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

use self::contacts::Begun;
use super::{ExitStatus, Time};
use crate::cli::{Global, InitArgs};
use crate::output::{Printable, Printer};

const RULES: &str = include_str!("init/rules.toml");
const CONTACTS_FILE: &str = "contacts.csv";
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
    let is_file_name = args.folder.extension().is_some_and(|end| end == "csv" || end == "jsonl");
    if is_file_name && !args.folder.exists() {
        printer.error(&format!("there is no file {}; name an export, or a folder", args.folder.display()));
        return Ok(ExitStatus::Refused);
    }
    // A file is named, or lies in the folder.
    let (folder, file) = match args.folder.file_name().filter(|_| args.folder.is_file()) {
        Some(name) => (args.folder.parent().unwrap_or(Path::new("")), name.to_string_lossy().into_owned()),
        None => (args.folder.as_path(), CONTACTS_FILE.to_owned()),
    };
    let rules = folder.join("rules.toml");
    if rules.exists() {
        printer.error(&format!("{} is there already; it was left as it is", rules.display()));
        return Ok(ExitStatus::Refused);
    }
    let is_there = folder.join(&file).exists();
    let begun = if is_there {
        contacts::begin(folder, &file, time)?
    } else {
        Begun { text: RULES.to_owned(), notes: Vec::new() }
    };
    if global.dry_run {
        printer.data(&Printable::laid_out(&begun.text));
    } else {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
        create(&rules, &begun.text)?;
        let mut wrote = format!("wrote {}", rules.display());
        if !is_there {
            create(&folder.join(&file), CONTACTS)?;
            wrote = format!("{wrote} and {}", folder.join(&file).display());
        }
        printer.data(&Printable::lines([
            wrote,
            format!("next: handoff run --dry-run --include-existing --rules {}", rules.display()),
        ]));
    }
    for note in &begun.notes {
        printer.warn(note);
    }
    Ok(ExitStatus::Done)
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &str) -> Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))
}
