//! Two records with one e-mail are one lead.

use crate::desk::open_desk;
use crate::support::{Place, contacts, texts};

const TEN: &str = "2026-11-23T10:00:00Z";

/// Records as id, e-mail and score.
fn export(place: &Place, records: &[(&str, &str, &str)]) {
    let rows = records.iter().map(|(id, email, score)| format!("{id},{email},{score},,\n"));
    let text: String = std::iter::once("id,email,score,opted_out,owner\n".to_owned()).chain(rows).collect();
    place.write("contacts.csv", &text);
}

fn run(place: &Place, at: &str, records: &[(&str, &str, &str)]) -> serde_json::Value {
    export(place, records);
    place.json_at(at, 0, &["run"])
}

/// The ids of the contacts that have a task.
fn tasks(place: &Place) -> Vec<String> {
    let tasks = place.lines("out/tasks.jsonl");
    let mut ids: Vec<String> = texts(&tasks, "contact").into_iter().map(str::to_owned).collect();
    ids.sort();
    ids
}

#[test]
fn both_records_crossing_in_one_run_are_one_task_and_it_can_be_seen_why() {
    let place = open_desk("");
    let two = [("kim-1", "kim@client.example", "60"), ("kim-2", " KIM@Client.example", "70")];
    let report = run(&place, TEN, &two);
    assert_eq!(contacts(&report, "handed_off"), ["kim@client.example"]);
    assert_eq!((&report["evaluated"]["started"], &report["evaluated"]["linked"]), (&1.into(), &1.into()));
    assert_eq!(tasks(&place), ["kim-1"]);

    let again = place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    assert_eq!((&again["evaluated"]["started"], &again["evaluated"]["linked"]), (&0.into(), &0.into()));
    assert_eq!(tasks(&place), ["kim-1"]);

    let second = place.handoff_at("2026-11-23T10:02:00Z", &["explain", "kim-2"]).stdout;
    assert!(second.contains("Linked to contact kim-1, since 2026-11-23 10:00 UTC"), "{second}");
    let first = place.handoff_at("2026-11-23T10:02:00Z", &["explain", "kim-1"]).stdout;
    let event = "duplicate: contact kim-2 has the same e-mail: linked, not handed off";
    assert_eq!(first.matches(event).count(), 1, "{first}");
    let status = place.handoff_at("2026-11-23T10:02:00Z", &["status"]).stdout;
    assert!(status.contains("linked as duplicates: 1"), "{status}");
}

#[test]
fn plus_tags_and_gmail_dots_count_as_the_setting_says() {
    let records =
        [("a", "k.im@gmail.com", "60"), ("b", "kim+news@gmail.com", "60"), ("c", "kim@googlemail.com", "60")];
    for (setting, expected) in [
        ("", vec!["a", "b", "c"]),
        ("[duplicates]\nplus_tags = true\n", vec!["a", "b", "c"]),
        ("[duplicates]\ngmail_dots = true\n", vec!["a", "b"]),
        ("[duplicates]\nplus_tags = true\ngmail_dots = true\n", vec!["a"]),
    ] {
        let place = open_desk(setting);
        run(&place, TEN, &records);
        assert_eq!(tasks(&place), expected, "{setting}");
    }
    let place = open_desk("[duplicates]\nemail = false\n");
    run(&place, TEN, &[("a", "kim@client.example", "60"), ("b", "kim@client.example", "60")]);
    assert_eq!(tasks(&place), ["a", "b"]);
}

#[test]
fn a_setting_that_is_switched_on_later_counts_for_those_who_are_there() {
    let place = open_desk("");
    run(&place, TEN, &[("a", "kim+news@client.example", "60"), ("b", "kim@client.example", "10")]);
    place.append("rules.toml", "[duplicates]\nplus_tags = true\n");
    let both = [("a", "kim+news@client.example", "60"), ("b", "kim@client.example", "60")];
    let report = run(&place, "2026-11-23T10:05:00Z", &both);
    assert_eq!(report["evaluated"]["linked"], 1);
    // And switched off again, the second is a lead of its own.
    place.replace("rules.toml", "[duplicates]\nplus_tags = true\n", "[duplicates]\nplus_tags = false\n");
    place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
    assert_eq!(tasks(&place), ["a", "b"]);
}

