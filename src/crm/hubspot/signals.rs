//! What counts as an act of the rep, by strength: 1 our task done or deleted, 2 a call, e-mail or meeting by the owner, 3 the owner's first
//! engagement, 4 lead status or stage moved by a person, or a deal, 5 anybody's contact with the person.
//!
//! What does not: incoming mail, page views, `hs_last_sales_activity_timestamp` (the contact's own acts), whatever an
//! integration wrote, this one among them.

use serde_json::Value;

use super::properties::{LAST_MODIFIED, LEAD_STATUS, OWNER_PROPERTY};
use super::record::{id_text, parse_time, property, record_id, time};
use super::stages::{STAGE_PROPERTY, is_sales};
use crate::connector::activity_cache::Signal;
use crate::model::{ActivityKind, Timestamp, one_line};

/// A kind of engagement that may be an act of the rep.
#[derive(Clone, Copy, Debug)]
pub(super) struct Engagement {
    /// The objects' name in paths.
    pub objects: &'static str,
    pub name: &'static str,
    pub kind: ActivityKind,
    pub properties: &'static [&'static str],
    /// A property and the values of it that make it no act of the rep.
    not: &'static [(&'static str, &'static [&'static str])],
    /// A property that must have this value.
    only: Option<(&'static str, &'static str)>,
}

/// <https://developers.hubspot.com/docs/api-reference/crm-calls-v3/guide>, and its neighbours for e-mails and meetings.
pub(super) const ENGAGEMENTS: [Engagement; 3] = [
    Engagement {
        objects: "calls",
        name: "call",
        kind: ActivityKind::Call,
        properties: &["hs_timestamp", OWNER_PROPERTY, "hs_call_direction", "hs_call_status"],
        not: &[
            ("hs_call_direction", &["INBOUND"]),
            ("hs_call_status", &["CANCELED", "QUEUED", "CALLING_CRM_USER"]),
        ],
        only: None,
    },
    Engagement {
        objects: "emails",
        name: "e-mail",
        kind: ActivityKind::Email,
        properties: &["hs_timestamp", OWNER_PROPERTY, "hs_email_direction", "hs_email_status"],
        not: &[("hs_email_status", &["BOUNCED", "FAILED", "SCHEDULED"])],
        // Sent; INCOMING_EMAIL is the contact's, FORWARDED_EMAIL may be anybody's.
        only: Some(("hs_email_direction", "EMAIL")),
    },
    Engagement {
        objects: "meetings",
        name: "meeting",
        kind: ActivityKind::Meeting,
        properties: &["hs_timestamp", OWNER_PROPERTY, "hs_meeting_outcome", CREATED, BOOKED_BY],
        not: &[("hs_meeting_outcome", &["CANCELED", "NO_SHOW", "RESCHEDULED"])],
        only: None,
    },
];

const CREATED: &str = "hs_createdate";

/// Who booked a meeting. With one of these it was the contact, on the rep's page.
const BOOKED_BY: &str = "hs_meeting_source";
const BY_CONTACT: [&str; 2] = ["MEETINGS_PUBLIC", "MEETINGS_EMBEDDED"];

/// When a meeting shows that the rep acted: when it was booked, and not only when it begins.
fn booked(record: &Value, since: Timestamp) -> Option<Timestamp> {
    let by_contact = property(record, BOOKED_BY).is_some_and(|source| BY_CONTACT.contains(&source));
    time(record, CREATED).filter(|at| *at >= since && !by_contact)
}

impl Engagement {
    /// The act that an object shows, if it is one by this owner since then.
    pub(super) fn signal(&self, record: &Value, owner: &str, since: Timestamp) -> Option<Signal> {
        let at = time(record, "hs_timestamp").filter(|at| *at >= since)?;
        let is_meeting = self.kind == ActivityKind::Meeting;
        let at = booked(record, since).filter(|_| is_meeting).map_or(at, |booked| booked.min(at));
        let id = record_id(record)?;
        let theirs = record.get("properties")?.get(OWNER_PROPERTY).and_then(id_text)?;
        let is = |name: &str, value: &str| property(record, name) == Some(value);
        let excluded = self.not.iter().any(|(name, values)| values.iter().any(|value| is(name, value)));
        let included = self.only.is_none_or(|(name, value)| is(name, value));
        (theirs == owner && included && !excluded).then(|| Signal {
            at,
            kind: self.kind,
            seen_in: format!("HubSpot {} {id}, by the owner (strength 2)", self.name),
            by_owner: true,
        })
    }
}

/// Of a task of ours.
pub(super) const TASK_PROPERTIES: [&str; 3] =
    ["hs_task_status", "hs_task_completion_date", "hs_lastmodifieddate"];

/// Where a task of ours is seen done or gone.
pub(super) fn seen_in_task(id: &str) -> String {
    format!("HubSpot task {id} (strength 1)")
}

