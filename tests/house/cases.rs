//! The definitions in `tests/check`. A case says only in what it differs from `base.toml`:
//!
//! ```text
//! ### no_members: A team with an empty list of members.
//! [[team]]
//! name = "inbound"
//! members = []
//! ---
//! error[H005]: a team needs at least one member
//!  --> no_members.toml:4:11
//! ```
//!
//! `support/definition.rs` makes a whole definition of it, in which the `###` is line 1. After `---` stands what
//! `handoff check` prints.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::definition::over;

pub(crate) const BASE: &str = include_str!("../check/base.toml");

const HEADING: &str = "### ";
const FINDINGS: &str = "---\n";

pub(crate) struct Case {
    pub(crate) name: String,
    /// The whole definition.
    pub(crate) definition: String,
    /// What is found in it; nothing in a valid one.
    pub(crate) findings: String,
    /// The case as it is written, up to its findings.
    written: String,
}

/// Every file of cases in a folder.
pub(crate) fn files_in(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check")
}

pub(crate) fn read(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap();
    let cases =
        text.strip_prefix(HEADING).unwrap_or_else(|| panic!("{} begins with no case", path.display()));
    let cases: Vec<Case> = cases.split(&format!("\n{HEADING}")).map(parse).collect();
    let names: BTreeSet<&String> = cases.iter().map(|case| &case.name).collect();
    assert_eq!(names.len(), cases.len(), "{}: a name is there twice", path.display());
    cases
}

/// Writes the cases back with other findings.
pub(crate) fn write(path: &Path, cases: &[(&Case, String)]) {
    let case =
        |(case, findings): &(&Case, String)| format!("{HEADING}{}{FINDINGS}{findings}\n", case.written);
    fs::write(path, cases.iter().map(case).collect::<Vec<_>>().join("\n")).unwrap();
}

fn parse(case: &str) -> Case {
    let (written, findings) = match case.split_once(&format!("\n{FINDINGS}")) {
        Some((written, findings)) => (format!("{written}\n"), findings),
        None => (format!("{}\n", case.trim_end()), ""),
    };
    let (name, _) = written.split_once(": ").unwrap_or_else(|| panic!("no name and sentence: {written}"));
    let (_, changes) = written.split_once('\n').unwrap();
    Case {
        name: name.to_owned(),
        definition: over(BASE, changes),
        findings: findings.trim_end().to_owned(),
        written,
    }
}
