//! Finds what is wrong with definitions, all at once.

mod hours;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use serde_json::Value;

use super::run::DEADLINE;
use super::session::{connectors, folder};
use super::{Outcome, Time, test};
use crate::chat::When;
use crate::cli::{CheckArgs, Deny, Format, Global};
use crate::crm::Needs;
use crate::model::Timestamp;
use crate::output::{Printer, findings};
use crate::rules::{self, CHAT_DISAGREES, CRM_DISAGREES, Findings, Rules, Severity, Source};
use crate::{chat, crm};

pub(super) fn command(
    global: &Global,
    args: &CheckArgs,
    time: Time,
    printer: &mut Printer,
) -> Result<Outcome> {
    let files: Vec<PathBuf> =
        if args.files.is_empty() { vec![global.rules.clone()] } else { args.files.clone() };
    let mut worst = Outcome::Done;
    let mut all = Vec::new();
    for path in &files {
        let source = match Source::read(path) {
            Ok(source) => source,
            Err(error) => {
                printer.error(&format!("{error:#}"));
                worst = Outcome::Refused;
                continue;
            }
        };
        let found = check(&source, args.online, time.now)?;
        match global.format {
            Some(Format::Json) => {
                if let Value::Array(rows) = findings::json(found.as_slice(), &source) {
                    all.extend(rows);
                }
            }
            Some(Format::Github) => print(&findings::github(found.as_slice(), &source), printer),
            Some(Format::Table) | None => {
                print(&findings::text(found.as_slice(), &source, printer.colours_data()), printer);
            }
        }
        let denied = |severity| severity == Severity::Error || args.deny == Some(Deny::Warnings);
        if worst == Outcome::Done && found.as_slice().iter().any(|finding| denied(finding.severity)) {
            worst = Outcome::Unfinished;
        }
    }
    if global.format == Some(Format::Json) {
        printer.data(&serde_json::to_string_pretty(&Value::from(all))?);
    }
    Ok(worst)
}

fn print(text: &str, printer: &mut Printer) {
    if !text.trim().is_empty() {
        printer.data(text.trim_end());
    }
}

/// Static findings, then the definition's examples, then what the CRM itself says.
fn check(source: &Source, online: bool, now: Timestamp) -> Result<Findings> {
    let (rules, mut found) = rules::load(source, &connectors(), now);
    if let Some(rules) = &rules {
        test::check_examples(rules, &mut found);
        hours::check(rules, &mut found);
        if online {
            ask_crm(rules, source, &mut found)?;
            ask_chat(rules, source, now, &mut found)?;
        }
    }
    found.sort();
    Ok(found)
}

fn ask_crm(rules: &Rules, source: &Source, found: &mut Findings) -> Result<()> {
    let folder = folder(&source.path);
    let mut crm = crm::connect(&rules.crm, &folder, None)?;
    let required: Vec<_> = rules.fields.required().collect();
    let written = rules.outcome.write.values().flatten();
    let written: Vec<_> = written.map(|(property, value)| (property.as_str(), value.as_str())).collect();
    let owners: Vec<_> = rules.reps.iter().map(|rep| rep.email.as_str()).collect();
    for problem in crm.check_online(&Needs { required: &required, written: &written, owners: &owners })? {
        found.error(CRM_DISAGREES, rules.crm.table.span.clone(), problem);
    }
    Ok(())
}

fn ask_chat(rules: &Rules, source: &Source, now: Timestamp, found: &mut Findings) -> Result<()> {
    let Some(connection) = &rules.chat else { return Ok(()) };
    let mut chat = chat::connect(connection, &folder(&source.path), None)?;
    let mut people: Vec<String> = rules.reps.iter().map(|rep| rep.email.clone()).collect();
    people.extend(rules.teams.iter().filter_map(|team| team.manager.clone()));
    people.sort_unstable();
    people.dedup();
    let checked = chat.check(&people, When { now, deadline: Instant::now() + DEADLINE })?;
    for problem in checked.problems {
        found.error(CHAT_DISAGREES, connection.table.span.clone(), problem);
    }
    for warning in checked.warnings {
        found.warning(CHAT_DISAGREES, connection.table.span.clone(), warning);
    }
    Ok(())
}
