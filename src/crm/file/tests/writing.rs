//! What reps did comes in; updates and tasks go out.

use std::time::Instant;

use super::time;
use crate::connector::{Keyed, Sink as _};
use crate::crm::file::fixture::Fixture;
use crate::crm::{Activities, Crm, Watched};
use crate::handoff::words::CHANNEL;
use crate::isolate::A_BUG;
use crate::model::{Brief, ContactId, Delivery, LookUp, Task, Untrusted, Update, Write};
use crate::mutant;

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
    let activities = fixture.crm().activity(&open, time("2026-11-23T12:00:00Z")).unwrap();
    let shown: Vec<_> = activities
        .acts
        .iter()
        .map(|act| (act.kind.name(), act.seen_in.as_str(), act.note.as_deref()))
        .collect();
    assert_eq!(shown, [("call", "activity.csv:3", None), ("rejected", "activity.csv:4", Some("no budget"))]);
    let bad: Vec<_> = activities.bad.iter().map(|bad| format!("{}: {}", bad.place, bad.reason)).collect();
    insta::assert_snapshot!(bad.join("\n"), @r"
    activity.csv:6: `at` is not a date and time: 'soon'
    activity.csv:8: unknown kind 'fax'; say in [crm.file] `activity_kinds` which it is of task_completed, task_deleted, call, email, meeting, contacted, moved, accepted, rejected, recycled, converted, lost
    activity.csv:9: `kind` is missing
    ");
}

#[test]
fn an_act_over_which_the_reading_panics_is_told_and_the_others_count() {
    mutant::choose("reading an act");
    let activity = "at,contact,by,kind\n\
        2026-11-23T10:00:00Z,1,ana@us.example,call\n\
        2026-11-23T10:00:00Z,2,ana@us.example,call\n\
        2026-11-23T11:00:00Z,1,ana@us.example,accepted\n";
    let fixture = Fixture::new("id\n").with("activity", "activity.csv", activity);
    let open = [watched("1", "ann@a.example"), watched("2", "bo@a.example")];
    let activities = fixture.crm().activity(&open, time("2026-11-23T12:00:00Z")).unwrap();
    assert_eq!(activities.acts.iter().map(|act| act.kind.name()).collect::<Vec<_>>(), ["call", "accepted"]);
    let bad: Vec<_> = activities.bad.iter().map(|bad| format!("{}: {}", bad.place, bad.reason)).collect();
    assert_eq!(bad, [format!("activity.csv:3: {A_BUG}")]);
}

#[test]
fn no_activity_file_yet_means_no_activity_yet() {
    let fixture = Fixture::new("id\n").set("activity", "later.csv");
    let mut crm = fixture.crm();
    assert_eq!(
        crm.activity(&[watched("1", "ann@a.example")], time("2026-11-23T12:00:00Z")).unwrap(),
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
        brief: Brief { title: Untrusted::new("Call Ann"), lines: Vec::new(), link: None },
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
    let keyed = |key, write| Keyed {
        key,
        write,
        at,
        begun: at,
        thread: None,
        deadline: Instant::now(),
        words: &CHANNEL,
    };
    let writes = [keyed("t", &task), keyed("u", &update)];
    assert_eq!(fixture.crm().look_up(&writes), [LookUp::Absent, LookUp::Absent]);
    let remote_ids = ["tasks.jsonl:t", "contacts.jsonl:u"].map(str::to_owned);
    let done = remote_ids.clone().map(|remote_id| Delivery::Done { remote_id });
    assert_eq!(fixture.crm().send(&writes), done);
    assert_eq!(fixture.crm().send(&writes), done, "again, and nothing is added");
    let found = remote_ids.map(|remote_id| LookUp::Found { remote_id });
    assert_eq!(fixture.crm().look_up(&writes), found);
    let read = |name| std::fs::read_to_string(fixture.path(name)).unwrap();
    insta::assert_snapshot!(read("out/tasks.jsonl"), @r#"{"key":"t","at":"2026-11-23T10:00:00Z","contact":"1","owner":"ana@us.example","due":"2026-11-23T10:05:00Z","priority":"high","subject":"Call Ann","body":"Call Ann"}"#);
    insta::assert_snapshot!(read("out/contacts.jsonl"), @r#"{"key":"u","at":"2026-11-23T10:00:00Z","contact":"1","owner":"ana@us.example","set":{"lead_status":"NEW"}}"#);
}
