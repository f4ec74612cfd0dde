//! A value that is there and cannot be read is not taken for one that is not there: nobody is handed off who may have opted out.

mod sent;

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::desk::{open_desk, rules};
use crate::support::{Place, contacts};

fn csv(rows: &[(&str, &str, &str)]) -> String {
    let rows = rows.iter().map(|(name, score, out)| format!("{name},{name}@client.example,{score},{out},\n"));
    std::iter::once("id,email,score,opted_out,owner\n".to_owned()).chain(rows).collect()
}

fn export_and_run(place: &Place, at: &str, rows: &[(&str, &str, &str)]) -> Value {
    place.write("contacts.csv", &csv(rows));
    place.json_at(at, 0, &["run"])
}

fn handed_off(report: &Value) -> Vec<&str> {
    contacts(report, "handed_off")
}

/// How many tasks a contact has.
fn tasks(place: &Place, contact: &str) -> usize {
    place.lines("out/tasks.jsonl").iter().filter(|task| task["contact"] == contact).count()
}

#[test]
fn who_may_have_opted_out_is_not_handed_off_and_status_says_why() {
    let place = open_desk("");
    let report =
        export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60", "perhaps"), ("lou", "60", "")]);
    assert_eq!(handed_off(&report), ["lou@client.example"]);
    assert_eq!((&report["evaluated"]["unclear"], &report["evaluated"]["qualified"]), (&1.into(), &1.into()));
    assert_eq!(tasks(&place, "kim"), 0);

    let ran = place.handoff_at("2026-11-23T10:01:00Z", &["status"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stdout.starts_with("needs attention\n  contacts held back"), "{}", ran.stdout);
    let line =
        "  contact kim: unclear whether 'Opted out' disqualifies it: opted_out: not yes or no: 'perhaps'";
    assert!(ran.stdout.lines().any(|seen| seen == line), "{}", ran.stdout);
    let status = place.json_at("2026-11-23T10:01:00Z", 1, &["status"]);
    assert_eq!((&status["unclear"], &status["verdicts"]["unclear (Opted out)"]), (&1.into(), &1.into()));
    let metrics = place.handoff_at("2026-11-23T10:01:00Z", &["status", "--format", "prometheus"]).stdout;
    assert!(metrics.contains("\nhandoff_unclear 1\n"), "{metrics}");
}

#[test]
fn a_run_under_cron_says_that_somebody_is_held_back() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60", "perhaps")]));
    let ran = place.handoff_at("2026-11-23T10:00:00Z", &["run"]);
    assert!(ran.stderr.contains("1 contacts are held back"), "{}", ran.all());
    let next = place.handoff_at("2026-11-23T10:01:00Z", &["run"]);
    assert_eq!((next.status, next.stderr.as_str()), (0, ""), "it is said once, and not every minute");
}

#[test]
fn a_mended_value_hands_off_by_itself_and_once() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60", "perhaps")]);
    let mended = [("kim", "60", "no")];
    assert_eq!(handed_off(&export_and_run(&place, "2026-11-23T10:01:00Z", &mended)), ["kim@client.example"]);
    assert!(handed_off(&place.json_at("2026-11-23T10:02:00Z", 0, &["run"])).is_empty());
    assert_eq!(tasks(&place, "kim"), 1);
    assert_eq!(place.json_at("2026-11-23T10:03:00Z", 0, &["status"])["unclear"], 0);
}

#[test]
fn a_definition_that_learns_to_read_a_value_hands_off_who_waited_for_it() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60", "perhaps")]);
    place.replace(
        "rules.toml",
        "when = { opted_out = true }",
        "when = { email.ends_with = \"@spam.example\" }",
    );
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &["run"]);
    assert_eq!(handed_off(&report), ["kim@client.example"]);
}

