//! What `handoff check` says of definitions with mistakes, word by word; and that it finds nothing in valid ones.
//! `BLESS=1 cargo test --test house check_fixtures` writes the findings anew. Read the difference before you commit it:
//! somebody will read these texts in trouble.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cases::{Case, files_in, read, root, write};
use crate::support::{MONDAY_10, Place, bless};

/// What is said of each case, by its name. One process checks them all.
fn findings(cases: &[Case]) -> BTreeMap<String, String> {
    let place = Place::new();
    for path in files_in("files") {
        std::fs::copy(&path, place.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    let names: Vec<String> = cases.iter().map(|case| format!("{}.toml", case.name)).collect();
    for (case, name) in cases.iter().zip(&names) {
        place.write(name, &case.definition);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoff"));
    command.args(["check", "--at", MONDAY_10]).args(&names);
    command.current_dir(place.path("")).env_remove("HANDOFF_NOW").stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut findings: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let text = String::from_utf8(output.stdout).unwrap();
    for finding in text.split("\n\n").map(str::trim_end).filter(|finding| !finding.is_empty()) {
        let (_, place) = finding.split_once("--> ").unwrap_or_else(|| panic!("no place: {finding}"));
        let (name, _) = place.split_once(".toml").unwrap();
        findings.entry(name.to_owned()).or_default().push(finding);
    }
    findings.into_iter().map(|(name, findings)| (name, findings.join("\n\n"))).collect()
}

fn invalid() -> Vec<(PathBuf, Vec<Case>)> {
    files_in("invalid").into_iter().map(|path| (path.clone(), read(&path))).collect()
}

fn valid() -> Vec<Case> {
    read(&root().join("valid.txt"))
}

#[test]
fn every_mistake_is_said_as_expected() {
    let mut wrong = Vec::new();
    for (path, cases) in invalid() {
        let mut found = findings(&cases);
        let now = cases.iter().map(|case| (case, found.remove(&case.name).unwrap_or_default()));
        let now: Vec<(&Case, String)> = now.collect();
        let valid = now.iter().find(|(_, findings)| findings.is_empty());
        assert!(valid.is_none(), "{}: no mistake in {}", path.display(), valid.unwrap().0.name);
        if bless::is_asked_for() {
            write(&path, &now);
            continue;
        }
        let differing = now.iter().filter(|(case, findings)| case.findings != *findings);
        wrong.extend(differing.map(|(case, findings)| told(&path, case, findings)));
    }
    assert!(wrong.is_empty(), "{}\n{} differ", wrong.join("\n"), wrong.len());
}

fn told(path: &Path, case: &Case, findings: &str) -> String {
    let file = path.file_name().unwrap().display();
    format!("{file}: {} was\n{}\nand is now\n{findings}\n", case.name, case.findings)
}

#[test]
fn no_mistake_is_left_out() {
    let cases: usize = invalid().iter().map(|(_, cases)| cases.len()).sum();
    assert!(cases >= 360, "{cases} definitions with mistakes");
    assert!(valid().len() >= 72, "{} without", valid().len());
}

#[test]
fn nothing_is_found_in_a_valid_definition() {
    assert_eq!(findings(&valid()), BTreeMap::new());
}

/// Every code but those of a CRM or a chat that is asked, and of a CRM that lacks a standard field.
#[test]
fn the_mistakes_reach_every_code() {
    let said: String = invalid().into_iter().flat_map(|(_, cases)| findings(&cases).into_values()).collect();
    let reached: BTreeSet<&str> = ["error[", "warning["]
        .iter()
        .flat_map(|level| said.split(level).skip(1))
        .filter_map(|finding| finding.get(..4))
        .collect();
    let all: BTreeSet<&str> = handoff::rules::CODES.iter().map(|(code, _)| *code).collect();
    let missing: Vec<&&str> = all.difference(&reached).collect();
    assert_eq!(missing, [&"H011", &"H090", &"H091"]);
}
