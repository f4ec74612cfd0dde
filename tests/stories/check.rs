//! `check`: every finding at once, for people, for GitHub and for programs.

use crate::desk::rules;
use crate::support::{MONDAY_10, Place, Ran, texts};

fn place(rules: &str) -> Place {
    Place::with(rules, "id,email,score,opted_out,owner\n")
}

fn check(place: &Place, args: &[&str]) -> Ran {
    place.handoff_at(MONDAY_10, &[&["check"], args].concat())
}

/// Two mistakes in places far apart.
fn broken() -> Place {
    let place = place(&rules());
    place.replace("rules.toml", "score.at_least", "scroe.at_least");
    place.replace("rules.toml", "{ rep = \"bo@acme.example\" }", "{ rep = \"bob@acme.example\" }");
    place
}

#[test]
fn a_clean_definition_says_nothing_and_exits_0() {
    let ran = check(&place(&rules()), &[]);
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    let quickstart = check(&Place::quickstart(), &["--deny", "warnings"]);
    assert_eq!(quickstart.status, 0, "{}", quickstart.all());
}

#[test]
fn all_findings_come_at_once_with_place_line_caret_and_help() {
    let ran = check(&broken(), &[]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    for text in [
        "rules.toml:16:10",
        "when = { scroe.at_least = 50 }",
        "did you mean 'score'?",
        "rules.toml:29",
        "unknown rep 'bob@acme.example'",
        "^^^",
    ] {
        assert!(ran.stdout.contains(text), "{text} is not in\n{}", ran.stdout);
    }
}

#[test]
fn github_gets_annotations() {
    let ran = check(&broken(), &["--format", "github"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    let annotations: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("::error ")).collect();
    assert!(annotations.len() >= 2, "{}", ran.stdout);
    assert!(annotations[0].contains("file=rules.toml,line=16,col="), "{}", annotations[0]);
}

#[test]
fn programs_get_the_same_as_data() {
    let ran = check(&broken(), &["--format", "json"]);
    let findings = ran.json();
    let findings = findings.as_array().unwrap();
    assert_eq!(findings[0]["line"], 16);
    assert!(texts(findings, "severity").iter().all(|severity| *severity == "error"), "{findings:?}");
    assert_eq!(check(&place(&rules()), &["--format", "json"]).json(), serde_json::json!([]));
}

#[test]
fn warnings_count_only_when_they_are_denied() {
    let place = place(&rules());
    place.append("rules.toml", "[definition]\nagreed_on = 2026-01-01\nreview_every = \"90d\"\n");
    let ran = check(&place, &[]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    assert!(ran.stdout.contains("due for review"), "{}", ran.stdout);
    assert_eq!(check(&place, &["--deny", "warnings"]).status, 1);
}

#[test]
fn an_example_that_fails_is_a_finding_at_its_place() {
    let place = Place::quickstart();
    place.replace("rules.toml", "expect = { verdict = \"not_yet\" }", "expect = { verdict = \"qualified\" }");
    let ran = check(&place, &[]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stdout.contains("verdict should be 'qualified' but is 'not_yet'"), "{}", ran.stdout);
}

#[test]
fn a_file_that_is_no_toml_is_a_finding_and_one_that_is_not_there_exits_2() {
    let ran = check(&place("version = 1\n[crm.file\n"), &[]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stdout.contains("rules.toml:2:10"), "{}", ran.stdout);
    let ran = check(&Place::new(), &[]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.all());
}

#[test]
fn several_definitions_are_checked_in_one_go() {
    let place = broken();
    place.write("good.toml", &rules());
    let ran = check(&place, &["good.toml", "rules.toml"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(!ran.stdout.contains("good.toml"), "{}", ran.stdout);
    assert_eq!(check(&place, &["good.toml", "gone.toml"]).status, 2);
}

#[test]
fn online_asks_the_files_for_every_column() {
    let place = place(&rules());
    place.append("rules.toml", "[fields]\nscore = \"Lead Score\"\n");
    assert_eq!(check(&place, &[]).status, 0);
    let ran = check(&place, &["--online"]);
    assert_eq!(ran.status, 1, "{}", ran.all());
    assert!(ran.stdout.contains("no column 'Lead Score'"), "{}", ran.stdout);
}
