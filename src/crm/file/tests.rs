//! The connector from outside: folders of files in, pages and lines out.

use std::time::Duration;

use super::fixture::{Fixture, field, fields, set_aside, shown, walk};
use super::*;
use crate::crm::{email_domain, percent_encode};
use crate::model::{Brief, Kind, Task, Timestamp, Update};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn with_time(names: &[&str]) -> Vec<Field> {
    let mut fields = fields(names);
    let mut modified = field("modified_at", "modified_at");
    modified.kind = Kind::DateTime;
    fields.push(modified);
    fields
}

#[test]
fn values_come_in_the_order_of_the_fields() {
    let fixture = Fixture::new("id,email,hubspotscore,country\n1, ann@a.example ,70,\n");
    let fields = [
        field("score", "hubspotscore"),
        field("id", "id"),
        field("email_domain", "email"),
        field("country", "country"),
        field("city", "city"),
    ];
    assert_eq!(shown(&fixture.walk(&fields)), ["70|1|a.example|-|-"]);
}

#[test]
fn companies_join_by_id_and_else_by_domain() {
    let contacts = "id,email,company_id,company.domain\n\
        1,ann@mail.example,c2,\n\
        2,bo@ACME.example,,\n\
        3,cy@mail.example,,zeta.example\n\
        4,di@mail.example,c9,\n";
    let companies = "id,domain,name,owner\n\
        c1,acme.example,Acme,ana@us.example\n\
        c2,beta.example,Beta,\n\
        ,zeta.example,Zeta,bo@us.example\n";
    let fixture = Fixture::new(contacts).with("companies", "companies.csv", companies);
    let fields = fields(&["id", "company.name", "company.owner"]);
    assert_eq!(
        shown(&fixture.walk(&fields)),
        [
            "1|Beta|-",
            "2|Acme|ana@us.example",
            "3|Zeta|bo@us.example",
            "4|-|-"
        ]
    );
}

#[test]
fn a_company_row_that_cannot_be_used_is_set_aside() {
    let companies = "id,domain,name\nc1,acme.example,Acme\nc1,other.example,Other\n,,Nobody\nc3\n";
    let fixture = Fixture::new("id,company_id\n1,c1\n").with("companies", "companies.csv", companies);
    let page = fixture.walk(&fields(&["id", "company.name"]));
    assert_eq!(shown(&page), ["1|Acme"]);
    insta::assert_snapshot!(set_aside(&page).join("\n"), @"");
}

#[test]
fn without_a_companies_file_the_contacts_have_the_company_but_never_their_own_words_for_it() {
    let fixture =
        Fixture::new("id,country,owner,company.industry,employees\n1,PT,ana@us.example,Fintech,200\n");
    let fields = fields(&[
        "company.industry",
        "company.employees",
        "company.country",
        "company.owner",
        "company.id",
    ]);
    assert_eq!(shown(&fixture.walk(&fields)), ["Fintech|200|-|-|-"]);
}

#[test]
fn of_two_rows_for_one_contact_the_first_is_used_unless_the_second_is_newer() {
    let contacts = "id,email,modified_at\n\
        1,old@a.example,2026-11-01\n\
        1,new@a.example,2026-11-02\n\
        1,older@a.example,2026-10-01\n\
        2,first@a.example,\n\
        2,second@a.example,\n";
    let fixture = Fixture::new(contacts);
    let page = fixture.walk(&with_time(&["email"]));
    assert_eq!(
        shown(&page),
        [
            "old@a.example|2026-11-01",
            "new@a.example|2026-11-02",
            "first@a.example|-"
        ]
    );
    assert_eq!(
        set_aside(&page),
        [
            "contacts.csv:4: contact '1' on line 4 is on line 3 already",
            "contacts.csv:6: contact '2' on line 6 is on line 5 already",
        ]
    );
    let expected = time("2026-11-01T00:00:00Z").timestamp_millis();
    assert_eq!(page.records[0].modified_ms, Some(expected));
    assert_eq!(page.records[2].modified_ms, None);
}

#[test]
fn a_row_without_a_usable_id_is_set_aside() {
    let page = Fixture::new("id,email\n,ann@a.example\n2,bo@a.example\n").walk(&fields(&["id"]));
    assert_eq!(shown(&page), ["2"]);
    assert_eq!(set_aside(&page), ["contacts.csv:2: the id is empty"]);
}

