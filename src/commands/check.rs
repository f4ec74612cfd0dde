//! Finds what is wrong with definitions, all at once.

mod hours;

use std::path::PathBuf;

use anyhow::Result;
use serde_json::Value;

use super::session::{connectors, folder};
use super::{Outcome, Time, test};
use crate::cli::{CheckArgs, Deny, Format, Global};
use crate::model::Timestamp;
use crate::output::{Printer, findings};
use crate::rules::{self, CRM_DISAGREES, Findings, Rules, Severity, Source};
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
        }
    }
    found.sort();
    Ok(found)
}

fn ask_crm(rules: &Rules, source: &Source, found: &mut Findings) -> Result<()> {
    let folder = folder(&source.path);
    let mut crm = crm::connect(&rules.crm, &folder, None)?;
    if let Some(connection) = &rules.chat {
        chat::connect(connection, &folder, None)?;
    }
    let required: Vec<_> = rules.fields.required().collect();
    for problem in crm.check(&required)? {
        found.error(CRM_DISAGREES, rules.crm.table.span.clone(), problem);
    }
    Ok(())
}
