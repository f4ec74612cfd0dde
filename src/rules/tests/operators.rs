//! Every operator of conditions.

use super::*;
use crate::rules::Test;

/// A condition's leaves, in words.
fn words(condition: &str) -> String {
    let text = LEAST.replace("score.at_least = 65", condition);
    let (rules, _) = load_text(&format!("{text}[lists]\nmain = [\"PT\", \"ES\"]\n"));
    let rules = rules.unwrap_or_else(|| panic!("{condition}: {}", shown(&text)));
    let leaves = rules.tiers[0].when.leaves();
    let words: Vec<&str> = leaves.iter().map(|leaf| leaf.text.as_str()).collect();
    words.join("; ")
}

#[test]
fn every_operator_compiles_and_says_in_words_what_it_tests() {
    for (condition, expected) in [
        ("country = \"PT\"", "country is PT"),
        ("country.equals = \"PT\"", "country is PT"),
        ("opted_out = true", "opted_out is yes"),
        ("opted_out.not_equals = false", "opted_out is not no"),
        ("country.not_equals = \"PT\"", "country is not PT"),
        ("seats.not_equals = 2.5", "seats is not 2.5"),
        ("seats = 2", "seats is 2"),
        ("trial_at = 2026-11-23", "trial_at is 2026-11-23"),
        ("trial_at.not_equals = \"2026-11-23T10:00:00Z\"", "trial_at is not 2026-11-23 10:00 UTC"),
        ("score.at_least = 65", "score at least 65"),
        ("fit.at_most = 5", "fit at most 5"),
        ("seats.above = 1", "seats above 1"),
        ("seats.below = 9", "seats below 9"),
        ("company.employees.between = [50, 5000]", "company.employees between 50 and 5000"),
        ("country.in = [\"PT\", \"ES\"]", "country in PT, ES"),
        ("country.not_in = [\"a\", \"b\", \"c\", \"d\", \"e\"]", "country not in a, b, c, d, … (5)"),
        ("seats.in = [1, 2]", "seats in 1, 2"),
        ("seats.not_in = [1]", "seats not in 1"),
        ("country.in_list = \"main\"", "country in list main (2)"),
        ("country.not_in_list = \"main\"", "country not in list main (2)"),
        ("job_title.contains = \"sales\"", "job_title contains sales"),
        ("job_title.contains_any = [\"vp\", \"head\"]", "job_title contains any of vp, head"),
        ("job_title.starts_with = \"VP\"", "job_title starts with VP"),
        ("job_title.ends_with = \"lead\"", "job_title ends with lead"),
        ("job_title.matches = \"^vp\\\\b\"", "job_title matches ^vp\\b"),
        ("phone.is_set = true", "phone is set"),
        ("phone.is_set = false", "phone is not set"),
        ("trial_at.before = 2026-11-23", "trial_at before 2026-11-23"),
        ("trial_at.after = 2026-11-23T10:00:00+02:00", "trial_at after 2026-11-23 08:00 UTC"),
        ("trial_at.within = \"1d\"", "trial_at within 1d"),
        ("trial_at.older_than = \"90s\"", "trial_at older than 1m30s"),
    ] {
        assert_eq!(words(condition), expected);
    }
}

#[test]
fn operators_on_one_field_and_nested_parts_are_all_there() {
    assert_eq!(
        words(
            "seats = { at_least = 2, at_most = 9 }, any = [{ plan = \"pro\" }, { not = { country = \"PT\" } }], all = [{ fit.above = 1 }]"
        ),
        "seats at least 2; seats at most 9; plan is pro; country is PT; fit above 1"
    );
}

#[test]
fn a_pattern_ignores_case() {
    let rules = load_text(&LEAST.replace("score.at_least = 65", "job_title.matches = \"^VP\"")).0.unwrap();
    let leaves = rules.tiers[0].when.leaves();
    assert!(matches!(&leaves[0].test, Test::Matches(regex) if regex.is_match("vp sales")));
}

#[test]
fn texts_are_folded_once_when_they_are_read() {
    let rules = load_text(&LEAST.replace("score.at_least = 65", "country = \" PT \"")).0.unwrap();
    let leaves = rules.tiers[0].when.leaves();
    assert!(matches!(&leaves[0].test, Test::EqualsText(text) if &**text == "pt"));
}

#[test]
fn the_handoff_is_a_moment_only_in_the_outcome() {
    assert_eq!(with("[outcome]\ntouched = { last_contacted_at.after = \"handoff\" }\n"), "");
    assert!(when("last_contacted_at.after = \"handoff\"").starts_with("H005 error: \"\\\"handoff\\\"\""));
}

#[test]
fn tests_that_exclude_each_other_are_impossible() {
    for condition in [
        "seats = { at_least = 10, at_most = 5 }",
        "seats = { above = 5, at_most = 5 }",
        "seats = { between = [1, 2], equals = 3 }",
        "trial_at = { after = 2026-02-01, before = 2026-01-01 }",
        "trial_at = { within = \"1d\", older_than = \"2d\" }",
        "country = { equals = \"PT\", in = [\"ES\"] }",
        "country = { equals = \"PT\", not_equals = \"pt\" }",
        "country = { equals = \"PT\", starts_with = \"e\" }",
        "country = { is_set = false, equals = \"PT\" }",
        "seats.between = [9, 1]",
        "any = []",
    ] {
        assert!(when(condition).starts_with("H014 error"), "{condition}: {}", when(condition));
    }
}

#[test]
fn tests_that_can_hold_together_are_fine() {
    for condition in [
        "seats = { at_least = 5, at_most = 5 }",
        "seats = { at_least = 5, not_equals = 5 }",
        "trial_at = { within = \"30d\", older_than = \"2d\" }",
        "country = { equals = \"PT\", in = [\"pt\"], is_set = true }",
        "country = { starts_with = \"p\", ends_with = \"t\" }",
    ] {
        assert_eq!(when(condition), "");
    }
}
