//! What every chat keeps to.

use handoff::connector::{Capabilities, Certainty};

use super::Fault;
use super::accounts::File;
use super::claims::claims;
use super::crm::Account as _;
use super::scene::{Scene, Side};
use crate::support::Place;

/// One chat.
pub(crate) trait Chat: Side {
    /// What the connector can, as this suite sees it, and must say.
    const CAN: Capabilities;

    fn open(place: &Place) -> Self;
    /// Messages that are there, without replies.
    fn messages(&self) -> usize;
    /// How often the state of a message was changed.
    fn states(&self) -> usize;
}

/// A scene in which contact 1 has qualified.
fn scene<M: Chat>() -> Scene<File, M> {
    let place = Place::new();
    let (crm, chat) = (File::open(&place), M::open(&place));
    let mut scene = Scene::open(place, crm, chat);
    scene.tick();
    scene.crm.put("1", 80);
    scene
}

/// Arranges a fault for the message of contact 1; `false` where it cannot happen.
fn arranged<M: Chat>(scene: &mut Scene<File, M>, fault: Fault) -> bool {
    let can_happen = scene.chat.next(fault);
    assert_eq!(can_happen, M::CAN.applies_late, "{fault:?}");
    can_happen
}

pub(crate) fn a_message_goes_out_once<M: Chat>() {
    let mut scene = scene::<M>();
    for _ in 0..2 {
        assert_eq!(scene.run(&["run"]).status, 0);
        assert_eq!((scene.chat.messages(), scene.undelivered(), scene.failed()), (1, 0, 0));
    }
}

/// The message is there and nobody knows: it is found, or left to somebody, and never sent again by itself.
fn settled<M: Chat>(mut scene: Scene<File, M>) {
    scene.minute += 3;
    for _ in 0..3 {
        scene.run(&["run"]);
        scene.minute += 3;
    }
    let failed = u32::from(M::CAN.applies_late && M::CAN.certainty == Certainty::Blind);
    assert_eq!((scene.chat.messages(), scene.undelivered(), scene.failed()), (1, 0, failed));
}

pub(crate) fn a_message_whose_answer_is_lost_is_settled_as_the_chat_can<M: Chat>() {
    let mut scene = scene::<M>();
    let can_happen = arranged(&mut scene, Fault::AnswerLost);
    assert_eq!(scene.run(&["run"]).status, i32::from(can_happen));
    settled(scene);
}

pub(crate) fn a_message_whose_answer_is_late_is_settled_as_the_chat_can<M: Chat>() {
    let mut scene = scene::<M>();
    let can_happen = arranged(&mut scene, Fault::AnswerLate);
    assert_eq!(scene.run(&["run", "--deadline", "3"]).status, i32::from(can_happen));
    settled(scene);
}

pub(crate) fn a_throttled_message_goes_out_later<M: Chat>() {
    let mut scene = scene::<M>();
    if arranged(&mut scene, Fault::Throttled) {
        assert_eq!(scene.run(&["run", "--deadline", "10"]).status, 1);
        assert_eq!(scene.chat.messages(), 0, "the minute is not over");
        scene.minute += 1;
    }
    scene.settle();
    assert_eq!(scene.chat.messages(), 1);
}

pub(crate) fn a_refused_message_is_not_sent_again_and_holds_up_no_other<M: Chat>() {
    let mut scene = scene::<M>();
    if !arranged(&mut scene, Fault::Refused) {
        return;
    }
    assert_eq!(scene.run(&["run"]).status, 1);
    scene.tick();
    scene.crm.put("2", 80);
    scene.run(&["run"]);
    assert_eq!((scene.chat.messages(), scene.failed()), (1, 1), "the other's is there");
    scene.run(&["retry"]);
    scene.settle();
    assert_eq!((scene.chat.messages(), scene.failed()), (2, 0));
}

pub(crate) fn a_chat_shows_what_became_of_a_handoff_if_it_says_so<M: Chat>() {
    let mut scene = scene::<M>();
    scene.run(&["run"]);
    // The contact is gone from nurture: its handoff ends.
    scene.place.append("rules.toml", "[[disqualify]]\nname = \"cold\"\nwhen = { score.below = 20 }\n");
    scene.tick();
    scene.crm.put("1", 10);
    scene.run(&["run"]);
    scene.run(&["run"]);
    assert_eq!(scene.chat.states() > 0, M::CAN.shows_state, "{} states", scene.chat.states());
    assert_eq!(scene.failed(), 0, "a state that cannot be shown is not sent");
}

pub(crate) fn a_lost_database_says_nothing_twice_where_the_chat_knows_the_key<M: Chat>() {
    let mut scene = scene::<M>();
    scene.run(&["run"]);
    scene.lose_database();
    scene.run(&["run", "--include-existing"]);
    scene.settle();
    let messages = scene.chat.messages();
    assert_eq!(messages == 1, M::CAN.certainty == Certainty::Keyed, "{messages} messages");
}

pub(crate) fn it_can_what_it_says<M: Chat>() {
    let claims = claims(&scene::<M>());
    assert!(claims.contains(&format!("chat: {:?}\n", M::CAN)), "{claims}");
}
