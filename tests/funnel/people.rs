//! What cron mails or logs names contacts by their ids: no name, no e-mail, whatever a service repeats.

use serde_json::{Value, json};

use crate::http_server::Reply;
use crate::hubspot::portal::Fault;
use crate::scene::Funnel;
use crate::slack::fake::Script;
use crate::support::Ran;

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
fn repeating() -> Vec<Value> {
    let reasons = json!([{"isValid": false, "name": "email", "message": format!("<{EMAIL}> is taken")}]);
    vec![
        json!({"status": "error", "category": "VALIDATION_ERROR", "message": format!("Email address {EMAIL} is invalid")}),
        json!({"status": "error", "category": "VALIDATION_ERROR", "message": format!("Property values were not valid: {reasons}")}),
        json!({"status": "error", "message": format!("mailto:{}", EMAIL.to_uppercase())}),
        json!({"status": "error", "message": format!("value={}", EMAIL.replace('@', "%40"))}),
    ]
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

#[test]
fn a_service_that_repeats_an_address_does_not_get_it_into_the_log() {
    for (status, body) in [400, 403, 409, 423, 500]
        .into_iter()
        .flat_map(|status| repeating().into_iter().map(move |body| (status, body)))
    {
        let mut funnel = Funnel::open();
        lead(&funnel, "101");
        let mut slack = body.clone();
        slack["ok"] = json!(false);
        slack["error"] = body["message"].clone();
        for method in ["users.lookupByEmail", "chat.postMessage"] {
            funnel.slack.script(method, Script::Instead(Reply::json(200, &slack)));
        }
        for (method, path) in [("PATCH", "/101"), ("POST", "/tasks")] {
            funnel.hubspot.fail(method, path, Fault::Instead(Reply::json(status, &body)));
        }
        for command in [
            &["run", "--include-existing", "-v", "--deadline", "3"][..],
            &["status"],
            &["run", "-v", "--deadline", "3"],
            &["retry", "-v"],
        ] {
            let ran = funnel.run(command);
            assert_nobody(&ran, &format!("{status} {body} {command:?}"));
        }
    }
}
