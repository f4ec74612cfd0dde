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
//! Its tables come first, and the base adds the tables that the case does not have; so a line of the case is the same line
//! of the definition, which begins at the `###`. A case with keys of its own before the first table states its own version,
//! and `# without rep` leaves the base's reps out. After `---` stands what `handoff check` prints.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What a case without it is given.
const BASE: &str = include_str!("../check/base.toml");

const HEADING: &str = "### ";
const FINDINGS: &str = "---\n";
const WITHOUT: &str = "# without ";

/// The keys before the first table.
const TOP: &str = "version";

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
        definition: complete(changes),
        findings: findings.trim_end().to_owned(),
        written,
    }
}

/// The changes with what the base has and they have not.
fn complete(changes: &str) -> String {
    let without = changes.lines().find_map(|line| line.strip_prefix(WITHOUT)).unwrap_or_default();
    let tables = tables(changes);
    let given: BTreeSet<&str> = tables.iter().map(|(name, _)| *name).chain(without.split(", ")).collect();
    let (version, base) = BASE.split_once('\n').unwrap();
    let first_line = if given.contains(TOP) { "#" } else { version };
    let rest = self::tables(base).into_iter().filter(|(name, _)| !given.contains(name));
    let rest: Vec<&str> = rest.map(|(_, text)| text).collect();
    format!("{first_line}\n{changes}\n{}", rest.concat())
}

/// The tables with their names up to the first dot; before them the keys at the top, when there are some.
fn tables(text: &str) -> Vec<(&str, &str)> {
    let mut starts: Vec<usize> = text.match_indices('[').map(|(at, _)| at).collect();
    starts.retain(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n');
    let top = &text[..starts.first().copied().unwrap_or(text.len())];
    let has_keys = top.lines().any(|line| !line.is_empty() && !line.starts_with('#'));
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let tables = starts.iter().zip(ends).map(|(start, end)| {
        let table = &text[*start..end];
        let name = table.trim_start_matches('[');
        (&name[..name.find(['.', ']', '\n']).unwrap_or(name.len())], table)
    });
    has_keys.then_some((TOP, top)).into_iter().chain(tables).collect()
}
