//! Copies the database, for a day on which it is lost.

use anyhow::Result;

use super::{ExitStatus, Time, store_path};
use crate::cli::{BackupArgs, Format, Global};
use crate::output::{Printable, Printer};

pub(super) fn command(
    global: &Global,
    args: &BackupArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    if global.dry_run {
        printer.error("a backup writes one file and nothing else: there is no --dry-run of it");
        return Ok(ExitStatus::Refused);
    }
    let bytes = store_path(global).back_up(&args.file, args.replace)?;
    match global.format {
        Some(Format::Json) => {
            let report = serde_json::json!({ "at": time.now, "file": args.file, "bytes": bytes });
            printer.data(&Printable::json(&report)?);
        }
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv) | None => {
            printer.note(&format!("{} holds the database, {bytes} bytes, checked", args.file.display()));
        }
    }
    Ok(ExitStatus::Done)
}