#[test]
fn who_was_qualified_before_and_is_after_does_not_cross() {
    let place = Place::with(&rules(), &csv(&[("kim", "60", "no")]));
    place.write("activity.csv", "at,contact,by,kind,note\n");
    assert_eq!(place.json_at("2026-11-23T09:00:00Z", 0, &["run"])["evaluated"]["baseline"], 1);
    for (at, out) in [("2026-11-23T09:01:00Z", "perhaps"), ("2026-11-23T09:02:00Z", "no")] {
        assert!(handed_off(&export_and_run(&place, at, &[("kim", "60", out)])).is_empty(), "{out}");
    }
    assert!(!place.exists("out/tasks.jsonl"));
}

#[test]
fn the_first_sync_counts_who_is_unclear_apart_and_hands_off_whom_the_crm_mends() {
    let place =
        Place::with(&rules(), &csv(&[("kim", "60", "perhaps"), ("lou", "60", "perhaps"), ("max", "60", "")]));
    place.write("activity.csv", "at,contact,by,kind,note\n");
    let first = place.json_at("2026-11-23T09:00:00Z", 0, &["run"]);
    assert_eq!((&first["evaluated"]["unclear"], &first["evaluated"]["baseline"]), (&2.into(), &1.into()));
    // Somebody corrects one of them.
    let rows = [("kim", "60", "no"), ("lou", "60", "perhaps"), ("max", "60", "")];
    assert_eq!(handed_off(&export_and_run(&place, "2026-11-23T09:01:00Z", &rows)), ["kim@client.example"]);
    // The definition learns to read the other, who was there before it: that is the first sync made good.
    place.replace(
        "rules.toml",
        "when = { opted_out = true }",
        "when = { email.ends_with = \"@spam.example\" }",
    );
    let report = place.json_at("2026-11-23T09:02:00Z", 0, &["run"]);
    assert!(handed_off(&report).is_empty());
    assert_eq!(report["evaluated"]["baseline"], 1);
}

#[test]
fn who_is_new_by_a_clock_that_was_set_back_is_handed_off_once_it_is_mended() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[]);
    export_and_run(&place, "2026-11-23T09:00:00Z", &[("kim", "60", "perhaps")]);
    let mended = export_and_run(&place, "2026-11-23T09:01:00Z", &[("kim", "60", "no")]);
    assert_eq!(handed_off(&mended), ["kim@client.example"]);
    // One who stays unclear, and is read by the definition, is no older.
    export_and_run(&place, "2026-11-23T09:02:00Z", &[("kim", "60", "no"), ("lou", "60", "perhaps")]);
    place.append(
        "rules.toml",
        "[fields]\nopted_out = { property = \"opted_out\", map = { perhaps = false } }\n",
    );
    assert_eq!(handed_off(&place.json_at("2026-11-23T09:03:00Z", 0, &["run"])), ["lou@client.example"]);
}

#[test]
fn a_disqualifier_that_holds_for_certain_outweighs_one_that_is_unclear() {
    let more = "[[disqualify]]\nname = \"Too small\"\nwhen = { score.below = 5 }\n";
    let place = open_desk(more);
    let report = export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "3", "perhaps")]);
    assert_eq!(
        (&report["evaluated"]["disqualified"], &report["evaluated"]["unclear"]),
        (&1.into(), &0.into())
    );
}

#[test]
fn explain_marks_what_is_unclear() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60", "perhaps")]);
    let text = place.handoff_at("2026-11-23T10:01:00Z", &["explain", "kim"]).stdout;
    for line in [
        "Verdict: unclear whether 'Opted out' disqualifies it: not handed off until that can be read",
        "  ? Opted out",
        "    ? opted_out is yes — not yes or no: 'perhaps'",
        "  would be clear if opted_out were yes or no",
    ] {
        assert!(text.lines().any(|seen| seen == line), "{line} is not in\n{text}");
    }
    let json = place.json_at("2026-11-23T10:01:00Z", 0, &["explain", "kim"]);
    assert_eq!((&json[0]["verdict"], &json[0]["by"]), (&"unclear".into(), &"Opted out".into()));
    assert_eq!(json[0]["parts"][0]["holds"], Value::Null);
}

