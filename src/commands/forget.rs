//! Erases a person, and says what is left for somebody to delete elsewhere.

use std::time::Duration;

use anyhow::Result;

use super::{ExitStatus, Patience, Time, busy, load_rules, store_path};
use crate::cli::{ForgetArgs, Format, Global};
use crate::handoff::forget::forget;
use crate::model::one_line;
use crate::output::forget::text;
use crate::output::{Printable, Printer};
use crate::store::{Db, Layouts};

/// Somebody waits for the answer: a run that holds the database is given this long.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn command(
    global: &Global,
    args: &ForgetArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let Some(rules) = load_rules(global, time.now, printer)? else {
        return Ok(ExitStatus::Refused);
    };
    let path = store_path(global);
    if !path.exists() {
        return Ok(unknown(&args.email, printer));
    }
    let Some(store) = path.open_alone(global.dry_run, PATIENCE)? else {
        return Ok(busy(printer, "forget", Patience::Seconds));
    };
    let layouts = Layouts::new(rules.fields.all());
    let contacts = find(store.read(), &args.email, &layouts)?;
    let mut forgotten = Vec::with_capacity(contacts.len());
    store.write(|db| {
        for contact in &contacts {
            forgotten.push(forget(db, &rules, *contact, &args.email, &layouts, time.now)?);
        }
        Ok(())
    })?;
    if !global.dry_run {
        store.rewrite_erased()?;
    }
    if forgotten.is_empty() {
        return Ok(unknown(&args.email, printer));
    }
    let shown = match global.format {
        Some(Format::Json) => Printable::json(&forgotten)?,
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv) | None => {
            text(&forgotten, global.dry_run)
        }
    };
    printer.data(&shown);
    Ok(ExitStatus::Done)
}

fn unknown(wanted: &str, printer: &mut Printer) -> ExitStatus {
    let shown = one_line(wanted, 80);
    printer.error(&format!(
        "no contact has the e-mail or id '{shown}': it was never read, or it is forgotten already; \
         what `handoff forget` erased can be asked for by the contact's id"
    ));
    ExitStatus::Unfinished
}

/// By e-mail, several records may share one; else by the CRM's id.
fn find(db: Db<'_>, wanted: &str, layouts: &Layouts<'_>) -> Result<Vec<i64>> {
    let found = db.contacts_by_email(wanted, layouts)?;
    Ok(if found.is_empty() { db.contact_by_crm_id(wanted.trim())?.into_iter().collect() } else { found })
}
