//! Every outcome of an attempt and of a look-up, played through by services that say what they are told to.

mod bugs;
mod fake;
mod memory;

use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::{Pace, Sinks, deliver};
use crate::handoff::words::CHANNEL;
use crate::model::{
    ContactId, Delivered, Delivery, Kind, LookUp, Mention, Record, Reply, Status, Timestamp, Untrusted,
    Update, Write, handoff_key,
};
use crate::store::{Moment, NewEffect, NewHandoff, Shown, Side, Store};
use crate::uptime::ClockReading;
use fake::Fake;

/// The moment of the first run, and of one after every wait.
fn first() -> Timestamp {
    Kind::DateTime.read("2026-11-23T10:00:00Z").as_time().unwrap()
}

fn later() -> Timestamp {
    first() + TimeDelta::hours(1)
}

fn update() -> Write {
    Write::Update(Update { contact: "1".to_owned(), owner: None, set: std::collections::BTreeMap::new() })
}

fn reply() -> Write {
    let mention = Mention { email: "ana@acme.example".to_owned(), name: "Ana".to_owned() };
    Write::Reply(Reply {
        contact: "1".to_owned(),
        thread: "m".to_owned(),
        mention: Some(mention),
        channel: None,
        text: Untrusted::new("Still waiting"),
        brief: None,
    })
}

/// A store with one handoff for each list, and these effects planned for it in order.
fn planned(handoffs: &[&[(&str, Write)]]) -> Store {
    let store = Store::in_memory().unwrap();
    for (effects, contact) in handoffs.iter().zip(1_i64..) {
        let id = ContactId::parse(&contact.to_string()).unwrap();
        let started = store.write(|db| {
            let layout = db.layout(&[])?;
            let record = Record { id: id.clone(), modified_ms: None, values: Vec::new() };
            db.store_records(layout, &[record], Shown::default(), first())?;
            let handoff = db.start_handoff(&NewHandoff {
                contact,
                key: &handoff_key("fake", "account", &id, 1),
                ordinal: 1,
                tier: "engaged",
                priority: "high",
                sla: None,
                score: None,
                fit: None,
                why: &[],
                rules_hash: "",
                at: first(),
                status: Status::Waiting,
                note: None,
                held_before: 0,
                email_hash: None,
            })?;
            for (key, write) in *effects {
                db.plan_effect(&NewEffect { handoff, key: (*key).to_owned(), write }, first())?;
            }
            Ok(())
        });
        started.unwrap();
    }
    store
}

/// A machine that had been up for an hour.
fn up_at(now: Timestamp) -> ClockReading {
    ClockReading { clock: "one".to_owned(), at: now - first() + TimeDelta::hours(1) }
}

fn up(now: Timestamp) -> impl Fn() -> ClockReading {
    move || up_at(now)
}

fn run(store: &mut Store, fake: &mut Fake, now: Timestamp) -> Delivered {
    let (mut crm, mut chat) = (fake.crm(), fake.chat());
    let uptime = up(now);
    let sinks = Sinks {
        crm: &mut crm,
        chat: Some(&mut chat),
        pace: Pace::SideBySide,
        uptime: &uptime,
        words: &CHANNEL,
    };
    deliver(store, sinks, now, Instant::now() + Duration::from_secs(3_600)).unwrap()
}

/// Planned, uncertain, failed.
fn counts(store: &Store) -> (u64, u64, u64) {
    store.read().effect_counts().unwrap()
}

fn why() -> String {
    "because".to_owned()
}

fn done() -> Delivery {
    Delivery::Done { remote_id: "7".to_owned() }
}

/// Outcomes after which the write certainly is not there, may be there, and the two that end it.
fn certainly_not() -> Vec<Option<Delivery>> {
    vec![
        Some(Delivery::NotSent { why: why() }),
        Some(Delivery::Throttled { until: None, why: why() }),
        Some(Delivery::Throttled { until: Some(first() + TimeDelta::minutes(1)), why: why() }),
        Some(Delivery::Forbidden { why: why() }),
        Some(Delivery::Unauthorized { why: why() }),
    ]
}

fn uncertain() -> Vec<Option<Delivery>> {
    vec![
        Some(Delivery::Unknown { why: why() }),
        Some(Delivery::Done { remote_id: String::new() }),
        // The service gave fewer answers than it was asked for.
        None,
    ]
}