#[test]
fn a_lead_that_waits_for_a_rep_is_not_assigned_while_it_is_unclear() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60", "")]));
    place.json_at("2026-11-23T10:00:00Z", 0, &["sync"]);
    place.json_at("2026-11-23T10:00:00Z", 0, &["evaluate"]);
    let report = export_and_run(&place, "2026-11-23T10:01:00Z", &[("kim", "60", "perhaps")]);
    assert!(handed_off(&report).is_empty());
    assert!(report["waiting"][0]["why"].as_str().unwrap().contains("not yes or no: 'perhaps'"), "{report}");
    assert_eq!(tasks(&place, "kim"), 0);
    let report = export_and_run(&place, "2026-11-23T10:02:00Z", &[("kim", "60", "no")]);
    assert_eq!(handed_off(&report), ["kim@client.example"]);
    assert_eq!(tasks(&place, "kim"), 1);
}

#[test]
fn what_is_not_sent_yet_is_held_back_until_it_is_clear_and_then_sent_once() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60", "")]));
    place.json_at("2026-11-23T10:00:00Z", 0, &["sync"]);
    place.json_at("2026-11-23T10:00:00Z", 0, &["evaluate"]);
    // Only the second look sees it.
    place.write("contacts.csv", &csv(&[("kim", "60", "perhaps")]));
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &["route"]);
    assert!(handed_off(&report).is_empty());
    assert_eq!(report["outcomes"][0]["what"], "held back");
    for at in ["2026-11-23T10:02:00Z", "2026-11-23T10:03:00Z"] {
        place.json_at(at, 0, &["run"]);
        assert_eq!(tasks(&place, "kim"), 0, "{at}");
    }
    let mended = [("kim", "60", "no")];
    export_and_run(&place, "2026-11-23T10:04:00Z", &mended);
    place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    assert_eq!(tasks(&place, "kim"), 1);
}

#[test]
fn nothing_is_taken_from_a_rep_whose_contact_becomes_unclear() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60", "")]);
    let report = export_and_run(&place, "2026-11-23T10:01:00Z", &[("kim", "60", "perhaps")]);
    assert_eq!(report["outcomes"].as_array().map(Vec::len), Some(0), "{report}");
    let json = place.json_at("2026-11-23T10:01:00Z", 0, &["explain", "kim"]);
    assert_eq!(json[0]["handoffs"][0]["status"], "assigned");
    // Clear again, it is what it was.
    assert!(handed_off(&export_and_run(&place, "2026-11-23T10:02:00Z", &[("kim", "60", "no")])).is_empty());
    assert_eq!(tasks(&place, "kim"), 1);
}

/// An example with an opt-out that cannot be read, and what it expects.
fn example(expect: &str) -> String {
    format!(
        "[[example]]\nname = \"Perhaps\"\nat = \"2026-11-23T10:00:00Z\"\n\
         contact = {{ score = 60, opted_out = \"perhaps\" }}\nexpect = {{ {expect} }}\n"
    )
}

