//! Whom a message mentions.

use serde_json::json;

use super::desk::{Desk, TEN};
use crate::support::http_server::Reply;
use crate::support::slack::fake::{Script, TOKEN};

#[test]
fn case_11_a_user_is_found_once_and_remembered_for_a_day() {
    let desk = Desk::open();
    desk.lead();
    desk.run(TEN);
    desk.leads(&["kim,Kim,Lopez,CTO", "lou,Lou,Ito,CEO"]);
    desk.run("2026-11-23T10:05:00Z");
    assert_eq!(desk.slack.messages().len(), 2);
    assert_eq!(desk.slack.calls("users.lookupByEmail").len(), 1);
    assert!(desk.slack.messages()[1].text().contains("<@U0ANA>"));
    desk.leads(&["max,Max,Roth,CEO"]);
    desk.run("2026-11-24T11:00:00Z");
    let asked = desk.slack.calls("users.lookupByEmail");
    assert_eq!(asked.iter().filter(|call| call["email"] == "ana@acme.example").count(), 2, "a day later");
}

#[test]
fn case_11_without_a_user_the_name_stands_in_and_it_is_said() {
    for is_deleted in [false, true] {
        let desk = Desk::open();
        if is_deleted {
            desk.slack.deactivate("ana@acme.example");
        } else {
            desk.slack.forget_user("ana@acme.example");
        }
        desk.lead();
        let ran = desk.run(TEN);
        assert_eq!(ran.status, 0, "{}", ran.all());
        assert!(desk.slack.messages()[0].text().contains("Waiting for Ana Silva"));
        assert!(ran.stderr.contains("ana@acme.example"), "{}", ran.all());
    }
}

#[test]
fn case_11_a_name_that_stands_in_is_a_warning_without_being_asked_for() {
    let desk = Desk::open();
    desk.slack.forget_user("ana@acme.example");
    desk.lead();
    desk.slack.set_time(TEN);
    let variables = [("HANDOFF_NOW", TEN), ("HANDOFF_SLACK_TOKEN", TOKEN)];
    let ran = desk.place.handoff_with(&variables, &["run"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let warning = "warning: no active Slack user has the e-mail ana@acme.example";
    assert!(ran.stderr.contains(warning), "{}", ran.all());
}

#[test]
fn case_11_the_case_of_an_email_does_not_matter() {
    let desk = Desk::open();
    desk.place.replace("rules.toml", "email = \"ana@acme.example\"", "email = \"Ana@ACME.example\"");
    desk.place.replace("rules.toml", "rep = \"ana@acme.example\"", "rep = \"ANA@acme.example\"");
    desk.lead();
    let ran = desk.run(TEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(desk.slack.messages()[0].text().contains("<@U0ANA>"));
}

#[test]
fn case_12_without_the_scope_for_emails_the_message_goes_out_and_the_scope_is_named() {
    let desk = Desk::open();
    let body = json!({ "ok": false, "error": "missing_scope", "needed": "users:read.email" });
    desk.slack.script("users.lookupByEmail", Script::Instead(Reply::json(200, &body)));
    desk.lead();
    let ran = desk.run(TEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stderr.contains("users:read.email"), "{}", ran.all());
    assert_eq!(desk.slack.messages().len(), 1);
}

#[test]
fn case_21_a_look_up_that_stumbles_is_tried_again() {
    let desk = Desk::open();
    desk.slack.script("users.lookupByEmail", Script::Instead(Reply::html(502)));
    desk.slack.script("users.lookupByEmail", Script::Instead(Reply::Close));
    desk.lead();
    let ran = desk.run(TEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(desk.slack.messages()[0].text().contains("<@U0ANA>"));
}

#[test]
fn case_25_keys_that_nobody_knows_are_ignored() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/slack");
    let sample = |name: &str| -> Option<serde_json::Value> {
        let text = std::fs::read_to_string(samples.join(name)).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    };
    let (Some(user), Some(posted)) =
        (sample("users.lookupByEmail_ok.json"), sample("chat.postMessage_ok.json"))
    else {
        return;
    };
    let desk = Desk::open();
    desk.slack.script("users.lookupByEmail", Script::Instead(Reply::json(200, &user)));
    desk.slack.script("chat.postMessage", Script::After(Reply::json(200, &posted)));
    desk.lead();
    let ran = desk.run(TEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(desk.slack.messages()[0].text().contains("<@W012A3CDE>"));
}
