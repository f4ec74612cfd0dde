//! Says what the data behind the definition is like.

use std::mem::take;
use std::sync::mpsc::sync_channel;
use std::thread;

use anyhow::Result;

use super::{ExitStatus, Time, load_rules, may_pretend, store_path};
use crate::cli::{FieldsArgs, Format, Global};
use crate::history::History;
use crate::model::Timestamp;
use crate::output::{Printable, Printer, fields as output};
use crate::rules::{Rules, Source};
use crate::survey::{Batch, Report, Survey};

/// Batches that wait for the other thread: it is not to fall behind without end.
const BATCHES_MAX: usize = 16;

pub(super) fn command(
    global: &Global,
    args: &FieldsArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let asks_elsewhere = args.online || args.file.is_some();
    if global.db.is_some() && asks_elsewhere {
        printer.error("--db names the stored contacts; leave it out, or leave out the file or --online");
        return Ok(ExitStatus::Refused);
    }
    let Some(rules) =
        load_rules(global, time.now, printer)?.filter(|rules| may_pretend(rules, time, printer))
    else {
        return Ok(ExitStatus::Refused);
    };
    let database = store_path(global);
    let is_first_look = !database.exists() && global.db.is_none() && rules.crm.kind == "file";
    let mut history = if args.online || (is_first_look && args.file.is_none()) {
        History::of_crm(&rules)?
    } else {
        History::open(&database, args.file.as_deref(), &rules)?
    };
    let report = survey(&mut history, &rules, &Source::read(&rules.path)?.text, time.now)?;
    match global.format {
        Some(Format::Json) => printer.data(&Printable::json(&report)?),
        Some(Format::Csv) => printer.data(&Printable::laid_out(&output::csv(&report)?)),
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus) | None => {
            printer.data(&output::text(&report));
        }
    }
    Ok(if report.is_grave() { ExitStatus::Unfinished } else { ExitStatus::Done })
}

/// Looks at all of it. Two threads do: reading the values and counting them take longer than all else.
pub(super) fn survey(
    history: &mut History,
    rules: &Rules,
    definition: &str,
    now: Timestamp,
) -> Result<Report> {
    let mut lacking = Vec::new();
    for field in rules.fields.required() {
        lacking.extend(history.lacks(field)?);
    }
    let (mut survey, mut others) = Survey::new(rules, now).split();
    let read = thread::scope(|scope| {
        let (sender, batches) = sync_channel::<Batch>(BATCHES_MAX);
        scope.spawn(|| batches.into_iter().for_each(|batch| batch.show(&mut others)));
        let mut batch = Batch::default();
        let read = history.read_written(&mut |id, values| {
            survey.see(id.clone(), values);
            batch.add(id, values);
            if batch.is_full() {
                // It fails where the other thread panicked, and the scope then panics too.
                sender.send(take(&mut batch)).ok();
            }
        });
        sender.send(batch).ok();
        read
    })?;
    let mut report = survey.join(others).finish(definition);
    report.source.clone_from(&history.name);
    report.set_aside = read.set_aside;
    report.lacks(lacking);
    Ok(report)
}
