//! Nothing lost, nothing read twice, whatever the search does.

use std::time::Duration;

use chrono::DateTime;
use serde_json::json;

use super::desk::{Desk, count};
use super::memory::Watch;
use crate::support::http_server::Reply;
use crate::support::hubspot::limits::Rates;
use crate::support::hubspot::portal::Order;
use crate::support::hubspot::{Fault, MINUTE, NOW_MS};

/// The first walk of this many contacts, with a cap of 10,000 a query: each is stored, each is read once.
#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "what the walk took")]
fn first_walk(contacts: u64) {
    let desk = Desk::open();
    desk.fake.portal().rates = Some(Rates::new(250));
    desk.fill(1, contacts);
    let memory = Watch::begin();
    let mut took = 0.0;
    for _ in 0..20 {
        let begun = std::time::Instant::now();
        let is_part = desk.sync()["is_part"] == true;
        took += begun.elapsed().as_secs_f64();
        if !is_part {
            break;
        }
    }
    let requests = desk.fake.requests();
    let searches = count(&requests, "/search");
    println!(
        "{contacts} contacts in {took:.1} s: {searches} searches, {} batch reads, {} requests; at five searches a second that \
         is {:.2} of what the service needs; {} MiB at the most",
        count(&requests, "/batch/read"),
        requests.len(),
        took * 5.0 / searches as f64,
        memory.peak_kib() >> 10,
    );
    assert!(memory.peak_kib() < 60 * 1_000, "{} KiB", memory.peak_kib());
    assert_eq!(desk.stored(), (1..=contacts).collect::<Vec<_>>());
    assert!(desk.fake.portal().reads.values().all(|reads| *reads == 1));
    assert_eq!(desk.fake.portal().reads.len() as u64, contacts);
}

#[test]
fn case_6_more_than_10000_results_are_walked_without_loss_or_repetition() {
    first_walk(20_000);
}

#[test]
#[ignore = "takes minutes: 100,000 contacts at five searches a second"]
fn the_first_sync_of_100000_contacts() {
    first_walk(100_000);
}

#[test]
fn a_walk_whose_time_is_over_goes_on_in_the_next_run_and_reads_nothing_twice() {
    let desk = Desk::open();
    desk.fake.portal().rates = Some(Rates::new(250));
    desk.fill(1, 3_000);
    let mut runs = 0;
    while desk.fake.portal().reads.len() < 3_000 {
        let ran = desk.handoff(&["run", "--deadline", "3"]);
        runs += 1;
        // Cron leaves a minute between runs; a second is what the service counts.
        std::thread::sleep(Duration::from_secs(1));
        assert!(ran.status < 2 && runs < 10, "{}", ran.all());
    }
    assert!(runs > 1);
    assert_eq!(desk.stored().len(), 3_000);
    assert!(desk.fake.portal().reads.values().all(|reads| *reads == 1));
    desk.fake.requests();
}

#[test]
fn case_2_both_styles_of_paths_work_by_one_setting() {
    for version in ["2026-09", "2026-03", "v3"] {
        let desk = Desk::open();
        desk.fill(1, 3);
        desk.fake.portal().version = version;
        desk.place.replace("rules.toml", "base_url", &format!("api_version = \"{version}\"\nbase_url"));
        desk.sync();
        assert_eq!(desk.stored(), [1, 2, 3]);
        desk.fake.requests();
    }
}

#[test]
fn case_3_sixty_properties_do_not_make_the_search_too_long() {
    let desk = Desk::open();
    let field =
        |n: i32| format!("extra_{n} = \"a_property_with_a_rather_long_name_as_portals_have_them_{n}\"");
    let fields: Vec<String> = (0..60).map(field).collect();
    desk.place.append("rules.toml", &format!("\n[fields]\n{}\n", fields.join("\n")));
    desk.fill(1, 250);
    desk.sync();
    assert_eq!(desk.stored().len(), 250);
    desk.fake.requests();
}

