//! History for those who replay rules over it: the stored contacts, or a file of contacts, read through the same connector as
//! any file.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::backtest::{fields_looked_at, fields_of_conditions, fields_of_targets};
use crate::connector::ConnectOptions;
use crate::crm::{self, Crm, Sync, SyncOutcome};
use crate::model::{Contact, ContactId, Field, FieldId, Kind, RawValues, Record, Timestamp, one_line};
use crate::rules::{self, Connection, Entry, Item, Node, Rules, Table};
use crate::store::{Layouts, Store, StorePath};

/// A history file is read whole; one that takes longer is no file that a person waits for.
const PATIENCE: Duration = Duration::from_secs(600);

/// Contacts that a service is asked for: what most of its fields are like shows in these.
const SAMPLE: usize = 1_000;

/// Fields by which contacts find their companies.
const JOINED_BY: [&str; 3] = ["company_id", "company.id", "company.domain"];

/// Where contacts come from, and what is read of them.
pub(crate) struct History {
    source: Source,
    /// What the source is, for people.
    pub(crate) name: String,
    /// The rules' fields, then columns that only a flag names.
    fields: Vec<Field>,
    /// Whose values are looked at.
    wanted: Vec<FieldId>,
    /// Fields by which a file's rows are found, as far as the definition says where they are.
    joins: Vec<String>,
}

enum Source {
    Store(Store),
    File(Box<dyn Crm>),
}

/// What was read besides the contacts.
#[derive(Debug, Default)]
pub(crate) struct ReadOut {
    /// Contacts that could not be read.
    pub set_aside: u64,
}

impl History {
    /// Opens the file, or the database.
    pub(crate) fn open(database: &StorePath, file: Option<&Path>, rules: &Rules) -> Result<Self> {
        if let Some(path) = file {
            return Ok(Self::new(Source::File(open_file(path, rules)?), path.display().to_string(), rules));
        }
        let shown = database.as_path().display();
        if !database.exists() {
            bail!("there is no database {shown} to look at; `handoff sync` makes it, or name a CSV file");
        }
        let name = format!("the database {shown}");
        Ok(Self::new(Source::Store(database.open_existing()?), name, rules))
    }

    /// Opens the definition's own CRM.
    pub(crate) fn of_crm(rules: &Rules) -> Result<Self> {
        let folder = rules::folder(&rules.path);
        let crm = crm::connect(&rules.crm, &ConnectOptions::new(&folder, Instant::now() + PATIENCE))?;
        Ok(Self::new(Source::File(crm), format!("[crm.{}]", rules.crm.kind), rules))
    }

    fn new(source: Source, name: String, rules: &Rules) -> Self {
        let mapped = rules.fields.required().map(|field| field.name.clone());
        let joins =
            mapped.filter(|name| JOINED_BY.contains(&name.as_str())).chain(["id".to_owned()]).collect();
        Self { source, name, fields: rules.fields.all().to_vec(), wanted: fields_looked_at(rules), joins }
    }

    /// The field of this name, else the column or property of this name; an error when there is neither.
    pub(crate) fn require(&mut self, name: &str, kind: Kind) -> Result<FieldId> {
        let known = self.fields.iter().position(|field| field.name == name);
        let field = match known.and_then(|at| self.fields.get(at)) {
            Some(field) => field.clone(),
            None => Field::new(name, name, kind),
        };
        if kind != Kind::Text && field.kind() != kind {
            let shown = one_line(name, 80);
            bail!("'{shown}' is a {} field, and a {} is needed here", field.kind().name(), kind.name());
        }
        if let Some(problem) = self.lacks(&field)? {
            bail!(problem);
        }
        let at = known.unwrap_or(self.fields.len());
        if known.is_none() {
            self.fields.push(field);
        }
        let id = FieldId(u16::try_from(at)?);
        self.wanted.push(id);
        Ok(id)
    }

    /// The standard field of this name, when history has it.
    pub(crate) fn find(&mut self, name: &str) -> Result<Option<FieldId>> {
        let Some(at) = self.fields.iter().position(|field| field.name == name) else {
            return Ok(None);
        };
        let field = self.fields.get(at).cloned();
        let lacks = field.map(|field| self.lacks(&field)).transpose()?.flatten();
        if lacks.is_some() {
            return Ok(None);
        }
        let id = FieldId(u16::try_from(at)?);
        self.wanted.push(id);
        Ok(Some(id))
    }

    /// A sentence for every field that the definition looks at and history lacks: it counts as missing.
    pub(crate) fn missing(&mut self, rules: &Rules) -> Result<Vec<String>> {
        let conditions =
            fields_of_conditions(rules).into_iter().map(|id| (vec![id], "conditions on it do not hold"));
        let targets = fields_of_targets(rules).map(|ids| (ids, "no route finds a rep by it"));
        let mut missing = Vec::new();
        for (any_of, so) in conditions.chain(targets) {
            let mut problems = Vec::new();
            for field in any_of.iter().filter_map(|id| rules.fields.get(*id)) {
                problems.extend(self.lacks(field)?);
            }
            if problems.len() == any_of.len() {
                missing.extend(problems.first().map(|problem| format!("{problem}; {so}")));
            }
        }
        Ok(missing)
    }

