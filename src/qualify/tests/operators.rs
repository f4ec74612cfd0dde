//! Each operator on each kind of value, at its edges.

use super::*;
use crate::qualify::{Answer, answer, holds};

/// Whether a condition on one field holds for this raw value of it.
fn outcome(condition: &str, raw: &str) -> bool {
    came_out(condition, raw).holds()
}

fn came_out(condition: &str, raw: &str) -> Answer {
    let field =
        condition.split(['.', ' ', '{', '=']).find(|word| !word.is_empty() && *word != "not").unwrap();
    let rules = rules(condition);
    let contact = contact(&rules, &[(field, raw)]);
    answer(&rules.tiers[0].when, &facts_at(&contact, now()))
}

/// Each condition with values that it holds for and values that it does not hold for.
const TABLE: [(&str, &[&str], &[&str]); 38] = [
    ("plan = 'Gold'", &["gold", " GOLD "], &["golden", "silver"]),
    ("plan.equals = 'ÖL'", &["öl"], &["ol"]),
    ("plan.not_equals = 'gold'", &["silver"], &["Gold", " gold"]),
    ("plan.in = ['gold', 'Tin']", &["GOLD", "tin"], &["iron"]),
    ("plan.not_in = ['gold', 'Tin']", &["iron"], &["GOLD", "tin"]),
    ("plan.in_list = 'metals'", &["gold", "SILVER"], &["tin"]),
    ("plan.not_in_list = 'metals'", &["tin"], &["gold", "Silver "]),
    ("plan.contains = 'old'", &["Gold", "OLD"], &["silver"]),
    ("plan.contains_any = ['zinc', 'OLD']", &["gold"], &["tin"]),
    ("plan.starts_with = 'GO'", &["gold"], &["a gold"]),
    ("plan.ends_with = 'LD'", &["gold"], &["golden"]),
    ("plan.matches = 'o.d'", &["gold", "GOLDEN"], &["god"]),
    ("plan.matches = '^Gold$'", &["gold"], &["golden", "a gold"]),
    ("plan.is_set = true", &["x"], &["", "  "]),
    ("plan.is_set = false", &["", "  "], &["x"]),
    ("seats = 5", &["5", "5.0", "5e0", " 5 "], &["5.1", "-5"]),
    ("seats.not_equals = 5", &["6"], &["5.0"]),
    ("seats.at_least = 5", &["5", "6"], &["4.999"]),
    ("seats.at_most = 5", &["5", "-6"], &["5.001"]),
    ("seats.above = 5", &["5.001"], &["5"]),
    ("seats.below = 5", &["4.999"], &["5"]),
    ("seats.between = [2, 4]", &["2", "3", "4"], &["1.99", "4.01"]),
    ("seats.in = [1, 2.5]", &["1", "2.50"], &["2"]),
    ("seats.not_in = [1, 2.5]", &["2"], &["1", "2.50"]),
    ("seats.is_set = true", &["0"], &[""]),
    ("seats.is_set = false", &[""], &["0"]),
    ("is_trial = true", &["true", "YES", "1", "t"], &["false", "0"]),
    ("is_trial = false", &["no", "0"], &["yes"]),
    ("is_trial.not_equals = true", &["no"], &["yes"]),
    ("is_trial.is_set = true", &["no"], &[""]),
    ("seen_at = 2026-11-23", &["2026-11-23", "2026-11-23T01:00:00+01:00"], &["2026-11-23T00:00:01Z"]),
    ("seen_at.not_equals = 2026-11-23", &["2026-11-24"], &["2026-11-23"]),
    ("seen_at.before = 2026-11-23", &["2026-11-22T23:59:59Z"], &["2026-11-23", "2026-11-24"]),
    ("seen_at.after = 2026-11-23", &["2026-11-23T00:00:01Z"], &["2026-11-23", "2026-11-22"]),
    (
        "seen_at.within = '1d'",
        &["2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z"],
        &["2026-11-22T09:59:59Z", "2026-11-23T10:00:01Z"],
    ),
    (
        "seen_at.older_than = '1d'",
        &["2026-11-22T09:59:59Z"],
        &["2026-11-22T10:00:00Z", "2026-11-23T10:00:01Z"],
    ),
    ("seen_at.is_set = true", &["2026-11-23"], &[""]),
    ("seen_at.is_set = false", &[""], &["2026-11-23"]),
];