#[test]
fn case_4_and_5_short_and_empty_pages_go_on_and_links_are_not_followed() {
    let desk = Desk::open();
    desk.fill(1, 500);
    for rows in [150, 0, 0, 7] {
        desk.fake.fail("POST", "/search", Fault::Short(rows));
    }
    desk.sync();
    assert_eq!(desk.stored().len(), 500);
    let requests = desk.fake.requests();
    assert!(requests.iter().all(|request| !request.contains("v3")), "{requests:?}");
    assert!(desk.fake.portal().reads.values().all(|reads| *reads == 1));
}

#[test]
fn case_7_rows_with_the_same_time_across_page_edges() {
    // Ids of different lengths, in both orders that a service may have.
    for textual in [false, true] {
        let desk = Desk::open();
        desk.fake.portal().order = if textual { Order::ByText } else { Order::ById };
        desk.fill(1, 450);
        desk.fill(99_900, 200);
        desk.sync();
        desk.fake.requests();
        assert_eq!(desk.stored().len(), 650);
    }
}

#[test]
fn case_8_a_row_that_the_index_shows_late_is_picked_up() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.sync();
    // Four minutes: the overlap.
    desk.fake.portal().change(20, NOW_MS + MINUTE, 4 * MINUTE, &json!({"email": "late@client.example"}));
    for _ in 0..4 {
        desk.later(1);
        desk.sync();
        assert_eq!(desk.stored().len(), 3);
    }
    desk.later(1);
    desk.sync();
    assert_eq!(desk.stored(), [1, 2, 3, 20]);
    // Fifty minutes: the sweep, once an hour.
    desk.fake.portal().change(
        21,
        NOW_MS + 6 * MINUTE,
        50 * MINUTE,
        &json!({"email": "later@client.example"}),
    );
    for _ in 0..70 {
        desk.later(1);
        desk.sync();
    }
    assert_eq!(desk.stored(), [1, 2, 3, 20, 21]);
    desk.fake.requests();
}

#[test]
fn case_8_after_an_hour_without_a_run_the_sweep_is_not_put_off() {
    let desk = Desk::open();
    desk.sync();
    desk.fake.portal().change(21, NOW_MS + MINUTE, 50 * MINUTE, &json!({"email": "later@client.example"}));
    desk.later(10);
    desk.sync();
    desk.later(52);
    desk.sync();
    assert_eq!(desk.stored(), [21]);
}

/// Servers made for tests have a clock of their own and a library that dates every answer by the real one.
#[test]
#[expect(clippy::disallowed_methods, reason = "the real time is the point")]
fn a_server_that_dates_its_answers_by_the_real_clock_is_read_at_a_time_that_is_set() {
    let desk = Desk::open();
    desk.fake.portal().date = Some(std::time::SystemTime::now().into());
    desk.fill(1, 3);
    desk.sync();
    for minutes in 1..4 {
        desk.later(1);
        desk.fake.portal().change(20 + minutes, NOW_MS + 60_000, 0, &json!({"email": "new@client.example"}));
        desk.sync();
    }
    assert_eq!(desk.stored(), [1, 2, 3, 21, 22, 23]);
    assert_eq!(desk.handoff(&["run"]).status, 0, "it is nobody's clock that is wrong");
}

#[test]
fn a_first_walk_over_pages_ends_with_the_second_that_has_begun() {
    let desk = Desk::open();
    let mut portal = desk.fake.portal();
    portal.now_ms += 700;
    let now_ms = portal.now_ms;
    for id in 1..=450 {
        portal.change(id, now_ms, 0, &json!({"email": format!("c{id}@client.example")}));
    }
    drop(portal);
    desk.sync();
    assert_eq!(desk.stored().len(), 450);
}

