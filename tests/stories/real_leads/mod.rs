//! The main job on real input: 9,240 leads of an online school, judged, assigned and delivered, and every figure compared
//! with an independent count.

mod leads;

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{MONDAY_10, Place, texts};
use leads::{Expected, Leads};
use serde_json::Value;

const RULES: &str = include_str!("rules.toml");

/// Members of each team with their weights; Joe is in New York, where it is five in the morning.
const TEAMS: [(&str, &[(&str, f64)]); 3] = [
    (
        "mumbai",
        &[("asha@school.example", 1.0), ("vikram@school.example", 1.0), ("meera@school.example", 1.0)],
    ),
    ("india", &[("rohan@school.example", 2.0), ("nisha@school.example", 1.0)]),
    ("abroad", &[("omar@school.example", 1.0), ("emma@school.example", 1.0)]),
];

const DELIVERED: [&str; 3] = ["out/tasks.jsonl", "out/contacts.jsonl", "out/messages.jsonl"];

fn place(leads: &Leads) -> Place {
    let place = Place::new();
    place.write("rules.toml", RULES);
    place.write("leads.csv", &leads.csv());
    place
}

/// Contact to tier and route, as the report says. Without names in the file, a lead is called by its id.
fn handed_off(report: &Value) -> BTreeMap<String, (String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().expect(key).to_owned();
    let rows = report["handed_off"].as_array().expect("handed_off").iter();
    rows.map(|row| (text(row, "contact"), (text(row, "tier"), text(row, "route")))).collect()
}

/// The same from the leads themselves.
fn expected(leads: &Leads) -> BTreeMap<String, (String, String)> {
    let qualified = leads.all().filter_map(|lead| match lead.expected() {
        Expected::Qualified { tier, route, .. } => {
            Some((lead.id().to_owned(), (tier.to_owned(), route.to_owned())))
        }
        Expected::Disqualified(_) | Expected::NotYet | Expected::OutsideIcp(_) => None,
    });
    qualified.collect()
}

#[test]
fn every_lead_is_judged_as_an_independent_count_says() {
    let Some(leads) = Leads::load() else { return };
    let place = place(&leads);
    let report = place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    assert_eq!(report["synced"]["read"], 9_240);
    assert_eq!(report["synced"]["set_aside"], 0);
    assert_eq!(handed_off(&report), expected(&leads));

    let mut verdicts: BTreeMap<String, u64> = BTreeMap::new();
    for (expected, count) in leads.count() {
        let name = match expected {
            Expected::Disqualified(by) => format!("disqualified ({by})"),
            Expected::NotYet => "not_yet".to_owned(),
            Expected::OutsideIcp(tier) => format!("outside_icp ({tier})"),
            Expected::Qualified { tier, .. } => format!("qualified ({tier})"),
        };
        *verdicts.entry(name).or_default() += count;
    }
    assert_eq!(
        verdicts.len(),
        12,
        "each disqualifier, and each tier inside and outside the ICP, has somebody"
    );
    let status = place.json_at(MONDAY_10, 0, &["status"]);
    let stored: BTreeMap<String, u64> = serde_json::from_value(status["verdicts"].clone()).unwrap();
    assert_eq!(stored, verdicts);
}

#[test]
fn every_handoff_is_delivered_once_to_a_rep_of_its_team_and_in_fair_turns() {
    let Some(leads) = Leads::load() else { return };
    let place = place(&leads);
    let ran = place.handoff_at(MONDAY_10, &["run", "--include-existing"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.all());

    let qualified: BTreeSet<&str> =
        leads.all().filter(|lead| lead.qualifies()).map(leads::Lead::id).collect();
    for file in DELIVERED {
        let lines = place.lines(file);
        assert_eq!(lines.len(), qualified.len(), "{file}");
        assert_eq!(BTreeSet::from_iter(texts(&lines, "contact")), qualified, "{file}");
        assert_eq!(BTreeSet::from_iter(texts(&lines, "key")).len(), qualified.len(), "{file}");
    }

    let tasks = place.lines("out/tasks.jsonl");
    let owner_of: BTreeMap<&str, &str> =
        texts(&tasks, "contact").into_iter().zip(texts(&tasks, "owner")).collect();
    for (team, members) in TEAMS {
        let owners: Vec<&str> = leads
            .all()
            .filter(|lead| matches!(lead.expected(), Expected::Qualified { team: its, .. } if its == team))
            .map(|lead| owner_of[lead.id()])
            .collect();
        let weights: f64 = members.iter().map(|(_, weight)| weight).sum();
        let mut seen = 0;
        for (rep, weight) in members {
            let got = owners.iter().filter(|owner| *owner == rep).count();
            let share = as_f64(owners.len()) * weight / weights;
            assert!((as_f64(got) - share).abs() <= 1.0, "{rep} got {got}, and {share} is fair");
            seen += got;
        }
        assert_eq!(seen, owners.len(), "everybody of team {team} went to a member on shift");
    }
}

fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a small count"))
}

