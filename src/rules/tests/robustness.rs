//! Text that is no definition, or no longer one.

use proptest::prelude::*;

use super::*;

fn own() -> String {
    std::fs::read_to_string(source("").path).unwrap()
}

/// Rules or errors, never both and never neither; every finding has a place inside the text.
fn is_sound(text: &str) {
    let (rules, findings) = load_text(text);
    assert_eq!(rules.is_none(), findings.has_errors(), "{:?}", findings.as_slice());
    for finding in findings.as_slice() {
        let span = finding.span.clone().unwrap();
        assert!(text.get(span).is_some(), "{finding:?}");
        assert!(!finding.message.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_text_is_a_definition_or_has_findings(text in "(?s).{0,200}") {
        is_sound(&text);
    }

    #[test]
    fn any_text_between_the_lines_of_a_definition_is_found(text in "[\\[\\]{}=\"'#.,a-z0-9 \n\t]{0,40}", at in any::<prop::sample::Index>()) {
        let own = own();
        let lines: Vec<&str> = own.split_inclusive('\n').collect();
        let (before, after) = lines.split_at(at.index(lines.len()));
        is_sound(&format!("{}{text}\n{}", before.concat(), after.concat()));
    }

    #[test]
    fn a_definition_cut_anywhere_is_sound(at in any::<prop::sample::Index>()) {
        let own = own();
        let cut: String = own.chars().take(at.index(own.chars().count())).collect();
        is_sound(&cut);
    }

    #[test]
    fn a_definition_with_a_line_missing_is_sound(at in any::<prop::sample::Index>()) {
        let own = own();
        let mut lines: Vec<&str> = own.split_inclusive('\n').collect();
        lines.remove(at.index(lines.len()));
        is_sound(&lines.concat());
    }

    #[test]
    fn a_definition_with_a_value_of_another_kind_is_sound(
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec!["1", "-1", "0.5", "true", "\"\"", "\"x\"", "[]", "{}", "[1]", "[{}]", "[[]]", "2026-01-01", "07:00:00", "{ a = 1 }"]),
    ) {
        let own = own();
        let mut lines: Vec<String> = own.lines().map(str::to_owned).collect();
        let values: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].contains(" = ") && !lines[*line].starts_with('#')).collect();
        let line = &mut lines[values[at.index(values.len())]];
        let key = line.split(" = ").next().unwrap().to_owned();
        *line = format!("{key} = {value}");
        is_sound(&lines.join("\n"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn a_definition_with_two_lines_exchanged_is_sound(a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let own = own();
        let mut lines: Vec<&str> = own.split_inclusive('\n').collect();
        let (a, b) = (a.index(lines.len()), b.index(lines.len()));
        lines.swap(a, b);
        is_sound(&lines.concat());
    }

    #[test]
    fn a_definition_with_a_character_exchanged_is_sound(at in any::<prop::sample::Index>(), other in "[\\[\\]{}=\"'#.,\\\\a0\n]") {
        let own = own();
        let (start, c) = own.char_indices().nth(at.index(own.chars().count())).unwrap();
        let (before, after) = own.split_at(start);
        is_sound(&format!("{before}{other}{}", &after[c.len_utf8()..]));
    }

    #[test]
    fn any_condition_is_sound(condition in condition()) {
        is_sound(&LEAST.replace("{ score.at_least = 65 }", &condition));
    }
}

/// Conditions of known and unknown fields, operators and values, well nested.
fn condition() -> impl Strategy<Value = String> {
    const FIELDS: &[&str] =
        &["score", "country", "opted_out", "trial_at", "company.employees", "company", "nobody"];
    const OPERATORS: &[&str] = &[
        "at_least",
        "below",
        "in",
        "in_list",
        "not_in",
        "contains_any",
        "matches",
        "is_set",
        "between",
        "within",
        "before",
        "like",
    ];
    const VALUES: &[&str] = &[
        "65",
        "-0.5",
        "1e308",
        "\"PT\"",
        "\"\"",
        "true",
        "[1, 5]",
        "[\"PT\", \"ES\"]",
        "\"7d\"",
        "2026-01-01",
        "[]",
        "{}",
    ];
    let leaf = (
        prop::sample::select(FIELDS),
        prop::option::of(prop::sample::select(OPERATORS)),
        prop::sample::select(VALUES),
    );
    let leaf = leaf.prop_map(|(field, operator, value)| match operator {
        Some(operator) => format!("{{ {field}.{operator} = {value} }}"),
        None => format!("{{ {field} = {value} }}"),
    });
    leaf.prop_recursive(4, 24, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3).prop_map(|parts| parts.join(", "));
        prop_oneof![
            (prop::sample::select(&["all", "any"][..]), list)
                .prop_map(|(word, parts)| format!("{{ {word} = [{parts}] }}")),
            inner.prop_map(|inner| format!("{{ not = {inner} }}")),
        ]
    })
}

#[test]
fn text_that_nests_or_repeats_without_end_is_sound() {
    let deep = 20_000;
    for text in [
        format!("a = {}", "[".repeat(deep)),
        format!("a = {}1{}", "[".repeat(deep), "]".repeat(deep)),
        format!("a = {}", "{ a = ".repeat(deep)),
        format!("[{}a]", "a.".repeat(deep)),
        format!("[[mql]]\nwhen = {{ {}x = 1 }}", "not.".repeat(deep)),
        format!("lists.x = [{}]", "\"a\",".repeat(deep)),
        format!("{LEAST}lists.x = [{}]", "\"a\",".repeat(deep)),
        "[[rep]]\n".repeat(500),
        "\u{feff}version = 1".to_owned(),
        "\0\u{1b}[2J".to_owned(),
        String::new(),
    ] {
        is_sound(&text);
    }
}
