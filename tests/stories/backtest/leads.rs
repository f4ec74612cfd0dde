//! 9,240 real leads: every figure beside one that a plain loop over the file finds.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::support::{MONDAY_10, Place};

const RULES: &str = include_str!("rules.toml");

type Row = HashMap<String, String>;

/// The leads, where they are at hand.
fn leads() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/x-education/leads.csv");
    if path.exists() {
        return Some(path);
    }
    #[expect(clippy::print_stderr, reason = "whoever runs the tests should know what they did not show")]
    {
        eprintln!("skipped: the real leads are not beside the repository");
    }
    None
}

fn rows(path: &std::path::Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).expect("leads.csv");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn number(row: &Row, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

/// The definition in `rules.toml`, once more and by hand.
fn tier(row: &Row) -> Option<&'static str> {
    let at_least = |column, least| number(row, column).is_some_and(|number| number >= least);
    let score = "Asymmetrique Activity Score";
    let time = "Total Time Spent on Website";
    let tier = if ["reference", "welingak website"].contains(&row["Lead Source"].to_lowercase().as_str()) {
        "recommended"
    } else if at_least(score, 15.0) && (at_least(time, 600.0) || at_least("TotalVisits", 5.0)) {
        "engaged"
    } else if at_least(score, 14.0) && at_least(time, 300.0) {
        "curious"
    } else {
        return None;
    };
    let is_open = row["Do Not Email"] != "Yes" && !row["What is your current occupation"].is_empty();
    is_open.then_some(tier)
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("few"))
}

/// One line of the sheet that `--csv` writes.
fn line(sheet: &str, part: &str, name: &str, detail: &str) -> Row {
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    let mut rows = reader.deserialize().map(|row| -> Row { row.expect("a row") });
    rows.find(|row| row["part"] == part && row["name"] == name && row["detail"] == detail)
        .unwrap_or_else(|| panic!("no {part} {name} {detail} in\n{sheet}"))
}

fn sheet(scene: &Place, args: &[&str]) -> String {
    let args: Vec<&str> = args.iter().copied().chain(["--csv", "sheet.csv"]).collect();
    scene.prints(&args);
    scene.read("sheet.csv")
}

#[test]
fn precision_recall_and_lift_of_each_tier_agree_to_the_last_digit_with_a_plain_count() {
    let Some(path) = leads() else { return };
    let rows = rows(&path);
    let scene = Place::with(RULES, "");
    let sheet = sheet(&scene, &["backtest", path.to_str().unwrap(), "--outcome", "Converted"]);
    let all = rows.iter().filter(|row| row["Converted"] == "1").count();
    let base = float(all) / float(rows.len());
    for name in ["recommended", "engaged", "curious"] {
        let leads: Vec<&Row> = rows.iter().filter(|row| tier(row) == Some(name)).collect();
        let converted = leads.iter().filter(|row| row["Converted"] == "1").count();
        let precision = float(converted) / float(leads.len());
        let line = line(&sheet, "tier", name, "");
        assert_eq!(line["leads"], leads.len().to_string(), "{name}");
        assert_eq!(line["converted"], converted.to_string(), "{name}");
        assert_eq!(line["precision"], precision.to_string(), "{name}");
        assert_eq!(line["recall"], (float(converted) / float(all)).to_string(), "{name}");
        assert_eq!(line["lift"], (precision / base).to_string(), "{name}");
    }
}

#[test]
fn sources_and_conditions_agree_with_a_plain_count() {
    let Some(path) = leads() else { return };
    let rows = rows(&path);
    let scene = Place::with(RULES, "");
    let sheet = sheet(&scene, &["backtest", path.to_str().unwrap(), "--outcome", "Converted"]);
    for source in ["google", "direct traffic", "olark chat"] {
        let from: Vec<&Row> = rows.iter().filter(|row| row["Lead Source"].to_lowercase() == source).collect();
        let leads: Vec<&&Row> = from.iter().filter(|row| tier(row).is_some()).collect();
        let converted = leads.iter().filter(|row| row["Converted"] == "1").count();
        let mut reader = csv::Reader::from_reader(sheet.as_bytes());
        let mut lines = reader.deserialize().map(|row| -> Row { row.expect("a row") });
        let line = lines.find(|row| row["part"] == "group" && row["name"].to_lowercase() == source).unwrap();
        assert_eq!(line["contacts"], from.len().to_string(), "{source}");
        assert_eq!(line["leads"], leads.len().to_string(), "{source}");
        assert_eq!(line["precision"], (float(converted) / float(leads.len())).to_string(), "{source}");
    }
    let busy: Vec<&Row> =
        rows.iter().filter(|row| number(row, "TotalVisits").is_some_and(|visits| visits >= 5.0)).collect();
    let converted = busy.iter().filter(|row| row["Converted"] == "1").count();
    let line = line(&sheet, "condition", "visits at least 5", "");
    assert_eq!(line["contacts"], busy.len().to_string());
    assert_eq!(line["precision"], (float(converted) / float(busy.len())).to_string());
}

