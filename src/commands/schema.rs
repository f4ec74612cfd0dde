//! Prints the JSON Schema of rules.toml, which editors use for completion, explanations and checking.

use anyhow::Result;

use super::Outcome;
use crate::output::{Printable, Printer};
use crate::rules::schema::schema;
use crate::{chat, crm};

pub(super) fn command(printer: &mut Printer) -> Result<Outcome> {
    let schema = schema(&crm::tables(), &chat::tables());
    printer.data(&Printable::json(&schema)?);
    Ok(Outcome::Done)
}
