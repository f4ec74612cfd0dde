//! Prints the JSON Schema of rules.toml, which editors use for completion, explanations and checking.

use anyhow::Result;

use super::ExitStatus;
use crate::output::{Printable, Printer};
use crate::rules::schema::schema;
use crate::{chat, crm};

pub(super) fn command(printer: &mut Printer) -> Result<ExitStatus> {
    let schema = schema(&crm::tables(), &chat::tables());
    printer.data(&Printable::json(&schema)?);
    Ok(ExitStatus::Done)
}
