//! Why a contact is or is not handed off, and what became of it.

use anyhow::{Result, bail};

use super::{ExitStatus, Time, load_rules, store_path};
use crate::cli::{ExplainArgs, Format, Global};
use crate::handoff::explain::explain;
use crate::model::one_line;
use crate::output::explain::text;
use crate::output::{Printable, Printer};
use crate::store::{Db, Layouts};

pub(super) fn command(
    global: &Global,
    args: &ExplainArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let Some(rules) = load_rules(global, time.now, printer)? else {
        return Ok(ExitStatus::Refused);
    };
    let store = store_path(global).open_existing()?;
    let layouts = Layouts::new(rules.fields.all());
    let ids = find(store.read(), &args.contact, &layouts)?;
    let mut explanations = Vec::with_capacity(ids.len());
    for id in ids {
        explanations.push(explain(&rules, &store, id, &layouts, time.now)?);
    }
    let text = match global.format {
        Some(Format::Json) => Printable::json(&explanations)?,
        Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv) | None => {
            text(&explanations)
        }
    };
    printer.data(&text);
    Ok(ExitStatus::Done)
}

/// Contacts by id, else by e-mail: several records may share one.
pub(super) fn find(db: Db<'_>, wanted: &str, layouts: &Layouts<'_>) -> Result<Vec<i64>> {
    if let Some(id) = db.contact_by_crm_id(wanted.trim())? {
        return Ok(vec![id]);
    }
    let found = db.contacts_by_email(wanted, layouts)?;
    if found.is_empty() {
        let shown = one_line(wanted, 80);
        bail!(
            "no contact has the id or e-mail '{shown}'; contacts are known once `handoff sync` has read them"
        );
    }
    Ok(found)
}
