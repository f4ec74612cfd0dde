//! A bug in a connector that shows over one write.

use super::*;

/// Three handoffs with a write each, and a connector that trips over the second one's.
fn three(writes: [Write; 3]) -> (Store, Fake) {
    let [a, b, c] = writes;
    let store = planned(&[&[("a", a)], &[("b", b)], &[("c", c)]]);
    let mut fake = Fake::default();
    fake.trips_over("send b");
    for key in ["a", "b", "c"] {
        // The first answer to what goes out before the bug is lost with it.
        fake.will_answer(key, [Some(done()), Some(done())]);
        fake.will_show(key, [Some(LookUp::Absent), Some(LookUp::Absent), Some(LookUp::Absent)]);
    }
    (store, fake)
}

#[test]
fn a_write_over_which_the_sending_panics_is_set_apart_and_the_others_go_out() {
    for write in [update, reply] {
        let (mut store, mut fake) = three([write(), write(), write()]);
        let together = run(&mut store, &mut fake, first());
        assert_eq!(together.postponed.len(), 3, "{together:?}");
        assert_eq!(counts(&store), (0, 3, 0), "each may be out there");

        let alone = run(&mut store, &mut fake, later());
        assert_eq!((alone.done, alone.failed.len()), (1, 1), "{alone:?}");
        assert!(alone.failed[0].contains("a bug in handoff showed over it"), "{alone:?}");
        assert_eq!(counts(&store), (0, 1, 1), "after a bug nothing more is sent by this run");

        let after = run(&mut store, &mut fake, later() + TimeDelta::hours(1));
        assert_eq!((after.done, is_complete(&after)), (1, true), "{after:?}");
        assert_eq!(run(&mut store, &mut fake, later() + TimeDelta::hours(2)), Delivered::default());
        let together = ["send a", "send b"];
        let alone = ["look a", "send a", "look b", "send b", "look c", "send c"];
        assert_eq!(fake.log(), [&together[..], &alone[..]].concat());
    }
}

#[test]
fn what_comes_later_does_not_wait_for_what_was_set_apart() {
    let (mut store, mut fake) = three([update(), update(), update()]);
    run(&mut store, &mut fake, first());
    let new = ("d", update());
    store
        .write(|db| db.plan_effect(&NewEffect { handoff: 1, key: new.0.to_owned(), write: &new.1 }, first()))
        .unwrap();
    fake.will_answer("d", [Some(done())]);
    run(&mut store, &mut fake, later());
    run(&mut store, &mut fake, later() + TimeDelta::hours(1));
    let sent = fake.log().into_iter().filter(|line| line.starts_with("send ")).collect::<Vec<_>>();
    assert_eq!(sent, ["send a", "send b", "send a", "send d", "send b", "send c"]);
}

#[test]
fn a_write_over_which_the_look_up_panics_is_set_apart_and_the_others_are_found() {
    let mut store = planned(&[&[("a", update())], &[("b", update())], &[("c", update())]]);
    let mut fake = Fake::default();
    for key in ["a", "b", "c"] {
        fake.will_answer(key, [Some(Delivery::Unknown { why: why() })]);
        let found = || Some(LookUp::Found { remote_id: "7".to_owned() });
        fake.will_show(key, [found(), found()]);
    }
    run(&mut store, &mut fake, first());
    fake.trips_over("look b");
    assert_eq!(run(&mut store, &mut fake, later()).postponed.len(), 3);
    let alone = run(&mut store, &mut fake, later() + TimeDelta::hours(1));
    assert_eq!((alone.found, alone.failed.len()), (1, 1), "{alone:?}");
    assert_eq!(run(&mut store, &mut fake, later() + TimeDelta::hours(2)).found, 1);
    assert_eq!(counts(&store), (0, 0, 1));
}

#[test]
fn once_the_bug_is_mended_a_retry_looks_and_sends() {
    let (mut store, mut fake) = three([update(), update(), update()]);
    for hours in 0..3 {
        run(&mut store, &mut fake, first() + TimeDelta::hours(hours));
    }
    assert_eq!(counts(&store), (0, 0, 1));
    fake.is_mended();
    store.write(|db| db.retry_failed(later())).unwrap();
    let delivered = run(&mut store, &mut fake, later() + TimeDelta::hours(2));
    assert_eq!((delivered.done, counts(&store)), (1, (0, 0, 0)));
    assert_eq!(fake.log().iter().rev().take(2).collect::<Vec<_>>(), ["send b", "look b"]);
}

#[test]
fn a_chat_that_panics_holds_up_no_task() {
    let mut store = planned(&[&[("a", reply())], &[("b", update()), ("c", update())]]);
    let mut fake = Fake::default();
    fake.trips_over("send a");
    fake.will_answer("b", [Some(done())]);
    fake.will_answer("c", [Some(done())]);
    assert_eq!(run(&mut store, &mut fake, first()).done, 2);
}