#[test]
fn case_9_a_row_newer_than_the_window_does_not_move_it_past_what_was_not_seen() {
    let desk = Desk::open();
    // By the service's own clock this one is from the future; the other changes before it, and is found afterwards.
    desk.fake.portal().change(
        5,
        NOW_MS + 30 * MINUTE,
        -30 * MINUTE,
        &json!({"email": "future@client.example"}),
    );
    desk.sync();
    assert_eq!(desk.stored(), [5]);
    desk.fake.portal().change(4, NOW_MS + MINUTE, 0, &json!({"email": "present@client.example"}));
    desk.later(2);
    desk.sync();
    assert_eq!(desk.stored(), [4, 5]);
}

#[test]
fn case_9_ids_that_do_not_ascend_stop_the_walk_where_it_was() {
    let desk = Desk::open();
    desk.fill(1, 700);
    desk.fake.fail("POST", "/search", Fault::Short(200));
    desk.fake.fail("POST", "/search", Fault::Repeat);
    let said = desk.failed_sync();
    assert!(said.contains("does not list contacts by ascending id"), "{said}");
    desk.sync();
    assert_eq!(desk.stored().len(), 700);
    assert!(desk.fake.portal().reads.values().all(|reads| *reads == 1));
}

#[test]
fn case_9_rows_in_no_order_are_all_found() {
    for contacts in [30, 650] {
        let desk = Desk::open();
        desk.fake.portal().order = Order::None;
        desk.fill(1, contacts);
        desk.sync();
        assert_eq!(desk.stored(), (1..=contacts).collect::<Vec<_>>());
        assert!(desk.fake.portal().reads.values().all(|reads| *reads == 1));
        desk.fake.requests();
    }
}

#[test]
fn case_9_rows_in_no_order_of_which_some_are_missing_stop_the_walk_where_it_was() {
    let desk = Desk::open();
    desk.fake.portal().order = Order::None;
    desk.fill(1, 650);
    desk.fake.fail("POST", "/search", Fault::Short(150));
    desk.fake.fail("POST", "/search", Fault::Short(200));
    desk.fake.fail("POST", "/search", Fault::Repeat);
    let said = desk.failed_sync();
    assert!(said.contains("in no order, and not all of them (350 of 650)"), "{said}");
    desk.later(1);
    desk.sync();
    assert_eq!(desk.stored(), (1..=650).collect::<Vec<_>>());
    desk.fake.requests();
}

#[test]
fn case_10_the_cursor_is_stored_with_its_rows_and_the_next_run_goes_on_there() {
    let desk = Desk::open();
    desk.fill(1, 1_000);
    desk.fake.fail("POST", "/search", Fault::Short(200));
    desk.fake.fail("POST", "/search", Fault::Short(200));
    desk.fake.fail("POST", "/search", Fault::Instead(Reply::json(400, &json!({"message": "no"}))));
    desk.failed_sync();
    assert_eq!(desk.stored(), (1..=400).collect::<Vec<_>>());
    desk.sync();
    assert_eq!(desk.stored(), (1..=1_000).collect::<Vec<_>>());
    assert!(desk.fake.portal().reads.values().all(|reads| *reads == 1));
}

#[test]
fn a_run_with_nothing_new_is_one_request() {
    let desk = Desk::open();
    desk.fill(1, 250);
    // Changed just now: it will be found by the next searches too.
    desk.fake.portal().change(900, NOW_MS, 0, &json!({"email": "new@client.example"}));
    desk.sync();
    desk.fake.requests();
    for _ in 0..4 {
        desk.later(1);
        assert_eq!(desk.sync()["read"], 0);
        assert_eq!(desk.fake.requests(), ["POST /crm/objects/2026-09/contacts/search"]);
    }
}

