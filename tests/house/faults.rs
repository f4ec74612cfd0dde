//! FAULTS.md, SECURITY.md and CASES.md name tests that exist, leave out no number, and say of each how it stands.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

struct Row {
    number: String,
    tests: Vec<String>,
    /// The deliberate bugs on which the tests were seen to fail, where the table has a column for them.
    bugs: Option<String>,
    verdict: String,
}

fn rows(name: &str) -> Vec<Row> {
    let text = fs::read_to_string(Path::new(ROOT).join("tests").join(name)).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let rows = cells.filter(|cells| cells[0].contains(|c: char| c.is_ascii_digit()));
    rows.map(|cells| {
        let (number, tests, bugs, verdict) = match cells[..] {
            [number, _, tests, verdict] => (number, tests, None, verdict),
            [number, _, tests, bugs, verdict] => (number, tests, Some(bugs.to_owned()), verdict),
            _ => panic!("{name}: {cells:?}"),
        };
        let tests = tests.split_whitespace().map(|test| test.trim_matches('`').to_owned()).collect();
        Row { number: number.to_owned(), tests, bugs, verdict: verdict.to_owned() }
    })
    .collect()
}

pub(crate) fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The name of every test, whether of the test harness or of proptest.
fn tests() -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        sources(&Path::new(ROOT).join(folder), &mut files);
    }
    let mut names = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        for part in text.split("#[test]").skip(1) {
            let name = part.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
            names.extend(name.map(str::to_owned));
        }
    }
    names
}

fn check(name: &str, numbers: &[String]) {
    let known = tests();
    let rows = rows(name);
    let found: Vec<&String> = rows.iter().map(|row| &row.number).collect();
    assert_eq!(found, numbers.iter().collect::<Vec<_>>(), "{name}");
    for Row { number, tests, bugs, verdict } in &rows {
        for test in tests {
            assert!(known.contains(test), "{name}: {number} names {test}, which is no test");
        }
        let says = ["holds", "in part: ", "not built: "].iter().any(|begin| verdict.starts_with(begin));
        assert!(says, "{name}: {number} says '{verdict}'");
        assert!(!tests.is_empty() || !verdict.starts_with("holds"), "{name}: {number} holds by no test");
        let is_seen = bugs.as_ref().is_none_or(|bugs| tests.is_empty() == bugs.is_empty());
        assert!(is_seen, "{name}: {number} says of no deliberate bug that its tests fail on it");
    }
}

#[test]
fn every_fault_has_its_tests_or_says_why_not() {
    check("FAULTS.md", &(1..=68).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(
        rows("FAULTS.md").iter().all(|row| row.bugs.is_some()),
        "FAULTS.md has a column for deliberate bugs"
    );
}

#[test]
fn every_rule_of_security_has_its_tests_or_says_why_not() {
    let secrets = (1..=11).map(|n| format!("S{n}"));
    check("SECURITY.md", &secrets.chain((1..=14).map(|n| format!("T{n}"))).collect::<Vec<_>>());
}

#[test]
fn every_case_of_hubspot_and_slack_has_its_tests_or_says_why_not() {
    let of_hubspot = (1..=27).map(|n| format!("H{n}"));
    check("CASES.md", &of_hubspot.chain((1..=25).map(|n| format!("S{n}"))).collect::<Vec<_>>());
}