    /// Gives every contact to `take`, the values of the rules' fields as they were written.
    pub(crate) fn read_written(
        &mut self,
        take: &mut dyn FnMut(ContactId, &mut RawValues<'_>),
    ) -> Result<ReadOut> {
        match &mut self.source {
            Source::Store(store) => {
                let db = store.read();
                db.each_written(&Layouts::new(&self.fields), u32::MAX, take)?;
                Ok(ReadOut { set_aside: db.quarantined(0)?.1 })
            }
            Source::File(crm) => {
                let mut each = |record: Record| {
                    take(record.id, &mut record.values.iter().map(Option::as_deref));
                };
                let Some(ids) = crm.changed_last(SAMPLE)? else {
                    return walk(crm.as_mut(), &self.fields, &mut each);
                };
                self.name = format!("{}: the {} contacts that changed last", self.name, ids.len());
                let read = crm.read(&self.fields, &ids)?.unwrap_or_default();
                read.records.into_iter().for_each(each);
                Ok(ReadOut { set_aside: read.unreadable.len() as u64 })
            }
        }
    }

    /// What history lacks of one field, in words.
    pub(crate) fn lacks(&mut self, field: &Field) -> Result<Option<String>> {
        match &mut self.source {
            Source::File(crm) => {
                // What the definition calls the columns that the files are joined by.
                let joins = self.fields.iter().filter(|field| self.joins.contains(&field.name));
                let asked: Vec<&Field> = joins.chain([field]).collect();
                Ok(crm.check(&asked)?.into_iter().next_back())
            }
            Source::Store(store) => {
                let is_there = store.read().stores_property(&field.property)?;
                let shown = one_line(&field.name, 80);
                Ok((!is_there).then(|| {
                    format!("stored contacts have no '{shown}'; map it in [fields] and run `handoff sync`")
                }))
            }
        }
    }

    /// Gives every contact to `take`, with the fields of `other` beside when there are other rules.
    pub(crate) fn read(
        &mut self,
        other: Option<&Rules>,
        take: &mut dyn FnMut(Contact, Option<Contact>),
    ) -> Result<ReadOut> {
        match &mut self.source {
            Source::Store(store) => read_store(store, &self.fields, &self.wanted, other, take),
            Source::File(crm) => read_file(crm.as_mut(), &self.fields, other, take),
        }
    }
}

/// A file of contacts as a CRM: how it is written, and the companies beside it, are the rules' own, when those are files too.
fn open_file(path: &Path, rules: &Rules) -> Result<Box<dyn Crm>> {
    if !path.is_file() {
        bail!("there is no file {}", path.display());
    }
    let mut entries = vec![entry("contacts", path.display().to_string())];
    if rules.crm.kind == "file" {
        for kept in &rules.crm.table.entries {
            match (kept.key.as_str(), &kept.item.node) {
                ("companies", Node::Text(name)) => {
                    let companies = rules::folder(&rules.path).join(name);
                    entries.push(entry("companies", companies.display().to_string()));
                }
                ("encoding" | "delimiter", _) => entries.push(kept.clone()),
                _ => {}
            }
        }
    }
    let connection = Connection { kind: "file".to_owned(), table: Table { entries, span: 0..0 } };
    crm::connect(&connection, &ConnectOptions::new(Path::new(""), Instant::now() + PATIENCE))
}

fn entry(key: &str, value: String) -> Entry {
    Entry { key: key.to_owned(), key_span: 0..0, item: Item { span: 0..0, node: Node::Text(value) } }
}

fn read_store(
    store: &Store,
    fields: &[Field],
    wanted: &[FieldId],
    other: Option<&Rules>,
    take: &mut dyn FnMut(Contact, Option<Contact>),
) -> Result<ReadOut> {
    let only = |fields: &[Field], wanted: &[FieldId]| -> Vec<String> {
        let named = wanted.iter().filter_map(|id| fields.get(usize::from(id.0)));
        named.map(|field| field.name.clone()).collect()
    };
    let names = only(fields, wanted);
    let layouts = Layouts::only(fields, |field| names.contains(&field.name));
    let other = other.map(|rules| {
        let names = only(rules.fields.all(), &fields_looked_at(rules));
        Layouts::only(rules.fields.all(), move |field| names.contains(&field.name))
    });
    let db = store.read();
    db.each_contact(&layouts, other.as_ref(), |contact, other| {
        take(contact, other);
        Ok(())
    })?;
    Ok(ReadOut { set_aside: db.quarantined(0)?.1 })
}

fn read_file(
    crm: &mut dyn Crm,
    fields: &[Field],
    other: Option<&Rules>,
    take: &mut dyn FnMut(Contact, Option<Contact>),
) -> Result<ReadOut> {
    let mut all = fields.to_vec();
    let others = other.map(|rules| rules.fields.all()).unwrap_or_default();
    all.extend(others.iter().cloned());
    walk(crm, &all, &mut |mut record| {
        let values = record.values.split_off(fields.len().min(record.values.len()));
        let old = other.map(|_| Record { id: record.id.clone(), modified_ms: record.modified_ms, values });
        take(record.into_contact(fields), old.map(|old| old.into_contact(others)));
    })
}

fn walk(crm: &mut dyn Crm, fields: &[Field], each: &mut dyn FnMut(Record)) -> Result<ReadOut> {
    let mut read = ReadOut::default();
    let sync = Sync {
        fields,
        cursor: None,
        full_resync: false,
        now: Timestamp::MAX_UTC,
        deadline: Instant::now() + PATIENCE,
    };
    let outcome = crm.changes(&sync, &mut |page| {
        read.set_aside += page.bad.len() as u64;
        page.records.into_iter().for_each(&mut *each);
        Ok(())
    })?;
    if outcome != SyncOutcome::Complete {
        bail!("the file was not read to its end within {} minutes", PATIENCE.as_secs() / 60);
    }
    Ok(read)
}
