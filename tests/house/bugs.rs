//! Every deliberate bug of the source is one that the simulation has to find, and the other way round.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::faults::sources;

/// A bug that `trip` plants shows over one record; unit tests choose it.
const CALLS: [&str; 3] = ["mutant::is(", "mutant::swap(", "mutant::fail("];

#[test]
fn every_deliberate_bug_is_played() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).expect("a file")).collect();
    let planted = texts.iter().flat_map(|text| CALLS.iter().flat_map(|call| named(text, call)));
    let planted: BTreeSet<String> = planted.collect();
    let simulation = fs::read_to_string("tests/simulation/main.rs").expect("the simulation");
    let list = simulation.split_once("const MUTANTS").and_then(|(_, rest)| rest.split_once("];"));
    let played: BTreeSet<String> =
        list.expect("the list").0.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(planted.len() > 30, "{planted:?}");
    assert_eq!(planted, played);
}

/// The texts in quotes that follow each `call`.
fn named(text: &str, call: &str) -> Vec<String> {
    let after = text.split(call).skip(1);
    after
        .filter_map(|rest| Some(rest.trim_start().strip_prefix('"')?.split_once('"')?.0.to_owned()))
        .collect()
}
