//! Tokens, webhooks, and what `check --online` says.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::desk::{Desk, TEN};
use crate::support::Ran;
use crate::support::http_server::{HttpServer, Reply};
use crate::support::slack::fake::{Script, TOKEN};

fn check(desk: &Desk) -> Ran {
    desk.run_with(TEN, &["check", "--online"])
}

#[test]
fn without_a_token_the_variables_are_named() {
    let desk = Desk::open();
    let ran = desk.place.handoff_at(TEN, &["run"]);
    assert_eq!(ran.status, 2, "{}", ran.all());
    assert!(ran.stderr.contains("HANDOFF_SLACK_TOKEN") && ran.stderr.contains("HANDOFF_SLACK_WEBHOOK"));
}

#[test]
fn check_finds_nothing_wrong_with_a_good_setup() {
    let ran = check(&Desk::open());
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(!ran.stdout.contains("H091"), "{}", ran.all());
}

#[test]
fn check_says_what_to_mend() {
    let desk = Desk::open();
    desk.slack.state().is_member = false;
    desk.slack.forget_user("ana@acme.example");
    let scopes = Reply::json(200, &serde_json::json!({ "ok": true })).with("X-OAuth-Scopes", "chat:write");
    desk.slack.script("users.lookupByEmail", Script::Instead(scopes));
    let ran = check(&desk);
    assert_eq!(ran.status, 1, "{}", ran.all());
    for part in ["/invite", "ana@acme.example"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.all());
    }
}

#[test]
fn check_names_missing_scopes() {
    let desk = Desk::open();
    let answer = serde_json::json!({ "ok": true, "channel": { "is_member": true } });
    let answer = Reply::json(200, &answer).with("X-OAuth-Scopes", "chat:write,users:read,channels:read");
    desk.slack.script("conversations.info", Script::Instead(answer));
    let ran = check(&desk);
    assert_eq!(ran.status, 1, "{}", ran.all());
    for scope in ["users:read.email", "reactions:read", "channels:history"] {
        assert!(ran.stdout.contains(scope), "{scope}: {}", ran.all());
    }
}

#[test]
fn check_names_scopes_that_nothing_uses_and_finds_no_error_in_them() {
    let desk = Desk::open();
    let answer = serde_json::json!({ "ok": true, "channel": { "is_member": true } });
    let all = "identify,chat:write,users:read,users:read.email,reactions:read,channels:history,channels:read,\
               groups:read,groups:history,im:write,im:history,files:write,admin";
    let answer = Reply::json(200, &answer).with("X-OAuth-Scopes", all);
    desk.slack.script("conversations.info", Script::Instead(answer));
    let ran = check(&desk);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stdout.contains("take away admin, files:write\n"), "{}", ran.all());
}

#[test]
fn check_says_that_a_token_is_no_good() {
    let desk = Desk::open();
    desk.slack.refuse("auth.test", "invalid_auth");
    let ran = check(&desk);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stdout.contains("HANDOFF_SLACK_TOKEN"), "{}", ran.all());
    assert_eq!(desk.slack.call_count(), 1);
}

/// An incoming webhook that answers from a list, then `ok`.
struct Hook {
    server: HttpServer,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Hook {
    fn start(answers: Vec<Reply>) -> Self {
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let (seen, answers) = (bodies.clone(), Mutex::new(answers));
        let server = HttpServer::start(move |request| {
            assert_eq!(request.path, "/services/T0/B0/canary-hook");
            assert_eq!(request.header("authorization"), None);
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            assert!(!body["text"].as_str().unwrap().is_empty() && body.get("thread_ts").is_none());
            seen.lock().unwrap().push(body);
            answers.lock().unwrap().pop().unwrap_or_else(|| text(200, "ok"))
        });
        Self { server, bodies }
    }

    fn run(&self, desk: &Desk, at: &str, args: &[&str]) -> Ran {
        let url = format!("{}/services/T0/B0/canary-hook", self.server.url());
        let variables = [("HANDOFF_NOW", at), ("HANDOFF_SLACK_WEBHOOK", url.as_str())];
        let ran = desk.place.handoff_with(&variables, &[args, &["-v"]].concat());
        desk.assert_secret(&ran, "canary-hook");
        ran
    }

    fn texts(&self) -> Vec<String> {
        self.bodies.lock().unwrap().iter().map(|body| body["text"].as_str().unwrap().to_owned()).collect()
    }
}

fn text(status: u16, body: &str) -> Reply {
    Reply::Answer {
        status,
        headers: vec![("Content-Type".to_owned(), "text/html".to_owned())],
        body: body.into(),
    }
}

#[test]
fn case_19_a_webhook_posts_messages_and_follow_ups_and_nothing_else() {
    let desk = Desk::open();
    let hook = Hook::start(Vec::new());
    desk.lead();
    assert_eq!(hook.run(&desk, TEN, &["run"]).status, 0);
    let ran = hook.run(&desk, "2026-11-23T10:30:00Z", &["run"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let texts = hook.texts();
    assert_eq!(texts.len(), 2, "a message and a reminder; no states: {texts:?}");
    assert!(texts[0].contains("Waiting for Ana Silva") && texts[1].contains("Kim Lopez"), "{texts:?}");
    assert_eq!(desk.slack.call_count(), 0);
}

#[test]
fn case_19_check_says_what_a_webhook_cannot_do() {
    let desk = Desk::open();
    let ran = Hook::start(Vec::new()).run(&desk, TEN, &["check", "--online"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stdout.contains("reactions") && ran.stdout.contains("HANDOFF_SLACK_TOKEN"), "{}", ran.all());
}

#[test]
fn case_19_a_webhook_refuses_in_plain_text() {
    for (status, word) in [(400, "invalid_payload"), (410, "channel_is_archived"), (404, "no_service")] {
        let desk = Desk::open();
        let hook = Hook::start(vec![text(status, word)]);
        desk.lead();
        let ran = hook.run(&desk, TEN, &["run"]);
        assert_eq!(ran.status, 1, "{}", ran.all());
        assert!(ran.stderr.contains(word), "{}", ran.all());
    }
}

#[test]
fn case_19_what_may_have_been_posted_through_a_webhook_is_not_posted_again() {
    let desk = Desk::open();
    let hook = Hook::start(vec![Reply::Close]);
    desk.lead();
    assert_eq!(hook.run(&desk, TEN, &["run"]).status, 1);
    let ran = hook.run(&desk, "2026-11-23T10:02:00Z", &["run"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stderr.contains("handoff retry"), "{}", ran.all());
    assert_eq!(hook.texts().len(), 1);
}

#[test]
fn a_webhook_elsewhere_is_refused_when_everything_else_is_here() {
    let desk = Desk::open();
    let variables =
        [("HANDOFF_NOW", TEN), ("HANDOFF_SLACK_WEBHOOK", "https://hooks.slack.example/canary-hook")];
    let ran = desk.place.handoff_with(&variables, &["run"]);
    assert_eq!(ran.status, 2, "{}", ran.all());
    desk.assert_secret(&ran, "canary-hook");
}

#[test]
fn a_token_comes_before_a_webhook() {
    let desk = Desk::open();
    let hook = Hook::start(Vec::new());
    desk.lead();
    desk.slack.set_time(TEN);
    let url = hook.server.url();
    let variables =
        [("HANDOFF_NOW", TEN), ("HANDOFF_SLACK_TOKEN", TOKEN), ("HANDOFF_SLACK_WEBHOOK", url.as_str())];
    assert_eq!(desk.place.handoff_with(&variables, &["run"]).status, 0);
    assert_eq!((desk.slack.messages().len(), hook.texts().len()), (1, 0));
}
