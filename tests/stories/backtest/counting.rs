//! Contacts without a date, companies, and shifts, each counted once.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::one_rep;
use crate::support::{MONDAY_10, Place};

/// Ten of ten days, and ninety of no day.
fn partly_dated() -> String {
    let mut text = "id,score,created_at\n".to_owned();
    for contact in 0..100 {
        let date = if contact < 10 { format!("2026-11-{:02}", contact / 2 + 1) } else { String::new() };
        writeln!(text, "{contact},80,{date}").expect("text");
    }
    text
}

const SHIFTS: &str = "timezone = \"Europe/Berlin\"\nshifts = [\"mon-fri 09:00-17:00\"]\nmax_per_day = 2\n";

fn reps(shifts: &str) -> String {
    one_rep("score.at_least = 50").replace("timezone = \"Europe/Lisbon\"\n", shifts)
}

#[test]
fn a_sweep_counts_a_day_only_what_has_a_day() {
    let place = Place::with(&reps(SHIFTS), &partly_dated());
    let report = place.report(&["backtest", "contacts.csv", "--sweep", "score"]);
    let step = &report["sweep"]["steps"][0];
    assert_eq!((&step["leads"], &step["leads_a_day"]), (&json!(100), &json!(2.0)), "{report:#}");
    assert_eq!(report["sweep"]["undated"], 90);
    assert_eq!(step["leads_a_day"], report["qualified"]["leads_a_day"]);
    let text = place.prints(&["backtest", "contacts.csv", "--sweep", "score"]);
    assert!(text.contains("90 of them without a date"), "{text}");
}

#[test]
fn who_has_no_day_takes_no_place_in_the_rehearsal_of_days() {
    let place =
        Place::with(&reps(SHIFTS).replace("{ rep = \"ana@acme.example\" }", "{ team = \"sales\" }"), "");
    place.append("rules.toml", "\n[[team]]\nname = \"sales\"\npick = \"round_robin\"\nmembers = [{ rep = \"ana@acme.example\" }]\noff_shift = \"wait\"\n");
    place.write("contacts.csv", &partly_dated());
    let report = place.report(&["backtest", "contacts.csv", "--capacity"]);
    // Two a day are fourteen a week, and ten take what the rep takes.
    assert_eq!(report["capacity"][0]["leads_a_week"], 14.0, "{report:#}");
    let routed = &report["routed"];
    assert_eq!((&routed["undated"], &routed["nobody"]), (&json!(90), &json!(0)), "{routed:#}");
    assert_eq!((&routed["reps"][0]["leads"], &routed["reps"][0]["busiest_day"]), (&json!(10), &json!(2)));
    let text = place.prints(&["backtest", "contacts.csv"]);
    assert!(text.contains("90 leads without a date"), "{text}");
}

/// Leads of two companies whose people have private addresses: `company_id` alone says who belongs together.
const COMPANIES: &str = "\
id,score,email,company_id,created_at
1,80,a@gmail.com,c1,2026-11-02T09:00:00Z
2,80,b@gmail.com,c1,2026-11-02T09:10:00Z
3,80,c@gmail.com,c1,2026-11-02T09:20:00Z
4,80,d@gmail.com,c1,2026-11-02T09:30:00Z
";

const TOGETHER: &str = r#"version = 1

[crm.file]
contacts = "contacts.csv"

[[mql]]
name = "engaged"
when = { score.at_least = 50 }

[[rep]]
name = "Ana"
email = "ana@acme.example"
timezone = "UTC"

[[rep]]
name = "Bo"
email = "bo@acme.example"
timezone = "UTC"

[[team]]
name = "sales"
pick = "round_robin"
members = [{ rep = "ana@acme.example" }, { rep = "bo@acme.example" }]
same_company = "7d"

[[route]]
name = "Everyone"
to = { team = "sales" }
"#;

fn leads(report: &Value) -> Vec<u64> {
    let reps = report["routed"]["reps"].as_array().expect("reps");
    reps.iter().map(|rep| rep["leads"].as_u64().expect("leads")).collect()
}

#[test]
fn same_company_goes_by_the_company_id_in_a_replay_as_in_a_run() {
    let place = Place::with(TOGETHER, COMPANIES);
    let ran = place.handoff_at(MONDAY_10, &["backtest", "contacts.csv", "--format", "json"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "nobody wrote a condition on the company");
    assert_eq!(leads(&ran.json()), [4, 0]);
    place.prints(&["sync"]);
    let stored = place.handoff_at(MONDAY_10, &["backtest", "--format", "json"]);
    assert_eq!((leads(&stored.json()), stored.stderr.as_str()), (vec![4, 0], ""));

    let lived = Place::with(TOGETHER, COMPANIES);
    lived.prints(&["run", "--include-existing"]);
    let owners: Vec<String> =
        lived.lines("out/tasks.jsonl").iter().map(|task| task["owner"].to_string()).collect();
    assert!(owners.len() == 4 && owners.iter().all(|owner| *owner == owners[0]), "{owners:?}");
}

#[test]
fn a_file_without_what_a_route_goes_by_is_told_and_no_condition_is_made_up() {
    let place = Place::with(&one_rep("score.at_least = 50"), "id,score\n1,80\n");
    place.append("rules.toml", "\n[[route]]\nname = \"Hers\"\nto = { owner_of = \"contact\" }\n");
    let said = place.handoff_at(MONDAY_10, &["backtest", "contacts.csv"]).all();
    assert!(!said.contains("conditions on it"), "{said}");
}

/// Hours a week of Ana alone.
fn hours(shifts: &str) -> (f64, f64) {
    let rules = reps(&format!("timezone = \"Europe/Berlin\"\nshifts = [{shifts}]\nmax_per_day = 1\n"));
    let place = Place::with(&rules.replace("{ rep = \"ana@acme.example\" }", "{ team = \"sales\" }"), "");
    place.append(
        "rules.toml",
        "\n[[team]]\nname = \"sales\"\npick = \"round_robin\"\nmembers = [{ rep = \"ana@acme.example\" }]\n",
    );
    place.write("contacts.csv", &partly_dated());
    let team = place.report(&["backtest", "contacts.csv", "--capacity"])["capacity"][0].clone();
    (team["hours_a_week"].as_f64().expect("hours"), team["takes_a_week"].as_f64().expect("leads"))
}

#[test]
fn an_hour_on_two_shifts_is_one_hour() {
    for (shifts, expected) in [
        ("\"mon-fri 09:00-17:00\"", (40.0, 5.0)),
        ("\"mon-fri 09:00-17:00\", \"mon 16:00-18:00\"", (41.0, 5.0)),
        ("\"mon-fri 09:00-17:00\", \"mon-fri 16:00-18:00\"", (45.0, 5.0)),
        ("\"mon-fri 09:00-17:00\", \"tue 10:00-11:00\"", (40.0, 5.0)),
        ("\"mon 09:00-12:00\", \"mon 12:00-13:00\"", (4.0, 1.0)),
        // Into Tuesday, where the other shift has begun already; and from Sunday into Monday.
        ("\"mon 22:00-06:00\", \"tue 04:00-10:00\"", (12.0, 2.0)),
        ("\"sun 22:00-06:00\", \"mon 05:00-09:00\"", (11.0, 2.0)),
        ("\"sun 22:00-00:00\"", (2.0, 1.0)),
    ] {
        assert_eq!(hours(shifts), expected, "{shifts}");
    }
}
