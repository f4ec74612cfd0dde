//! The walk: a file that changed is read from end to end; one that did not is not even opened.

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::config::{Config, Source};
use super::contacts::{Contacts, RowRead};
use super::stamp::{FileStamp, Stamp};
use crate::crm::Page;
use crate::model::Field;

/// Rows a page: large enough that the transactions cost nothing, small enough for memory.
const PAGE_ROWS: usize = 20_000;

/// Walks the contacts, page after page. The answer is what was read; `None` when the files cannot be relied on to show a
/// later change.
pub(super) fn walk(
    config: &Config,
    fields: &[Field],
    cursor: Option<&str>,
    take: &mut dyn FnMut(Page) -> Result<()>,
) -> Result<Option<Stamp>> {
    let columns = columns_hash(config, fields);
    let before = stamp_now(config, columns.clone());
    if let (Some(cursor), Ok(present)) = (cursor, &before)
        && serde_json::from_str::<Stamp>(cursor).is_ok_and(|known| known == *present)
    {
        take(Page { cursor: Some(cursor.to_owned()), progress: Some(1.0), ..Page::default() })?;
        return Ok(Some(present.clone()));
    }
    let mut contacts = Contacts::open(config, fields)?;
    // A row says how its contact is now, whatever time stands in it.
    let empty = || Page { is_current: true, ..Page::default() };
    let mut page = Page { bad: std::mem::take(&mut contacts.companies.bad), ..empty() };
    loop {
        match contacts.read(|_| true)? {
            RowRead::Record(record) => page.records.push(record),
            RowRead::Newer(record) => {
                page.records.retain(|older| older.id != record.id);
                page.records.push(record);
            }
            RowRead::Bad(unreadable) => page.bad.push(unreadable),
            RowRead::End => break,
        }
        if page.records.len() + page.bad.len() >= PAGE_ROWS {
            page.progress = Some(contacts.progress());
            take(std::mem::replace(&mut page, empty()))?;
        }
    }
    let read =
        Stamp { contacts: contacts.stamp().clone(), companies: contacts.companies.stamp.clone(), columns };
    let stamp = settled(config, read);
    page.cursor = stamp.as_ref().map(serde_json::to_string).transpose()?;
    page.progress = Some(1.0);
    page.covers_everything = true;
    take(page)?;
    Ok(stamp)
}

/// The stamp when the files are still what was read, and a later write to them would show.
fn settled(config: &Config, read: Stamp) -> Option<Stamp> {
    let present = stamp_now(config, read.columns.clone()).ok()?;
    let is_settled = read.contacts.is_settled() && read.companies.as_ref().is_none_or(FileStamp::is_settled);
    (present == read && is_settled).then_some(read)
}

/// The files as they lie there, without opening them.
pub(super) fn stamp_now(config: &Config, columns: String) -> Result<Stamp> {
    let companies = config.companies.as_ref().map(FileStamp::now);
    Ok(Stamp { contacts: FileStamp::now(&config.contacts)?, companies: companies.transpose()?, columns })
}

/// Everything that decides what a walk over the same bytes gives.
fn columns_hash(config: &Config, fields: &[Field]) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update(part.as_bytes());
        hash.update([0]);
    };
    let source = |source: &Source| {
        let encoding = source.encoding.map_or("", |encoding| encoding.name());
        let delimiter = source.delimiter.map(char::from).map_or_else(String::new, String::from);
        format!("{} {encoding} {delimiter}", source.name)
    };
    add("crm.file/1");
    add(&source(&config.contacts));
    add(&config.companies.as_ref().map(source).unwrap_or_default());
    for field in fields {
        add(&field.name);
        add(&field.property);
        add(if field.of_company { "company" } else { "contact" });
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}
