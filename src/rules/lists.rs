//! `[lists]`: written in place, built in, or read from a file.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::codes::{BAD_ROW, BAD_VALUE, EMPTY_LIST, MISSING, UNKNOWN_LIST, UNUSED};
use super::condition::Keys;
use super::definition::List;
use super::files::Files;
use super::finding::{Finding, Findings};
use super::item::{Entry, Item, Node, Table};
use super::keys::LIST_FILE;
use super::list_file::{self, Columns, Row};
use super::reader::Reader;
use super::suggest::did_you_mean;
use super::values::wrong_type;
use crate::model::{Form, Reading, fold, one_domain};

/// Mail services where anybody can open a mailbox; one domain a line.
const FREE_MAIL: &str = include_str!("free_mail.txt");
static FREE_MAIL_DOMAINS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| FREE_MAIL.lines().map(str::trim).collect());

/// Whether anybody can open a mailbox at this domain, given in lower case.
pub fn is_free_mail(domain: &str) -> bool {
    FREE_MAIL_DOMAINS.contains(domain)
}

const BUILTIN: &str = "builtin:";
const FREE_MAIL_NAME: &str = "builtin:free-mail";

/// Rows reported for one file; the rest would say the same.
const ROW_FINDINGS_MAX: usize = 10;

/// The lists of a definition while it loads.
#[derive(Default)]
pub(super) struct Lists {
    by_name: HashMap<String, LoadedList>,
}

struct LoadedList {
    /// `None` when the list is there and could not be read: its users are not to blame.
    list: Option<Arc<List>>,
    key_span: Range<usize>,
    /// Where a file's values come from, for findings about them.
    values: Vec<SourcedValue>,
    file_span: Range<usize>,
    used: bool,
    /// The entries as fields compare them whose values are more than texts.
    keyed: HashMap<Form, Arc<Keys>>,
}

/// A value and where it stands, such as `accounts.csv:3`.
pub(super) struct SourcedValue {
    pub(super) value: String,
    pub(super) place: String,
}

impl Lists {
    /// Reads `[lists]`.
    pub(super) fn read(table: &Table, files: &mut Files, findings: &mut Findings) -> Self {
        let mut lists = Self::default();
        for entry in &table.entries {
            let mut known = LoadedList {
                list: None,
                key_span: entry.key_span.clone(),
                values: Vec::new(),
                file_span: entry.item.span.clone(),
                used: false,
                keyed: HashMap::new(),
            };
            if let Some(rows) = read_list(entry, files, &mut known, findings) {
                if rows.is_empty() {
                    let message = format!("list '{}' is empty: nothing is ever in it", entry.key);
                    findings.warning(EMPTY_LIST, entry.item.span.clone(), message);
                }
                known.list = Some(Arc::new(compile(entry.key.clone(), rows, &mut known.values)));
            }
            lists.by_name.insert(entry.key.clone(), known);
        }
        lists
    }

    /// The lists of a definition that has been loaded.
    pub(super) fn of(lists: &[Arc<List>]) -> Self {
        let known = |list: &Arc<List>| LoadedList {
            list: Some(Arc::clone(list)),
            key_span: 0..0,
            values: Vec::new(),
            file_span: 0..0,
            used: true,
            keyed: list.keyed.clone(),
        };
        Self { by_name: lists.iter().map(|list| (list.name.clone(), known(list))).collect() }
    }

    /// The list that is named at `span`; notes a finding when there is none.
    pub(super) fn require(
        &mut self,
        name: &str,
        span: &Range<usize>,
        findings: &mut Findings,
    ) -> Option<Arc<List>> {
        if let Some(known) = self.by_name.get_mut(name) {
            known.used = true;
            return known.list.clone();
        }
        let finding = Finding::error(UNKNOWN_LIST, span.clone(), format!("unknown list '{name}'"));
        let help = if name.starts_with(BUILTIN) {
            format!("name it in [lists] first: free_mail = \"{name}\"")
        } else {
            did_you_mean(name, self.by_name.keys().map(String::as_str))
        };
        findings.add(finding.help(help));
        None
    }

    /// The entries of a list as the values of a field are compared, or one that no value can be.
    pub(super) fn keys_for(&mut self, list: &List, reading: Option<&Reading>) -> Result<Arc<Keys>, String> {
        let plain = || Arc::clone(&list.keys);
        let Some(reading) = reading.filter(|reading| reading.form != Form::Plain) else { return Ok(plain()) };
        let Some(known) = self.by_name.get_mut(&list.name) else { return Ok(plain()) };
        if let Some(keyed) = known.keyed.get(&reading.form) {
            return Ok(Arc::clone(keyed));
        }
        let mut keys = Keys::with_capacity(list.keys.len());
        for key in &*list.keys {
            let spelled = || list.spelled.get(key).unwrap_or(key).to_string();
            keys.insert(reading.key(key).ok_or_else(spelled)?.into());
        }
        let keyed = if keys == *list.keys { plain() } else { Arc::new(keys) };
        known.keyed.insert(reading.form, Arc::clone(&keyed));
        Ok(keyed)
    }

