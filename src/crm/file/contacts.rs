//! From rows to contacts: the id, the moment of the last change, the values field by field, and each contact once.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use anyhow::{Context, Result, bail};

use super::companies::Companies;
use super::config::{Config, Source};
use super::layout::{Files, Layout, Origin, missing_columns};
use super::row::{Step, digits_beyond, is_scientific, may_be_rounded};
use super::stamp::FileStamp;
use super::table::{Columns, Table};
use crate::connector::Unreadable;
use crate::crm::email_domain;
use crate::isolate::reading;
use crate::model::{ContactId, Field, Kind, Reading, Record, one_line};
use crate::mutant;

/// An open contacts file, with the companies joined to it.
pub(super) struct Contacts<'a> {
    source: &'a Source,
    table: Table,
    layout: Layout,
    pub(super) companies: Companies,
    ids_read: IdsRead,
    /// A spreadsheet took the last digits of long ids.
    are_rounded: bool,
    modified_at: Reading,
}

/// How a row for a contact comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admitted {
    First,
    /// A row before it is older.
    Newer,
}

/// What a row came to.
#[derive(Debug)]
pub(super) enum RowRead {
    Record(Record),
    /// In the place of an older row for the same contact.
    Newer(Record),
    Bad(Unreadable),
    End,
}

impl<'a> Contacts<'a> {
    pub(super) fn open(config: &'a Config, fields: &[Field]) -> Result<Self> {
        let fields: Vec<&Field> = fields.iter().collect();
        let contacts = Columns::of(&config.contacts)?;
        let companies = config.companies.as_ref().map(Columns::of).transpose()?;
        let files = Files { contacts: &contacts, companies: companies.as_ref() };
        let id: Vec<&Field> = fields.iter().filter(|field| field.name == "id").copied().collect();
        if let Some(problem) = missing_columns(config, &id, &fields, files).into_iter().next() {
            bail!(problem);
        }
        let layout = Layout::new(&fields, files);
        let modified_at = fields.iter().find(|field| field.name == "modified_at");
        let modified_at =
            modified_at.map_or_else(|| Reading::plain(Kind::DateTime), |field| field.reading.clone());
        let companies = match &config.companies {
            Some(source) => Companies::load(source, &layout)?,
            None => Companies::default(),
        };
        let open = || {
            let mut table = Table::open(&config.contacts)?;
            table.select(&layout.contact_columns);
            anyhow::Ok(table)
        };
        let are_rounded = ids_are_rounded(open()?, layout.id)?;
        Ok(Self {
            source: &config.contacts,
            table: open()?,
            layout,
            companies,
            ids_read: IdsRead::default(),
            are_rounded,
            modified_at,
        })
    }

    /// The contacts file as it was when it was opened.
    pub(super) fn stamp(&self) -> &FileStamp {
        &self.table.stamp
    }

    pub(super) fn progress(&self) -> f64 {
        self.table.progress()
    }

    /// The next contact that is wanted, or the next row that is no contact.
    pub(super) fn read(&mut self, wanted: impl Fn(&ContactId) -> bool) -> Result<RowRead> {
        loop {
            let step = self.table.read().with_context(|| self.source.name.clone())?;
            let row = match step {
                Step::End => return Ok(RowRead::End),
                Step::Bad(reason) => Err(reason),
                Step::Row => reading(|| self.record(&wanted)),
            };
            match row {
                Ok(Some((record, Admitted::First))) => return Ok(RowRead::Record(record)),
                Ok(Some((record, Admitted::Newer))) => return Ok(RowRead::Newer(record)),
                Ok(None) => {}
                Err(reason) => {
                    let place = self.source.place(self.table.line());
                    return Ok(RowRead::Bad(Unreadable { place, reason }));
                }
            }
        }
    }

    /// The present row; `None` when it is not wanted, the reason when it cannot be used.
    fn record(&mut self, wanted: impl Fn(&ContactId) -> bool) -> Result<Option<(Record, Admitted)>, String> {
        let id = self.table.cell(self.layout.id).unwrap_or_default();
        let id = id.strip_prefix('\'').unwrap_or(id);
        if is_scientific(id) || (self.are_rounded && may_be_rounded(id)) {
            return Err(format!("the id '{}' was rounded by a spreadsheet; {AS_TEXT}", one_line(id, 40)));
        }
        let id = ContactId::parse(id)?;
        if !wanted(&id) {
            return Ok(None);
        }
        mutant::trip("reading a contact", id.as_str());
        let modified = self.table.cell(self.layout.modified_at).map(|raw| self.modified_at.read(raw));
        let modified_ms = modified.and_then(|value| value.as_time()).map(|time| time.timestamp_millis());
        let admitted = self.ids_read.admit(&id, self.table.line(), modified_ms)?;
        let cell = |slot| self.table.cell(slot);
        let of_email = cell(self.layout.email).and_then(email_domain);
        let domains = cell(self.layout.company_domain).into_iter().chain(of_email);
        let company = self.companies.find(cell(self.layout.company_id), domains);
        let value = |origin: &Origin| match *origin {
            Origin::Contact(slot) => cell(slot),
            Origin::Company(slot) => company.as_ref().and_then(|company| company.cell(slot)),
            Origin::Nowhere => None,
        };
        let values = self.layout.origins.iter().map(value);
        let values = values.map(|value| value.map(str::to_owned)).collect();
        Ok(Some((Record { id, modified_ms, values }, admitted)))
    }
}

/// The way out where a spreadsheet took an id for a number.
const AS_TEXT: &str = "export the ids as text, and import that column as text before you save the file again";

/// How many rows show whether ids were rounded.
const SAMPLE_ROWS: usize = 1_000;

/// Zeros beyond the fifteenth digit that are chance in less than one file of a million.
const ZEROS_MIN: usize = 6;

/// Whether long ids went through a spreadsheet: beyond the fifteenth digit all of them have zeros, and together more than by
/// chance.
fn ids_are_rounded(mut table: Table, slot: usize) -> Result<bool> {
    let mut zeros = 0;
    for _ in 0..SAMPLE_ROWS {
        let step = table.read()?;
        let id = table.cell(slot).unwrap_or_default();
        match step {
            Step::End => break,
            Step::Row if may_be_rounded(id) => zeros += digits_beyond(id),
            // Short ids, or long ones with all their digits: as are nearly all.
            Step::Row if !is_scientific(id) => return Ok(false),
            Step::Row | Step::Bad(_) => {}
        }
    }
    Ok(zeros >= ZEROS_MIN)
}

/// The ids read so far, as hashes: the only thing that grows with the file.
#[derive(Debug, Default)]
struct IdsRead {
    hasher: RandomState,
    rows: HashMap<u64, (u32, Option<i64>)>,
}

impl IdsRead {
    /// Lets a contact in the first time, and again only when the later row is the newer one.
    fn admit(&mut self, id: &ContactId, line: u64, modified_ms: Option<i64>) -> Result<Admitted, String> {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        match self.rows.insert(self.hasher.hash_one(id), (line, modified_ms)) {
            None => Ok(Admitted::First),
            Some((_, known_ms)) if modified_ms > known_ms => Ok(Admitted::Newer),
            Some(earlier) => {
                self.rows.insert(self.hasher.hash_one(id), earlier);
                let earlier = earlier.0;
                Err(format!("contact '{id}' on line {line} is on line {earlier} already"))
            }
        }
    }
}
