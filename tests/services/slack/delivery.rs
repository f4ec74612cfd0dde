//! What becomes of a message when Slack refuses, throttles, stumbles or does not answer.

use std::time::Duration;

use serde_json::json;

use super::desk::{Desk, TEN};
use crate::support::http_server::Reply;
use crate::support::slack::fake::{Script, TOKEN};

fn throttled(seconds: &str) -> Script {
    Script::Instead(
        Reply::json(429, &json!({ "ok": false, "error": "ratelimited" })).with("Retry-After", seconds),
    )
}

#[test]
fn case_1_an_answer_that_is_not_ok_is_an_error() {
    let desk = Desk::open();
    desk.slack.refuse("chat.postMessage", "restricted_action");
    desk.lead();
    let ran = desk.run(TEN);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stderr.contains("restricted_action"), "{}", ran.all());
    assert!(desk.slack.messages().is_empty());
}

#[test]
fn case_2_retry_after_holds_for_its_method_and_others_go_on() {
    let desk = Desk::open();
    desk.lead();
    assert_eq!(desk.run(TEN).status, 0);
    desk.slack.react(0, "white_check_mark", "U0ANA");
    desk.slack.script("chat.postMessage", throttled("600"));
    desk.leads(&["kim,Kim,Lopez,CTO", "lou,Lou,Ito,CEO"]);
    let ran = desk.run("2026-11-23T10:05:00Z");
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert_eq!(desk.slack.calls("chat.postMessage").len(), 2, "one that was throttled, and none after it");
    assert_eq!(
        desk.slack.calls("chat.update").len(),
        1,
        "the state of the first message is shown all the same"
    );
    desk.run("2026-11-23T10:10:00Z");
    assert_eq!(desk.slack.calls("chat.postMessage").len(), 2, "the ten minutes are not over");
    let ran = desk.run("2026-11-23T10:16:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!(desk.slack.messages().len(), 3);
}

#[test]
fn case_2_what_slack_throttles_for_a_moment_goes_out_in_the_same_run() {
    let desk = Desk::open();
    for _ in 0..2 {
        desk.slack.script("chat.postMessage", throttled("1"));
    }
    desk.lead();
    let ran = desk.run(TEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!((desk.slack.calls("chat.postMessage").len(), desk.slack.messages().len()), (3, 1));
}

#[test]
fn case_3_a_channel_gets_a_message_a_second() {
    let desk = Desk::open();
    desk.leads(&["a,A,A,CTO", "b,B,B,CTO", "c,C,C,CTO"]);
    let ran = desk.run(TEN);
    // The fake notes a second message within a second as an error.
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!(desk.slack.messages().len(), 3);
}

#[test]
fn case_3_what_does_not_fit_into_the_run_goes_out_in_the_next() {
    let desk = Desk::open();
    desk.leads(&["a,A,A,CTO", "b,B,B,CTO", "c,C,C,CTO", "d,D,D,CTO"]);
    let ran = desk.run_with(TEN, &["run", "--deadline", "2"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    let sent = desk.slack.messages().len();
    assert!((1..4).contains(&sent), "{sent}");
    assert_eq!(desk.run("2026-11-23T10:01:00Z").status, 0);
    assert_eq!(desk.slack.messages().len(), 4);
}

#[test]
fn cases_4_and_21_a_message_that_was_posted_without_an_answer_is_found_and_not_posted_again() {
    let faults: [fn() -> Reply; 6] = [
        || Reply::Close,
        || Reply::Half(Box::new(Reply::json(200, &json!({ "ok": true, "ts": "1.2" })))),
        || Reply::html(200),
        || Reply::html(503),
        || Reply::json(500, &json!({ "ok": false, "error": "internal_error" })),
        || Reply::json(200, &json!({ "ok": false, "error": "fatal_error" })),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let desk = Desk::open();
        desk.slack.script("chat.postMessage", Script::After(fault()));
        desk.lead();
        let ran = desk.run(TEN);
        assert_eq!(ran.status, 1, "fault {number}: {}", ran.all());
        let ran = desk.run("2026-11-23T10:02:00Z");
        assert_eq!(ran.status, 0, "fault {number}: {}", ran.all());
        assert_eq!(desk.slack.messages().len(), 1, "fault {number}");
        assert_eq!(desk.slack.calls("chat.postMessage").len(), 1, "fault {number}");
        let look_up = &desk.slack.calls("conversations.history")[0];
        assert_eq!(look_up["include_all_metadata"], "true");
        assert!(look_up["oldest"].as_str().unwrap() < "1795428000.000000", "{look_up}");
    }
}

#[test]
fn case_4_a_message_is_found_after_a_long_outage_and_behind_others() {
    let desk = Desk::open();
    desk.slack.script("chat.postMessage", Script::After(Reply::Close));
    desk.lead();
    desk.run(TEN);
    for minute in 1..6 {
        desk.slack.set_time(&format!("2026-11-23T10:0{minute}:00Z"));
        desk.slack.chat("C0INBOUND", "U0EVE", "good morning");
    }
    // Three hours later: two pages of other talk lie in between.
    desk.run("2026-11-23T13:00:00Z");
    let posted = desk.slack.calls("chat.postMessage");
    let firsts = posted.iter().filter(|call| call["client_msg_id"] == posted[0]["client_msg_id"]);
    assert_eq!(firsts.count(), 1);
}

#[test]
fn case_4_without_the_scope_for_private_channels_a_public_one_is_still_found() {
    let desk = Desk::open();
    desk.slack.state().is_public_only = true;
    desk.slack.script("chat.postMessage", Script::After(Reply::Close));
    desk.lead();
    desk.run(TEN);
    let ran = desk.run("2026-11-23T10:05:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!(desk.slack.messages().len(), 1);
}

#[test]
fn cases_5_and_6_a_message_that_is_not_there_is_posted_once_more_under_the_same_id() {
    let desk = Desk::open();
    desk.slack.script("chat.postMessage", Script::Instead(Reply::Close));
    desk.lead();
    assert_eq!(desk.run(TEN).status, 1);
    assert_eq!(desk.run("2026-11-23T10:01:00Z").status, 1, "it waits to be looked for");
    let looked = desk.run("2026-11-23T10:02:00Z");
    assert!(looked.stderr.contains("may have been delivered: 1 writes;"), "{}", looked.all());
    assert_eq!(desk.slack.messages().len(), 0, "Slack may show it late: it is looked for twice");
    assert_eq!(desk.run("2026-11-23T10:03:00Z").status, 0);
    assert_eq!(desk.slack.messages().len(), 1);
    let calls = desk.slack.calls("chat.postMessage");
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0], calls[1], "the same bytes");
    assert_eq!(calls[0]["client_msg_id"].as_str().unwrap().len(), 36);
}

#[test]
fn case_12_a_missing_scope_is_named() {
    let desk = Desk::open();
    let body =
        json!({ "ok": false, "error": "missing_scope", "needed": "chat:write", "provided": "users:read" });
    desk.slack.script("chat.postMessage", Script::Instead(Reply::json(200, &body)));
    desk.lead();
    let ran = desk.run(TEN);
    assert!(ran.stderr.contains("lacks the scope chat:write"), "{}", ran.all());
}

#[test]
fn case_12_what_lacks_a_scope_is_asked_for_once_a_run_and_posted_when_it_is_granted() {
    let desk = Desk::open();
    desk.lead();
    assert_eq!(desk.run(TEN).status, 0);
    desk.slack.react(0, "white_check_mark", "U0ANA");
    desk.leads(&["kim,Kim,Lopez,CTO", "lou,Lou,Ito,CEO", "max,Max,Roe,CIO"]);
    let body =
        json!({ "ok": false, "error": "missing_scope", "needed": "chat:write", "provided": "users:read" });
    for at in ["2026-11-23T10:05:00Z", "2026-11-23T10:06:00Z"] {
        desk.slack.script("chat.postMessage", Script::Instead(Reply::json(200, &body)));
        let calls = desk.slack.calls("chat.postMessage").len();
        let ran = desk.run(at);
        assert_eq!(ran.status, 1, "{}", ran.all());
        let told = "3 writes wait since 10:05 UTC: ";
        assert_eq!(ran.stderr.matches(told).count(), 1, "{}", ran.all());
        assert_eq!(desk.slack.calls("chat.postMessage").len(), calls + 1, "none after the first");
        assert_eq!(desk.slack.calls("chat.update").len(), 1, "what another scope allows goes on");
    }
    // Granted, and the wait that has grown to a minute is over.
    let ran = desk.run("2026-11-23T10:08:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert_eq!(desk.slack.messages().len(), 4);
}

#[test]
fn case_13_a_channel_that_takes_no_messages_holds_up_nobody_and_is_said() {
    for error in ["channel_not_found", "not_in_channel", "is_archived"] {
        let desk = Desk::open();
        desk.slack.refuse("chat.postMessage", error);
        desk.leads(&["kim,Kim,Lopez,CTO", "lou,Lou,Ito,CEO"]);
        let ran = desk.run(TEN);
        assert_eq!(ran.status, 1, "{}", ran.all());
        assert!(ran.stderr.contains(error), "{}", ran.all());
        assert_eq!(desk.place.lines("out/tasks.jsonl").len(), 2);
        assert_eq!(desk.slack.messages().len(), 1, "the other one is posted");
        let again = desk.run("2026-11-23T10:01:00Z");
        assert_eq!(desk.slack.messages().len(), 1, "{}", again.all());
    }
}

#[test]
fn case_14_a_token_that_is_no_good_ends_the_run_and_nothing_is_lost() {
    for error in ["invalid_auth", "token_revoked", "account_inactive"] {
        let desk = Desk::open();
        desk.slack.refuse("users.lookupByEmail", error);
        desk.leads(&["kim,Kim,Lopez,CTO", "lou,Lou,Ito,CEO"]);
        let ran = desk.run(TEN);
        assert_eq!(ran.status, 1, "{}", ran.all());
        assert!(ran.stderr.contains("HANDOFF_SLACK_TOKEN"), "{}", ran.all());
        assert_eq!(desk.slack.call_count(), 1, "nothing more is sent with it");
        assert_eq!(desk.run("2026-11-23T10:01:00Z").status, 0);
        assert_eq!(desk.slack.messages().len(), 2);
    }
}

#[test]
fn case_15_a_message_that_slack_finds_too_long_is_posted_without_blocks() {
    let desk = Desk::open();
    desk.slack.refuse("chat.postMessage", "msg_blocks_too_long");
    desk.lead();
    let ran = desk.run(TEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let message = &desk.slack.messages()[0];
    assert!(message.body.get("blocks").is_none() && message.text().contains("Kim Lopez"), "{message:?}");
}

#[test]
fn case_22_a_warning_is_passed_on() {
    let desk = Desk::open();
    let body = json!({ "ok": true, "channel": "C0INBOUND", "ts": "1795428000.000001",
        "response_metadata": { "warnings": ["message_truncated"] } });
    desk.slack.script("chat.postMessage", Script::After(Reply::json(200, &body)));
    desk.lead();
    let ran = desk.run(TEN);
    assert!(ran.stderr.contains("message_truncated"), "{}", ran.all());
}

#[test]
fn a_slack_that_is_not_there_is_no_doubt_about_the_message() {
    let mut desk = Desk::open();
    desk.lead();
    desk.slack.stop();
    let ran =
        desk.place.handoff_with(&[("HANDOFF_NOW", TEN), ("HANDOFF_SLACK_TOKEN", TOKEN)], &["run", "-v"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stderr.contains("cannot be reached"), "{}", ran.all());
    assert_eq!(desk.place.lines("out/tasks.jsonl").len(), 1);
}

#[test]
fn a_slow_answer_is_waited_for() {
    let desk = Desk::open();
    let late = Reply::json(200, &json!({ "ok": true, "channel": "C0INBOUND", "ts": "1795428000.000001" }));
    desk.slack
        .script("chat.postMessage", Script::After(Reply::Late(Duration::from_millis(300), Box::new(late))));
    desk.lead();
    assert_eq!(desk.run(TEN).status, 0);
    assert_eq!(desk.slack.messages().len(), 1);
}