/// Our task, done. Before that its completion date may hold the due date.
pub(super) fn task_done(record: &Value) -> Option<Signal> {
    let id = record_id(record)?;
    let is_done = property(record, "hs_task_status") == Some("COMPLETED");
    let at = || time(record, "hs_task_completion_date").or_else(|| time(record, "hs_lastmodifieddate"));
    Some(Signal {
        at: is_done.then(at).flatten()?,
        kind: ActivityKind::TaskCompleted,
        seen_in: seen_in_task(&id),
        by_owner: true,
    })
}

/// Our task, deleted. HubSpot says neither when nor by whom: it is dated when it was missed.
pub(super) fn task_deleted(id: &str, now: Timestamp) -> Signal {
    Signal { at: now, kind: ActivityKind::TaskDeleted, seen_in: seen_in_task(id), by_owner: false }
}

const FIRST_ENGAGEMENT: &str = "hs_sa_first_engagement_date";
const LAST_CONTACTED: &str = "notes_last_contacted";
const DEALS: &str = "num_associated_deals";

/// Of a contact, what is read as it is, and what with its history.
pub(super) const CONTACT_PROPERTIES: [&str; 3] = [FIRST_ENGAGEMENT, LAST_CONTACTED, LAST_MODIFIED];
pub(super) const CONTACT_HISTORY: [&str; 3] = [LEAD_STATUS, STAGE_PROPERTY, DEALS];

/// What a contact's own properties show.
pub(super) fn of_contact(record: &Value, since: Timestamp) -> Vec<Signal> {
    let dated = |name: &str, what: &str, by_owner: bool| {
        let at = time(record, name).filter(|at| *at >= since)?;
        let seen_in = format!("HubSpot {name}, {what}");
        Some(Signal { at, kind: ActivityKind::Contacted, seen_in, by_owner })
    };
    let mut signals: Vec<Signal> = [
        dated(FIRST_ENGAGEMENT, "the owner's first engagement (strength 3)", true),
        dated(LAST_CONTACTED, "somebody's call, e-mail or meeting (strength 5)", false),
    ]
    .into_iter()
    .flatten()
    .collect();
    signals.extend(moved(record, LEAD_STATUS, since, |_, by_person| by_person));
    signals.extend(moved(record, STAGE_PROPERTY, since, |stage, by_person| by_person && is_sales(stage)));
    let is_deal = |count: &str, _| count.parse::<f64>().is_ok_and(|count| count > 0.0);
    signals.extend(moved(record, DEALS, since, is_deal));
    signals
}

/// The first version of a property since then that counts; `counts` is told whether a person set it.
fn moved(
    record: &Value,
    name: &str,
    since: Timestamp,
    counts: impl Fn(&str, bool) -> bool,
) -> Option<Signal> {
    let versions = record.get("propertiesWithHistory")?.get(name)?.as_array()?;
    let version = |version: &Value| {
        let value = version.get("value")?.as_str()?.trim();
        let at = parse_time(version.get("timestamp")?).filter(|at| *at >= since)?;
        let source = version.get("sourceType").and_then(Value::as_str).unwrap_or_default();
        let counted = !value.is_empty() && counts(value, is_person(source));
        counted.then(|| (at, one_line(value, 60)))
    };
    let (at, value) = versions.iter().filter_map(version).min_by_key(|(at, _)| *at)?;
    let seen_in = format!("HubSpot {name} {value} (strength 4)");
    Some(Signal { at, kind: ActivityKind::Moved, seen_in, by_owner: false })
}