#[test]
fn an_example_expects_it_and_names_the_disqualifier() {
    let place = open_desk(&example("verdict = \"unclear\", disqualified_by = \"Opted out\""));
    let report = place.json_at("2026-11-23T10:00:00Z", 0, &["test"]);
    assert_eq!(report["examples"][0]["passed"], true, "{report}");
    let part = |name: &str| {
        report["coverage"].as_array().unwrap().iter().find(|part| part["part"] == name).unwrap().clone()
    };
    let opted_out = part("disqualifier 'Opted out'");
    assert_eq!((&opted_out["reached"], &opted_out["missed"]), (&false.into(), &false.into()), "{report}");

    let place = open_desk(&example("verdict = \"disqualified\""));
    let ran = place.handoff_at("2026-11-23T10:00:00Z", &["test"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stdout.contains("verdict: expected 'disqualified', got 'unclear'"), "{}", ran.stdout);
    assert!(ran.stdout.contains("? opted_out is yes — not yes or no: 'perhaps'"), "{}", ran.stdout);
}

#[test]
fn an_editor_takes_it_in_an_example() {
    let place = open_desk("");
    let schema: Value =
        serde_json::from_str(&place.handoff_at("2026-11-23T10:00:00Z", &["schema"]).stdout).unwrap();
    let verdicts = "/properties/example/items/properties/expect/properties/verdict/enum";
    assert!(schema.pointer(verdicts).unwrap().as_array().unwrap().contains(&"unclear".into()), "{schema}");
}

#[test]
fn the_page_for_people_says_what_becomes_of_who_may_be_disqualified() {
    let page = open_desk("").handoff_at("2026-11-23T10:00:00Z", &["docs"]).stdout;
    let line = "Never handed off is who meets one of these, nor who may, for a value cannot be read:";
    assert!(page.contains(line), "{page}");
}

#[test]
fn a_diff_over_the_database_and_a_dry_evaluation_count_who_stops_being_unclear() {
    let place = open_desk("");
    export_and_run(&place, "2026-11-23T10:00:00Z", &[("kim", "60", "perhaps"), ("lou", "60", "")]);
    place.write("old.toml", &place.read("rules.toml"));
    place.replace(
        "rules.toml",
        "when = { opted_out = true }",
        "when = { email.ends_with = \"@no.example\" }",
    );
    let diff = ["diff", "old.toml", "rules.toml", "--db", "handoff.db"];
    let report = place.json_at("2026-11-23T10:01:00Z", 0, &diff);
    assert_eq!(
        (&report["stored"]["qualified_before"], &report["stored"]["qualified_after"]),
        (&1.into(), &2.into()),
        "{report}"
    );
    place.write("rules.toml", &place.read("old.toml"));
    let all = place.json_at("2026-11-23T10:01:00Z", 0, &["evaluate", "--all"]);
    assert_eq!(
        (&all["evaluated"]["contacts"], &all["evaluated"]["unclear"]),
        (&2.into(), &1.into()),
        "{all}"
    );
    assert!(handed_off(&all).is_empty());
    let text = place.handoff_at("2026-11-23T10:01:00Z", &["evaluate", "--all"]).all();
    assert!(text.contains("0 disqualified, 1 unclear"), "{text}");
}

#[test]
fn a_backtest_counts_it_apart_and_a_sweep_leaves_it_out() {
    let place = open_desk("");
    place.write("contacts.csv", &csv(&[("kim", "60", "perhaps"), ("lou", "60", ""), ("max", "70", "yes")]));
    let report = place.json_at("2026-11-23T10:00:00Z", 0, &["backtest", "contacts.csv", "--sweep", "score"]);
    assert_eq!(
        (
            &report["verdicts"]["unclear"],
            &report["verdicts"]["qualified"],
            &report["verdicts"]["disqualified"]
        ),
        (&1.into(), &1.into(), &1.into()),
        "{report}"
    );
    assert_eq!(report["sweep"]["with_value"], 1, "who may have opted out is no lead at any score: {report}");
    place.write("old.toml", &place.read("rules.toml").replace("opted_out = true", "score.at_least = 99"));
    let against = ["backtest", "contacts.csv", "--against", "old.toml"];
    let text = place.handoff_at("2026-11-23T10:00:00Z", &against).all();
    assert!(text.contains("unclear: Opted out"), "{text}");
}

#[test]
fn what_would_make_it_clear_is_named_in_the_words_of_its_type_and_no_more_than_that() {
    let more = "[fields]\nland = { property = \"land\", type = \"country\" }\n\
                seats = { property = \"seats\", type = \"number\" }\n\n[[disqualify]]\nname = \"Embargo\"\n\
                when = { land = \"KP\", seats.above = 5 }\n";
    let place = Place::with(
        &format!("{}{more}", rules()),
        "id,email,score,opted_out,owner,land,seats\nkim,kim@a.example,60,,,Atlantis,many\n\
         max,max@a.example,60,perhaps,,PT,many\n",
    );
    place.json_at("2026-11-23T10:00:00Z", 0, &["run"]);
    for (contact, said) in [
        ("kim", "clear if land were a country and seats were a number"),
        ("max", "clear if opted_out were yes or no"),
    ] {
        let json = place.json_at("2026-11-23T10:01:00Z", 0, &["explain", contact]);
        assert_eq!(json[0]["nearest"], serde_json::json!([said]));
    }
}
