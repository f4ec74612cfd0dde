//! The order of effects, and what one that is not settled holds up.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::*;
use crate::store::{EffectRow, Moment, Settled, Side};
use crate::uptime::ClockReading;

/// A machine that had been up for an hour.
fn up(seconds: i64) -> ClockReading {
    reading("one", 3_600 + seconds)
}

fn reading(clock: &str, seconds: i64) -> ClockReading {
    ClockReading { clock: clock.to_owned(), at: TimeDelta::seconds(seconds) }
}

fn when(seconds: i64) -> Moment {
    Moment { now: at(seconds), clock: up(seconds), settle: TimeDelta::zero() }
}

fn keys(store: &Store, moment: &Moment) -> Vec<String> {
    let due = store.read().due_effects(Side::Crm, moment, 100).unwrap();
    due.into_iter().map(|effect| effect.key).collect()
}

fn due(store: &Store, seconds: i64) -> Vec<String> {
    keys(store, &when(seconds))
}

/// Sends the effect with this key, which then settles so.
fn send(store: &Store, key: &str, settled: &Settled<'_>) {
    let effects = store.read().due_effects(Side::Crm, &when(1_000), 100).unwrap();
    let effect: EffectRow = effects.into_iter().find(|effect| effect.key == key).unwrap();
    let begun = store.write(|db| db.begin_effects(vec![effect], at(0), &up(0))).unwrap();
    store.write(|db| db.settle_effect(&begun[0], settled, at(0))).unwrap();
}

/// Two handoffs with three effects each.
fn two_handoffs() -> Store {
    let store = with_contacts(&["1", "2"]);
    for contact in [1, 2] {
        let handoff = start(&store, contact, 1, Status::Waiting).unwrap();
        let keys: Vec<String> = ["u", "t", "m"].iter().map(|kind| format!("{kind}{contact}")).collect();
        plan(&store, handoff, &keys.iter().map(String::as_str).collect::<Vec<_>>());
    }
    store
}

#[test]
fn each_handoff_offers_its_first_unsettled_effect() {
    let store = two_handoffs();
    assert_eq!(due(&store, 0), ["u1", "u2"]);
    send(&store, "u1", &Settled::Done { remote_id: "r" });
    assert_eq!(due(&store, 0), ["t1", "u2"]);
    send(&store, "t1", &Settled::Done { remote_id: "r" });
    assert_eq!(due(&store, 0), ["m1", "u2"]);
}

#[test]
fn an_effect_that_failed_for_good_holds_up_no_other() {
    let store = two_handoffs();
    send(&store, "u1", &Settled::Failed { why: "no such owner" });
    assert_eq!(due(&store, 0), ["t1", "u2"]);
}

#[test]
fn an_effect_whose_fate_is_unknown_or_that_waits_holds_up_its_own_handoff_only() {
    for settled in
        [Settled::Unknown { why: "timeout", next: at(30) }, Settled::Again { why: "429", next: at(30) }]
    {
        let store = two_handoffs();
        send(&store, "u1", &settled);
        assert_eq!(due(&store, 29), ["u2"], "{settled:?}");
        assert_eq!(due(&store, 30), ["u2", "u1"], "{settled:?}");
    }
}

/// The first effect was sent at second 0 by a run that is dead. Whether it is looked for when a run at the first of these
/// times of day and readings has found it, and one at the second goes on.
fn is_looked_for(seconds: i64, found: &ClockReading, then: &ClockReading) -> bool {
    let store = two_handoffs();
    let effects = store.read().due_effects(Side::Crm, &when(0), 1).unwrap();
    store.write(|db| db.begin_effects(effects, at(0), &up(0))).unwrap();
    assert_eq!(store.write(|db| db.presume_interrupted(found)).unwrap(), 1);
    store.write(|db| db.presume_interrupted(then)).unwrap();
    let moment = Moment { now: at(seconds), clock: then.clone(), settle: TimeDelta::seconds(90) };
    keys(&store, &moment).iter().any(|key| key == "u1")
}