/// Who changed a property: people work in the app and on their phones; the rest are machines.
///
/// <https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide>
fn is_person(source: &str) -> bool {
    source.starts_with("CRM_UI") || source.starts_with("MOBILE_") || source == "CONTACTS_WEB"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn since() -> Timestamp {
        parse_time(&json!("2026-11-23T10:00:00Z")).unwrap()
    }

    fn engagement(objects: &str, properties: &Value) -> bool {
        let mut properties = properties.clone();
        let defaults = [("hs_timestamp", json!("2026-11-23T10:05:00.000Z")), (OWNER_PROPERTY, json!("77"))];
        for (name, value) in defaults {
            let all = properties.as_object_mut().unwrap();
            all.entry(name).or_insert(value);
        }
        let kind = ENGAGEMENTS.iter().find(|kind| kind.objects == objects).unwrap();
        kind.signal(&json!({"id": "1", "properties": properties}), "77", since()).is_some()
    }

    #[test]
    fn outgoing_calls_mails_and_meetings_by_the_owner_count_and_nothing_else() {
        for (objects, properties, counts) in [
            ("calls", json!({}), true),
            ("calls", json!({"hs_call_direction": "INBOUND"}), false),
            ("calls", json!({"hubspot_owner_id": "78"}), false),
            ("calls", json!({"hubspot_owner_id": 77}), true),
            ("calls", json!({"hs_timestamp": "2026-11-23T09:59:59.999Z"}), false),
            ("calls", json!({"hs_timestamp": "1795428301000"}), true),
            ("calls", json!({"hs_timestamp": "soon"}), false),
            ("emails", json!({"hs_email_direction": "EMAIL"}), true),
            ("emails", json!({"hs_email_direction": "INCOMING_EMAIL"}), false),
            ("emails", json!({"hs_email_direction": "EMAIL", "hs_email_status": "BOUNCED"}), false),
            ("emails", json!({}), false),
            ("meetings", json!({"hs_meeting_outcome": "COMPLETED"}), true),
            ("meetings", json!({"hs_meeting_outcome": "CANCELED"}), false),
            ("meetings", json!({"hs_timestamp": "2026-11-25T10:00:00Z"}), true),
        ] {
            assert_eq!(engagement(objects, &properties), counts, "{objects} {properties}");
        }
    }

    #[test]
    fn a_meeting_counts_from_when_the_rep_booked_it_and_the_contact_s_own_booking_from_when_it_begins() {
        let (booked, begins) = ("2026-11-23T10:05:00Z", "2026-11-25T10:00:00Z");
        let at = |created: &str, source: &str| {
            let properties = json!({"hs_timestamp": begins, "hs_createdate": created, "hs_meeting_source": source,
                "hs_meeting_outcome": "SCHEDULED", OWNER_PROPERTY: "77"});
            ENGAGEMENTS[2].signal(&json!({"id": "1", "properties": properties}), "77", since()).unwrap().at
        };
        let time = |text: &str| parse_time(&json!(text)).unwrap();
        assert_eq!(at(booked, "CRM_UI"), time(booked));
        assert_eq!(at(booked, "MEETINGS_PUBLIC"), time(begins));
        assert_eq!(at("2026-11-22T10:00:00Z", "CRM_UI"), time(begins));
        assert_eq!(at("2026-11-26T10:00:00Z", "CRM_UI"), time(begins), "logged afterwards");
    }

    #[test]
    fn a_task_counts_when_it_is_completed_not_when_it_is_due() {
        let task = |status: &str| {
            json!({"id": 5, "properties": {"hs_task_status": status,
            "hs_task_completion_date": "2026-11-23T10:05:00Z"}})
        };
        assert_eq!(task_done(&task("NOT_STARTED")), None);
        assert_eq!(task_done(&task("COMPLETED")).unwrap().seen_in, "HubSpot task 5 (strength 1)");
    }

    #[test]
    fn what_the_contact_did_and_what_machines_wrote_is_no_act_of_a_rep() {
        let version = |value: &str, source: &str, at: &str| json!({"value": value, "sourceType": source, "timestamp": at});
        let late = "2026-11-23T10:05:00Z";
        let record = json!({
            "properties": {"hs_last_sales_activity_timestamp": late, "hs_sales_email_last_replied": late,
                "notes_last_updated": late, "notes_last_contacted": "2026-11-22T10:00:00Z"},
            "propertiesWithHistory": {
                "hs_lead_status": [version("NEW", "INTEGRATION", late), version("OPEN", "CRM_UI", "2026-11-01T00:00:00Z")],
                "lifecyclestage": [version("lead", "CRM_UI", late), version("opportunity", "AUTOMATION_PLATFORM", late)],
                "num_associated_deals": [version("0", "CALCULATED", late)],
            },
        });
        assert_eq!(of_contact(&record, since()), []);
    }

    #[test]
    fn what_a_person_did_shows_with_its_strength() {
        let late = "2026-11-23T10:05:00Z";
        let version = |value: &str| json!([{"value": value, "sourceType": "CRM_UI", "timestamp": late}]);
        let record = json!({
            "properties": {"hs_sa_first_engagement_date": late, "notes_last_contacted": late},
            "propertiesWithHistory": {"hs_lead_status": version("IN_PROGRESS"),
                "lifecyclestage": version("opportunity"), "num_associated_deals": version("1")},
        });
        let signals = of_contact(&record, since());
        let seen: Vec<&str> = signals.iter().map(|signal| signal.seen_in.as_str()).collect();
        insta::assert_snapshot!(seen.join("\n"), @r#"
        HubSpot hs_sa_first_engagement_date, the owner's first engagement (strength 3)
        HubSpot notes_last_contacted, somebody's call, e-mail or meeting (strength 5)
        HubSpot hs_lead_status IN_PROGRESS (strength 4)
        HubSpot lifecyclestage opportunity (strength 4)
        HubSpot num_associated_deals 1 (strength 4)
        "#);
    }
}
