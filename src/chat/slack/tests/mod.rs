//! The whole connector against stored answers, one of them spoilt in each round: nothing panics, nothing is taken for sent
//! that was not, and whatever is told is fit to be told. `FUZZ_ROUNDS=100000 cargo test --lib -- spoilt` looks further.

mod visit;

use std::sync::Arc;

use crate::model::LookUp;
use crate::testing::played::{Corpus, Instead};
use crate::testing::rounds::Play;

const TOKEN: &str = "xoxb-2147-4711-k2J9fGhT5sQpLw8Z";
const WEBHOOK: &str = "https://hooks.slack.example/services/T0ACME001/B0HOOK001/k9Xv2LmQ7rTz4WbN";

#[test]
fn a_spoilt_answer_of_slack_breaks_nothing_and_is_taken_for_nothing_else() {
    let play = Play {
        folder: "slack",
        token: TOKEN,
        rounds: 500,
        visits: &visit::VISITS,
        spoil: visit::Kept::spoil,
    };
    play.play();
}

#[test]
fn a_spoilt_answer_of_a_webhook_breaks_nothing_and_is_taken_for_nothing_else() {
    let play = Play {
        folder: "slack-webhook",
        token: WEBHOOK,
        rounds: 200,
        visits: &[visit::through_the_webhook],
        spoil: visit::Kept::spoil,
    };
    play.play();
}

#[test]
fn a_message_that_slack_shows_without_its_place_is_not_taken_for_unsent() {
    let corpus = Arc::new(Corpus::read("slack", TOKEN));
    for name in ["history.no-ts", "history.no-place"] {
        let other = corpus.others.iter().find(|other| other.name == name).unwrap();
        let answer = Ok(other.answer.clone());
        let played = corpus.played(Some(Instead { of: "history".to_owned(), answer, after: 0 }));
        assert!(matches!(visit::find_first(&played), LookUp::Failed { .. }), "{name}");
    }
}