#[test]
fn a_write_that_is_done_is_done_once() {
    for write in [update(), reply()] {
        let mut store = planned(&[&[("k", write)]]);
        let mut fake = Fake::default();
        fake.will_answer("k", [Some(done())]);
        assert_eq!(run(&mut store, &mut fake, first()).done, 1);
        assert_eq!(run(&mut store, &mut fake, later()), Delivered::default());
        assert_eq!(fake.log(), ["send k"]);
    }
}

#[test]
fn a_write_that_was_refused_is_never_sent_again_by_itself() {
    let mut store = planned(&[&[("k", update())]]);
    let mut fake = Fake::default();
    fake.will_answer("k", [Some(Delivery::Refused { why: why() }), Some(done())]);
    assert_eq!(run(&mut store, &mut fake, first()).failed, ["update for contact 1: because"]);
    assert_eq!(run(&mut store, &mut fake, later()), Delivered::default());
    assert_eq!(counts(&store), (0, 0, 1));
    store.write(|db| db.retry_failed(later())).unwrap();
    assert_eq!(run(&mut store, &mut fake, later()).done, 1);
    assert_eq!(fake.log(), ["send k", "send k"], "it surely was not there, so nothing is looked up");
}

#[test]
fn a_write_that_certainly_did_not_happen_is_sent_again_by_the_next_run_without_a_look() {
    for outcome in certainly_not() {
        for write in [update(), reply()] {
            let mut store = planned(&[&[("k", write)]]);
            let mut fake = Fake::default();
            fake.will_answer("k", [outcome.clone(), Some(done())]);
            run(&mut store, &mut fake, first());
            assert_eq!(fake.log(), ["send k"], "{outcome:?} was retried within the run");
            assert_eq!(run(&mut store, &mut fake, later()).done, 1, "{outcome:?}");
            assert_eq!(fake.log(), ["send k", "send k"], "{outcome:?}");
        }
    }
}

#[test]
fn a_write_that_may_have_happened_is_sent_again_only_when_a_look_says_that_it_is_absent() {
    let found = Some(LookUp::Found { remote_id: "7".to_owned() });
    let looks = [
        (found, vec!["send k", "look k"], (0, 0, 0)),
        (Some(LookUp::Absent), vec!["send k", "look k", "send k"], (0, 0, 0)),
        (Some(LookUp::Impossible), vec!["send k", "look k"], (0, 0, 1)),
        (Some(LookUp::Failed { why: why() }), vec!["send k", "look k"], (0, 1, 0)),
        (None, vec!["send k", "look k"], (0, 0, 1)),
    ];
    for outcome in uncertain() {
        for (look, log, expected) in &looks {
            for write in [update(), reply()] {
                let mut store = planned(&[&[("k", write)]]);
                let mut fake = Fake::default();
                fake.will_answer("k", [outcome.clone(), Some(done())]);
                fake.will_show("k", [look.clone()]);
                run(&mut store, &mut fake, first());
                assert_eq!(counts(&store), (0, 1, 0), "{outcome:?}");
                run(&mut store, &mut fake, later());
                assert_eq!(&fake.log(), log, "{outcome:?}, then {look:?}");
                assert_eq!(counts(&store), *expected, "{outcome:?}, then {look:?}");
            }
        }
    }
}

#[test]
fn a_second_attempt_that_surely_failed_says_nothing_of_the_first() {
    for outcome in certainly_not() {
        let mut store = planned(&[&[("k", update())]]);
        let mut fake = Fake::default();
        fake.will_answer("k", [Some(Delivery::Unknown { why: why() }), outcome.clone(), Some(done())]);
        fake.will_show("k", [Some(LookUp::Absent), Some(LookUp::Absent)]);
        for hours in 0..3 {
            run(&mut store, &mut fake, first() + TimeDelta::hours(hours));
        }
        assert_eq!(fake.log(), ["send k", "look k", "send k", "look k", "send k"], "{outcome:?}");
        assert_eq!(counts(&store), (0, 0, 0));
    }
}

#[test]
fn what_a_dead_run_left_in_flight_is_looked_up_before_anything_is_sent() {
    let mut store = planned(&[&[("k", update())]]);
    let moment = Moment { now: first(), clock: up_at(first()), settle: TimeDelta::zero() };
    let effects = store.read().due_effects(Side::Crm, &moment, 10).unwrap();
    store.write(|db| db.begin_effects(effects, first(), &up_at(first()))).unwrap();
    let mut fake = Fake::default();
    fake.will_show("k", [Some(LookUp::Found { remote_id: "7".to_owned() })]);
    assert_eq!(run(&mut store, &mut fake, first()), Delivered::default(), "it may still be on its way");
    let delivered = run(&mut store, &mut fake, later());
    assert_eq!((delivered.found, delivered.done), (1, 0));
    assert_eq!(fake.log(), ["look k"]);
}

