//! What every CRM keeps to.

use handoff::connector::{Capabilities, Certainty};

use super::Fault;
use super::chats::FileChat;
use super::claims::claims;
use super::scene::{Scene, Side};
use crate::support::Place;

const ANA: &str = "ana@acme.example";
const BO: &str = "bo@acme.example";

/// A small account of one vendor.
pub(crate) trait Account: Side {
    /// What the connector can, as this suite sees it, and must say.
    const CAN: Capabilities;
    /// The service itself takes each key once.
    const KNOWS_THE_KEY: bool;

    fn open(place: &Place) -> Self;
    /// A contact with this score is new, or changes now.
    fn put(&mut self, id: &str, score: u32);
    fn own(&mut self, id: &str, email: &str);
    fn delete(&mut self, id: &str);
    /// The first contact becomes a part of the second.
    fn merge(&mut self, loser: &str, winner: &str);
    /// The same, once contacts were read the next time; `false`: nobody can get in between there.
    fn merge_once_read(&mut self, loser: &str, winner: &str) -> bool;
    /// The rep takes the lead on.
    fn accept(&mut self, id: &str);
    /// The rep says what came of it, by whatever the service has for that.
    fn end(&mut self, id: &str);
    /// The e-mail of the contact's owner.
    fn owner(&self, id: &str) -> Option<String>;
    /// How many tasks the contact has.
    fn tasks(&self, id: &str) -> usize;
}

fn scene<A: Account>() -> Scene<A, FileChat> {
    let place = Place::new();
    let (crm, chat) = (A::open(&place), FileChat::open(&place));
    Scene::open(place, crm, chat)
}

/// A scene in which contact 1 has qualified and is judged, and nothing has been written yet.
fn judged<A: Account>() -> Scene<A, FileChat> {
    let mut scene = scene::<A>();
    scene.tick();
    scene.crm.put("1", 80);
    scene.run(&["sync"]);
    scene.run(&["evaluate"]);
    scene.tick();
    scene
}

pub(crate) fn a_walk_reads_everybody_once<A: Account>() {
    let mut scene = scene::<A>();
    scene.tick();
    for id in 1..=7 {
        scene.crm.put(&id.to_string(), if id == 4 { 10 } else { 80 });
    }
    for _ in 0..2 {
        assert_eq!(scene.run(&["run"]).status, 0);
        for id in 1..=7 {
            let (tasks, owner) = if id == 4 { (0, None) } else { (1, Some(ANA)) };
            let id = id.to_string();
            assert_eq!((scene.crm.tasks(&id), scene.crm.owner(&id).as_deref()), (tasks, owner), "{id}");
        }
    }
    assert_eq!(scene.chat.messages(), 6);
}

/// The requests of a dry run try to write to the database as well, as those of all runs here do.
pub(crate) fn a_dry_run_leaves_the_database_to_others<A: Account>() {
    let mut scene = scene::<A>();
    scene.tick();
    scene.crm.put("1", 80);
    for args in [&["sync", "--dry-run"] as &[&str], &["run", "--dry-run"], &["sync"]] {
        assert_eq!(scene.run(args).status, 0);
    }
    for args in [&["evaluate", "--all"] as &[&str], &["run", "--dry-run"]] {
        assert_eq!(scene.run(args).status, 0);
    }
    assert_eq!((scene.crm.tasks("1"), scene.chat.messages()), (0, 0));
    scene.run(&["run"]);
    assert_eq!((scene.crm.tasks("1"), scene.chat.messages()), (1, 1));
}

pub(crate) fn a_change_at_the_same_time_stamp_is_seen<A: Account>() {
    let mut scene = scene::<A>();
    for id in ["1", "2", "3"] {
        scene.tick();
        scene.crm.put(id, 80);
        scene.run(&["run"]);
        // The next contact changes in the same millisecond, when this run is already over.
        scene.minute -= 1;
    }
    for id in ["1", "2", "3"] {
        assert_eq!(scene.crm.tasks(id), 1, "{id}");
    }
}

pub(crate) fn a_walk_that_is_killed_goes_on<A: Account>() {
    const CONTACTS: usize = 450;
    let mut scene = scene::<A>();
    scene.tick();
    for id in 1..=CONTACTS {
        scene.crm.put(&id.to_string(), 80);
    }
    for _ in 0..2 {
        scene.run_killed();
    }
    // A dead run's requests are given their time.
    scene.minute += 3;
    scene.settle();
    for id in 1..=CONTACTS {
        assert_eq!(scene.crm.tasks(&id.to_string()), 1, "{id}");
    }
}

pub(crate) fn an_owner_who_was_set_since_is_respected<A: Account>() {
    let mut scene = judged::<A>();
    scene.crm.own("1", BO);
    scene.run(&["route"]);
    assert_eq!((scene.crm.owner("1").as_deref(), scene.crm.tasks("1")), (Some(BO), 1));
}

pub(crate) fn a_contact_that_is_gone_since_gets_nothing<A: Account>() {
    let mut scene = judged::<A>();
    scene.crm.delete("1");
    scene.run(&["route"]);
    assert_eq!((scene.crm.owner("1"), scene.crm.tasks("1")), (None, 0));
    assert_eq!((scene.undelivered(), scene.failed(), scene.chat.messages()), (0, 0, 0));
}

