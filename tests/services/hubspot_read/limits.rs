//! Rate limits: obeyed, and waited for no longer than a run has.

use std::time::Duration;

use serde_json::json;

use super::desk::{Desk, count};
use crate::support::hubspot::Fault;
use crate::support::hubspot::limits::limited;

#[test]
fn case_12_secondly_waits_about_a_second() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.fake.fail("POST", "/search", Fault::Instead(limited("SECONDLY")));
    let took = desk.timed_sync();
    assert!((Duration::from_millis(900)..Duration::from_secs(4)).contains(&took), "{took:?}");
    assert_eq!(desk.stored(), [1, 2, 3]);
}

#[test]
fn case_12_ten_secondly_waits_for_the_interval() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.fake.fail("POST", "/contacts/batch/read", Fault::Instead(limited("TEN_SECONDLY_ROLLING")));
    let took = desk.timed_sync();
    assert!((Duration::from_millis(9_900)..Duration::from_secs(14)).contains(&took), "{took:?}");
}

#[test]
fn case_12_daily_stops_the_run_at_once_and_the_next_goes_on() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.fake.fail("POST", "/search", Fault::Instead(limited("DAILY")));
    let said = desk.failed_sync();
    assert!(said.contains("daily limit"), "{said}");
    assert_eq!(desk.fake.requests().len(), 2, "which account it is, and the search");
    desk.sync();
    assert_eq!(desk.stored(), [1, 2, 3]);
}

#[test]
fn case_13_retry_after_in_milliseconds_seconds_or_nonsense_is_a_bounded_wait() {
    for (value, least, most) in
        [("1500", 1_400, 4_000), ("2", 1_900, 5_000), ("-7", 900, 4_000), ("soon", 900, 4_000)]
    {
        let desk = Desk::open();
        desk.fill(1, 3);
        let reply = limited("SECONDLY").with("Retry-After", value);
        desk.fake.fail("POST", "/search", Fault::Instead(reply));
        let took = desk.timed_sync().as_millis();
        assert!((least..most).contains(&took), "{value}: {took} ms");
    }
}

#[test]
fn case_13_a_wait_beyond_the_run_s_time_ends_the_run_instead() {
    let desk = Desk::open();
    desk.fill(1, 3);
    let reply = limited("TEN_SECONDLY_ROLLING").with("Retry-After", "1000000000");
    desk.fake.fail("POST", "/search", Fault::Instead(reply));
    let begun = std::time::Instant::now();
    let ran = desk.handoff(&["run", "--deadline", "10"]);
    assert!(begun.elapsed() < Duration::from_secs(5), "{}", ran.all());
    assert_eq!(count(&desk.fake.requests(), "/search"), 1);
}

#[test]
fn case_14_searches_stay_below_five_a_second_without_any_header() {
    let desk = Desk::open();
    desk.fill(1, 2_000);
    let took = desk.timed_sync();
    assert!(took >= Duration::from_millis(1_800), "{took:?}");
    assert_eq!(count(&desk.fake.requests(), "/search"), 10);
}

#[test]
fn case_14_little_left_slows_the_rest() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.fake.portal().rates.as_mut().unwrap().remaining = Some(1);
    // After the first read that says so, the next waits for half the interval.
    let took = desk.timed_sync();
    assert!((Duration::from_millis(4_900)..Duration::from_secs(14)).contains(&took), "{took:?}");
}

/// HubSpot lets nothing be searched for two days, and says so each time.
#[test]
fn a_run_that_may_read_nothing_is_not_good_and_status_says_so() {
    for is_new in [true, false] {
        let desk = Desk::open();
        desk.fill(1, 3);
        if !is_new {
            assert_eq!(desk.handoff(&["run"]).status, 0);
        }
        for minutes in [1, 20, 2_880] {
            desk.later(minutes);
            let reply = limited("SECONDLY").with("Retry-After", "120");
            desk.fake.fail("POST", "/search", Fault::Instead(reply));
            let ran = desk.handoff(&["run", "--deadline", "10", "-v"]);
            assert_eq!(ran.status, 1, "{is_new}: {}", ran.all());
            assert!(
                ran.stderr.contains("no changed contact was read: HubSpot's rate limits"),
                "{}",
                ran.all()
            );
            let status = desk.handoff(&["status"]);
            assert_eq!(status.status, 1, "{}", status.all());
            assert!(status.stdout.contains("the last run failed: no changed contact"), "{}", status.all());
        }
        let status = desk.handoff(&["status"]).stdout;
        let says = if is_new { "no run has been good yet" } else { "last read to its end 2901 minutes ago" };
        assert!(status.contains(says), "{status}");
        assert_eq!(desk.handoff(&["run"]).status, 0);
        let status = desk.handoff(&["status"]);
        assert_eq!(status.status, 0, "{}", status.all());
    }
}

/// A walk that each run gets on with is progress; that it never comes to its end is told all the same.
#[test]
fn a_walk_that_comes_to_no_end_is_told_by_status() {
    let desk = Desk::open();
    assert_eq!(desk.handoff(&["run"]).status, 0);
    desk.later(1);
    desk.fill(1, 600);
    let now = desk.fake.portal().now_ms;
    for id in 1..=600 {
        desk.fake.portal().change(id, now, 0, &json!({"score": "1"}));
    }
    let reply = limited("SECONDLY").with("Retry-After", "120");
    desk.later(20);
    desk.fake.fail("POST", "/search", Fault::Short(5));
    desk.fake.fail("POST", "/search", Fault::Instead(reply));
    let ran = desk.handoff(&["run", "--deadline", "10"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let status = desk.handoff(&["status"]);
    assert_eq!(status.status, 1, "{}", status.all());
    assert!(status.stdout.contains("last read to its end 21 minutes ago"), "{}", status.all());
    let metrics = desk.handoff(&["status", "--format", "prometheus"]).stdout;
    assert!(metrics.contains("handoff_last_whole_walk_age_seconds 1260"), "{metrics}");
}