#[test]
fn a_second_run_does_nothing() {
    let Some(leads) = Leads::load() else { return };
    let place = place(&leads);
    place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    let delivered = DELIVERED.map(|file| place.bytes(file));

    let ran = place.handoff_at("2026-11-23T10:01:00Z", &["run"]);
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    let report = place.json_at("2026-11-23T10:02:00Z", 0, &["run"]);
    assert_eq!(report["synced"]["changed"], 0);
    assert_eq!(report["evaluated"]["contacts"], 0);
    assert_eq!(report["delivered"]["done"], 0);
    assert!(handed_off(&report).is_empty());
    assert_eq!(DELIVERED.map(|file| place.bytes(file)), delivered);
}

/// Changes fifty leads: ten come to qualify, ten cease to, thirty change in ways that decide nothing or little.
fn change_fifty(leads: &mut Leads) -> usize {
    let qualified: Vec<usize> = leads.all().filter(|lead| lead.qualifies()).map(|lead| lead.row).collect();
    let not_yet = |lead: &leads::Lead<'_>| lead.expected() == Expected::NotYet;
    let cold: Vec<usize> = leads.all().filter(not_yet).map(|lead| lead.row).collect();
    for row in &cold[..10] {
        for (column, value) in [
            ("Asymmetrique Activity Score", "18"),
            ("Asymmetrique Profile Score", "20.0"),
            ("Last Activity", "SMS sent "),
            ("Total Time Spent on Website", "61"),
            ("What is your current occupation", "Working professional"),
            ("Specialization", "Finance"),
        ] {
            leads.set(*row, column, value);
        }
    }
    for row in &qualified[..5] {
        leads.set(*row, "Do Not Email", "Yes");
    }
    for row in &qualified[5..10] {
        leads.set(*row, "Asymmetrique Profile Score", "many");
    }
    for (at, row) in cold[10..40].iter().enumerate() {
        let column = ["TotalVisits", "City", "Lead Quality"][at % 3];
        leads.set(*row, column, ["77", "Pune", "Under review"][at % 3]);
    }
    50
}

#[test]
fn of_fifty_changed_leads_those_fifty_are_judged_and_those_that_cross_are_handed_off() {
    let Some(mut leads) = Leads::load() else { return };
    let place = place(&leads);
    place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    let before = expected(&leads);

    let changed = change_fifty(&mut leads);
    place.write("leads.csv", &leads.csv());
    let mut crossed = expected(&leads);
    crossed.retain(|contact, _| !before.contains_key(contact));
    assert_eq!(crossed.len(), 10);

    let report = place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    assert_eq!(report["synced"]["read"], 9_240);
    assert_eq!(report["synced"]["changed"], changed);
    assert_eq!(report["evaluated"]["contacts"], changed);
    assert_eq!(handed_off(&report), crossed);
    let outcomes = report["outcomes"].as_array().unwrap();
    assert_eq!(outcomes.len(), 5, "whoever opted out is taken from the rep, who hears of it: {outcomes:?}");
    assert!(outcomes.iter().all(|outcome| outcome["what"] == "cancelled"), "{outcomes:?}");
    assert_eq!(report["delivered"]["done"], 3 * crossed.len() + outcomes.len());
}

#[test]
fn a_change_in_a_column_that_no_field_reads_is_no_change() {
    let Some(mut leads) = Leads::load() else { return };
    let place = place(&leads);
    place.json_at(MONDAY_10, 0, &["run", "--include-existing"]);
    for row in 0..20 {
        leads.set(row, "Magazine", "Perhaps");
    }
    place.write("leads.csv", &leads.csv());
    let report = place.json_at("2026-11-23T10:05:00Z", 0, &["run"]);
    assert_eq!(report["evaluated"]["contacts"], 0);
}

#[test]
fn the_first_sync_counts_who_qualifies_already_and_hands_off_nobody() {
    let Some(leads) = Leads::load() else { return };
    let place = place(&leads);
    let qualified = expected(&leads).len();
    let ran = place.handoff_at(MONDAY_10, &["run", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    let report = ran.json();
    assert_eq!(report["evaluated"]["baseline"], qualified);
    assert!(handed_off(&report).is_empty());
    assert!(ran.stderr.contains(&format!("{qualified} contacts already qualified")), "{}", ran.stderr);
    assert!(DELIVERED.iter().all(|file| place.lines(file).is_empty()));
}