#[test]
fn case_11_a_contact_that_changed_is_read_again_and_only_that_one() {
    let desk = Desk::open();
    desk.fill(1, 250);
    desk.fake.portal().change(1, NOW_MS - 60 * MINUTE, 0, &json!({"associatedcompanyid": "900"}));
    desk.sync();
    desk.fake.requests();
    desk.later(1);
    desk.fake.portal().change(7, NOW_MS + MINUTE, 0, &json!({"hubspotscore": "80"}));
    let synced = desk.sync();
    assert_eq!((&synced["read"], &synced["changed"]), (&json!(1), &json!(1)));
    // It names no company, so its associations are asked for.
    let requests = desk.fake.requests();
    assert_eq!(
        (requests.len(), count(&requests, "/objects/2026-09/contacts/batch/read")),
        (3, 1),
        "{requests:?}"
    );
}

#[test]
fn other_properties_in_the_rules_read_everything_again() {
    let desk = Desk::open();
    desk.fill(1, 3);
    desk.fake.portal().change(2, NOW_MS - 60 * MINUTE, 0, &json!({"plan": "gold"}));
    desk.sync();
    desk.place.append("rules.toml", "\n[fields]\nplan = \"plan\"\n");
    desk.sync();
    assert_eq!(desk.values(2)["contact.plan"], "gold");
}

#[test]
fn a_walk_over_everything_that_is_broken_off_goes_on_in_the_next_runs_and_reads_nothing_twice() {
    let desk = Desk::open();
    desk.fill(1, 600);
    desk.sync();
    desk.later(3 * 60);
    desk.sync();
    desk.fake.portal().reads.clear();
    // Its time of change is years ago, and nobody was shown it.
    desk.fake.portal().change(550, NOW_MS - 60 * MINUTE, 0, &json!({"hubspotscore": "1"}));
    desk.fake.portal().change(700, 0, 0, &json!({"email": "old@client.example"}));

    let refusal = || Fault::Instead(Reply::json(400, &json!({"message": "no"})));
    desk.fake.fail("POST", "/search", refusal());
    let broken = desk.handoff(&["sync", "--all"]);
    assert_eq!(broken.status, 1, "{}", broken.all());
    for fault in [Fault::Short(200), Fault::Short(200), refusal()] {
        desk.fake.fail("POST", "/search", fault);
    }
    desk.failed_sync();
    assert_eq!(desk.fake.portal().reads.len(), 400);
    // Meanwhile somebody comes in; and who asks again begins nothing anew.
    desk.later(1);
    desk.fake.portal().change(10, NOW_MS + 181 * MINUTE, 0, &json!({"email": "renamed@client.example"}));
    desk.fake.portal().change(800, NOW_MS + 181 * MINUTE, 0, &json!({"email": "new@client.example"}));
    let ran = desk.handoff(&["sync", "--all", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let synced = ran.json()["synced"].clone();
    // Number 700 was missed; 550 says that it has not changed, so nobody could have been shown it.
    assert_eq!((&synced["changed"], &synced["missed"]), (&json!(4), &json!(1)));
    assert_eq!(desk.stored().len(), 602);
    let portal = desk.fake.portal();
    assert!(portal.reads.iter().all(|(id, reads)| *reads == if *id == 10 { 2 } else { 1 }));
    assert_eq!(portal.reads.len(), 602);
    drop(portal);
    desk.later(1);
    assert_eq!(desk.sync()["missed"], serde_json::Value::Null, "all is over");
    desk.fake.requests();
}

/// One answer says that it is a quarter of an hour later than it is.
#[test]
fn one_wrong_date_hides_no_new_lead() {
    let desk = Desk::open();
    desk.fill(1, 3);
    assert_eq!(desk.handoff(&["run"]).status, 0);
    desk.later(1);
    let ahead = desk.fake.portal().now_ms + 15 * MINUTE;
    desk.fake.portal().date = DateTime::from_timestamp_millis(ahead);
    desk.handoff(&["run"]);
    desk.fake.portal().date = None;
    for minute in 0..3 {
        desk.later(1);
        let now = desk.fake.portal().now_ms;
        desk.fake.portal().change(10 + minute, now, 0, &json!({"email": "new@client.example"}));
        assert_eq!(desk.sync()["changed"], 1, "minute {minute}");
    }
}
