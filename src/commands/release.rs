//! Lets held handoffs go: they are routed and delivered at once.

use anyhow::{Result, bail};

use super::run::{DEADLINE, go_through};
use super::{ExitStatus, Opening, Patience, Time, busy, explain, open_session};
use crate::cli::{Global, ReleaseArgs};
use crate::handoff::report::RunReport;
use crate::model::{Status, one_line};
use crate::output::Printer;
use crate::pipeline::{ROUTE, Scope};
use crate::store::{Db, HandoffRow, Layouts};

pub(super) fn command(
    global: &Global,
    args: &ReleaseArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let mut session = match open_session(global, time, Patience::Seconds, DEADLINE, printer)? {
        Opening::Open(session) => session,
        Opening::Refused => return Ok(ExitStatus::Refused),
        Opening::Busy => return Ok(busy(printer, "release", Patience::Seconds)),
    };
    let layouts = Layouts::new(session.rules.fields.all());
    let now = session.now;
    let released = session.store.write(|db| {
        let held = if args.all { db.handoffs_with(Status::Held)? } else { chosen(db, args, &layouts)? };
        for handoff in &held {
            db.release(handoff.id, "handoff release", now)?;
        }
        Ok(held.len())
    })?;
    let mut report = RunReport::new("release", now, session.is_dry);
    report.notes.push(format!("{released} handoffs released"));
    go_through(&mut session, &[ROUTE], Scope::default(), report, global, printer)
}

fn chosen(db: Db<'_>, args: &ReleaseArgs, layouts: &Layouts<'_>) -> Result<Vec<HandoffRow>> {
    let mut chosen = Vec::new();
    for wanted in &args.contacts {
        let mut found = Vec::new();
        for contact in explain::find(db, wanted, layouts)? {
            found.extend(db.open_handoff_of(contact)?.filter(|handoff| handoff.status == Status::Held));
        }
        if found.is_empty() {
            bail!(
                "contact '{}' has no held handoff; `handoff status` lists what is held",
                one_line(wanted, 80)
            );
        }
        chosen.extend(found);
    }
    Ok(chosen)
}