#[test]
fn a_file_that_did_not_change_is_not_opened_again() {
    let fixture = Fixture::new("id\n1\n");
    let fields = fields(&["id"]);
    let cursor = fixture.walk(&fields).cursor.unwrap();
    // The same size, time and inode, and a content that would be seen if anybody looked.
    std::fs::write(fixture.path("contacts.csv"), "id\n2\n").unwrap();
    let stamp: serde_json::Value = serde_json::from_str(&cursor).unwrap();
    let nanos = stamp["contacts"]["mtime_ns"].as_i64().unwrap();
    let file = std::fs::File::options()
        .append(true)
        .open(fixture.path("contacts.csv"))
        .unwrap();
    let modified = std::time::UNIX_EPOCH + Duration::from_nanos(u64::try_from(nanos).unwrap());
    file.set_modified(modified).unwrap();
    let mut crm = fixture.crm();
    let page = walk(&mut crm, &fields, Some(&cursor));
    assert_eq!(page.cursor.as_deref(), Some(cursor.as_str()));
    assert!(page.records.is_empty());
    assert_eq!(
        crm.read(&fields, &[ContactId::parse("1").unwrap()]).unwrap(),
        None
    );
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
    let mut rows: String = "id\n".to_owned();
    for id in 0..25_000 {
        rows.push_str(&format!("{id}\n"));
    }
    fixture.write("contacts.csv", rows);
    let mut pages = 0;
    let mut take = |page: Page| {
        if pages == 0 {
            fixture.touch("contacts.csv", Duration::from_secs(5));
        }
        pages += 1;
        last = Some(page);
        Ok(())
    };
    fixture.crm().changes(&fields(&["id"]), None, &mut take).unwrap();
    assert_eq!(pages, 2);
    assert_eq!(last.unwrap().cursor, None);
}

#[test]
fn a_refused_page_ends_the_walk() {
    let fixture = Fixture::new("id\n1\n");
    let mut crm = fixture.crm();
    let mut take = |_| anyhow::bail!("the disk is full");
    let error = crm.changes(&fields(&["id"]), None, &mut take).unwrap_err();
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
    fixture.write("contacts.csv", "id,email\n1,ann@b.example\n3\n");
    let again = crm.read(&fields, &ids).unwrap().unwrap();
    assert_eq!(again.len(), 1, "a contact that is not there is gone");
    assert_eq!(again[0].values, [Some("ann@b.example".to_owned())]);
}

#[test]
fn what_is_missing_is_said_before_anything_is_read() {
    let fixture = Fixture::new("id,email,hubspot_score\n")
        .with("companies", "companies.csv", "id,domain,employes\n")
        .with("activity", "activity.csv", "at,contact\n");
    let (score, employees) = (
        field("score", "hubspotscore"),
        field("company.employees", "employees"),
    );
    let problems = fixture.crm().check(&[&score, &employees]).unwrap();
    insta::assert_snapshot!(problems.join("\n"), @"");
}

#[test]
fn a_file_that_is_not_there_or_empty_says_how_to_mend_it() {
    let fixture = Fixture::new("").set("companies", "firms.csv");
    let problems = fixture.crm().check(&[]).unwrap();
    insta::assert_snapshot!(problems.join("\n"), @"");
    assert!(
        fixture
            .crm()
            .changes(&fields(&["id"]), None, &mut |_| Ok(()))
            .is_err()
    );
}

#[test]
fn a_header_without_contacts_is_fine_and_one_without_ids_is_not() {
    let page = Fixture::new("id,email\n").walk(&fields(&["id"]));
    assert!(page.records.is_empty() && page.bad.is_empty() && page.cursor.is_some());
    let fixture = Fixture::new("Id,email\n1,ann@a.example\n");
    let error = fixture
        .crm()
        .changes(&fields(&["id"]), None, &mut |_| Ok(()))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "contacts.csv:1: no column 'id' (field 'id'); did you mean 'Id'? columns: Id, email"
    );
}

fn watched(contact: &str, email: &str) -> Watched {
    Watched {
        contact: ContactId::parse(contact).unwrap(),
        email: Some(email.to_owned()),
        owner: "ana@us.example".to_owned(),
        since: time("2026-11-23T10:00:00Z"),
        task: None,
    }
}