#[test]
fn what_was_in_flight_when_a_run_died_is_looked_up_first() {
    let store = two_handoffs();
    let effects = store.read().due_effects(Side::Crm, &when(0), 1).unwrap();
    store.write(|db| db.begin_effects(effects, at(0), &up(0))).unwrap();
    assert_eq!(due(&store, 1_000), ["u2"], "in flight is not due");
    assert_eq!(store.write(|db| db.presume_interrupted(&up(5))).unwrap(), 1);
    let found = store.read().due_effects(Side::Crm, &when(90), 100).unwrap();
    let unsure: Vec<(&str, bool, u32)> =
        found.iter().map(|effect| (effect.key.as_str(), effect.unsure, effect.attempt)).collect();
    assert_eq!(unsure, [("u1", true, 1), ("u2", false, 0)]);
    assert_eq!(store.write(|db| db.presume_interrupted(&up(6))).unwrap(), 0);
}

#[test]
fn what_may_be_on_its_way_is_left_alone_whatever_the_time_of_day_says() {
    let day = 86_400;
    for clock in [0, 89, 90, day, -day] {
        assert!(!is_looked_for(clock, &up(5), &up(89)), "{clock}");
        assert!(is_looked_for(clock, &up(5), &up(90)), "{clock}");
    }
}

#[test]
fn what_another_machine_sent_is_left_alone_from_when_this_one_meets_it() {
    // Another machine, or this one started anew, or started anew where nothing but a smaller reading tells.
    for (clock, met) in [("two", 7), ("two", 500_000), ("one", 7)] {
        let then = |seconds: i64| reading(clock, met + seconds);
        assert!(!is_looked_for(200, &then(0), &then(89)), "{clock} {met}");
        assert!(is_looked_for(200, &then(0), &then(90)), "{clock} {met}");
    }
}

#[test]
fn what_a_copy_may_have_sent_is_left_alone_from_when_the_copy_is_met() {
    let store = two_handoffs();
    let effects = store.read().due_effects(Side::Crm, &when(0), 1).unwrap();
    store.write(|db| db.begin_effects(effects, at(0), &up(0))).unwrap();
    store.write(|db| Ok(db.conn.execute("UPDATE effect SET clock = NULL", [])?)).unwrap();
    store.write(|db| db.presume_interrupted(&up(500))).unwrap();
    let settle = TimeDelta::seconds(90);
    assert_eq!(keys(&store, &Moment { settle, ..when(589) }), ["u2"]);
    assert_eq!(keys(&store, &Moment { settle, ..when(590) }), ["u1", "u2"]);
}

#[test]
fn a_clock_that_was_set_back_holds_up_nothing() {
    let store = two_handoffs();
    send(&store, "u1", &Settled::Again { why: "429", next: at(900) });
    assert_eq!(due(&store, 0), ["u2"], "no service makes us wait longer");
    assert_eq!(due(&store, -1), ["u1"]);
    assert_eq!(due(&store, -1_000), ["u2", "u1"]);
}

/// Both read what is due before either has begun: without the lock, as on a network file system.
#[test]
fn of_two_runs_at_once_only_one_sends() {
    let store = two_handoffs();
    let (one, other) = (
        store.read().due_effects(Side::Crm, &when(0), 1).unwrap(),
        store.read().due_effects(Side::Crm, &when(0), 1).unwrap(),
    );
    let begun = store.write(|db| db.begin_effects(one, at(0), &up(0))).unwrap();
    assert!(
        store.write(|db| db.begin_effects(other.clone(), at(0), &up(0))).unwrap().is_empty(),
        "it is in flight"
    );
    store
        .write(|db| db.settle_effect(&begun[0], &Settled::Unknown { why: "timeout", next: at(30) }, at(0)))
        .unwrap();
    assert!(
        store.write(|db| db.begin_effects(other, at(0), &up(0))).unwrap().is_empty(),
        "nobody has looked"
    );
}

