//! Finds what is wrong with definitions, all at once.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use super::fields::survey;
use super::run::DEADLINE;
use super::{ExitStatus, Time, test};
use crate::assign::shifts;
use crate::cli::{CheckArgs, Deny, Format, Global};
use crate::connector::ConnectOptions;
use crate::connector::When;
use crate::crm::Needs;
use crate::history::History;
use crate::model::{Timestamp, one_line};
use crate::output::{Printable, Printer, findings, sarif};
use crate::pipeline::calendars::look_at;
use crate::pipeline::connectors;
use crate::qualify::compared;
use crate::rules::{
    self, CHAT_DISAGREES, CODES, CRM_DISAGREES, Connection, Finding, Findings, Rules, Severity, Source,
    did_you_mean,
};
use crate::{chat, connector, crm};

/// A code has four.
const CODE_CHARS_MAX: usize = 20;

/// A definition and what was found in it.
struct Checked {
    source: Source,
    found: Findings,
}

pub(super) fn command(
    global: &Global,
    args: &CheckArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<ExitStatus> {
    if let Some(code) = &args.explain {
        return explain(code, global.format, printer);
    }
    let paths = if args.files.is_empty() { std::slice::from_ref(&global.rules) } else { &args.files };
    let mut outcome = ExitStatus::Done;
    let mut checked = Vec::with_capacity(paths.len());
    for path in paths {
        match read(path) {
            Ok(source) => {
                let found = check(&source, args.online, time.now)?;
                checked.push(Checked { source, found });
            }
            Err(error) => {
                printer.error(&format!("{error:#}"));
                outcome = ExitStatus::Refused;
            }
        }
    }
    print(&checked, global.format, printer)?;
    let denied = if args.deny == Some(Deny::Warnings) { Severity::Warning } else { Severity::Error };
    let mut found = checked.iter().flat_map(|checked| checked.found.as_slice());
    if outcome == ExitStatus::Done && found.any(|finding| finding.severity >= denied) {
        outcome = ExitStatus::Unfinished;
    }
    Ok(outcome)
}

/// `-` is stdin; what it names lies relative to the working directory.
fn read(path: &Path) -> Result<Source> {
    if path == Path::new("-") {
        Source::from_reader("stdin", std::io::stdin().lock())
    } else {
        Source::read(path)
    }
}

fn print(checked: &[Checked], format: Option<Format>, printer: &mut Printer) -> Result<()> {
    let all = checked.iter().map(|Checked { source, found }| (found.as_slice(), source));
    let text = match format {
        Some(Format::Json) => {
            let rows: Vec<Value> = all.flat_map(|(found, source)| findings::json(found, source)).collect();
            Printable::json(&rows)?
        }
        Some(Format::Sarif) => {
            let results: Vec<Value> = all.flat_map(|(found, source)| sarif::results(found, source)).collect();
            Printable::json(&sarif::log(&results))?
        }
        Some(Format::Github) => {
            let annotations: String = all.map(|(found, source)| findings::github(found, source)).collect();
            Printable::laid_out(&annotations)
        }
        Some(Format::Table | Format::Prometheus | Format::Csv) | None => {
            let colour = printer.colours_data();
            let found: String = all.map(|(found, source)| findings::text(found, source, colour)).collect();
            if colour { Printable::coloured(&found) } else { Printable::laid_out(&found) }
        }
    };
    if !text.as_str().is_empty() {
        printer.data(&text);
    }
    Ok(())
}

/// The page of one code.
fn explain(code: &str, format: Option<Format>, printer: &mut Printer) -> Result<ExitStatus> {
    let Some(page) = rules::page(code) else {
        let known = did_you_mean(&code.to_uppercase(), CODES.iter().map(|(code, _)| *code));
        printer.error(&format!("there is no code '{}'; {known}", one_line(code, CODE_CHARS_MAX)));
        return Ok(ExitStatus::Refused);
    };
    if format == Some(Format::Json) {
        let page = json!({ "code": page.code, "meaning": page.meaning, "text": page.text });
        printer.data(&Printable::json(&page)?);
    } else {
        printer.data(&Printable::laid_out(&format!("{}: {}\n\n{}", page.code, page.meaning, page.text)));
    }
    Ok(ExitStatus::Done)
}

/// Static findings, then the definition's examples, then what the CRM itself says.
pub(super) fn check(source: &Source, online: bool, now: Timestamp) -> Result<Findings> {
    let (mut rules, mut found) = rules::load(source, &connectors(), now);
    let feeds = rules.as_ref().map(|rules| rules.feeds.as_slice()).unwrap_or_default();
    if online && !feeds.is_empty() {
        let source = Source { feeds: Some(look_at(feeds, now)), ..source.clone() };
        (rules, found) = rules::load(&source, &connectors(), now);
    }
    if let Some(rules) = &rules {
        test::check_examples(rules, &mut found);
        shifts::check(rules, &mut found);
        if online {
            ask_crm(rules, source, &mut found)?;
            look_at_data(rules, source, now, &mut found)?;
            ask_chat(rules, source, now, &mut found)?;
        }
    }
    found.sort();
    Ok(found)
}

fn ask_crm(rules: &Rules, source: &Source, found: &mut Findings) -> Result<()> {
    let folder = rules::folder(&source.path);
    let options = ConnectOptions::new(&folder, Instant::now() + DEADLINE);
    let mut crm = crm::connect(&rules.crm, &options)?;
    let required: Vec<_> = rules.fields.required().collect();
    let written = rules.outcome.write.values().flatten();
    let written: Vec<_> = written.map(|(property, value)| (property.as_str(), value.as_str())).collect();
    let owners: Vec<_> = rules.reps.iter().map(|rep| rep.email.as_str()).collect();
    let compared = compared(rules);
    let needs = Needs { required: &required, written: &written, compared: &compared, owners: &owners };
    let checked = crm.check_online(&needs)?;
    tell(checked, CRM_DISAGREES, &rules.crm, found);
    Ok(())
}

/// What of the data needs somebody, where nothing else is wrong: what is not there cannot be looked at.
fn look_at_data(rules: &Rules, source: &Source, now: Timestamp, found: &mut Findings) -> Result<()> {
    if found.has_errors() {
        return Ok(());
    }
    let seen = survey(&mut History::of_crm(rules)?, rules, &source.text, now)?;
    for what in &seen.attention {
        let span = what.span.clone().unwrap_or_else(|| rules.crm.table.span.clone());
        // What is right in one company and a slip in another is no reason to refuse a change of the definition.
        let is_slip = what.is_grave || what.span.is_some();
        let severity = if is_slip { Severity::Warning } else { Severity::Note };
        let finding = Finding::warning(CRM_DISAGREES, span, what.told());
        found.add(Finding { severity, help: what.help(), ..finding });
    }
    Ok(())
}

fn ask_chat(rules: &Rules, source: &Source, now: Timestamp, found: &mut Findings) -> Result<()> {
    let Some(connection) = &rules.chat else { return Ok(()) };
    let (folder, deadline) = (rules::folder(&source.path), Instant::now() + DEADLINE);
    let mut chat = chat::connect(connection, &ConnectOptions::new(&folder, deadline))?;
    let mut people: Vec<String> = rules.reps.iter().map(|rep| rep.email.clone()).collect();
    people.extend(rules.teams.iter().filter_map(|team| team.manager.clone()));
    people.sort_unstable();
    people.dedup();
    let checked = chat.check(&people, When { now, deadline })?;
    tell(checked, CHAT_DISAGREES, connection, found);
    Ok(())
}

/// All of it is about the table that says where the service is.
fn tell(checked: connector::Checked, code: &'static str, connection: &Connection, found: &mut Findings) {
    let span = &connection.table.span;
    checked.problems.into_iter().for_each(|problem| found.error(code, span.clone(), problem));
    checked.warnings.into_iter().for_each(|warning| found.warning(code, span.clone(), warning));
    checked.notes.into_iter().for_each(|note| found.note(code, span.clone(), note));
}
