//! Renders the definition as a page for people.

use anyhow::Result;

use super::{Outcome, Time, load_rules};
use crate::cli::{DocsArgs, Global};
use crate::output::{Printable, Printer, docs};

pub(super) fn command(
    global: &Global,
    args: &DocsArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<Outcome> {
    let Some(rules) = load_rules(global, time.now, printer)? else {
        return Ok(Outcome::Refused);
    };
    let page = docs::page(&rules);
    let text = if args.html { docs::html(&page) } else { docs::markdown(&page) };
    printer.data(&Printable::laid_out(&text));
    Ok(Outcome::Done)
}
