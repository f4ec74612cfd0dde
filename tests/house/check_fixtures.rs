//! Definitions with mistakes, each beside what `handoff check` says of it; and definitions in which it finds nothing.
//!
//! `HANDOFF_BLESS=1 cargo test --test house check_fixtures` writes the expectations anew. Read the difference before it is
//! committed: somebody will read these texts in trouble.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Files given to one process: enough to be quick, few enough for any command line.
const FILES_AT_ONCE: usize = 64;

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check").join(kind)
}

/// The definitions of a folder, by name.
fn definitions(kind: &str) -> Vec<String> {
    let entries = fs::read_dir(folder(kind)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_definition =
        |name: &String| Path::new(name).extension().is_some_and(|extension| extension == "toml");
    let mut names: Vec<String> = names.filter(is_definition).collect();
    names.sort();
    names
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoff"));
    command.arg("check").args(["--at", "2026-11-23T10:00:00Z"]).args(arguments);
    command.current_dir(folder).env_remove("HANDOFF_NOW").stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What is said of each file, in the order of the files.
fn said_of_each(kind: &str, files: &[String]) -> BTreeMap<String, String> {
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for files in files.chunks(FILES_AT_ONCE) {
        let names: Vec<&str> = files.iter().map(String::as_str).collect();
        let output = check(&folder(kind), &names);
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = stdout(&output);
        for finding in text.split("\n\n").filter(|finding| !finding.is_empty()) {
            let (_, place) = finding.split_once("--> ").unwrap_or_else(|| panic!("no place: {finding}"));
            let file = place.split([':', '\n']).next().unwrap();
            let said = said.entry(file.to_owned()).or_default();
            said.push_str(finding.trim_end());
            said.push_str("\n\n");
        }
    }
    said
}

#[test]
fn every_mistake_is_said_as_expected() {
    let files = definitions("invalid");
    assert!(files.len() >= 200, "{} definitions", files.len());
    let said = said_of_each("invalid", &files);
    let is_blessing = std::env::var_os("HANDOFF_BLESS").is_some();
    let mut wrong = Vec::new();
    for file in &files {
        let expected = folder("invalid").join(file).with_extension("out");
        let said = said.get(file).unwrap_or_else(|| panic!("nothing was found in {file}"));
        let said = format!("{}\n", said.trim_end());
        if is_blessing {
            fs::write(&expected, &said).unwrap();
        } else if fs::read_to_string(&expected).ok().as_ref() != Some(&said) {
            wrong.push(format!("{file} now says\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{} of {} differ", wrong.join("\n"), wrong.len(), files.len());
}

#[test]
fn every_expectation_belongs_to_a_definition() {
    let expectations = fs::read_dir(folder("invalid")).unwrap();
    let expectations = expectations.map(|entry| entry.unwrap().path());
    for path in expectations.filter(|path| path.extension().is_some_and(|extension| extension == "out")) {
        assert!(path.with_extension("toml").is_file(), "{}", path.display());
    }
}

#[test]
fn nothing_is_found_in_a_valid_definition() {
    let files = definitions("valid");
    assert!(files.len() >= 50, "{} definitions", files.len());
    assert_eq!(said_of_each("valid", &files), BTreeMap::new());
}

/// Every code but those of a CRM or a chat that is asked, and of a CRM that lacks a standard field.
#[test]
fn the_mistakes_reach_every_code() {
    let said: String = said_of_each("invalid", &definitions("invalid")).into_values().collect();
    let reached: BTreeSet<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("error[").or_else(|| line.strip_prefix("warning[")))
        .filter_map(|line| line.get(..4))
        .collect();
    let all: BTreeSet<&str> = handoff::rules::CODES.iter().map(|(code, _)| *code).collect();
    let missing: Vec<&&str> = all.difference(&reached).collect();
    assert_eq!(missing, [&"H011", &"H090", &"H091"]);
}