#[test]
fn credentials_that_no_longer_work_stop_everything_that_follows() {
    let mut store = planned(&[&[("a", update()), ("b", update())], &[("c", update()), ("d", reply())]]);
    let mut fake = Fake::default();
    fake.will_answer("a", [Some(Delivery::Unauthorized { why: why() }), Some(done())]);
    for key in ["b", "c", "d"] {
        fake.will_answer(key, [Some(done())]);
    }
    let delivered = run(&mut store, &mut fake, first());
    assert_eq!(delivered.unauthorized.as_deref(), Some("because"));
    assert_eq!(fake.log(), ["send a", "send c"], "only what went out together with it");
    assert_eq!(run(&mut store, &mut fake, later()).done, 3);
}

#[test]
fn a_chat_whose_credentials_no_longer_work_stops_the_chat_alone() {
    let mut store = planned(&[&[("a", reply()), ("b", update())], &[("c", update()), ("d", reply())]]);
    let mut fake = Fake::default();
    fake.will_answer("a", [Some(Delivery::Unauthorized { why: why() }), Some(done())]);
    for key in ["b", "c", "d"] {
        fake.will_answer(key, [Some(done())]);
    }
    let delivered = run(&mut store, &mut fake, first());
    assert_eq!(delivered.unauthorized.as_deref(), Some("because"));
    assert!(!is_complete(&delivered));
    let log = fake.log();
    assert!(["send b", "send c"].iter().all(|sent| log.iter().any(|line| line == sent)), "{log:?}");
    // What went out together with the refused one was taken; the rest goes out with the next run.
    assert_eq!(delivered.done + run(&mut store, &mut fake, later()).done, 4);
}

#[test]
fn the_crm_does_not_wait_for_a_message_whose_fate_is_open() {
    let mut store = planned(&[&[("a", reply()), ("b", update())]]);
    let mut fake = Fake::default();
    fake.will_answer("a", [Some(Delivery::Unknown { why: why() })]);
    fake.will_answer("b", [Some(done())]);
    assert_eq!(run(&mut store, &mut fake, first()).done, 1);
}

#[test]
fn a_handoff_s_writes_go_out_in_order_and_others_do_not_wait_for_them() {
    let mut store = planned(&[&[("a", update()), ("b", reply())], &[("c", update()), ("d", reply())]]);
    let mut fake = Fake::default();
    fake.will_answer("a", [Some(Delivery::Unknown { why: why() })]);
    fake.will_answer("b", [Some(done())]);
    fake.will_answer("c", [Some(Delivery::Refused { why: why() })]);
    fake.will_answer("d", [Some(done())]);
    run(&mut store, &mut fake, first());
    assert_eq!(fake.log(), ["send a", "send c", "send d"]);
}

#[test]
fn a_run_whose_time_is_over_sends_nothing_more() {
    let mut store = planned(&[&[("k", update())]]);
    let mut fake = Fake::default();
    let mut crm = fake.crm();
    let uptime = up(first());
    let sinks = Sinks { crm: &mut crm, chat: None, pace: Pace::SideBySide, uptime: &uptime, words: &CHANNEL };
    let delivered = deliver(&mut store, sinks, first(), Instant::now()).unwrap();
    assert!(delivered.out_of_time && !is_complete(&delivered));
    assert!(fake.log().is_empty());
    fake.will_answer("k", [Some(done())]);
    assert!(is_complete(&run(&mut store, &mut fake, first())));
}

#[test]
fn a_message_without_a_chat_stays_and_is_told() {
    let mut store = planned(&[&[("k", reply())]]);
    let fake = Fake::default();
    let mut crm = fake.crm();
    let uptime = up(first());
    let sinks = Sinks { crm: &mut crm, chat: None, pace: Pace::SideBySide, uptime: &uptime, words: &CHANNEL };
    let deadline = Instant::now() + Duration::from_secs(3_600);
    let delivered = deliver(&mut store, sinks, first(), deadline).unwrap();
    assert!(!is_complete(&delivered));
    assert!(fake.log().is_empty());
}

/// Whether everything that was due is out.
fn is_complete(delivered: &Delivered) -> bool {
    delivered.postponed.is_empty()
        && delivered.failed.is_empty()
        && delivered.forbidden.is_empty()
        && delivered.unauthorized.is_none()
        && !delivered.out_of_time
}
