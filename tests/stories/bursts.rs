//! Eight people of one company within minutes are one task, one message and one owner.

use crate::desk::{csv, open_desk};
use crate::support::{Place, contacts, texts};

const TEN: &str = "2026-11-23T10:00:00Z";
const TWO_PAST: &str = "2026-11-23T10:02:00Z";
const BURSTS: &str = "[bursts]\ngroup_by = \"company\"\ngroup_wait = \"2m\"\n";
const EIGHT: [(&str, &str); 8] = [
    ("ada", "60"),
    ("ben", "60"),
    ("cai", "60"),
    ("dee", "60"),
    ("eve", "60"),
    ("fay", "60"),
    ("gus", "60"),
    ("hal", "60"),
];

/// Seven crossed at ten, the eighth a minute later; at two past nothing has been routed yet.
fn burst(more: &str) -> Place {
    let place = open_desk(&format!("{BURSTS}{more}"));
    place.write("contacts.csv", &csv(&EIGHT[..7]));
    let first = place.json_at(TEN, 0, &["run"]);
    assert!(contacts(&first, "handed_off").is_empty(), "they wait for each other");
    place.write("contacts.csv", &csv(&EIGHT));
    place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    assert!(place.lines("out/tasks.jsonl").is_empty());
    place
}

/// The same, handed off.
fn handed_off(more: &str) -> Place {
    let place = burst(more);
    let report = place.json_at(TWO_PAST, 0, &["run"]);
    assert_eq!(contacts(&report, "handed_off"), ["ada@client.example"], "{report}");
    place
}

fn status(place: &Place, at: &str, what: &str, status: &str) -> u64 {
    let state = place.json_at(at, 0, &["status"]);
    if what == "closed" {
        return state["closed"][status].as_u64().unwrap_or(0);
    }
    let open = state["open"].as_array().unwrap();
    open.iter().find(|open| open["status"] == status).map_or(0, |open| open["count"].as_u64().unwrap())
}

/// A run in which nothing happens: no outcome, no escalation, no write.
fn is_quiet(place: &Place, at: &str) {
    let written = |place: &Place| {
        ["contacts", "tasks", "messages"].map(|name| place.lines(&format!("out/{name}.jsonl")).len())
    };
    let before = written(place);
    let report = place.json_at(at, 0, &["run"]);
    for list in ["handed_off", "outcomes", "escalated"] {
        assert!(contacts(&report, list).is_empty(), "{list}: {report}");
    }
    assert_eq!(written(place), before);
}

#[test]
fn eight_are_one_task_one_message_with_eight_names_and_one_owner() {
    let place = handed_off("");
    is_quiet(&place, "2026-11-23T10:03:00Z");
    let tasks = place.lines("out/tasks.jsonl");
    assert_eq!(texts(&tasks, "contact"), ["ada"]);
    assert_eq!(tasks[0]["due"], "2026-11-23T11:02:00Z", "the SLA starts with the assignment");
    let messages = place.lines("out/messages.jsonl");
    assert_eq!(messages.len(), 1);
    for (name, _) in EIGHT {
        assert!(
            messages[0].to_string().contains(&format!("{name}@client.example")),
            "{name}: {}",
            messages[0]
        );
    }
    let updates = place.lines("out/contacts.jsonl");
    assert_eq!(updates.len(), 8);
    let owners = texts(&updates, "owner");
    assert!(owners.iter().all(|owner| *owner == owners[0]), "{owners:?}");
    assert_eq!(status(&place, "2026-11-23T10:04:00Z", "open", "assigned"), 8);
    let text = place.handoff_at("2026-11-23T10:04:00Z", &["explain", "hal"]).stdout;
    assert!(text.contains("together with contact ada, of the same company"), "{text}");
}

