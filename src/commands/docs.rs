//! Renders the definition as a page for people, or the reference of all that a definition can say.

use anyhow::Result;

use super::{ExitStatus, Time, load_rules};
use crate::cli::{DocsArgs, Global};
use crate::output::{Printable, Printer, docs};
use crate::{chat, crm};

pub(super) fn command(
    global: &Global,
    args: &DocsArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    if args.reference {
        let reference = docs::reference(&docs::Connectors {
            crm: crm::tables(),
            chat: chat::tables(),
            default_property: crm::default_property,
        });
        printer.data(&Printable::laid_out(&reference));
        return Ok(ExitStatus::Done);
    }
    let Some(rules) = load_rules(global, time.now, printer)? else {
        return Ok(ExitStatus::Refused);
    };
    let page = docs::page(&rules);
    let text = if args.html { docs::html(&page) } else { docs::markdown(&page) };
    printer.data(&Printable::laid_out(&text));
    Ok(ExitStatus::Done)
}
