//! How things stand, and what to do about it.

use anyhow::Result;

use super::{ExitStatus, Time, load_rules, store_path};
use crate::cli::{Format, Global};
use crate::output::status::text;
use crate::output::{Printable, Printer, metrics};
use crate::pipeline::status::state;

pub(super) fn command(global: &Global, time: Time, printer: &mut Printer) -> Result<ExitStatus> {
    // The rules name the database's folder; that they are broken is worth knowing, and no reason to say nothing.
    let rules = load_rules(global, time.now, printer)?;
    let store = store_path(global).open_existing()?;
    let state = state(store.read(), rules.as_ref(), time.now)?;
    let shown = match global.format {
        Some(Format::Json) => Printable::json(&state)?,
        Some(Format::Prometheus) => metrics::text(&state, time.now),
        Some(Format::Table | Format::Github | Format::Sarif | Format::Csv) | None => text(&state, time.now),
    };
    printer.data(&shown);
    Ok(if state.healthy { ExitStatus::Done } else { ExitStatus::Unfinished })
}
