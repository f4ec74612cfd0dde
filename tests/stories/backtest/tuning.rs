//! Goals that history can and cannot bear out.

use crate::support::{MONDAY_10, Place, Ran};
use std::fmt::Write as _;

const RULES: &str = r#"version = 1

[crm.file]
contacts = "contacts.csv"

[[mql]]
name = "engaged"
when = { score.at_least = 20 }   # agreed in spring

[[rep]]
name = "Ana"
email = "ana@acme.example"
timezone = "Europe/Lisbon"

[[route]]
name = "Everyone"
to = { rep = "ana@acme.example" }
"#;

/// A hundred contacts a day for `days`, scores 0 to 99 in turn; of those with a score, that share of a hundred wins.
fn history(days: u32, wins: impl Fn(u32) -> u32) -> String {
    let mut text = "id,score,created_at,won\n".to_owned();
    for contact in 0..days * 100 {
        let (day, score) = (contact / 100, contact * 37 % 100);
        let date =
            chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day") + chrono::Days::new(day.into());
        // Spread evenly, in another order than the scores.
        let won = (contact * 61 + day * 13) % 100 < wins(score);
        writeln!(text, "{contact},{score},{date},{}", u8::from(won)).expect("text");
    }
    text
}

fn scene(days: u32, wins: impl Fn(u32) -> u32) -> Place {
    Place::with(RULES, &history(days, wins))
}

#[test]
fn a_goal_that_history_bears_out_is_a_diff_that_only_touches_the_number() {
    let scene = scene(60, |score| if score >= 70 { 80 } else { 10 });
    let text = scene.prints(&["tune", "contacts.csv", "--outcome", "won", "--precision", "0.7"]);
    let text: Vec<&str> = text.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(text.join("\n"), @r#"
    Goal: at least 70.0 % of leads convert
    Searched on the first 4200 contacts, proved on the last 1800 (by time)

     Threshold                        Now   Proposed
    ─────────────────────────────────────────────────
     tier 'engaged': score at least   20    70

     Definition   On         Leads   Precision   95 %
    ─────────────────────────────────────────────────────────
     now          searched   3360    36.2 %      34.6–37.9 %
     now          held out   1440    36.2 %      33.7–38.7 %
     proposed     searched   1260    80.1 %      77.8–82.2 %
     proposed     held out   540     79.8 %      76.2–83.0 %

    Held-out contacts bear it out: 79.8 % of the held-out leads convert, with 95 % confidence 76.2 % to 83.0 %

    --- a/rules.toml
    +++ b/rules.toml
    @@ -5,7 +5,7 @@

     [[mql]]
     name = "engaged"
    -when = { score.at_least = 20 }   # agreed in spring
    +when = { score.at_least = 70 }   # agreed in spring

     [[rep]]
     name = "Ana"
    "#);
}

#[test]
fn leads_a_day_are_tuned_without_an_outcome_too() {
    let scene = scene(60, |_| 0);
    let tuned = scene.report(&["tune", "contacts.csv", "--leads-per-day", "30"]);
    assert_eq!(tuned["is_supported"], true);
    let to = tuned["proposal"]["changes"][0]["to"].as_f64().unwrap();
    assert!((67.0..=73.0).contains(&to), "{tuned:#}");
}

#[test]
fn a_definition_that_stops_working_is_not_recommended() {
    // The last third of the year turns the score upside down: what was searched on looks perfect.
    let scene = scene(30, |score| if score >= 70 { 90 } else { 5 });
    let turned = history(60, |score| if score >= 70 { 5 } else { 90 });
    let later: Vec<&str> = turned.lines().skip(1 + 4_200).collect();
    let text = scene.read("contacts.csv") + &later.join("\n") + "\n";
    scene.write("contacts.csv", &text);
    let Ran { status, stdout: said, .. } =
        scene.handoff_at(MONDAY_10, &["tune", "contacts.csv", "--outcome", "won", "--precision", "0.7"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("The data cannot support this") && !said.contains("+++"), "{said}");
}

#[test]
fn too_little_history_supports_nothing() {
    let scene = scene(2, |score| if score >= 70 { 80 } else { 10 });
    let Ran { status, stdout: said, .. } =
        scene.handoff_at(MONDAY_10, &["tune", "contacts.csv", "--outcome", "won", "--precision", "0.7"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("The data cannot support this"), "{said}");
}

#[test]
fn goals_that_make_no_sense_are_refused() {
    let scene = scene(1, |_| 0);
    let refusal = scene.refusal(&["tune", "contacts.csv"]);
    assert!(refusal.contains("--leads-per-day"), "{refusal}");
    let refusal = scene.refusal(&["tune", "contacts.csv", "--precision", "0.5"]);
    assert!(refusal.contains("--outcome"), "{refusal}");
    scene.write("undated.csv", "id,score\n1,90\n");
    insta::assert_snapshot!(scene.refusal(&["tune", "undated.csv", "--leads-per-day", "3"]), @"error: --leads-per-day needs dates, and this history has none: name a column with --date, or use --leads");
    scene.write("rules.toml", &RULES.replace("score.at_least = 20", "score.is_set = true"));
    insta::assert_snapshot!(scene.refusal(&["tune", "contacts.csv", "--leads", "3"]), @"error: no tier has a threshold (`at_least`, `at_most`, `above`, `below`), and [icp] no minimum_fit");
}