#[test]
fn only_acts_on_watched_contacts_since_the_handoff_count() {
    let activity = "at,contact,by,kind,note\n\
        2026-11-23T09:59:59Z,1,ana@us.example,call,before the handoff\n\
        2026-11-23T10:00:00Z,1,ana@us.example,Call,\n\
        2026-11-23T11:00:00Z,BO@a.example,bo@us.example,rejected,no budget\n\
        2026-11-23T11:00:00Z,7,ana@us.example,call,somebody else\n\
        soon,1,ana@us.example,call,\n\
        soon,7,ana@us.example,call,nobody asked\n\
        2026-11-23T11:00:00Z,1,ana@us.example,fax,\n\
        2026-11-23T11:00:00Z,1\n";
    let fixture = Fixture::new("id\n").with("activity", "activity.csv", activity);
    let open = [watched("1", "ann@a.example"), watched("2", "bo@a.example")];
    let activities = fixture.crm().activity(&open).unwrap();
    let shown: Vec<_> = activities
        .acts
        .iter()
        .map(|act| (act.kind.name(), act.seen_in.as_str(), act.note.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("call", "activity.csv:3", None),
            ("rejected", "activity.csv:4", Some("no budget"))
        ]
    );
    let bad: Vec<_> = activities
        .bad
        .iter()
        .map(|bad| format!("{}: {}", bad.place, bad.reason))
        .collect();
    insta::assert_snapshot!(bad.join("\n"), @"");
}

#[test]
fn no_activity_file_yet_means_no_activity_yet() {
    let fixture = Fixture::new("id\n").set("activity", "later.csv");
    let mut crm = fixture.crm();
    assert_eq!(
        crm.activity(&[watched("1", "ann@a.example")]).unwrap(),
        Activities::default()
    );
    assert!(crm.check(&[]).unwrap().is_empty());
}

fn task() -> Write {
    Write::Task(Task {
        contact: "1".to_owned(),
        owner: "ana@us.example".to_owned(),
        due: time("2026-11-23T10:05:00Z"),
        priority: "high".to_owned(),
        brief: Brief {
            title: "Call Ann".to_owned(),
            lines: Vec::new(),
            link: None,
        },
    })
}

#[test]
fn updates_and_tasks_go_to_their_files_and_are_found_there() {
    let fixture = Fixture::new("id\n1\n");
    let update = Write::Update(Update {
        contact: "1".to_owned(),
        owner: Some("ana@us.example".to_owned()),
        set: [("lead_status".to_owned(), "NEW".to_owned())].into(),
    });
    let task = task();
    let at = time("2026-11-23T10:00:00Z");
    let writes = [
        Keyed {
            key: "t",
            write: &task,
            at,
        },
        Keyed {
            key: "u",
            write: &update,
            at,
        },
    ];
    assert_eq!(fixture.crm().look_up(&writes), [LookUp::Absent, LookUp::Absent]);
    let remote_ids = ["tasks.jsonl:t", "contacts.jsonl:u"].map(str::to_owned);
    let done = remote_ids.clone().map(|remote_id| Delivery::Done { remote_id });
    assert_eq!(fixture.crm().send(&writes), done);
    assert_eq!(fixture.crm().send(&writes), done, "again, and nothing is added");
    let found = remote_ids.map(|remote_id| LookUp::Found { remote_id });
    assert_eq!(fixture.crm().look_up(&writes), found);
    let read = |name| std::fs::read_to_string(fixture.path(name)).unwrap();
    insta::assert_snapshot!(read("out/tasks.jsonl"), @"");
    insta::assert_snapshot!(read("out/contacts.jsonl"), @"");
}

#[test]
fn an_id_cannot_break_out_of_its_link() {
    let fixture = Fixture::new("id\n").set("record_url", "https://crm.example/contacts/{id}");
    let link = fixture.crm().link(&ContactId::parse("a/../b?c=ä").unwrap());
    assert_eq!(
        link.as_deref(),
        Some("https://crm.example/contacts/a%2F..%2Fb%3Fc%3D%C3%A4")
    );
    assert_eq!(percent_encode("Az09-._~"), "Az09-._~");
}

#[test]
fn the_domain_is_what_follows_the_last_at_sign() {
    assert_eq!(email_domain("\"a@b\"@acme.example "), Some("acme.example"));
    assert_eq!(email_domain("acme.example"), None);
    assert_eq!(email_domain("ann@"), None);
}

#[test]
fn nine_thousand_real_leads_are_read_to_the_last() {
    let leads = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/x-education/leads.csv");
    let Ok(leads) = std::fs::read(leads) else {
        return;
    };
    let fixture = Fixture::new(leads);
    let fields = [
        field("id", "Prospect ID"),
        field("score", "Asymmetrique Activity Score"),
        field("converted", "Converted"),
    ];
    let page = fixture.walk(&fields);
    assert_eq!((page.records.len(), page.bad.len()), (9_240, 0));
    let scored = page.records.iter().filter(|record| record.values[1].is_some());
    assert_eq!(scored.count(), 9_240 - 4_218);
}
