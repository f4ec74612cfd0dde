//! The fake Slack refuses what Slack would refuse.

use serde_json::Value;

use crate::support::slack::checks::of_message;

#[test]
fn the_checks_see_what_slack_would_refuse() {
    let good = serde_json::json!({
        "text": "<@U1> a &lt; b", "metadata": { "event_type": "handoff_v1", "event_payload": { "key": "a2" } },
        "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": "hi" } }],
    });
    let users = ["U1".to_owned()];
    assert_eq!(of_message(&good, &users), Vec::<String>::new());
    for (pointer, bad) in [
        ("/text", Value::from("<!channel>")),
        ("/text", Value::from("a & b")),
        ("/text", Value::from("")),
        ("/metadata/event_payload", serde_json::json!({ "key": "a2", "email": "x" })),
        ("/blocks/0/text/text", Value::from("x".repeat(3_001))),
        ("/blocks/0/text/text", Value::from("<http://evil.example|Open>")),
        ("/blocks/0/type", Value::from("marquee")),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = bad.clone();
        assert!(!of_message(&body, &users).is_empty(), "{pointer} {bad}");
    }
}
