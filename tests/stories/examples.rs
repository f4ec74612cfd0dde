//! `test`: the definition's own examples, and how much of it they reach; `init`: a definition to start from.

use crate::support::{MONDAY_10, Place, contacts};

#[test]
fn the_quickstarts_examples_pass() {
    let ran = Place::quickstart().handoff_at(MONDAY_10, &["test"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stdout.ends_with("6 passed, 0 failed\n"), "{}", ran.stdout);
}

#[test]
fn a_failing_example_shows_expectation_result_and_the_conditions_that_decided() {
    let place = Place::quickstart();
    place.replace(
        "rules.toml",
        "expect = { verdict = \"not_yet\" }",
        "expect = { verdict = \"qualified\", mql = \"engaged\" }",
    );
    let ran = place.handoff_at(MONDAY_10, &["test"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    for text in [
        "✗ A high score alone is not enough",
        "verdict: expected 'qualified', got 'not_yet'",
        "mql: expected 'engaged', got 'nothing'",
        "✗ pricing_views at least 2 — missing",
        "5 passed, 1 failed",
    ] {
        assert!(ran.stdout.contains(text), "{text} is not in\n{}", ran.stdout);
    }
}

#[test]
fn a_filter_chooses_examples_by_name() {
    let place = Place::quickstart();
    let ran = place.handoff_at(MONDAY_10, &["test", "--filter", "account"]);
    assert!(ran.stdout.ends_with("2 passed, 0 failed\n"), "{}", ran.stdout);
}

#[test]
fn examples_that_reach_too_little_of_the_definition_fail() {
    let place = Place::quickstart();
    let percent = place.json_at(MONDAY_10, 0, &["test"])["coverage_percent"].as_u64().unwrap();
    assert!((1..100).contains(&percent), "{percent}");
    let enough = place.handoff_at(MONDAY_10, &["test", "--min-coverage", &percent.to_string()]);
    assert_eq!(enough.status, 0, "{}", enough.all());
    let short = place.handoff_at(MONDAY_10, &["test", "--min-coverage", &(percent + 1).to_string()]);
    assert_eq!(short.status, 1, "{}", short.all());
    assert!(short.stderr.contains(&format!("cover {percent} % of the definition")), "{}", short.stderr);
    assert!(short.stdout.contains("Competitor"), "what is missed is named: {}", short.stdout);
}

#[test]
fn a_junit_report_has_one_case_for_each_example() {
    let place = Place::quickstart();
    place.replace("rules.toml", "expect = { verdict = \"not_yet\" }", "expect = { verdict = \"qualified\" }");
    let ran = place.handoff_at(MONDAY_10, &["test", "--junit", "report.xml"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    let report = place.read("report.xml");
    assert_eq!(report.matches("<testcase ").count(), 6, "{report}");
    assert_eq!(report.matches("<failure ").count(), 1, "{report}");
    assert!(report.contains("tests=\"6\" failures=\"1\""), "{report}");
}

#[test]
fn a_fresh_definition_checks_tests_and_runs() {
    let place = Place::new();
    let init = place.handoff_at(MONDAY_10, &["init", "leads"]);
    assert_eq!(init.status, 0, "{}", init.all());
    let rules = ["--rules", "leads/rules.toml"];
    for args in [&["check", "--deny", "warnings"][..], &["test"], &["run", "--dry-run"]] {
        let ran = place.handoff_at(MONDAY_10, &[args, &rules].concat());
        assert_eq!(ran.status, 0, "{args:?}: {}", ran.all());
    }
    assert!(!place.exists("leads/handoff.db"));
    let report = place.json_at(MONDAY_10, 0, &[&["run", "--include-existing"][..], &rules].concat());
    assert_eq!(contacts(&report, "handed_off"), ["João Santos"]);
    assert_eq!(place.lines("leads/out/tasks.jsonl").len(), 1);
}

#[test]
fn init_leaves_a_definition_that_is_there_alone() {
    let place = Place::quickstart();
    let before = place.read("rules.toml");
    let ran = place.handoff_at(MONDAY_10, &["init"]);
    assert_eq!(ran.status, 2, "{}", ran.all());
    assert_eq!(place.read("rules.toml"), before);
}
