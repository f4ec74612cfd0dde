//! History made up for the purpose: dates, reps, two definitions, and what is refused.

use crate::support::{MONDAY_10, Place};

const RULES: &str = r#"version = 1

[crm.file]
contacts = "contacts.csv"

[[disqualify]]
name = "Opted out"
when = { opted_out = true }

[[mql]]
name = "hot"
when = { score.at_least = 80 }

[[mql]]
name = "warm"
when = { score.at_least = 50, page_views.at_least = 3 }

[[rep]]
name = "Ana"
email = "ana@acme.example"
timezone = "Europe/Lisbon"
shifts = ["mon-fri 09:00-17:00"]
max_per_day = 2

[[rep]]
name = "Bo"
email = "bo@acme.example"
timezone = "Europe/Lisbon"
shifts = ["mon-fri 09:00-17:00"]
max_per_day = 1

[[team]]
name = "sales"
pick = "round_robin"
members = [{ rep = "ana@acme.example" }, { rep = "bo@acme.example" }]
off_shift = "wait"

[[route]]
name = "Everyone"
to = { team = "sales" }
"#;

/// Monday, 2 November 2026, and the day after.
const CONTACTS: &str = "\
id,score,page_views,opted_out,source,created_at,won
1,90,0,,web,2026-11-02T09:00:00Z,yes
2,85,5,,web,2026-11-02T10:00:00Z,no
3,60,4,,fair,2026-11-02T11:00:00Z,1
4,55,9,,fair,2026-11-02T20:00:00Z,0
5,70,1,,web,2026-11-03T09:00:00Z,3
6,99,9,true,web,2026-11-03T09:00:00Z,yes
7,10,0,,=fair,2026-11-03T12:00:00Z,
";

fn scene() -> Place {
    Place::with(RULES, CONTACTS)
}

#[test]
fn a_replay_counts_by_tier_day_and_rep() {
    let text = scene().prints(&["backtest", "contacts.csv", "--outcome", "won", "--capacity"]);
    insta::assert_snapshot!(text, @"
    7 contacts: 4 qualified, 2 not yet, 0 outside the ICP, 1 disqualified
    2026-11-02 to 2026-11-03: 2 days
    4 of all contacts converted (57.1 %); precision is that share among leads, recall the leads' share of them, lift the ratio of the two shares

     Tier            Leads   A day   Converted   Precision   95 %          Recall   Lift
    ─────────────────────────────────────────────────────────────────────────────────────
     hot             2       1       1           50.0 %      9.5–90.5 %    25.0 %   0.88
     warm            2       1       1           50.0 %      9.5–90.5 %    25.0 %   0.88
     all qualified   4       2       2           50.0 %      15.0–85.0 %   50.0 %   0.88

    Leads a day
    2026-11-02  ████████████████████████████████████████ 4
    2026-11-03   0

     Rep   Leads   Share    Busiest day
    ────────────────────────────────────
     Ana   2       50.0 %   2
     Bo    2       50.0 %   1

     Team    Leads a week   It takes   Used     Hours on shift a week   Hours a lead
    ─────────────────────────────────────────────────────────────────────────────────
     sales   14             15         93.3 %   80                      5.7

     source   Contacts   Leads   Converted   Precision   95 %         Recall   Lift
    ────────────────────────────────────────────────────────────────────────────────
     web      4          2       1           50.0 %      9.5–90.5 %   25.0 %   0.88
     fair     2          2       1           50.0 %      9.5–90.5 %   25.0 %   0.88
     =fair    1          0       0                                    0.0 %

     Condition, and whoever satisfies it   Contacts   Converted   Precision   95 %          Recall    Lift
    ───────────────────────────────────────────────────────────────────────────────────────────────────────
     score at least 80                     3          2           66.7 %      20.8–93.9 %   50.0 %    1.17
     score at least 50                     6          4           66.7 %      30.0–90.3 %   100.0 %   1.17
     page_views at least 3                 4          2           50.0 %      15.0–85.0 %   50.0 %    0.88
    ");
}

#[test]
fn what_the_store_holds_is_replayed_like_a_file() {
    let scene = scene();
    let of_file = scene.report(&["backtest", "contacts.csv", "--outcome", "won", "--sweep", "score"]);
    let refusal = scene.refusal(&["backtest"]);
    assert!(refusal.contains("there is no database") && refusal.contains("`handoff sync`"), "{refusal}");
    let mapped = RULES.replace("[[disqualify]]", "[fields]\nwon = \"won\"\n\n[[disqualify]]");
    scene.write("rules.toml", &mapped);
    scene.prints(&["sync"]);
    assert_eq!(scene.report(&["backtest", "--outcome", "won", "--sweep", "score"]), of_file);
}

#[test]
fn two_definitions_differ_contact_by_contact_and_the_condition_that_did_it_is_named() {
    let scene = scene();
    let new = RULES.replace("at_least = 80", "at_least = 70").replace("at_least = 3", "at_least = 5");
    scene.write("old.toml", RULES);
    scene.write("rules.toml", &new.replace("when = { opted_out = true }", "when = { score.below = 5 }"));
    let report = scene.report(&["backtest", "contacts.csv", "--against", "old.toml"]);
    let against = &report["against"];
    assert_eq!(
        (&against["newly_in"], &against["newly_out"], &against["unchanged"]),
        (&2.into(), &1.into(), &4.into())
    );
    let listed: Vec<String> = against["listed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} {} {} -> {}: {}",
                row["what"], row["contact"], row["before"], row["after"], row["because"]
            )
        })
        .collect();
    insta::assert_snapshot!(listed.join("\n"), @r#"
    "newly_in" "5" "not yet" -> "hot": ["score at least 80 (70)"]
    "newly_in" "6" "disqualified: Opted out" -> "hot": ["disqualifier 'Opted out'","opted_out is yes (yes)"]
    "newly_out" "3" "warm" -> "not yet": ["page_views at least 5 (4)"]
    "#);
    let short = scene.report(&["backtest", "contacts.csv", "--against", "old.toml", "--list", "1"]);
    assert_eq!(short["against"]["listed"].as_array().unwrap().len(), 2);
    assert_eq!(short["against"]["newly_in"], 2);
}

