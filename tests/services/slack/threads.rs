//! What follows a message: reminders, escalations, states, reactions.

use serde_json::Value;

use super::desk::{Desk, TEN};

const HALF_PAST: &str = "2026-11-23T10:30:00Z";
const ELEVEN: &str = "2026-11-23T11:00:00Z";

fn posted() -> Desk {
    let desk = Desk::open();
    desk.lead();
    let ran = desk.run(TEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    desk
}

#[test]
fn case_16_a_state_is_shown_on_the_message_itself() {
    let desk = posted();
    let ran = desk.run(HALF_PAST);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let message = desk.slack.messages()[0].clone();
    let update = &desk.slack.calls("chat.update")[0];
    assert_eq!(
        (update["channel"].as_str(), update["ts"].as_str()),
        (Some("C0INBOUND"), Some(message.ts.as_str()))
    );
    let blocks = desk.blocks(0);
    assert!(blocks.contains("Escalated: reminded ana@acme.example"), "{blocks}");
    assert!(blocks.contains("contacts/kim") && !blocks.contains("Waiting for"), "{blocks}");
}

#[test]
fn case_16_a_message_that_is_gone_is_posted_anew_once() {
    let desk = posted();
    let ts = desk.slack.messages()[0].ts.clone();
    desk.slack.state().messages.clear();
    let ran = desk.run(HALF_PAST);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let anew: Vec<_> =
        desk.slack.messages().into_iter().filter(|message| message.thread().is_none()).collect();
    assert_eq!(anew.len(), 1);
    assert_ne!(anew[0].ts, ts);
    desk.run(ELEVEN);
    let anew = desk.slack.messages().into_iter().filter(|message| message.thread().is_none()).count();
    assert_eq!(anew, 1, "the next state is shown on the new one");
    let update = desk.slack.calls("chat.update").pop().unwrap();
    assert_ne!(update["ts"], Value::from(ts));
}

#[test]
fn case_16_a_message_that_may_no_longer_be_changed_gets_its_state_as_a_reply() {
    for error in ["edit_window_closed", "cant_update_message"] {
        let desk = posted();
        desk.slack.refuse("chat.update", error);
        let ran = desk.run(HALF_PAST);
        assert_eq!(ran.status, 0, "{}", ran.all());
        let messages = desk.slack.messages();
        let states = messages.iter().filter(|message| message.text().starts_with("Escalated: reminded"));
        assert_eq!(
            states.map(|message| message.thread()).collect::<Vec<_>>(),
            [Some(messages[0].ts.as_str())]
        );
    }
}

#[test]
fn case_17_follow_ups_and_escalations_go_into_the_thread() {
    let desk = posted();
    desk.run(HALF_PAST);
    let ran = desk.run(ELEVEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let messages = desk.slack.messages();
    assert_eq!(messages.len(), 3);
    assert!(messages[1..].iter().all(|message| message.thread() == Some(messages[0].ts.as_str())));
    assert!(messages[2].text().starts_with("<@U0LEE> Escalation:"), "{}", messages[2].text());
}

#[test]
fn case_17_in_direct_messages_an_escalation_goes_to_whom_it_is_for() {
    let desk = Desk::with("to = \"rep\"");
    desk.lead();
    desk.run(TEN);
    desk.run(HALF_PAST);
    let ran = desk.run(ELEVEN);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let messages = desk.slack.messages();
    let channels: Vec<&str> = messages.iter().map(|message| message.channel.as_str()).collect();
    assert_eq!(channels, ["DU0ANA", "DU0ANA", "DU0LEE"]);
    assert_eq!(messages[1].thread(), Some(messages[0].ts.as_str()));
    assert_eq!(messages[2].thread(), None);
    assert_eq!(desk.slack.calls("conversations.open").len(), 2, "remembered");
}

#[test]
fn case_18_the_owner_accepts_with_a_reaction() {
    let desk = posted();
    desk.slack.react(0, "eyes", "U0ANA");
    desk.slack.react(0, "white_check_mark", "U0ANA");
    let ran = desk.run("2026-11-23T10:05:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(desk.blocks(0).contains("Accepted by ana@acme.example"), "{}", desk.blocks(0));
    let last = desk.slack.messages().pop().unwrap();
    assert!(last.text().starts_with("Accepted by ana@acme.example") && last.thread().is_some(), "{last:?}");
    let calls = desk.slack.call_count();
    desk.run("2026-11-23T10:06:00Z");
    assert_eq!(desk.slack.call_count(), calls, "it is over, so nobody asks Slack");
}

#[test]
fn case_18_the_manager_may_too_and_skin_does_not_matter() {
    let desk = Desk::with("channel = \"#inbound\"\naccept = \"thumbsup\"");
    desk.lead();
    desk.run(TEN);
    desk.slack.react(0, "+1::skin-tone-5", "U0LEE");
    desk.run("2026-11-23T10:05:00Z");
    assert!(desk.blocks(0).contains("Accepted by lee@acme.example"), "{}", desk.blocks(0));
}

#[test]
fn case_18_reactions_of_others_and_of_the_app_itself_do_not_count() {
    let desk = posted();
    desk.slack.react(0, "white_check_mark", "U0EVE");
    desk.slack.react(0, "white_check_mark", crate::support::slack::fake::BOT);
    let ran = desk.run("2026-11-23T10:05:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(desk.blocks(0).contains("Waiting for"), "{}", desk.blocks(0));
}

#[test]
fn case_18_whom_the_history_leaves_out_is_asked_for() {
    let desk = posted();
    desk.slack.react(0, "white_check_mark", "U0EVE");
    desk.slack.react(0, "white_check_mark", "U0ANA");
    let ran = desk.run("2026-11-23T10:05:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(desk.blocks(0).contains("Accepted by ana@acme.example"), "{}", desk.blocks(0));
    assert_eq!(desk.slack.calls("reactions.get").len(), 1);
}

#[test]
fn case_18_what_lies_too_far_back_in_a_busy_channel_is_asked_for_by_itself() {
    let desk = posted();
    desk.slack.set_time("2026-11-23T10:01:00Z");
    for _ in 0..110 {
        desk.slack.chat("C0INBOUND", "U0EVE", "good morning");
    }
    desk.leads(&["kim,Kim,Lopez,CTO", "lou,Lou,Ito,CEO"]);
    assert_eq!(desk.run("2026-11-23T10:02:00Z").status, 0);
    desk.slack.react(0, "white_check_mark", "U0ANA");
    let ran = desk.run("2026-11-23T10:05:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(desk.blocks(0).contains("Accepted by ana@acme.example"), "{}", desk.blocks(0));
}

#[test]
fn case_18_a_rejection_takes_the_reply_as_its_reason() {
    let desk = posted();
    desk.slack.say(0, "U0EVE", "I would take it");
    desk.slack.say(0, "U0ANA", "No budget &amp; no <http://x.example|plan>");
    desk.slack.react(0, "x", "U0ANA");
    let ran = desk.run("2026-11-23T10:05:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    let last = desk.slack.messages().pop().unwrap();
    assert!(
        last.text().starts_with("Rejected by ana@acme.example because 'No budget &amp; no"),
        "{}",
        last.text()
    );
}

#[test]
fn reactions_of_many_handoffs_are_read_in_bulk() {
    let desk = Desk::open();
    desk.leads(&["a,A,A,CTO", "b,B,B,CTO", "c,C,C,CTO"]);
    desk.run(TEN);
    let before = desk.slack.calls("conversations.history").len();
    let ran = desk.run("2026-11-23T10:05:00Z");
    assert_eq!(ran.status, 0, "{}", ran.all());
    let asked = desk.slack.calls("conversations.history").len() - before;
    assert_eq!(asked, 2, "two pages of two messages each");
}

#[test]
fn reactions_that_cannot_be_read_blame_nobody() {
    let desk = posted();
    for _ in 0..3 {
        desk.slack.refuse("conversations.history", "internal_error");
    }
    let ran = desk.run(HALF_PAST);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert_eq!(desk.slack.messages().len(), 1, "nobody is reminded unseen");
}
