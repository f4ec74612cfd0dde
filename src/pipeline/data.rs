//! What of the data needs somebody: told by a run when a definition is new and when something becomes unreadable, and by
//! `status` all the time.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::session::Session;
use super::sync::SYNCED;
use crate::handoff::report::RunReport;
use crate::model::{Contact, FieldId, Timestamp, Value};
use crate::rules::{Rules, Source};
use crate::store::{Db, Layouts};
use crate::survey::{Report, Survey};

/// Contacts that are looked at outside of `handoff fields`: a glance that costs a run nothing.
const GLANCE: u32 = 10_000;

/// Lines about the data that are told at once.
const TOLD_MAX: usize = 5;

/// Where the store keeps what was told.
const TOLD: &str = "told.data";

/// The fields of which a run told that they cannot be read, under the definition of this hash.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Told {
    rules: String,
    fields: Vec<String>,
}

/// Values that could not be read in contacts that were judged, by field: how many, and why the first.
pub(super) type Unreadable = BTreeMap<FieldId, (usize, String)>;

/// Notes the values of the fields that decide which cannot be read.
pub(super) fn note(found: &mut Unreadable, contact: &Contact, rules: &Rules) {
    for (at, _) in (0..).zip(rules.fields.used()) {
        if let Value::Unreadable(why) = contact.value(FieldId(at)) {
            found.entry(FieldId(at)).or_insert_with(|| (0, why.to_string())).0 += 1;
        }
    }
}

/// A glance at the contacts that were stored last.
pub(super) fn glance(db: Db<'_>, rules: &Rules, now: Timestamp) -> Result<Report> {
    let mut survey = Survey::new(rules, now);
    let layouts = Layouts::new(rules.fields.all());
    db.each_written(&layouts, GLANCE, &mut |id, values| survey.see(id, values))?;
    let definition = Source::read(&rules.path).map(|source| source.text).unwrap_or_default();
    Ok(survey.finish(&definition))
}

/// The first of the lines, and the way to more.
pub(super) fn with_way(mut lines: Vec<String>, report: &Report) -> Vec<String> {
    let more = lines.len().saturating_sub(TOLD_MAX);
    lines.truncate(TOLD_MAX);
    let more = if more > 0 { format!("{more} more, and ") } else { String::new() };
    let glanced = if report.contacts < u64::from(GLANCE) {
        String::new()
    } else {
        format!("; this is of the {GLANCE} contacts that were stored last")
    };
    if !lines.is_empty() {
        lines.push(format!("{more}what the data is like: `handoff fields`{glanced}"));
    }
    lines
}

/// Tells what needs somebody, once for a definition, and each field that becomes unreadable under it.
pub(super) fn tell(session: &Session, found: &Unreadable, report: &mut RunReport) -> Result<()> {
    let Session { rules, store, now, .. } = session;
    let db = store.read();
    let known = db.meta(TOLD)?.and_then(|told| serde_json::from_str::<Told>(&told).ok());
    let name = |id: &FieldId| rules.fields.get(*id).map(|field| field.name.clone()).unwrap_or_default();
    let mut told = Told { rules: rules.hash.clone(), fields: found.keys().map(name).collect() };
    match known.filter(|known| known.rules == rules.hash) {
        Some(known) => {
            let new = found.iter().filter(|(id, _)| !known.fields.contains(&name(id)));
            let new = new.map(|(id, (count, why))| {
                format!(
                    "`{}` cannot be read in {count} contacts judged now: {why}; see `handoff fields`",
                    name(id)
                )
            });
            report.warnings.extend(new);
            told.fields.extend(known.fields.iter().cloned());
            told.fields.sort();
            told.fields.dedup();
            if told == known {
                return Ok(());
            }
        }
        None if db.meta(SYNCED)?.is_none() => return Ok(()),
        None => {
            let seen = glance(db, rules, *now)?;
            let unreadable = seen.fields.iter().filter(|field| field.unreadable > 0);
            told.fields.extend(unreadable.map(|field| field.field.clone()));
            let lines = seen.attention.iter().map(|what| what.line(true)).collect();
            report.warnings.extend(with_way(lines, &seen));
        }
    }
    let told = serde_json::to_string(&told)?;
    store.write(|db| db.remember(TOLD, &told))
}
