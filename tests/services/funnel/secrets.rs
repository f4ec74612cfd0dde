//! Canary tokens: whatever happens, whatever is asked, they are nowhere but in the header.

use std::net::TcpListener;

use serde_json::json;

use super::scene::Funnel;
use crate::support::Ran;
use crate::support::http_server::{HttpServer, Reply};
use crate::support::hubspot::Fault;
use crate::support::slack::fake::{FakeSlack, Script};

/// Every way to ask for more words.
const VERBOSITIES: [&[&str]; 5] =
    [&[], &["-v"], &["-vv"], &["-v", "--log-format", "json"], &["-vv", "--format", "json"]];

/// Every command that opens a connection.
const COMMANDS: [&[&str]; 8] = [
    &["run", "--include-existing", "--deadline", "3"],
    &["sync"],
    &["route"],
    &["escalate"],
    &["retry"],
    &["check", "--online"],
    &["init", "--crm"],
    &["sync", "--dry-run"],
];

/// A secret, as it is, coded, and as much of its end as would give it away.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let escaped = secret.replace(':', "%3A").replace('/', "%2F");
    vec![
        secret.to_owned(),
        secret[secret.len() - 12..].to_owned(),
        data_encoding::BASE64.encode(bytes),
        data_encoding::BASE64URL_NOPAD.encode(bytes),
        data_encoding::HEXLOWER.encode(bytes),
        escaped,
    ]
}

fn assert_nowhere(funnel: &Funnel, ran: &Ran, secrets: &[&str], when: &str) {
    for form in secrets.iter().flat_map(|secret| forms(secret)) {
        assert!(!ran.all().contains(&form), "{when}: {form} was said: {}", ran.all());
        for entry in std::fs::read_dir(funnel.place.path("")).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap_or_default();
            let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
            assert!(!found, "{when}: {form} is in {}", path.display());
        }
    }
}

/// What both services answer to everything, or refuse to.
fn failures(echo: &str) -> Vec<(&'static str, Reply)> {
    // A service, or a proxy before it, that repeats what it was sent.
    let body = json!({"status": "error", "ok": false, "error": echo, "message": format!("Bearer {echo}"),
        "category": echo, "needed": echo, "errors": [{"context": {"requiredGranularScopes": [echo]}}]});
    let html = Reply::Answer {
        status: 502,
        headers: vec![("X-Echo".to_owned(), echo.to_owned())],
        body: format!("<html>{echo}</html>").into_bytes(),
    };
    vec![
        ("401", Reply::json(401, &body)),
        ("403", Reply::json(403, &body)),
        ("429", Reply::json(429, &body).with("Retry-After", "3600")),
        ("500", Reply::json(500, &body)),
        ("200 that says no", Reply::json(200, &body)),
        ("HTML", html),
        ("truncated JSON", Reply::Half(Box::new(Reply::json(200, &body)))),
        ("closed", Reply::Close),
        ("redirect", Reply::json(302, &body).with("Location", &format!("https://evil.example/?{echo}"))),
    ]
}

#[test]
fn tokens_are_nowhere_when_all_is_well() {
    let mut funnel = Funnel::open();
    for (at, verbosity) in VERBOSITIES.iter().enumerate() {
        funnel.lead(&(101 + at).to_string());
        for command in COMMANDS {
            let ran = funnel.run(&[command, verbosity].concat());
            let (hubspot, slack) = funnel.tokens.clone();
            assert_nowhere(&funnel, &ran, &[&hubspot, &slack], &format!("{command:?} {verbosity:?}"));
        }
    }
    assert!(funnel.tasks() >= 1);
}

#[test]
fn tokens_are_nowhere_when_a_service_fails_and_repeats_them() {
    let (hubspot_token, slack_token) =
        (crate::support::hubspot::TOKEN.to_owned(), crate::support::slack::fake::TOKEN.to_owned());
    for at in 0..failures("").len() {
        let mut funnel = Funnel::open();
        funnel.lead("101");
        let reply = |echo: &str| failures(echo).remove(at);
        let (name, of_slack) = reply(&slack_token);
        for method in ["users.lookupByEmail", "chat.postMessage", "conversations.info", "auth.test"] {
            funnel.slack.script(method, Script::Instead(of_slack.clone()));
        }
        for (method, path) in
            [("PATCH", "/101"), ("POST", "/tasks"), ("GET", "/2026-09"), ("GET", "/contacts")]
        {
            funnel.hubspot.fail(method, path, Fault::Instead(reply(&hubspot_token).1));
        }
        for command in [COMMANDS[0], COMMANDS[5]] {
            let ran = funnel.run(&[command, &["-vv"]].concat());
            assert_nowhere(&funnel, &ran, &[&hubspot_token, &slack_token], name);
        }
        // And a service that answers nothing else, whatever is asked.
        let down = |token: &str| {
            let reply = reply(token).1;
            HttpServer::start(move |_| reply.clone())
        };
        let (hubspot, slack) = (down(&hubspot_token), down(&slack_token));
        let rules = funnel.place.read("rules.toml");
        let rules = rules.replace(&funnel.hubspot.url(), &hubspot.url());
        funnel.place.write("rules.toml", &rules.replace(&funnel.slack.url(), &slack.url()));
        for verbosity in [VERBOSITIES[2], VERBOSITIES[3], VERBOSITIES[4]] {
            let ran = funnel.run(&[COMMANDS[0], verbosity].concat());
            assert_nowhere(&funnel, &ran, &[&hubspot_token, &slack_token], name);
            assert_ne!(ran.status, 0, "{name}: {}", ran.all());
        }
    }
}

#[test]
fn tokens_are_nowhere_when_nobody_listens_or_speaks_tls() {
    let mut funnel = Funnel::open();
    let rules = funnel.place.read("rules.toml");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plain = HttpServer::start(|_| Reply::html(200));
    for base in [format!("http://{closed}"), plain.url().replace("http://", "https://")] {
        let all = rules.replace(&funnel.hubspot.url(), &base);
        funnel.place.write("rules.toml", &all.replace(&funnel.slack.url(), &base));
        let (hubspot, slack) = funnel.tokens.clone();
        for command in COMMANDS {
            let ran = funnel.run(&[command, &["-vv"]].concat());
            assert_nowhere(&funnel, &ran, &[&hubspot, &slack], &base);
        }
    }
}

/// The address of an incoming webhook is a secret as a whole.
#[test]
fn a_webhook_s_address_is_nowhere() {
    let secret = "/services/T0CANARY/B0CANARY/canaryOfWebhooks1234";
    let fake = FakeSlack::start();
    let down = HttpServer::start(|request| Reply::json(404, &json!({"message": request.path})));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for host in [fake.url(), down.url(), format!("http://{closed}"), "not a URL ".to_owned()] {
        let mut funnel = Funnel::open();
        funnel.lead("101");
        let url = format!("{host}{secret}");
        for verbosity in VERBOSITIES {
            for command in [COMMANDS[0], COMMANDS[5]] {
                let ran = funnel.run_with_webhook(&url, &[command, verbosity].concat());
                assert_nowhere(&funnel, &ran, &[&url, secret, "canaryOfWebhooks1234"], &host);
            }
        }
    }
}
