//! Events: Slack says that somebody did something, and whoever watches the wake-up file starts a run at once.

use data_encoding::HEXLOWER;
use serde_json::json;

use super::desk::Desk;
use crate::support::Ran;
use crate::support::cgi;

const SECRET: &str = "canary-4711-signing-secret";
const TEN: &str = "2026-11-23T10:00:00Z";
const TEN_SECONDS: i64 = 1_795_428_000;

fn receive(desk: &Desk, signed: i64, body: &str) -> Ran {
    let signed = signed.to_string();
    let signature = format!("v0={}", HEXLOWER.encode(&cgi::signed(SECRET, &format!("v0:{signed}:{body}"))));
    let variables = [
        ("HANDOFF_NOW", TEN),
        ("HANDOFF_SLACK_SIGNING_SECRET", SECRET),
        ("HTTP_X_SLACK_SIGNATURE", &signature),
        ("HTTP_X_SLACK_REQUEST_TIMESTAMP", &signed),
    ];
    let ran = cgi::receive(&desk.place, "chat", &variables, body);
    desk.assert_secret(&ran, "canary-4711");
    ran
}

#[test]
fn case_23_a_reaction_that_slack_tells_of_wakes_a_run_and_an_old_or_forged_one_does_not() {
    let desk = Desk::open();
    desk.lead();
    desk.run(TEN);
    let reaction =
        json!({"type": "event_callback", "event": {"type": "reaction_added", "user": "U0ANA"}}).to_string();
    let ran = receive(&desk, TEN_SECONDS - 301, &reaction);
    assert!(ran.stdout.starts_with("Status: 401 ") && ran.status == 1, "{}", ran.all());
    let forged = cgi::receive(
        &desk.place,
        "chat",
        &[("HANDOFF_NOW", TEN), ("HANDOFF_SLACK_SIGNING_SECRET", SECRET)],
        &reaction,
    );
    assert!(forged.stdout.starts_with("Status: 401 "), "{}", forged.all());
    let challenge = json!({"type": "url_verification", "challenge": "3eZbrw1aB10\u{1b}[2J"}).to_string();
    let ran = receive(&desk, TEN_SECONDS, &challenge);
    assert_eq!(
        ran.stdout,
        "Status: 200 OK\nContent-Type: application/json\n\n{\"challenge\":\"3eZbrw1aB10\\u001b[2J\"}\n"
    );
    assert!(!desk.place.exists("handoff.db.wake"), "nothing has happened yet");
    let ran = receive(&desk, TEN_SECONDS, &reaction);
    assert!(ran.stdout.starts_with("Status: 200 ") && ran.status == 0, "{}", ran.all());
    assert!(desk.place.exists("handoff.db.wake"));
}