    /// The values of a list, and the place in the definition that names its file.
    pub(super) fn values(&self, name: &str) -> Option<(&[SourcedValue], Range<usize>)> {
        let known = self.by_name.get(name)?;
        Some((&known.values, known.file_span.clone()))
    }

    /// Notes every list that nothing uses.
    pub(super) fn warn_unused(&self, findings: &mut Findings) {
        for (name, known) in self.by_name.iter().filter(|(_, known)| !known.used) {
            findings.warning(UNUSED, known.key_span.clone(), format!("list '{name}' is not used"));
        }
    }

    /// Every list that could be read, by name.
    pub(super) fn finish(self) -> Vec<Arc<List>> {
        let mut lists: Vec<Arc<List>> = self
            .by_name
            .into_values()
            .filter_map(|known| {
                let mut list = known.list?;
                if !known.keyed.is_empty() {
                    Arc::make_mut(&mut list).keyed = known.keyed;
                }
                Some(list)
            })
            .collect();
        lists.sort_by(|a, b| a.name.cmp(&b.name));
        lists
    }
}

fn compile(name: String, rows: Vec<Row>, values: &mut Vec<SourcedValue>) -> List {
    let mut keys: Keys = HashSet::with_capacity(rows.len());
    let mut by_key = HashMap::new();
    let mut spelled = HashMap::new();
    for row in rows {
        let key: Box<str> = fold(&row.key).into();
        if let Some(value) = row.value {
            // Only the domain of an account is looked up for its value.
            by_key.insert(one_domain(&key).into(), fold(&value).into_owned());
            values.push(SourcedValue { value, place: row.place });
        }
        let written = row.key.trim();
        if *key != *written {
            spelled.insert(key.clone(), written.into());
        }
        keys.insert(key);
    }
    List { name, keys: Arc::new(keys), spelled, values: by_key, keyed: HashMap::new() }
}

fn read_list(
    entry: &Entry,
    files: &mut Files,
    known: &mut LoadedList,
    findings: &mut Findings,
) -> Option<Vec<Row>> {
    match &entry.item.node {
        Node::List(items) => inline(&entry.key, items, findings),
        Node::Text(name) if name == FREE_MAIL_NAME => Some(list_file::lines("free_mail.txt", FREE_MAIL)),
        Node::Text(name) => {
            let message = format!("'{name}' is not a built-in list");
            let finding = Finding::error(UNKNOWN_LIST, entry.item.span.clone(), message);
            findings.add(
                finding.help(format!("write \"{FREE_MAIL_NAME}\", a list of texts, or {{ file = \"…\" }}")),
            );
            None
        }
        Node::Table(table) => from_file(&entry.key, table, files, known, findings),
        Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::Datetime(_) => {
            findings.add(wrong_type(&entry.key, "a list of texts", &entry.item));
            None
        }
    }
}

fn inline(name: &str, items: &[Item], findings: &mut Findings) -> Option<Vec<Row>> {
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        match item.as_text() {
            Some(text) if text.trim().is_empty() => {
                findings.error(BAD_VALUE, item.span.clone(), format!("a blank entry in list '{name}'"));
            }
            Some(text) => rows.push(Row { key: text.to_owned(), value: None, place: String::new() }),
            None => findings.add(wrong_type(name, "a list of texts", item)),
        }
    }
    (rows.len() == items.len()).then_some(rows)
}

/// `{ file = "accounts.csv", key = "domain", value = "rep" }`.
fn from_file(
    name: &str,
    table: &Table,
    files: &mut Files,
    known: &mut LoadedList,
    findings: &mut Findings,
) -> Option<Vec<Row>> {
    let called = format!("[lists] {name}");
    let reader = Reader::called(table, &LIST_FILE, &called, findings);
    let (file, key, value) = (reader.text("file"), reader.text("key"), reader.text("value"));
    if let Some(span) = reader.place("file") {
        known.file_span = span;
    }
    let is_csv = file.is_some_and(list_file::is_csv);
    if is_csv && reader.entry("key").is_none() {
        findings.error(MISSING, table.span.clone(), format!("{called} needs `key`"));
    }
    if let Some(entry) = reader.entry("value").filter(|_| !is_csv && file.is_some()) {
        let message = "`value` needs a .csv file: other files have one entry a line";
        findings.error(BAD_VALUE, entry.key_span.clone(), message);
    }
    let file = file?;
    let text = files.read(file, &known.file_span, findings)?;
    let rows = if is_csv {
        list_file::rows(file, &text, &Columns { key: key?, value })
    } else {
        Ok(list_file::lines(file, &text))
    };
    rows.map_err(|problems| report(&problems, &known.file_span, findings)).ok()
}

fn report(problems: &[String], span: &Range<usize>, findings: &mut Findings) {
    for problem in problems.iter().take(ROW_FINDINGS_MAX) {
        findings.error(BAD_ROW, span.clone(), problem.clone());
    }
    if let Some(more) = problems.len().checked_sub(ROW_FINDINGS_MAX).filter(|more| *more > 0) {
        findings.error(BAD_ROW, span.clone(), format!("and {more} more rows like these"));
    }
}
