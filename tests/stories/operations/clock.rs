//! A clock that was wrong, and is right again: what was decided by it is decided again.

use serde_json::Value;

use crate::desk::rules;
use crate::support::{Place, contacts};

const AHEAD: &str = "2026-11-26T10:01:00Z";

fn desk() -> Place {
    let within = rules().replace("score.at_least = 50", "last_form_at.within = \"1d\"");
    let rules = format!(
        "{within}\n[fields]\nlast_form_at = {{ property = \"last_form_at\", type = \"datetime\" }}\n"
    );
    let place = Place::with(&rules, "id,email,last_form_at,opted_out,owner\n");
    place.write("activity.csv", "at,contact,by,kind,note\n");
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    place
}

fn handed_off(report: &Value) -> Vec<&str> {
    contacts(report, "handed_off")
}

#[test]
fn leads_that_were_judged_by_a_clock_three_days_ahead_are_judged_again() {
    let place = desk();
    place.append("contacts.csv", "1,kim@client.example,2026-11-23T09:59:00Z,,\n");
    assert_eq!(handed_off(&place.json_at(AHEAD, 0, &["run"])), [""; 0]);
    let right = place.json_at("2026-11-23T10:02:00Z", 0, &["run"]);
    assert_eq!(handed_off(&right), ["kim@client.example"], "{right}");
    let again = place.json_at("2026-11-23T10:03:00Z", 0, &["run"]);
    assert_eq!(again["evaluated"]["contacts"], 0, "{again}");
}

#[test]
fn a_lead_handed_off_by_a_clock_three_days_ahead_is_due_by_the_right_one() {
    let place = desk();
    place.append("contacts.csv", "1,kim@client.example,2026-11-26T10:00:00Z,,\n");
    assert_eq!(handed_off(&place.json_at(AHEAD, 0, &["run"])), ["kim@client.example"]);
    place.json_at("2026-11-23T10:02:00Z", 0, &["run"]);
    for (at, escalated) in
        [("2026-11-23T10:30:00Z", 0), ("2026-11-23T10:33:00Z", 1), ("2026-11-23T11:03:00Z", 1)]
    {
        let ran = place.json_at(at, 0, &["run"]);
        assert_eq!(ran["escalated"].as_array().unwrap().len(), escalated, "{at}: {ran}");
    }
}
