//! What reps did, in a file that cannot be read in part.

use super::{given, put, run, set_aside};
use crate::support::{Place, contacts};

fn desk(more: &str) -> Place {
    let file = format!("[crm.file]\ncontacts = \"contacts.csv\"\nactivity = \"activity.csv\"\n{more}");
    let sla = "[[sla]]\nname = \"standard\"\nrespond_within = \"1h\"\nstep = [{ at = \"50%\", do = \"remind\" }]\n\
               [[mql]]\nname = \"engaged\"\nwhen = { score.at_least = 50 }\nsla = \"standard\"\n";
    let place = given(
        &format!("{file}{sla}"),
        "contacts.csv",
        "id,email,score\nAB,ann@a.example,70\naB,bo@a.example,80\n",
    );
    put(&place, "activity.csv", "at,contact,kind\n");
    assert_eq!(run(&place).0.len(), 2);
    place
}

#[test]
fn an_act_that_cannot_be_read_is_told_as_a_contact_is_until_it_is_mended() {
    let place = desk("");
    put(&place, "activity.csv", "at,contact,kind\nyesterday,AB,call\n2026-11-23T10:06:00Z,aB,Anruf\n");
    let ran = place.handoff_at("2026-11-23T10:10:00Z", &["run", "--format", "table"]);
    assert!(ran.stdout.contains("2 acts of reps set aside as unreadable"), "{}", ran.all());
    let report = place.json_at("2026-11-23T10:11:00Z", 0, &["run"]);
    assert_eq!(report["acts_set_aside"], 2);
    let aside = set_aside(&place);
    assert_eq!(aside[0], "what reps did: activity.csv:2: `at` is not a date and time: 'yesterday'");
    assert!(aside[1].starts_with(
        "what reps did: activity.csv:3: unknown kind 'Anruf'; say in [crm.file] `activity_kinds`"
    ));
    let status = place.handoff_at("2026-11-23T10:12:00Z", &["status"]);
    assert_eq!(status.status, 1);
    assert!(status.stdout.contains("acts of reps that cannot be read: 2"), "{}", status.all());
    // A walk over the contacts, which are all in order, does not forget them.
    put(&place, "contacts.csv", "id,email,score\nAB,ann@a.example,71\naB,bo@a.example,80\n");
    place.json_at("2026-11-23T10:13:00Z", 0, &["run"]);
    assert_eq!(set_aside(&place).len(), 2);
    put(&place, "activity.csv", "at,contact,kind\n2026-11-23T10:05:00Z,AB,call\n");
    let report = place.json_at("2026-11-23T10:14:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "outcomes"), ["ann@a.example"]);
    assert_eq!(set_aside(&place), Vec::<String>::new());
}

#[test]
fn kinds_are_read_as_the_definition_says() {
    let place = desk("activity_kinds = { Anruf = \"call\", \"Termin (extern)\" = \"meeting\" }\n");
    let rows = "at,contact,kind\n2026-11-23T10:06:00Z,AB,anruf\n2026-11-23T10:06:00Z,aB,Termin (extern)\n";
    put(&place, "activity.csv", rows);
    let report = place.json_at("2026-11-23T10:10:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "outcomes").len(), 2);
    place.replace("rules.toml", "\"meeting\"", "\"Treffen\"");
    let check = place.handoff_at("2026-11-23T10:10:00Z", &["check"]);
    assert!(check.stdout.contains("'Termin (extern)' must be one of task_completed,"), "{}", check.all());
}

#[test]
fn an_act_is_its_own_contacts_by_the_case_of_the_id() {
    let place = desk("");
    put(&place, "activity.csv", "at,contact,kind\n2026-11-23T10:06:00Z,aB,call\n");
    let report = place.json_at("2026-11-23T10:10:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "outcomes"), ["bo@a.example"]);
}