#[test]
fn others_go_their_own_way_and_a_ninth_who_comes_later_is_a_task_of_its_own() {
    let place = open_desk(BURSTS);
    let header = "id,email,score,opted_out,owner\n";
    let rows =
        "a,a@one.example,60,,\nb,b@two.example,60,,\nc,c@gmail.com,60,,\nd,d@gmail.com,60,,\ne,,60,,\n";
    place.write("contacts.csv", &format!("{header}{rows}"));
    let report = place.json_at(TEN, 0, &["run"]);
    assert_eq!(
        contacts(&report, "handed_off"),
        ["c@gmail.com", "d@gmail.com", "e"],
        "a free mailbox is no company"
    );
    let report = place.json_at(TWO_PAST, 0, &["run"]);
    assert_eq!(contacts(&report, "handed_off"), ["a@one.example", "b@two.example"]);
    place.append("contacts.csv", "i,i@one.example,60,,\n");
    is_quiet(&place, "2026-11-23T10:03:00Z");
    let report = place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "handed_off"), ["i@one.example"]);
    assert_eq!(place.lines("out/tasks.jsonl").len(), 6);
}

#[test]
fn colleagues_are_found_by_the_company_or_by_its_domain_whatever_the_crm_knows_of_each() {
    for rows in [
        // One with the CRM's company, one with the domain alone, either first.
        ["a,a@one.example,60,,,c1", "b,b@one.example,60,,,", ""],
        ["b,b@one.example,60,,,", "a,a@one.example,60,,,c1", ""],
        ["a,a@one.example,60,,,c1", "b,b@gmail.com,60,,,c1", ""],
        // Two who have nothing in common until a third has both.
        ["a,a@gmail.com,60,,,c1", "b,b@one.example,60,,,", "c,c@one.example,60,,,c1"],
    ] {
        let place = open_desk(BURSTS);
        place.write("contacts.csv", "id,email,score,opted_out,owner,company_id\n");
        for (at, row) in
            ["2026-11-23T10:00:00Z", "2026-11-23T10:00:20Z", "2026-11-23T10:00:40Z"].into_iter().zip(rows)
        {
            place.append("contacts.csv", &format!("{row}\n"));
            let report = place.json_at(at, 0, &["run"]);
            assert!(contacts(&report, "handed_off").is_empty(), "they wait for each other");
        }
        let report = place.json_at(TWO_PAST, 0, &["run"]);
        let count = rows.iter().filter(|row| !row.is_empty()).count();
        assert_eq!(contacts(&report, "handed_off").len(), 1, "{rows:?}");
        assert_eq!(report["handed_off"][0]["together_with"].as_array().unwrap().len(), count - 1, "{rows:?}");
        assert_eq!((place.lines("out/tasks.jsonl").len(), place.lines("out/messages.jsonl").len()), (1, 1));
        is_quiet(&place, "2026-11-23T10:03:00Z");
    }
}

#[test]
fn what_the_rep_does_on_one_is_done_on_all_and_told_once() {
    for (kind, what) in [("task_completed", "touched"), ("accepted", "accepted"), ("rejected", "rejected")] {
        for acted_on in ["ada", "cai"] {
            let place = handed_off("");
            place.append(
                "activity.csv",
                &format!("2026-11-23T10:05:00Z,{acted_on},ana@acme.example,{kind},Why\n"),
            );
            let report = place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
            assert_eq!(contacts(&report, "outcomes").len(), 8, "{kind} on {acted_on}");
            assert!(texts(report["outcomes"].as_array().unwrap(), "what").iter().all(|seen| *seen == what));
            let told = if what == "touched" { 1 } else { 2 };
            assert_eq!(place.lines("out/messages.jsonl").len(), told, "{kind} on {acted_on}");
            is_quiet(&place, "2026-11-23T10:07:00Z");
            is_quiet(&place, "2026-11-23T13:30:00Z");
        }
    }
}

#[test]
fn what_the_crm_says_of_one_ends_that_one_and_stops_the_clock_of_the_others() {
    let place = handed_off("");
    place.append("rules.toml", "[outcome]\naccepted = { job_title = \"won\" }\n");
    let rows = csv(&EIGHT).replace("owner\n", "owner,job_title\n").replace(",,\n", ",,,\n");
    place.write("contacts.csv", &rows.replace("ben@client.example,60,,,", "ben@client.example,60,,,won"));
    place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
    assert_eq!(status(&place, "2026-11-23T10:07:00Z", "closed", "accepted"), 1);
    assert_eq!(status(&place, "2026-11-23T10:07:00Z", "open", "touched"), 7);
    is_quiet(&place, "2026-11-23T13:30:00Z");
}

