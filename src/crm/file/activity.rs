//! What reps did, from the activity file.

use std::borrow::Cow;
use std::collections::HashMap;

use anyhow::{Context, Result, bail};

use super::config::Source;
use super::header::Found;
use super::kinds::{Says, known_kinds};
use super::row::Step;
use super::stamp::FileStamp;
use super::table::{Columns, Table};
use crate::connector::Unreadable;
use crate::crm::{Activities, Watched};
use crate::isolate::reading;
use crate::model::{Activity, ActivityKind, Value, fold, one_line};
use crate::mutant;

const AT: usize = 0;
const CONTACT: usize = 1;
const KIND: usize = 2;
const BY: usize = 3;
const NOTE: usize = 4;

/// The columns, by slot.
const COLUMNS: [&str; 5] = ["at", "contact", "kind", "by", "note"];

/// The columns that must be there; a rep's name and note may be missing.
const REQUIRED: [&str; 3] = ["at", "contact", "kind"];

/// What the file lacks, in words. A file that is not there yet lacks nothing.
pub(super) fn check(source: &Source) -> Result<Vec<String>> {
    if is_absent(source)? {
        return Ok(Vec::new());
    }
    let columns = Columns::of(source)?;
    let problem = |name: &str| match columns.find(name) {
        Found::No if columns.complete => {
            let place = source.header_place(columns.line);
            Some(format!(
                "{place}: no column '{name}'; rename the one that has it; columns: {}",
                columns.listed()
            ))
        }
        Found::Twice(..) => Some(format!(
            "{}: two columns are called '{name}'; rename one",
            source.header_place(columns.line)
        )),
        Found::No | Found::At(_) => None,
    };
    Ok(REQUIRED.into_iter().filter_map(problem).collect())
}

/// The acts on watched contacts since their handoffs. Rows about others are not looked at any further.
pub(super) fn read(source: &Source, says: &Says, open: &[Watched]) -> Result<Activities> {
    let mut activities = Activities::default();
    if open.is_empty() || is_absent(source)? {
        return Ok(activities);
    }
    if let Some(problem) = check(source)?.into_iter().next() {
        bail!(problem);
    }
    let watched = index(open);
    let mut table = Table::open(source)?;
    table.select(&COLUMNS.map(str::to_owned));
    loop {
        let row = match table.read().with_context(|| source.name.clone())? {
            Step::End => return Ok(activities),
            Step::Bad(reason) => Err(reason),
            Step::Row => reading(|| read_row(&table, source, says, &watched)),
        };
        match row {
            Ok(act) => activities.acts.extend(act),
            Err(reason) => activities.bad.push(Unreadable { place: source.place(table.line()), reason }),
        }
    }
}

/// The file as it lies there. `None`: it may still be written without its time telling.
pub(super) fn mark(source: &Source) -> Result<Option<String>> {
    if is_absent(source)? {
        return Ok(Some("absent".to_owned()));
    }
    let stamp = FileStamp::now(source)?;
    Ok(stamp.is_settled().then(|| serde_json::to_string(&stamp)).transpose()?)
}

/// No file, or an empty one: nobody has done anything yet.
fn is_absent(source: &Source) -> Result<bool> {
    match std::fs::metadata(&source.path) {
        Ok(metadata) => Ok(metadata.is_file() && metadata.len() == 0),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", source.name)),
    }
}

/// Watched contacts by what a row may call them: the id as it is, the e-mail without case.
fn index(open: &[Watched]) -> HashMap<Cow<'_, str>, Vec<&Watched>> {
    let mut index: HashMap<Cow<'_, str>, Vec<&Watched>> = HashMap::new();
    for watched in open {
        let id = Cow::Borrowed(watched.contact.as_str());
        index.entry(id).or_default().push(watched);
        if let Some(email) = &watched.email {
            index.entry(fold(email)).or_default().push(watched);
        }
    }
    index
}

/// The act in the present row; `None` when nobody watches for it, the reason when it cannot be used.
fn read_row(
    table: &Table,
    source: &Source,
    says: &Says,
    watched: &HashMap<Cow<'_, str>, Vec<&Watched>>,
) -> Result<Option<Activity>, String> {
    let contact = table.cell(CONTACT).ok_or("the row names no contact: neither an id nor an e-mail")?;
    let by_id = watched.get(contact).into_iter();
    // Ids are kept apart by the case of their letters.
    let by_email = contact.contains('@').then(|| watched.get(&fold(contact))).flatten();
    let matches = by_id.chain(by_email).flatten();
    let Some(since) = matches.map(|watched| watched.since).min() else {
        return Ok(None);
    };
    mutant::trip("reading an act", contact);
    let at = match says.times.read(table.cell(AT).unwrap_or_default()) {
        Value::Time(at) => at,
        Value::Unreadable(reason) => return Err(format!("`at` is {reason}")),
        Value::Missing | Value::Number(_) | Value::Bool(_) | Value::Text(_) => {
            return Err("`at` is missing".to_owned());
        }
    };
    if at < since {
        return Ok(None);
    }
    let kind = table.cell(KIND).ok_or("`kind` is missing")?;
    let mapped = says.kinds.get(&*fold(kind)).copied();
    let kind = mapped.or_else(|| ActivityKind::parse(kind)).ok_or_else(|| {
        let (kind, known) = (one_line(kind, 40), known_kinds());
        format!("unknown kind '{kind}'; say in [crm.file] `activity_kinds` which it is of {known}")
    })?;
    Ok(Some(Activity {
        at,
        contact: contact.to_owned(),
        by: table.cell(BY).unwrap_or_default().to_owned(),
        kind,
        note: table.cell(NOTE).map(str::to_owned),
        seen_in: source.place(table.line()),
    }))
}
