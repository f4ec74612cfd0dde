//! `[crm.file]`: files as a CRM. Contacts, companies and activity are read from CSV or JSON Lines that somebody exports;
//! tasks and changes are appended to JSON Lines that somebody imports.

mod activity;
mod changes;
mod companies;
mod config;
mod contacts;
mod csv_table;
mod doubt;
#[cfg(test)]
pub(super) mod fixture;
mod header;
mod json;
mod json_table;
mod kinds;
mod layout;
mod names;
mod open;
mod quotes;
mod replay;
mod row;
mod stamp;
mod table;
#[cfg(test)]
mod tests;
mod writes;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result};

use self::config::{Config, Source};
use self::contacts::{Contacts, RowRead};
use self::layout::{Files, missing_columns};
use self::stamp::Stamp;
use self::table::Columns;
use super::{Activities, Connector, Crm, Page, Reread, Sync, SyncOutcome, Watched};
use crate::connector::append_log::{AppendLog, Entry};
use crate::connector::{Capabilities, Certainty, Identity, Keyed, Sink};
use crate::model::{
    Account, ContactId, Delivery, EffectKind, Field, LookUp, Record, RecordLinks, STANDARD_FIELDS, Timestamp,
    Write,
};
use crate::rules::{Findings, Table};

pub(super) const CONNECTOR: Connector = Connector {
    kind: "file",
    check: |table, folder, findings| drop(Config::read(table, folder, findings)),
    connect: |table, options| Ok(Box::new(FileCrm::new(table, options.folder)?)),
    default_property,
    is_local: |_| true,
    keys: &config::KEYS,
    variables: &[],
    receive: None,
};

/// A standard field's column has its name; a company's, without the prefix.
fn default_property(field: &str) -> Option<&'static str> {
    let standard = STANDARD_FIELDS.iter().find(|standard| standard.name == field)?;
    Some(standard.name.strip_prefix("company.").unwrap_or(standard.name))
}

/// The standard fields that a file of contacts has.
pub(super) fn fields_in(path: &Path) -> Result<Vec<(&'static str, String)>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = Source { path: path.to_owned(), name, key: "contacts", encoding: None, delimiter: None };
    Ok(names::fields_in(&Columns::of(&source)?.names))
}

/// Files as a CRM.
struct FileCrm {
    config: Config,
    updates: AppendLog,
    tasks: AppendLog,
    /// What [`Crm::changes`] read in this process; `None` when it cannot be told from a later version.
    read: Option<Stamp>,
}

impl FileCrm {
    fn new(table: &Table, folder: &Path) -> Result<Self> {
        let config = Config::read(table, folder, &mut Findings::default());
        let config = config.context("[crm.file] needs `contacts`")?;
        Ok(Self {
            updates: AppendLog::new(config.out.join("contacts.jsonl")),
            tasks: AppendLog::new(config.out.join("tasks.jsonl")),
            config,
            read: None,
        })
    }

    fn log(&mut self, kind: EffectKind) -> Option<&mut AppendLog> {
        match kind {
            EffectKind::Update => Some(&mut self.updates),
            EffectKind::Task => Some(&mut self.tasks),
            EffectKind::Message | EffectKind::Reply | EffectKind::Mark => None,
        }
    }

    fn is_as_read(&self) -> bool {
        self.read.as_ref().is_some_and(|read| {
            changes::stamp_now(&self.config, read.columns.clone()).is_ok_and(|present| present == *read)
        })
    }
}

impl Crm for FileCrm {
    fn account(&mut self) -> Result<Account> {
        let links = RecordLinks::new(self.config.record_url.clone());
        Ok(Account { id: self.config.account.clone(), links })
    }

    fn identity(&mut self) -> Result<Identity> {
        let Config { account, is_named, contacts, .. } = &self.config;
        let file = (!is_named).then(|| contacts.path.clone());
        Ok(Identity { account: Some(account.clone()), file })
    }