#[test]
fn a_second_record_neither_escapes_the_cooldown_nor_gets_an_accepted_lead_a_second_task() {
    let one = |first: &'static str, second: &'static str| {
        [("kim-1", "kim@client.example", first), ("kim-2", "kim@client.example", second)]
    };
    let place = open_desk("[outcome]\ncooldown = \"7d\"\n");
    run(&place, TEN, &one("60", "10"));
    place.append("activity.csv", "2026-11-23T10:05:00Z,kim-1,ana@acme.example,rejected,No budget\n");
    run(&place, "2026-11-23T10:06:00Z", &one("60", "10"));
    // Still qualified under the first record: the lead has not crossed.
    assert_eq!(run(&place, "2026-11-24T10:00:00Z", &one("60", "60"))["evaluated"]["linked"], 1);
    // It fell under both and crosses under the second: it cools down all the same.
    run(&place, "2026-11-25T10:00:00Z", &one("10", "10"));
    let crossing = run(&place, "2026-11-26T10:00:00Z", &one("10", "60"));
    assert_eq!(crossing["evaluated"]["cooling"], 1);
    assert_eq!(tasks(&place), ["kim-1"]);
    let after = place.json_at("2026-11-30T10:05:00Z", 0, &["run"]);
    assert_eq!(contacts(&after, "handed_off"), ["kim@client.example"]);
    assert_eq!(tasks(&place), ["kim-1", "kim-2"]);

    let place = open_desk("");
    run(&place, TEN, &one("60", "10"));
    place.append("activity.csv", "2026-11-23T10:05:00Z,kim-1,ana@acme.example,accepted,\n");
    run(&place, "2026-11-23T10:06:00Z", &one("60", "10"));
    run(&place, "2026-11-23T10:07:00Z", &one("60", "60"));
    assert_eq!(tasks(&place), ["kim-1"]);
}

#[test]
fn a_linked_record_whose_e_mail_is_corrected_is_a_lead_of_its_own() {
    let place = open_desk("");
    run(&place, TEN, &[("kim", "kim@client.example", "60"), ("lou", "kim@client.example", "60")]);
    let corrected = [("kim", "kim@client.example", "60"), ("lou", "lou@client.example", "60")];
    let report = run(&place, "2026-11-23T10:05:00Z", &corrected);
    assert_eq!(contacts(&report, "handed_off"), ["lou@client.example"]);

    // The same when it is the first whose e-mail is corrected.
    let place = open_desk("");
    run(&place, TEN, &[("kim", "kim@client.example", "60"), ("lou", "kim@client.example", "60")]);
    let corrected = [("kim", "kim.b@client.example", "60"), ("lou", "kim@client.example", "60")];
    run(&place, "2026-11-23T10:05:00Z", &corrected);
    run(&place, "2026-11-23T10:06:00Z", &corrected);
    assert_eq!(tasks(&place), ["kim", "lou"]);
    run(&place, "2026-11-23T10:07:00Z", &corrected);
    assert_eq!(tasks(&place), ["kim", "lou"]);
}

