//! What the connector is to do in each round.

use chrono::{DateTime, TimeDelta};

use crate::crm::Watched;
use crate::model::{
    Brief, BriefLine, ContactId, Field, Kind, Task, Timestamp, Untrusted, Update, Write, Written,
};

pub(super) const ANA: &str = "ana@acme.example";
pub(super) const BEA: &str = "bea@acme.example";

/// 2026-11-23T10:00:00Z.
pub(super) fn now() -> Timestamp {
    DateTime::from_timestamp(1_795_428_000, 0).unwrap()
}

pub(super) fn fields() -> Vec<Field> {
    let field = |(name, property, kind): &(&str, &str, Kind)| Field::new(*name, *property, *kind);
    let fields = [
        ("id", "hs_object_id", Kind::Text),
        ("email", "email", Kind::Text),
        ("first_name", "firstname", Kind::Text),
        ("score", "hubspotscore", Kind::Number),
        ("owner", "hubspot_owner_id", Kind::Text),
        ("company_id", "associatedcompanyid", Kind::Text),
        ("company.name", "name", Kind::Text),
        ("company.employees", "numberofemployees", Kind::Number),
        ("company.owner", "hubspot_owner_id", Kind::Text),
    ];
    fields.iter().map(field).collect()
}

/// Open handoffs: of one, the task was written.
pub(super) fn open() -> Vec<Watched> {
    let watched = |contact: &str, task: Option<&str>| Watched {
        contact: ContactId::parse(contact).unwrap(),
        email: None,
        owner: ANA.to_owned(),
        since: now() - TimeDelta::hours(1),
        task: task.map(|id| Written { remote_id: id.to_owned(), at: now() - TimeDelta::hours(1) }),
    };
    vec![watched("101", Some("201")), watched("102", Some("204"))]
}

fn update(contact: &str, owner: &str, set: &[(&str, &str)]) -> Write {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Write::Update(Update { contact: contact.to_owned(), owner: Some(owner.to_owned()), set })
}

fn task(contact: &str, owner: &str) -> Write {
    let line = BriefLine { label: "Why".to_owned(), text: Untrusted::new("score 87") };
    Write::Task(Task {
        contact: contact.to_owned(),
        owner: owner.to_owned(),
        due: now() + TimeDelta::hours(1),
        priority: "high".to_owned(),
        brief: Brief { title: Untrusted::new("Call Rui"), lines: vec![line], link: None },
    })
}

/// Two of each kind: they go out together.
pub(super) fn together() -> Vec<(&'static str, Write)> {
    vec![
        ("update1", update("101", ANA, &[("lifecyclestage", "salesqualifiedlead")])),
        (
            "update2",
            update("102", ANA, &[("hs_lead_status", "NEW"), ("lifecyclestage", "salesqualifiedlead")]),
        ),
        ("task1", task("101", ANA)),
        ("task2", task("102", ANA)),
    ]
}

/// One of each kind.
pub(super) fn alone() -> Vec<(&'static str, Write)> {
    vec![("update3", update("103", BEA, &[])), ("task3", task("103", BEA))]
}