    fn check(&mut self, required: &[&Field]) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        let mut noted =
            |columns: Result<Columns>| columns.map_err(|error| problems.push(format!("{error:#}"))).ok();
        let contacts = noted(Columns::of(&self.config.contacts));
        let companies = self.config.companies.as_ref();
        let companies = companies.map(|source| noted(Columns::of(source)));
        // With a file missing, what the other lacks would be guessed.
        if let (Some(contacts), None | Some(Some(_))) = (&contacts, &companies) {
            let files = Files { contacts, companies: companies.as_ref().and_then(Option::as_ref) };
            problems.extend(missing_columns(&self.config, required, required, files));
        }
        if let Some(source) = &self.config.activity {
            match activity::check(source) {
                Ok(missing) => problems.extend(missing),
                Err(error) => problems.push(format!("{error:#}")),
            }
        }
        Ok(problems)
    }

    /// A file has no position to go on from, so it is always walked to its end: a million rows take seconds.
    fn changes(&mut self, sync: &Sync<'_>, take: &mut dyn FnMut(Page) -> Result<()>) -> Result<SyncOutcome> {
        self.read = None;
        let cursor = sync.cursor.filter(|_| !sync.full_resync);
        self.read = changes::walk(&self.config, sync.fields, cursor, take)?;
        Ok(SyncOutcome::Complete)
    }

    fn read(&mut self, fields: &[Field], ids: &[ContactId]) -> Result<Option<Reread>> {
        if ids.is_empty() || self.is_as_read() {
            return Ok(None);
        }
        let ids: HashSet<&ContactId> = ids.iter().collect();
        let mut contacts = Contacts::open(&self.config, fields)?;
        let mut found: HashMap<ContactId, Record> = HashMap::new();
        loop {
            match contacts.read(|id| ids.contains(id))? {
                // A second row for a contact comes only when it is the newer one.
                RowRead::Record(record) | RowRead::Newer(record) => {
                    drop(found.insert(record.id.clone(), record));
                }
                RowRead::Bad(_) => {}
                RowRead::End => return Ok(Some(found.into_values().collect::<Vec<_>>().into())),
            }
        }
    }

    fn activity(&mut self, open: &[Watched], _: Timestamp) -> Result<Activities> {
        match &self.config.activity {
            Some(source) => activity::read(source, &self.config.activity_says, open),
            None => Ok(Activities::default()),
        }
    }

    fn activity_mark(&self) -> Result<Option<String>> {
        self.config.activity.as_ref().map_or(Ok(Some(String::new())), activity::mark)
    }
}

impl Sink for FileCrm {
    fn send(&mut self, writes: &[Keyed<'_>]) -> Vec<Delivery> {
        let mut answers: HashMap<usize, Delivery> = HashMap::new();
        for kind in [EffectKind::Update, EffectKind::Task] {
            let mut positions = Vec::new();
            let mut entries = Vec::new();
            let of_kind = |(_, keyed): &(usize, &Keyed<'_>)| keyed.write.kind() == kind;
            for (position, keyed) in writes.iter().enumerate().filter(of_kind) {
                match entry(keyed) {
                    Ok(Some(entry)) => {
                        positions.push(position);
                        entries.push(entry);
                    }
                    Ok(None) => {}
                    Err(error) => {
                        let why = error.to_string();
                        answers.insert(position, Delivery::Refused { why });
                    }
                }
            }
            let deliveries = self.log(kind).map(|log| log.append(&entries));
            answers.extend(positions.into_iter().zip(deliveries.unwrap_or_default()));
        }
        let answer = |position| answers.remove(&position).unwrap_or_else(not_ours);
        (0..writes.len()).map(answer).collect()
    }

    fn look_up(&mut self, writes: &[Keyed<'_>]) -> Vec<LookUp> {
        let look_up = |keyed: &Keyed<'_>| {
            let log = self.log(keyed.write.kind());
            let found = log.and_then(|log| log.look_up([keyed.key].into_iter()).pop());
            found.unwrap_or(LookUp::Impossible)
        };
        writes.iter().map(look_up).collect()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            applies_late: false,
            certainty: Certainty::Keyed,
            shows_state: false,
            tells_endings: self.config.activity.is_some(),
        }
    }
}

fn entry(keyed: &Keyed<'_>) -> serde_json::Result<Option<Entry>> {
    match keyed.write {
        Write::Update(update) => writes::update_entry(keyed, update).map(Some),
        Write::Task(task) => writes::task_entry(keyed, task).map(Some),
        Write::Message(_) | Write::Reply(_) | Write::Mark(_) => Ok(None),
    }
}

fn not_ours() -> Delivery {
    Delivery::Refused { why: "[crm.file] takes updates and tasks, not messages".to_owned() }
}
