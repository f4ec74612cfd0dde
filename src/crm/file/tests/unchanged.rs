//! When a walk is worth its while: cursors, files that change, files that do not.

use std::time::Duration;

use crate::crm::file::fixture::{Fixture, all, fields, walk};
use crate::crm::{Crm, Page};
use crate::model::{ContactId, Field};

#[test]
fn a_file_that_did_not_change_is_not_opened_again() {
    let fixture = Fixture::new("id\n1\n");
    let fields = fields(&["id"]);
    let cursor = fixture.walk(&fields).cursor.unwrap();
    // The same size, time and inode, and a content that would be seen if anybody looked.
    std::fs::write(fixture.path("contacts.csv"), "id\n2\n").unwrap();
    let stamp: serde_json::Value = serde_json::from_str(&cursor).unwrap();
    let nanos = stamp["contacts"]["mtime_ns"].as_i64().unwrap();
    let file = std::fs::File::options().append(true).open(fixture.path("contacts.csv")).unwrap();
    let modified = std::time::UNIX_EPOCH + Duration::from_nanos(u64::try_from(nanos).unwrap());
    file.set_modified(modified).unwrap();
    let mut crm = fixture.crm();
    let page = walk(&mut crm, &fields, Some(&cursor));
    assert_eq!(page.cursor.as_deref(), Some(cursor.as_str()));
    assert!(page.records.is_empty());
    assert_eq!(crm.read(&fields, &[ContactId::parse("1").unwrap()]).unwrap(), None);
}

#[test]
fn a_new_file_another_mapping_or_a_strange_cursor_means_a_new_walk() {
    let fixture = Fixture::new("id,email\n1,ann@a.example\n");
    let only_id = fields(&["id"]);
    let cursor = fixture.walk(&only_id).cursor.unwrap();
    let records =
        |fields: &[Field], cursor: &str| walk(&mut fixture.crm(), fields, Some(cursor)).records.len();
    assert_eq!(records(&fields(&["id", "email"]), &cursor), 1);
    assert_eq!(records(&only_id, "not a cursor of ours"), 1);
    fixture.touch("contacts.csv", Duration::from_secs(30));
    assert_eq!(records(&only_id, &cursor), 1);
}

#[test]
fn a_file_written_just_now_is_not_trusted_to_show_its_next_change() {
    let fixture = Fixture::new("id\n1\n");
    let fields = fields(&["id"]);
    fixture.touch("contacts.csv", Duration::ZERO);
    let mut crm = fixture.crm();
    assert_eq!(walk(&mut crm, &fields, None).cursor, None);
    let ids = [ContactId::parse("1").unwrap()];
    assert!(crm.read(&fields, &ids).unwrap().is_some());
}

#[test]
fn a_file_that_changes_while_it_is_read_gives_no_cursor() {
    let fixture = Fixture::new("id\n1\n");
    let mut last = None;
    let rows: Vec<String> = (0..25_000).map(|id| format!("{id}\n")).collect();
    fixture.write("contacts.csv", format!("id\n{}", rows.concat()));
    let mut pages = 0;
    let mut take = |page: Page| {
        if pages == 0 {
            fixture.touch("contacts.csv", Duration::from_secs(5));
        }
        pages += 1;
        last = Some(page);
        Ok(())
    };
    fixture.crm().changes(&all(&fields(&["id"])), &mut take).unwrap();
    assert_eq!(pages, 2);
    assert_eq!(last.unwrap().cursor, None);
}

#[test]
fn a_refused_page_ends_the_walk() {
    let fixture = Fixture::new("id\n1\n");
    let mut crm = fixture.crm();
    let mut take = |_| anyhow::bail!("the disk is full");
    let error = crm.changes(&all(&fields(&["id"])), &mut take).unwrap_err();
    assert_eq!(error.to_string(), "the disk is full");
    assert!(crm.read.is_none());
}

#[test]
fn contacts_are_read_again_only_when_the_file_changed() {
    let fixture = Fixture::new("id,email\n1,ann@a.example\n2,bo@a.example\n");
    let fields = fields(&["email"]);
    let mut crm = fixture.crm();
    walk(&mut crm, &fields, None);
    let ids = ["1", "3"].map(|id| ContactId::parse(id).unwrap());
    assert_eq!(crm.read(&fields, &ids).unwrap(), None);
    fixture.write("contacts.csv", "id,email\n1,ann@b.example\n");
    let again = crm.read(&fields, &ids).unwrap().unwrap().records;
    assert_eq!(again.len(), 1, "a contact that is not there is gone");
    assert_eq!(again[0].values, [Some("ann@b.example".to_owned())]);
}