#[test]
fn the_answer_to_an_attempt_that_was_overtaken_changes_nothing() {
    let store = two_handoffs();
    let first = store.read().due_effects(Side::Crm, &when(0), 1).unwrap();
    let first = store.write(|db| db.begin_effects(first, at(0), &up(0))).unwrap();
    store.write(|db| db.presume_interrupted(&up(100))).unwrap();
    let second = store.read().due_effects(Side::Crm, &when(100), 10).unwrap();
    let second = second.into_iter().filter(|effect| effect.key == "u1").collect();
    let second = store.write(|db| db.begin_effects(second, at(100), &up(100))).unwrap();
    store.write(|db| db.settle_effect(&first[0], &Settled::Failed { why: "late" }, at(101))).unwrap();
    store.write(|db| db.settle_effect(&second[0], &Settled::Done { remote_id: "r" }, at(101))).unwrap();
    store.write(|db| db.settle_effect(&first[0], &Settled::Done { remote_id: "other" }, at(102))).unwrap();
    assert_eq!(store.read().remote_id("u1").unwrap().as_deref(), Some("r"));
}

#[test]
fn an_effect_that_may_have_happened_stays_so_until_it_is_done() {
    let store = two_handoffs();
    send(&store, "u1", &Settled::Unknown { why: "timeout", next: at(1) });
    send(&store, "u1", &Settled::Again { why: "429", next: at(2) });
    let unsure = |store: &Store| {
        let effects = store.read().due_effects(Side::Crm, &when(100), 100).unwrap();
        effects.iter().find(|effect| effect.key == "u1").map(|effect| effect.unsure)
    };
    assert_eq!(unsure(&store), Some(true), "a later attempt that surely failed says nothing of the first");
    send(&store, "u1", &Settled::Failed { why: "refused" });
    assert_eq!(unsure(&store), None);
    assert_eq!(store.write(|db| db.retry_failed(at(3))).unwrap(), 1);
    assert_eq!(unsure(&store), Some(true), "a retry looks first");
}

#[test]
fn cancelling_takes_only_what_was_never_tried() {
    let store = two_handoffs();
    send(&store, "u1", &Settled::Unknown { why: "timeout", next: at(1) });
    store.write(|db| db.cancel_effects(1)).unwrap();
    assert_eq!(due(&store, 1), ["u2", "u1"]);
    send(&store, "u1", &Settled::Done { remote_id: "r" });
    assert_eq!(due(&store, 1), ["u2"]);
}

#[test]
fn an_error_of_any_length_and_script_is_kept_cut() {
    let store = two_handoffs();
    send(&store, "u1", &Settled::Failed { why: &"ö".repeat(10_000) });
    assert_eq!(store.read().failed_effects(10).unwrap()[0].error.chars().count(), 500);
}

#[test]
fn a_refused_owner_is_not_sent_again_once_the_handoff_went_to_somebody_else() {
    for (later, due_now) in [
        (Settled::Done { remote_id: "r" }, vec![]),
        (Settled::Unknown { why: "timeout", next: at(1) }, vec!["u2"]),
        (Settled::Failed { why: "refused" }, vec!["u2"]),
    ] {
        let store = with_contacts(&["1"]);
        let handoff = start(&store, 1, 1, Status::Waiting).unwrap();
        for key in ["u1", "u2"] {
            let owner = Some(key.to_owned());
            let write = Write::Update(Update { contact: "1".to_owned(), owner, set: BTreeMap::new() });
            store
                .write(|db| db.plan_effect(&NewEffect { handoff, key: key.to_owned(), write: &write }, at(0)))
                .unwrap();
        }
        send(&store, "u1", &Settled::Failed { why: "refused" });
        send(&store, "u2", &later);
        store.write(|db| db.retry_failed(at(3))).unwrap();
        assert_eq!(due(&store, 100), due_now, "{later:?}");
    }
}