pub(crate) fn a_contact_that_was_merged_since_gets_nothing<A: Account>() {
    let mut scene = judged::<A>();
    scene.crm.put("2", 10);
    scene.crm.merge("1", "2");
    // No sync tells of it: the second look must.
    scene.run(&["route"]);
    for id in ["1", "2"] {
        assert_eq!((scene.crm.owner(id), scene.crm.tasks(id)), (None, 0), "{id}");
    }
    assert_eq!((scene.undelivered(), scene.failed(), scene.chat.messages()), (0, 0, 0));
    scene.tick();
    scene.crm.put("2", 90);
    scene.run(&["run"]);
    assert_eq!(scene.crm.tasks("2"), 1, "the one that it was merged into is a lead of its own");
}

pub(crate) fn a_merge_between_the_second_look_and_the_write_leaves_one_task<A: Account>() {
    let mut scene = judged::<A>();
    scene.crm.put("2", 10);
    if !scene.crm.merge_once_read("1", "2") {
        return;
    }
    scene.run(&["route"]);
    scene.settle();
    assert_eq!((scene.crm.tasks("1"), scene.crm.tasks("2")), (0, 1), "what was on its way is there once");
    assert_eq!((scene.undelivered(), scene.failed()), (0, 0));
}

/// Arranges a fault for the task of contact 1; `false` where it cannot happen, as nothing can be late there.
fn arranged<A: Account>(scene: &mut Scene<A, FileChat>, fault: Fault) -> bool {
    scene.tick();
    scene.crm.put("1", 80);
    let can_happen = scene.crm.next(fault);
    assert_eq!(can_happen, A::CAN.applies_late, "{fault:?}");
    can_happen
}

pub(crate) fn a_write_whose_answer_is_lost_is_there_once<A: Account>() {
    let mut scene = scene::<A>();
    if arranged(&mut scene, Fault::AnswerLost) {
        assert_eq!(scene.run(&["run"]).status, 1);
        assert_eq!((scene.crm.tasks("1"), scene.undelivered() > 0), (1, true));
        // After a minute it may still be on its way: it is not looked for yet.
        scene.run(&["run"]);
        assert!(scene.undelivered() > 0, "it was looked for too early to tell");
        scene.minute += 3;
        scene.settle();
        assert_eq!(
            scene.failed() > 0,
            A::CAN.certainty == Certainty::Blind,
            "whether somebody has to decide"
        );
    } else {
        scene.run(&["run"]);
    }
    assert_eq!((scene.crm.tasks("1"), scene.chat.messages()), (1, 1));
}

pub(crate) fn a_write_whose_answer_is_late_is_there_once<A: Account>() {
    let mut scene = scene::<A>();
    if arranged(&mut scene, Fault::AnswerLate) {
        scene.run(&["run", "--deadline", "3"]);
        scene.minute += 3;
        scene.settle();
    }
    scene.run(&["run"]);
    assert_eq!((scene.crm.tasks("1"), scene.chat.messages()), (1, 1));
}

pub(crate) fn a_throttled_write_goes_out_later<A: Account>() {
    let mut scene = scene::<A>();
    if arranged(&mut scene, Fault::Throttled) {
        scene.run(&["run", "--deadline", "3"]);
        assert_eq!(scene.crm.tasks("1"), 0, "ten seconds are not over");
        scene.settle();
    }
    scene.run(&["run"]);
    assert_eq!((scene.crm.tasks("1"), scene.chat.messages()), (1, 1));
}

pub(crate) fn a_refused_write_is_not_sent_again_and_holds_up_no_other<A: Account>() {
    let mut scene = scene::<A>();
    if !arranged(&mut scene, Fault::Refused) {
        return;
    }
    assert_eq!(scene.run(&["run"]).status, 1);
    scene.tick();
    scene.crm.put("2", 80);
    scene.run(&["run"]);
    assert_eq!((scene.crm.tasks("1"), scene.failed()), (0, 1), "it is for somebody to mend");
    assert_eq!(scene.crm.tasks("2"), 1);
    scene.run(&["retry"]);
    scene.settle();
    assert_eq!((scene.crm.tasks("1"), scene.failed()), (1, 0), "once it is mended, it goes out");
}

pub(crate) fn a_lost_database_writes_nothing_twice_where_the_service_knows_the_key<A: Account>() {
    let mut scene = scene::<A>();
    scene.tick();
    scene.crm.put("1", 80);
    scene.run(&["run"]);
    scene.lose_database();
    scene.run(&["run", "--include-existing"]);
    scene.minute += 3;
    scene.settle();
    assert_eq!(scene.crm.tasks("1") == 1, A::KNOWS_THE_KEY, "{} tasks", scene.crm.tasks("1"));
    assert!(A::KNOWS_THE_KEY || A::CAN.certainty != Certainty::Keyed);
}

pub(crate) fn an_ending_is_told_if_it_says_so<A: Account>() {
    let mut scene = scene::<A>();
    scene.tick();
    scene.crm.put("1", 80);
    for act in [|_: &mut A, _: &str| {}, A::accept, A::end] {
        scene.tick();
        act(&mut scene.crm, "1");
        scene.minute += 1;
        assert_eq!(scene.run(&["run"]).status, 0);
    }
    let ended = scene.count("SELECT count(*) FROM handoff WHERE status = 'converted'");
    assert_eq!(ended == 1, A::CAN.tells_endings);
}

pub(crate) fn it_can_what_it_says<A: Account>() {
    let claims = claims(&scene::<A>());
    assert!(claims.contains(&format!("crm: {:?}\n", A::CAN)), "{claims}");
}