#[test]
fn a_sweep_shows_that_the_activity_score_is_not_monotone() {
    let Some(path) = leads() else { return };
    let scene = Place::with(RULES, "");
    let args = ["backtest", path.to_str().unwrap(), "--outcome", "Converted", "--sweep", "score"];
    let text = scene.prints(&args);
    let plot: Vec<&str> = text.lines().skip_while(|line| !line.contains("this value converts")).collect();
    insta::assert_snapshot!(plot[..15].join("\n"), @"
        this value converts               leads from here on
     7   0.0 %                            ████████████████████████ 4664
     8   0.0 %                            ████████████████████████ 4663
     9   0.0 %                            ████████████████████████ 4662
    10  ██ 5.5 %                          ████████████████████████ 4654
    11  ██▍ 6.7 %                         ███████████████████████▋ 4599
    12  █████▏ 14.5 %                     ███████████████████████▎ 4510
    13  ████▊ 13.4 %                      ██████████████████████▍ 4351
    14  ██████████████▌ 40.7 %            ██████████████████▊ 3651
    15  ████████████████████████ 67.5 %   ██████████▏ 1966
    16  █████████████████▋ 49.7 %         ████ 774
    17  █▋ 4.6 %                          █▋ 327
    18   0.0 %                            ▏ 3

    score is not monotone: 15 converts at 67.5 % (64.8–70.1 %), 17 at 4.6 % (2.8–7.5 %), which is no chance. A threshold takes the worse with the better: consider an upper end (`at_most`), or look at how score comes about
    ");
    let rows = rows(&path);
    let sheet = sheet(&scene, &args);
    for least in [13.0, 15.0, 17.0] {
        let above = |row: &&Row| {
            row["Do Not Email"] != "Yes"
                && number(row, "Asymmetrique Activity Score").is_some_and(|score| score >= least)
        };
        let leads: Vec<&Row> = rows.iter().filter(above).collect();
        let converted = leads.iter().filter(|row| row["Converted"] == "1").count();
        let line = line(&sheet, "threshold", "score", &least.to_string());
        assert_eq!(line["leads"], leads.len().to_string());
        assert_eq!(line["precision"], (float(converted) / float(leads.len())).to_string());
    }
}

#[test]
fn tune_is_not_fooled_by_a_score_whose_top_is_worse_than_its_middle() {
    let Some(path) = leads() else { return };
    let recommended = RULES.find("[[mql]]").expect("tiers");
    let reps = RULES.find("[[rep]]").expect("reps");
    let tier = "[[mql]]\nname = \"scored\"\nwhen = { score.at_least = 14 }\n\n";
    let scene = Place::with(&[&RULES[..recommended], tier, &RULES[reps..]].concat(), "");
    let tune = |goal: [&str; 2]| {
        let args = ["tune", path.to_str().expect("UTF-8"), "--outcome", "Converted", "--format", "json"];
        let ran = scene.handoff_at(MONDAY_10, &[&args, goal.as_slice()].concat());
        (ran.status, ran.json())
    };
    // 17 and above would be the 350 leads that are asked for, and one in twenty of them converts.
    let (code, tuned) = tune(["--leads", "350"]);
    assert_eq!(code, 1, "{tuned:#}");
    let changes = tuned["proposal"]["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["to"].as_f64().unwrap() <= 15.0), "{tuned:#}");
    let (code, tuned) = tune(["--precision", "0.7"]);
    assert_eq!((code, &tuned["is_supported"]), (1, &serde_json::Value::Bool(false)));
    let fall = &tuned["proposal"]["falls"][0];
    assert_eq!(fall[0], "score");
    assert_eq!((&fall[1]["from"]["from"], &fall[1]["to"]["from"]), (&15.0.into(), &17.0.into()));
}
