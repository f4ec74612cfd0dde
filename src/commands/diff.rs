//! Says what changed in meaning between two definitions, and whom that moves.

use anyhow::Result;

use super::{ExitStatus, Time, load_path, store_path};
use crate::cli::{DiffArgs, Format, Global};
use crate::model::Timestamp;
use crate::output::diff::{self as output, Counted};
use crate::output::{Printable, Printer};
use crate::qualify::{Moves, evaluate};
use crate::rules::{Diff, diff};
use crate::store::{Layouts, Store};

/// Contacts read at once.
const BATCH: u32 = 5_000;

pub(super) fn command(
    global: &Global,
    args: &DiffArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let old = load_path(&args.old, time.now, printer)?;
    let new = load_path(&args.new, time.now, printer)?;
    let (Some(old), Some(new)) = (old, new) else {
        return Ok(ExitStatus::Refused);
    };
    let diff = diff(&old, &new);
    let counted = match &global.db {
        Some(_) => Some(count(&diff, &store_path(global).open_existing()?, time.now)?),
        None => None,
    };
    let text = match global.format {
        Some(Format::Json) => Printable::json(&output::json(&diff, counted.as_ref()))?,
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv) | None => {
            output::text(&diff, counted.as_ref())
        }
    };
    printer.data(&text);
    Ok(if args.exit_code && !diff.changes.is_empty() { ExitStatus::Unfinished } else { ExitStatus::Done })
}

/// Judges every stored contact by both definitions, and by the old one with each change alone.
fn count(diff: &Diff, store: &Store, now: Timestamp) -> Result<Counted> {
    let layouts = Layouts::new(&diff.fields);
    let mut counted = Counted { alone: vec![None; diff.changes.len()], ..Counted::default() };
    let mut last = 0;
    loop {
        let batch = store.read().contacts_after(last, BATCH, &layouts)?;
        for due in &batch {
            last = due.row.id;
            let contact = &due.row.contact;
            let before = (evaluate(&diff.old, contact, now).verdict, &diff.old);
            let after = evaluate(&diff.new, contact, now).verdict;
            counted.contacts += 1;
            counted.qualified_before += u64::from(before.0.is_qualified());
            counted.qualified_after += u64::from(after.is_qualified());
            counted.all.count(before, (after, &diff.new));
            for (change, moves) in diff.changes.iter().zip(&mut counted.alone) {
                if let Some(alone) = &change.alone {
                    let after = evaluate(alone, contact, now).verdict;
                    moves.get_or_insert_with(Moves::default).count(before, (after, alone));
                }
            }
        }
        if batch.len() < BATCH as usize {
            return Ok(counted);
        }
    }
}
