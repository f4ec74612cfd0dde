//! Answers one request of a service for a web server, and wakes the next run. Nothing that a request says is believed
//! beyond "look there".

use std::fmt::Write as _;
use std::io;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::{ExitStatus, Time, load_rules, may_pretend, store_path};
use crate::cli::{Global, ReceiveArgs, Sender};
use crate::connector::signed_request::{Received, Refusal, Request};
use crate::model::ContactId;
use crate::output::{Printable, Printer};
use crate::rules::Rules;
use crate::{chat, crm};

/// Answers whatever happens: without an answer the web server makes up one of its own.
pub(super) fn command(
    global: &Global,
    args: &ReceiveArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    let unavailable = |printer: &mut Printer| {
        // The service comes again.
        respond("503 Service Unavailable", &json!({ "error": "see the log of handoff" }), printer);
    };
    match received(global, args, time, printer) {
        Ok(Some(received)) => Ok(answer(&received, printer)),
        Ok(None) => {
            unavailable(printer);
            Ok(ExitStatus::Refused)
        }
        Err(error) => {
            unavailable(printer);
            Err(error)
        }
    }
}

/// `None`: the definition cannot be used, and it has been said.
fn received(
    global: &Global,
    args: &ReceiveArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<Option<Received>> {
    let Some(rules) = load_rules(global, time.now, printer)? else { return Ok(None) };
    if !may_pretend(&rules, time, printer) {
        return Ok(None);
    }
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let received = match Request::read(variables, io::stdin().lock(), time.now) {
        Ok(request) => hear(&rules, args.from, &request)?,
        Err(refusal) => Received::Refused(refusal),
    };
    if let Received::Heard(contacts) = &received
        && !global.dry_run
    {
        keep(global, contacts)?;
    }
    Ok(Some(received))
}

fn hear(rules: &Rules, from: Sender, request: &Request) -> Result<Received> {
    match (from, &rules.chat) {
        (Sender::Crm, _) => crm::receive(&rules.crm, request),
        (Sender::Chat, Some(chat)) => chat::receive(chat, request),
        (Sender::Chat, None) => bail!("the definition has no [chat.…] that could send a request"),
    }
}

/// First what is to be read, then the wake-up call: the run that it starts has to find it.
fn keep(global: &Global, contacts: &[ContactId]) -> Result<()> {
    let path = store_path(global);
    if !contacts.is_empty() {
        path.open_to_change()?.write(|db| db.hint(contacts))?;
    }
    path.wake()
}

fn answer(received: &Received, printer: &mut Printer) -> ExitStatus {
    match received {
        Received::Refused(refusal) => {
            refuse(*refusal, printer);
            return ExitStatus::Unfinished;
        }
        Received::Answered(body) => respond("200 OK", body, printer),
        Received::Ignored => respond("200 OK", &json!({}), printer),
        Received::Heard(contacts) => {
            let mut note = "a service said that something changed".to_owned();
            if !contacts.is_empty() {
                write!(note, ": {} contacts", contacts.len()).ok();
            }
            printer.note(&note);
            respond("200 OK", &json!({}), printer);
        }
    }
    ExitStatus::Done
}

/// Whoever sends it learns no more than the status.
fn refuse(refusal: Refusal, printer: &mut Printer) {
    printer.error(refusal.why());
    respond(refusal.status(), &json!({}), printer);
}

/// Writes an answer as CGI wants it.
///
/// <https://www.rfc-editor.org/rfc/rfc3875#section-6>
fn respond(status: &str, body: &Value, printer: &mut Printer) {
    let status = format!("Status: {status}");
    let body = body.to_string();
    printer.data(&Printable::lines([status.as_str(), "Content-Type: application/json", "", body.as_str()]));
}
