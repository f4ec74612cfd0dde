//! What the tests of this folder share: a config table without a file, and a folder with the files of a test.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use super::FileCrm;
use crate::crm::{Crm, Page, Sync};
use crate::model::{Field, Kind, Timestamp};
use crate::rules::{Entry, Item, Node, Table};

/// A table of texts.
pub(in crate::crm) fn table(entries: &[(&str, &str)]) -> Table {
    let entry = |(key, text): &(&str, &str)| Entry {
        key: (*key).to_owned(),
        key_span: 0..0,
        item: Item { span: 0..0, node: Node::Text((*text).to_owned()) },
    };
    Table { entries: entries.iter().map(entry).collect(), span: 0..0 }
}

/// A field as `[fields]` maps it: `company.` in front makes it the company's.
pub(super) fn field(name: &str, property: &str) -> Field {
    Field::new(name, property, Kind::Text)
}

/// `names` with their default columns.
pub(super) fn fields(names: &[&str]) -> Vec<Field> {
    let standard = |name: &&str| field(name, name.strip_prefix("company.").unwrap_or(name));
    names.iter().map(standard).collect()
}

/// A folder of files that were written a minute ago.
pub(super) struct Fixture {
    pub(super) folder: TempDir,
    config: Vec<(String, String)>,
}

impl Fixture {
    /// With `contacts.csv` of these bytes.
    pub(super) fn new(contacts: impl AsRef<[u8]>) -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap(), config: Vec::new() };
        fixture.with("contacts", "contacts.csv", contacts)
    }

    /// With another file, named by a key.
    pub(super) fn with(self, key: &str, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.write(name, bytes);
        self.set(key, name)
    }

    /// With another key.
    pub(super) fn set(mut self, key: &str, text: &str) -> Self {
        self.config.retain(|(known, _)| known != key);
        self.config.push((key.to_owned(), text.to_owned()));
        self
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with a time that is long past.
    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
        self.touch(name, Duration::from_secs(60));
    }

    /// Sets a file's age.
    #[expect(clippy::disallowed_methods, reason = "files have the system's time")]
    pub(super) fn touch(&self, name: &str, age: Duration) {
        let file = std::fs::File::options().append(true).open(self.path(name)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    pub(super) fn crm(&self) -> FileCrm {
        let config: Vec<(&str, &str)> =
            self.config.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        FileCrm::new(&table(&config), self.folder.path()).unwrap()
    }

    /// All pages as one.
    pub(super) fn walk(&self, fields: &[Field]) -> Page {
        walk(&mut self.crm(), fields, None)
    }
}

/// All pages as one, from a cursor.
pub(super) fn walk(crm: &mut FileCrm, fields: &[Field], cursor: Option<&str>) -> Page {
    let mut all = Page::default();
    let mut take = |page: Page| {
        assert!(all.cursor.is_none(), "only the last page has a cursor");
        all.records.extend(page.records);
        all.bad.extend(page.bad);
        all.cursor = page.cursor;
        all.progress = page.progress;
        Ok(())
    };
    crm.changes(
        &Sync { fields, cursor, full_resync: false, now: Timestamp::UNIX_EPOCH, deadline: Instant::now() },
        &mut take,
    )
    .unwrap();
    all
}

/// Each contact as its values with bars between.
pub(super) fn shown(page: &Page) -> Vec<String> {
    let shown = |value: &Option<String>| value.as_deref().unwrap_or("-").to_owned();
    let row = |values: &Vec<Option<String>>| values.iter().map(shown).collect::<Vec<_>>().join("|");
    page.records.iter().map(|record| row(&record.values)).collect()
}

/// What was set aside, each with its place.
pub(super) fn set_aside(page: &Page) -> Vec<String> {
    let bad = page.bad.iter();
    bad.map(|bad| format!("{}: {}", bad.place, bad.reason)).collect()
}

/// A walk over everything.
pub(in crate::crm) fn all(fields: &[Field]) -> Sync<'_> {
    Sync { fields, cursor: None, full_resync: false, now: Timestamp::UNIX_EPOCH, deadline: Instant::now() }
}
