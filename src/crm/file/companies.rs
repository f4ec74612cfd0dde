//! The companies file, held in memory and joined to contacts by id, else by domain.

use std::collections::HashMap;

use anyhow::{Context, Result};

use super::config::Source;
use super::layout::Layout;
use super::row::Step;
use super::stamp::FileStamp;
use super::table::Table;
use crate::connector::Unreadable;
use crate::model::one_domain;

/// Every company, the columns that are asked for.
#[derive(Debug, Default)]
pub(super) struct Companies {
    rows: Vec<Row>,
    by_id: HashMap<Box<str>, usize>,
    by_domain: HashMap<Box<str>, usize>,
    /// Rows that could not be used.
    pub(super) bad: Vec<Unreadable>,
    /// As the file was when it was opened; `None` without a file.
    pub(super) stamp: Option<FileStamp>,
}

/// By slot.
type Row = Box<[Option<Box<str>>]>;

impl Companies {
    pub(super) fn load(source: &Source, layout: &Layout) -> Result<Self> {
        let mut table = Table::open(source)?;
        table.select(&layout.company_columns);
        let mut companies = Self { stamp: Some(table.stamp.clone()), ..Self::default() };
        loop {
            let flaw = match table.read().with_context(|| source.name.clone())? {
                Step::End => return Ok(companies),
                Step::Bad(reason) => Some(reason),
                Step::Row => companies.add(&table, layout),
            };
            if let Some(reason) = flaw {
                let place = source.place(table.line());
                companies.bad.push(Unreadable { place, reason });
            }
        }
    }

    /// Takes the present row, or says why not.
    fn add(&mut self, table: &Table, layout: &Layout) -> Option<String> {
        let id = table.cell(layout.joined_id);
        let domain = table.cell(layout.joined_domain).map(one_domain);
        if id.is_none() && domain.is_none() {
            return Some("the company has neither an id nor a domain".to_owned());
        }
        if let Some(id) = id.filter(|id| self.by_id.contains_key(*id)) {
            return Some(format!("company '{id}' is in an earlier row already"));
        }
        let position = self.rows.len();
        if let Some(id) = id {
            self.by_id.insert(id.into(), position);
        }
        if let Some(domain) = domain {
            self.by_domain.entry(domain.into()).or_insert(position);
        }
        let slots = 0..layout.company_columns.len();
        self.rows.push(slots.map(|slot| table.cell(slot).map(Into::into)).collect());
        None
    }

    /// The company with this id, else the first with one of these domains.
    pub(super) fn find<'a>(
        &self,
        id: Option<&str>,
        mut domains: impl Iterator<Item = &'a str>,
    ) -> Option<Company<'_>> {
        if self.rows.is_empty() {
            return None;
        }
        let by_id = id.and_then(|id| self.by_id.get(id));
        let position = by_id.or_else(|| domains.find_map(|domain| self.by_domain.get(&*one_domain(domain))));
        position.and_then(|position| self.rows.get(*position)).map(Company)
    }
}

/// A company that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Company<'a>(&'a Row);

impl Company<'_> {
    pub(super) fn cell(&self, slot: usize) -> Option<&str> {
        self.0.get(slot)?.as_deref()
    }
}
