//! What cron mails or logs names contacts by their ids: no name, no e-mail, whatever a service repeats.

use serde_json::{Value, json};

use super::scene::Funnel;
use crate::support::Ran;
use crate::support::clean::{FORGED, assert_clean};
use crate::support::http_server::Reply;
use crate::support::hubspot::Fault;
use crate::support::slack::fake::Script;

const EMAIL: &str = "zenobia.septimia@palmyra.example";

/// Words of the lead that stand nowhere else.
const WORDS: [&str; 4] = ["zenobia", "septimia", "palmyra", "queen of the east"];

/// Every way to ask for more words, but for those that ask for the report itself.
const VERBOSITIES: [&[&str]; 4] = [&[], &["-v"], &["-vv", "--log-format", "json"], &["-q"]];

fn lead(funnel: &Funnel, id: &str) {
    let mut portal = funnel.hubspot.portal();
    let company = format!("5{id}");
    portal.put("companies", &company, &json!({"name": "Palmyra Silk"}));
    let lead = json!({"email": EMAIL, "firstname": "Zenobia", "lastname": "Septimia", "jobtitle": "Queen of the East",
        "hubspotscore": "70", "lifecyclestage": "lead", "associatedcompanyid": company});
    portal.put("contacts", id, &lead);
}

fn assert_nobody(ran: &Ran, when: &str) {
    let said = ran.all().to_lowercase();
    for word in WORDS {
        assert!(!said.contains(word), "{when}: {word} was said:\n{}", ran.all());
    }
}

/// Answers that repeat what they were sent.
fn repeating() -> impl Iterator<Item = Value> {
    let reasons = json!([{"isValid": false, "name": "email", "message": format!("<{EMAIL}> is taken")}]);
    [
        json!({"status": "error", "category": "VALIDATION_ERROR", "message": format!("Email address {EMAIL} is invalid")}),
        json!({"status": "error", "category": "VALIDATION_ERROR", "message": format!("Property values were not valid: {reasons}")}),
        json!({"status": "error", "message": format!("mailto:{}", EMAIL.to_uppercase())}),
        json!({"status": "error", "message": format!("value={}", EMAIL.replace('@', "%40"))}),
    ]
    .into_iter()
}

#[test]
fn a_run_that_nobody_looks_at_names_nobody() {
    let mut funnel = Funnel::open();
    for (at, verbosity) in VERBOSITIES.iter().enumerate() {
        lead(&funnel, &(101 + at).to_string());
        for command in [&["run", "--include-existing"][..], &["sync"], &["route"], &["escalate"], &["retry"]]
        {
            let ran = funnel.run(&[command, verbosity].concat());
            assert_nobody(&ran, &format!("{command:?} {verbosity:?}"));
            assert!(ran.stdout.is_empty(), "{command:?} {verbosity:?}: {}", ran.stdout);
        }
    }
    assert!(funnel.tasks() >= 1);
    let asked = funnel.run(&["explain", "101"]);
    assert!(asked.stdout.contains("Zenobia"), "whoever asks is told: {}", asked.all());
}

/// A lead that both services refuse, each answer with this text in it.
fn refused(status: u16, body: &Value) -> Funnel {
    let funnel = Funnel::open();
    lead(&funnel, "101");
    let mut slack = body.clone();
    slack["ok"] = json!(false);
    slack["error"] = body["message"].clone();
    for method in ["users.lookupByEmail", "chat.postMessage"] {
        funnel.slack.script(method, Script::Instead(Reply::json(200, &slack)));
    }
    for (method, path) in [("PATCH", "/101"), ("POST", "/tasks")] {
        funnel.hubspot.fail(method, path, Fault::Instead(Reply::json(status, body)));
    }
    funnel
}

const RUN: [&str; 4] = ["run", "-v", "--deadline", "3"];

#[test]
fn a_service_that_repeats_an_address_does_not_get_it_into_the_log() {
    for (status, body) in
        [400, 500].into_iter().flat_map(|status| repeating().map(move |body| (status, body)))
    {
        let mut funnel = refused(status, &body);
        for command in [&[RUN[0], RUN[1], "--include-existing"][..], &["status"], &RUN, &["retry", "-v"]] {
            let ran = funnel.run(command);
            assert_nobody(&ran, &format!("{status} {body} {command:?}"));
        }
    }
}

#[test]
fn what_a_service_says_steers_nothing_and_forges_no_line() {
    for (status, end) in [(400, "\n"), (401, "\r\n"), (403, "\u{85}"), (429, "\u{2028}"), (500, "\n")] {
        let message = format!("no{end}{FORGED}\u{1b}[2J\u{1b}]52;c;aGk=\u{7}\u{202e}\u{9b}31m");
        let mut funnel = refused(
            status,
            &json!({"status": "error", "message": message, "category": message,
                "errors": [{"context": {"requiredGranularScopes": [message]}}], "needed": message}),
        );
        let mut said = String::new();
        for command in [
            &[RUN[0], RUN[1], "--include-existing"][..],
            &["status"],
            &["status", "--format", "json"],
            &["explain", "101"],
            &["run", "--format", "json", "--log-format", "json"],
            &["retry"],
        ] {
            let ran = funnel.run(command);
            assert_clean(&format!("{status} {command:?}"), &ran.all());
            said.push_str(&ran.all());
        }
        assert!(said.contains("FORGED"), "nothing of it was told: {said}");
    }
}
