//! A CRM of two pages, of which the second cannot be stored at first.

use super::*;
use crate::connector::{Capabilities, Certainty, Keyed, Sink};
use crate::crm::{Activities, Crm, Page, Reread, Watched};
use crate::model::{Account, ContactId, Delivery, LookUp, Record, Timestamp};
use crate::pipeline::testing::session;

/// The cursor behind each page, which holds the contact with this id.
const PAGES: [&str; 2] = ["1", "2"];

/// The database takes everybody but contact 2.
const REFUSE: &str = "CREATE TRIGGER refuse BEFORE INSERT ON contact WHEN NEW.crm_id = '2' \
                      BEGIN SELECT RAISE(ABORT, 'no room'); END";

struct Pages;

impl Sink for Pages {
    fn send(&mut self, _: &[Keyed<'_>]) -> Vec<Delivery> {
        Vec::new()
    }

    fn look_up(&mut self, _: &[Keyed<'_>]) -> Vec<LookUp> {
        Vec::new()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            applies_late: false,
            certainty: Certainty::Keyed,
            shows_state: false,
            tells_endings: false,
        }
    }
}

impl Crm for Pages {
    fn account(&mut self) -> Result<Account> {
        bail!("nobody asks")
    }

    fn check(&mut self, _: &[&Field]) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn changes(&mut self, sync: &Sync<'_>, take: &mut dyn FnMut(Page) -> Result<()>) -> Result<SyncOutcome> {
        for id in PAGES.into_iter().filter(|id| sync.cursor.is_none_or(|cursor| *id > cursor)) {
            let id_of_contact = ContactId::parse(id).unwrap();
            let values = vec![None; sync.fields.len()];
            let records = vec![Record { id: id_of_contact, modified_ms: Some(1), values }];
            take(Page { records, cursor: Some(id.to_owned()), ..Page::default() })?;
        }
        Ok(SyncOutcome::Complete)
    }

    fn read(&mut self, _: &[Field], _: &[ContactId]) -> Result<Option<Reread>> {
        Ok(None)
    }

    fn activity(&mut self, _: &[Watched], _: Timestamp) -> Result<Activities> {
        Ok(Activities::default())
    }
}

/// The cursor after a sync that failed over the second page, and how many contacts are stored once it can be stored.
fn syncs_that_fail_once() -> (Option<String>, i64) {
    let folder = tempfile::tempdir().unwrap();
    let mut session = session(folder.path(), Timestamp::UNIX_EPOCH);
    session.crm = Box::new(Pages);
    let database = rusqlite::Connection::open(folder.path().join("handoff.db")).unwrap();
    database.execute_batch(REFUSE).unwrap();
    sync(&mut session, false, &mut |_, _| {}, &mut Vec::new()).unwrap_err();
    let cursor = session.store.read().cursor(STREAM).unwrap();
    database.execute_batch("DROP TRIGGER refuse").unwrap();
    sync(&mut session, false, &mut |_, _| {}, &mut Vec::new()).unwrap();
    (cursor, database.query_row("SELECT count(*) FROM contact", [], |row| row.get(0)).unwrap())
}

#[test]
fn the_cursor_never_moves_before_its_rows_are_stored() {
    assert_eq!(syncs_that_fail_once(), (Some("1".to_owned()), 2));
    mutant::choose("cursor before rows");
    assert_eq!(syncs_that_fail_once(), (Some("2".to_owned()), 1), "this bug would be seen");
    mutant::choose("");
}