#[test]
fn records_that_swap_their_e_mails_are_told_apart_by_what_they_have_now() {
    let place = open_desk("");
    run(&place, TEN, &[("one", "kim@client.example", "60"), ("two", "lou@client.example", "10")]);
    run(
        &place,
        "2026-11-23T10:05:00Z",
        &[("one", "lou@client.example", "60"), ("two", "kim@client.example", "60")],
    );
    assert_eq!(tasks(&place), ["one", "two"], "kim is no longer the contact whom the rep called lou");
    // The same where the one that crosses is judged first.
    let place = open_desk("");
    run(&place, TEN, &[("two", "lou@client.example", "10"), ("one", "kim@client.example", "60")]);
    let swapped = [("two", "kim@client.example", "60"), ("one", "lou@client.example", "60")];
    run(&place, "2026-11-23T10:05:00Z", &swapped);
    assert_eq!(tasks(&place), ["one", "two"]);
    // The other way round: the one that crosses has the address that the open handoff has by now.
    let place = open_desk("");
    run(&place, TEN, &[("one", "kim@client.example", "60"), ("two", "lou@client.example", "10")]);
    run(
        &place,
        "2026-11-23T10:05:00Z",
        &[("one", "lou@client.example", "60"), ("two", "kim@client.example", "10")],
    );
    run(
        &place,
        "2026-11-23T10:06:00Z",
        &[("one", "lou@client.example", "60"), ("two", "lou@client.example", "60")],
    );
    assert_eq!(tasks(&place), ["one"]);
}

#[test]
fn when_the_first_is_disqualified_the_second_has_to_cross_by_itself() {
    let place = open_desk("");
    run(&place, TEN, &[("kim-1", "kim@client.example", "60"), ("kim-2", "kim@client.example", "60")]);
    place.replace("contacts.csv", "kim-1,kim@client.example,60,,", "kim-1,kim@client.example,60,yes,");
    let report = place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    assert_eq!(texts(report["outcomes"].as_array().unwrap(), "what"), ["cancelled"]);
    place.json_at("2026-11-23T10:06:00Z", 0, &["run"]);
    assert_eq!(tasks(&place), ["kim-1"], "somebody who opted out is not called under another record");
    place.replace("contacts.csv", "kim-2,kim@client.example,60", "kim-2,kim@client.example,10");
    place.json_at("2026-11-23T10:07:00Z", 0, &["run"]);
    place.replace("contacts.csv", "kim-2,kim@client.example,10", "kim-2,kim@client.example,60");
    place.json_at("2026-11-23T10:08:00Z", 0, &["run"]);
    assert_eq!(tasks(&place), ["kim-1", "kim-2"]);
}

#[test]
fn when_the_first_is_gone_from_the_crm_the_second_takes_its_place() {
    let place = open_desk("");
    export(&place, &[("kim-1", "kim@client.example", "60"), ("kim-2", "kim@client.example", "60")]);
    place.json_at(TEN, 0, &["sync"]);
    place.json_at(TEN, 0, &["evaluate"]);
    export(&place, &[("kim-2", "kim@client.example", "60")]);
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &["route"]);
    assert_eq!(report["outcomes"][0]["detail"], "the contact is no longer in the CRM");
    place.json_at("2026-11-23T10:02:00Z", 0, &["run"]);
    place.json_at("2026-11-23T10:03:00Z", 0, &["run"]);
    assert_eq!(tasks(&place), ["kim-2"]);
}

#[test]
fn five_thousand_records_of_one_e_mail_are_one_task_within_the_limits() {
    let place = open_desk("");
    let ids: Vec<String> = (0..5_000).map(|n| format!("kim-{n:04}")).collect();
    let records: Vec<(&str, &str, &str)> =
        ids.iter().map(|id| (id.as_str(), "info@client.example", "60")).collect();
    let report = run(&place, TEN, &records);
    assert_eq!(report["evaluated"]["linked"], 4_999);
    assert_eq!(report["evaluated"]["held"], 0);
    assert_eq!(tasks(&place), ["kim-0000"]);
}

#[test]
fn records_without_an_e_mail_are_leads_of_their_own() {
    let place = open_desk("");
    run(&place, TEN, &[("a", "", "60"), ("b", "", "60"), ("c", "n/a", "60"), ("d", "n/a", "60")]);
    assert_eq!(tasks(&place), ["a", "b", "c", "d"]);
}