#[test]
fn a_contact_that_moves_to_another_tier_is_told_with_what_it_lost_or_gained() {
    let scene = scene();
    scene.write("old.toml", RULES);
    scene.write("rules.toml", &RULES.replace("at_least = 80", "at_least = 88"));
    let report = scene.report(&["backtest", "contacts.csv", "--against", "old.toml"]);
    let moved = &report["against"]["listed"][0];
    assert_eq!(
        (&moved["contact"], &moved["before"], &moved["after"]),
        (&"2".into(), &"hot".into(), &"warm".into())
    );
    assert_eq!(moved["because"][0], "score at least 88 (85)");
}

#[test]
fn a_sheet_runs_no_formula_of_the_crm() {
    let scene = scene();
    scene.prints(&["backtest", "contacts.csv", "--csv", "sheet.csv"]);
    let sheet = scene.read("sheet.csv");
    assert!(sheet.contains("group,'=fair,source,1,0"), "{sheet}");
}

#[test]
fn a_wait_for_the_shift_is_counted_on_the_day_that_a_rep_takes_it() {
    // Three leads on Monday fill both reps; the one of Monday night is Tuesday's.
    let report = scene().report(&["backtest", "contacts.csv"]);
    let reps = report["routed"]["reps"].as_array().unwrap();
    let leads: Vec<_> = reps.iter().map(|rep| (rep["leads"].as_u64(), rep["busiest_day"].as_u64())).collect();
    assert_eq!(leads, [(Some(2), Some(2)), (Some(2), Some(1))]);
    assert_eq!(report["routed"]["nobody"], 0);
}

#[test]
fn what_history_lacks_is_said_with_the_way_out() {
    let scene = scene();
    let refusal = |args: &[&str]| scene.refusal(args);
    insta::assert_snapshot!(refusal(&["backtest", "contacts.csv", "--outcome", "wun"]), @r#"error: contacts.csv:1: no column 'wun' (field 'wun'); did you mean 'won'? write in [fields]: wun = "won""#);
    insta::assert_snapshot!(refusal(&["backtest", "contacts.csv", "--sweep", "source"]), @"error: 'source' is a text field, and a number is needed here");
    insta::assert_snapshot!(refusal(&["backtest", "leads.csv"]), @"error: there is no file leads.csv");
    scene.write("undated.csv", "id,score\n1,90\n2,20\n");
    insta::assert_snapshot!(refusal(&["backtest", "undated.csv", "--capacity"]), @r#"
    warning: undated.csv:1: no column 'opted_out' (field 'opted_out'); write in [fields]: opted_out = "COLUMN"; columns: id, score; conditions on it do not hold
    warning: undated.csv:1: no column 'page_views' (field 'page_views'); write in [fields]: page_views = "COLUMN"; columns: id, score; conditions on it do not hold
    error: --capacity compares leads a week, and this history has no dates; name a column with --date
    "#);
    let warned = scene.handoff_at(MONDAY_10, &["backtest", "undated.csv"]).stderr;
    assert!(
        warned.contains("no column 'page_views'") && warned.contains("conditions on it do not hold"),
        "{warned}"
    );
}
