//! Requests, counted.

#![allow(clippy::print_stdout, reason = "the counts are the point")]

use std::collections::HashSet;
use std::time::Duration;

use super::scene::{Funnel, sequential};
use crate::support::http_server::{Exchange, Reply};
use crate::support::slack::fake::Script;
use serde_json::json;

/// Long enough that what goes out together overlaps on a busy machine.
const DELAY: Duration = Duration::from_millis(120);

/// Round trips from the first search's answer to the message, which must be there.
fn trips(hubspot: &[Exchange], slack: &[Exchange]) -> usize {
    let search = hubspot.iter().find(|exchange| exchange.path.ends_with("/search")).expect("a search");
    assert!(slack.iter().any(|exchange| exchange.path.ends_with("/chat.postMessage")), "no message");
    let all: Vec<Exchange> = hubspot.iter().chain(slack).cloned().collect();
    let post = slack.iter().find(|exchange| exchange.path.ends_with("/chat.postMessage")).expect("a message");
    let until: Vec<Exchange> = all.into_iter().filter(|exchange| exchange.from <= post.from).collect();
    sequential(&until, search.to)
}

#[test]
fn one_lead_takes_six_round_trips_from_the_search_to_the_message_even_when_nothing_is_known_yet() {
    let mut funnel = Funnel::open();
    funnel.hubspot.server.traffic().delay = DELAY;
    funnel.slack.server.traffic().delay = DELAY;
    funnel.lead("101");
    let (hubspot, slack) = funnel.good_run(&["run", "--include-existing"]);
    let cold = trips(&hubspot, &slack);
    println!("cold: {cold} round trips, {} requests to HubSpot, {} to Slack", hubspot.len(), slack.len());
    assert!(cold <= 6, "{hubspot:#?} {slack:#?}");
    funnel.lead("102");
    let (hubspot, slack) = funnel.good_run(&["run"]);
    let warm = trips(&hubspot, &slack);
    println!("warm: {warm} round trips, {} requests to HubSpot, {} to Slack", hubspot.len(), slack.len());
    assert!(warm <= 6, "{hubspot:#?} {slack:#?}");
    assert_eq!((funnel.tasks(), funnel.messages().len()), (2, 2));
}

#[test]
fn a_run_with_nothing_new_is_one_request_and_two_with_open_handoffs() {
    let mut funnel = Funnel::open();
    funnel.good_run(&["run"]);
    let (hubspot, slack) = funnel.good_run(&["run"]);
    println!("nothing new: {} to HubSpot, {} to Slack", hubspot.len(), slack.len());
    assert_eq!((hubspot.len(), slack.len()), (1, 0));
    funnel.lead("101");
    let (_, slack) = funnel.good_run(&["run"]);
    let asked = slack.iter().any(|exchange| exchange.path.ends_with("/conversations.history"));
    assert!(!asked, "to what was posted moments ago nobody can have reacted: {slack:#?}");
    for _ in 0..8 {
        funnel.good_run(&["run"]);
    }
    let (hubspot, slack) = funnel.good_run(&["run"]);
    println!("with an open handoff: {} to HubSpot, {} to Slack", hubspot.len(), slack.len());
    assert_eq!(hubspot.len(), 2, "{hubspot:#?}");
    assert!(slack.len() <= 2, "{slack:#?}");
}

#[test]
fn a_thousand_handoffs_cost_a_tenth_of_a_request_each_and_a_message_and_the_crm_does_not_wait_for_the_chat() {
    let mut funnel = Funnel::open();
    for id in 1_001..=2_000 {
        funnel.lead(&id.to_string());
    }
    funnel.clear();
    // One channel takes a message a second: the rest goes out with the next runs.
    let ran = funnel.run(&["run", "--include-existing", "--deadline", "30"]);
    assert_eq!(ran.status, 1, "messages are left: {}", ran.stderr);
    let (hubspot, slack) = funnel.exchanges();
    let sent = funnel.messages().len();
    println!(
        "1,000 handoffs: {} requests to HubSpot, {} to Slack for {sent} messages",
        hubspot.len(),
        slack.len()
    );
    assert_eq!(funnel.tasks(), 1_000, "every owner and task is there in the first run");
    assert!(hubspot.len() <= 100, "{}", hubspot.len());
    let others = slack.iter().filter(|exchange| !exchange.path.ends_with("/chat.postMessage")).count();
    assert_eq!(slack.len() - others, sent);
    // One look-up, and one look at the reactions on what was sent.
    assert!(others <= 1 + sent.div_ceil(2) + 1, "{others}");
    funnel.run(&["run", "--deadline", "6"]);
    let keys = funnel.messages();
    assert!(keys.len() > sent);
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len(), "each key once");
    assert_eq!(funnel.tasks(), 1_000);
}

#[test]
fn case_14_a_slack_token_that_is_no_good_stops_slack_alone() {
    for error in ["invalid_auth", "token_revoked", "account_inactive"] {
        let mut funnel = Funnel::open();
        funnel.good_run(&["run"]);
        for id in ["101", "102", "103"] {
            funnel.lead(id);
        }
        let refused = || Script::Instead(Reply::json(200, &json!({"ok": false, "error": error})));
        funnel.slack.script("users.lookupByEmail", refused());
        let ran = funnel.run(&["run"]);
        assert_eq!(ran.status, 1);
        let said = ran.all();
        assert!(
            said.contains(error) && said.contains("put a valid bot token into HANDOFF_SLACK_TOKEN"),
            "{said}"
        );
        assert_eq!((funnel.tasks(), funnel.messages().len()), (3, 0), "{said}");
        // Mended, the messages go out and nothing is done twice.
        assert_eq!(funnel.run(&["run"]).status, 0);
        assert_eq!((funnel.tasks(), funnel.messages().len()), (3, 3));
        funnel.exchanges();
    }
}