#[test]
fn each_operator_holds_for_what_it_says_and_for_nothing_else() {
    for (condition, holds_for, fails_for) in TABLE {
        for raw in holds_for {
            assert!(outcome(condition, raw), "{condition} does not hold for {raw:?}");
        }
        for raw in fails_for {
            assert!(!outcome(condition, raw), "{condition} holds for {raw:?}");
        }
    }
}

#[test]
fn not_turns_every_outcome_round() {
    for (condition, holds_for, fails_for) in TABLE {
        let inverted = format!("not = {{ {condition} }}");
        for raw in holds_for {
            assert!(!outcome(&inverted, raw), "{inverted} holds for {raw:?}");
        }
        for raw in fails_for {
            assert!(outcome(&inverted, raw), "{inverted} does not hold for {raw:?}");
        }
    }
}

#[test]
fn a_missing_value_makes_every_test_false_but_is_set_false() {
    for (condition, _, _) in TABLE {
        let expected = condition.ends_with("is_set = false");
        for raw in ["", "   "] {
            assert_eq!(outcome(condition, raw), expected, "{condition}");
            assert_eq!(outcome(&format!("not = {{ {condition} }}"), raw), !expected, "not {condition}");
        }
    }
}

#[test]
fn a_value_that_cannot_be_read_makes_every_test_unclear_but_that_it_is_there() {
    for (condition, _, _) in TABLE.iter().filter(|(condition, _, _)| !condition.starts_with("plan")) {
        let expected = match condition.rsplit_once("is_set = ") {
            Some((_, "true")) => Answer::Yes,
            Some(_) => Answer::No,
            None => Answer::Unclear,
        };
        for raw in ["soon", "NaN", "1e999", "2026-02-31", "-"] {
            assert_eq!(came_out(condition, raw), expected, "{condition} for {raw:?}");
            let inverted = came_out(&format!("not = {{ {condition} }}"), raw);
            let opposite = [Answer::Yes, Answer::Unclear, Answer::No][expected as usize];
            assert_eq!(inverted, opposite, "not {condition} for {raw:?}");
        }
    }
}

#[test]
fn a_part_that_decides_outweighs_one_that_is_unclear() {
    for (condition, expected) in [
        ("all = [{ seats = 1 }, { is_trial = true }]", Answer::Unclear),
        ("all = [{ seats = 2 }, { is_trial = true }]", Answer::No),
        ("all = [{ is_trial = true }, { seats = 2 }]", Answer::No),
        ("any = [{ seats = 1 }, { is_trial = true }]", Answer::Yes),
        ("any = [{ is_trial = true }, { seats = 1 }]", Answer::Yes),
        ("any = [{ seats = 2 }, { is_trial = true }]", Answer::Unclear),
        ("not = { any = [{ seats = 2 }, { is_trial = true }] }", Answer::Unclear),
    ] {
        let rules = rules(condition);
        let contact = contact(&rules, &[("seats", "1"), ("is_trial", "perhaps")]);
        assert_eq!(answer(&rules.tiers[0].when, &facts_at(&contact, now())), expected, "{condition}");
    }
}

#[test]
fn all_any_and_not_of_nothing_and_of_several() {
    for (condition, raw, expected) in [
        ("all = []", "1", true),
        ("all = [{ seats = 1 }, { seats.below = 2 }]", "1", true),
        ("all = [{ seats = 1 }, { plan = 'gold' }]", "1", false),
        ("any = [{ seats = 2 }, { seats.below = 2 }]", "1", true),
        ("any = [{ seats = 2 }, { seats.above = 2 }]", "1", false),
        ("not = { any = [{ seats = 2 }, { seats.above = 2 }] }", "1", true),
        // Several tests in one table must all hold, so `not` holds when one of them does not.
        ("not = { seats.above = 0, plan = 'gold' }", "1", true),
        ("not = { seats.above = 0, seats.below = 2 }", "1", false),
    ] {
        let rules = rules(condition);
        let contact = contact(&rules, &[("seats", raw)]);
        assert_eq!(holds(&rules.tiers[0].when, &facts_at(&contact, now())), expected, "{condition}");
    }
}