#[test]
fn one_escalation_speaks_for_all_and_a_reassignment_moves_all() {
    let place = handed_off("");
    let reminded = place.json_at("2026-11-23T10:32:00Z", 0, &["run"]);
    assert_eq!(contacts(&reminded, "escalated"), ["ada@client.example"]);
    let moved = place.json_at("2026-11-23T12:02:00Z", 0, &["run"]);
    assert_eq!(contacts(&moved, "escalated"), ["ada@client.example"]);
    let updates = place.lines("out/contacts.jsonl");
    assert_eq!(updates.len(), 16);
    assert!(texts(&updates[8..], "owner").iter().all(|owner| *owner == "bo@acme.example"));
    assert_eq!(place.lines("out/tasks.jsonl").len(), 2);
    is_quiet(&place, "2026-11-23T12:03:00Z");
}

#[test]
fn whoever_opts_out_while_they_wait_is_left_out_even_the_first() {
    for out in ["ada", "cai"] {
        let place = burst("");
        let row = format!("{out}@client.example,60,,");
        place.replace("contacts.csv", &row, &format!("{out}@client.example,60,yes,"));
        let report = place.json_at(TWO_PAST, 0, &["run"]);
        let first = if out == "ada" { "ben" } else { "ada" };
        assert_eq!(contacts(&report, "handed_off"), [format!("{first}@client.example")]);
        assert_eq!(place.lines("out/contacts.jsonl").len(), 7);
        assert!(!place.lines("out/messages.jsonl")[0].to_string().contains(&format!("{out}@")));
        is_quiet(&place, "2026-11-23T10:03:00Z");
    }
}

#[test]
fn whoever_opts_out_between_reading_and_writing_is_in_no_message_and_the_others_lose_a_minute() {
    for out in ["ada", "cai"] {
        let place = burst("");
        let row = format!("{out}@client.example,60,,");
        place.replace("contacts.csv", &row, &format!("{out}@client.example,60,yes,"));
        place.json_at(TWO_PAST, 0, &["route"]);
        assert!(place.lines("out/tasks.jsonl").is_empty());
        place.json_at("2026-11-23T10:03:00Z", 0, &["run"]);
        assert_eq!(place.lines("out/tasks.jsonl").len(), 1);
        assert_eq!(place.lines("out/contacts.jsonl").len(), 7);
        assert!(!place.lines("out/messages.jsonl")[0].to_string().contains(&format!("{out}@")));
        is_quiet(&place, "2026-11-23T10:04:00Z");
    }
}

#[test]
fn when_the_first_opts_out_later_the_clock_and_the_thread_go_on_for_the_others() {
    let place = handed_off("");
    place.replace("contacts.csv", "ada@client.example,60,,", "ada@client.example,60,yes,");
    let report = place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "outcomes"), ["ada@client.example"]);
    let reminded = place.json_at("2026-11-23T10:32:00Z", 0, &["run"]);
    assert_eq!(contacts(&reminded, "escalated"), ["ben@client.example"]);
    let messages = place.lines("out/messages.jsonl");
    assert_eq!(messages.last().unwrap()["thread"], messages[0]["key"]);
    let moved = place.json_at("2026-11-23T12:02:00Z", 0, &["run"]);
    assert_eq!(contacts(&moved, "escalated"), ["ben@client.example"]);
    assert_eq!(place.lines("out/contacts.jsonl").len(), 8 + 7);
    is_quiet(&place, "2026-11-23T12:03:00Z");
}

#[test]
fn a_group_nobody_can_take_waits_together() {
    let place = burst("");
    for rep in ["ana", "bo"] {
        let email = format!("email = \"{rep}@acme.example\"");
        place.replace("rules.toml", &email, &format!("{email}\ntimezone = \"UTC\"\naway = [\"2026-11-23\"]"));
    }
    let report = place.json_at(TWO_PAST, 0, &["run"]);
    assert_eq!(contacts(&report, "waiting"), ["ada@client.example"]);
    let report = place.json_at("2026-11-24T09:00:00Z", 0, &["run"]);
    assert_eq!(contacts(&report, "handed_off"), ["ada@client.example"]);
    assert_eq!(report["handed_off"][0]["together_with"].as_array().unwrap().len(), 7);
}
