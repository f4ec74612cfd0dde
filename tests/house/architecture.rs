//! What ARCHITECTURE.md says of the rooms in `src/` is so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::circles::{Files, circles};

const PURE: [&str; 10] =
    ["model", "rules", "qualify", "assign", "sla", "examples", "stats", "backtest", "tune", "survey"];

/// Clocks, the environment, the network and the database.
const IMPURE: [&str; 8] =
    ["Utc::now", "Local::now", "SystemTime", "Instant::now", "std::env", "std::net", "reqwest", "rusqlite"];

const SQL: [&str; 6] = ["rusqlite", "SELECT ", "INSERT ", "UPDATE ", "DELETE FROM", "PRAGMA "];

const VENDORS: [&str; 4] = ["hubspot", "salesforce", "odoo", "slack"];

/// Ways out of the program that are not the printer's.
const STREAMS: [&str; 7] = ["stdout(", "stderr(", "println!", "print!(", "dbg!(", "/dev/", "indicatif"];

/// The printer cleans what it prints, the console chat what it shows; a crash and a progress bar hold no text from outside.
const PRINTING: [&str; 4] = ["output/printer.rs", "output/crash.rs", "output/progress.rs", "chat/console.rs"];

/// More than one job by then.
const LINES_MAX: usize = 350;

/// Circles of files, each with its reason.
const CIRCLES: [(&str, &[&str]); 0] = [];

/// A source file without its comments and its tests.
struct Source {
    path: String,
    room: String,
    code: String,
    lines: usize,
    is_test: bool,
}

#[test]
fn every_room_knows_exactly_the_rooms_that_the_page_says() {
    let drawn = rooms_of_the_page();
    let mut found: BTreeMap<String, BTreeSet<String>> =
        drawn.iter().map(|(room, _)| (room.clone(), BTreeSet::new())).collect();
    for source in sources().iter().filter(|source| !source.is_test && source.room != "lib") {
        let known = found.get_mut(&source.room);
        let known = known.unwrap_or_else(|| panic!("ARCHITECTURE.md has no room {}", source.room));
        let named = source.code.split("crate::").skip(1).flat_map(named);
        known.extend(named.filter(|name| *name != source.room && drawn.iter().any(|(room, _)| room == name)));
    }
    let drawn: BTreeMap<String, BTreeSet<String>> = drawn.into_iter().collect();
    assert_eq!(found, drawn, "left: the source; right: ARCHITECTURE.md");
}

#[test]
fn arrows_point_one_way() {
    let mut above = BTreeSet::new();
    for (room, known) in rooms_of_the_page() {
        let below: Vec<_> = known.difference(&above).collect();
        assert!(below.is_empty(), "{room} knows {below:?}, which are not above it in ARCHITECTURE.md");
        above.insert(room);
    }
}

#[test]
fn the_pure_rooms_know_no_clock_no_network_and_no_database() {
    for room in PURE {
        refuse(&IMPURE, |source| source.room == room && !source.is_test);
    }
}

#[test]
fn sql_stays_in_the_store() {
    refuse(&SQL, |source| source.room != "store" && !source.is_test);
}

#[test]
fn a_vendor_is_named_only_by_its_connector() {
    let is_elsewhere = |source: &Source| !["crm", "chat"].contains(&source.room.as_str());
    refuse(&VENDORS, |source| is_elsewhere(source) && !source.is_test);
}

#[test]
fn nothing_is_printed_past_the_printer() {
    refuse(&STREAMS, |source| !PRINTING.contains(&source.path.as_str()) && !source.is_test);
    let printing = sources().into_iter().filter(|source| PRINTING.contains(&source.path.as_str()));
    assert_eq!(printing.count(), PRINTING.len(), "a file that may print has moved");
}

#[test]
fn every_file_has_one_job() {
    let sources = sources();
    let long: Vec<_> = sources.iter().filter(|source| source.lines > LINES_MAX).collect();
    let told: Vec<String> = long.iter().map(|source| format!("{}: {}", source.path, source.lines)).collect();
    assert!(told.is_empty(), "longer than {LINES_MAX} lines: {told:?}");
    assert!(sources.len() > 100, "only {} files were found", sources.len());
}

/// `cargo test --test house circle -- --nocapture` shows the rooms as they are.
#[test]
fn files_use_each_other_in_no_circle_but_these() {
    let sources: Vec<Source> = sources().into_iter().filter(|source| !source.is_test).collect();
    show_rooms(&sources);
    let files = Files::read(sources.iter().map(|source| (source.path.as_str(), source.code.as_str())));
    let found = circles(&files.uses());
    for circle in &found {
        println!("circle: {}", circle.iter().copied().collect::<Vec<_>>().join(" "));
    }
    let is_within =
        |circle: &BTreeSet<&str>, listed: &[&str]| circle.iter().all(|file| listed.contains(file));
    for circle in &found {
        let is_listed = CIRCLES.iter().any(|(_, listed)| is_within(circle, listed));
        assert!(is_listed, "a new circle: {circle:?}; move what they share to a file of its own");
    }
    for (_, listed) in CIRCLES {
        assert!(
            found.iter().any(|circle| is_within(circle, listed)),
            "no circle any more, well done: {listed:?}"
        );
    }
}

fn show_rooms(sources: &[Source]) {
    let mut rooms: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for source in sources {
        let (files, lines) = rooms.entry(&source.room).or_default();
        *files += 1;
        *lines += source.lines;
    }
    for (room, known) in rooms_of_the_page() {
        let (files, lines) = rooms.get(room.as_str()).copied().unwrap_or_default();
        let known = known.into_iter().collect::<Vec<_>>().join(" ");
        println!("{room}: {lines} lines in {files} files, knows {known}");
    }
}

fn refuse(words: &[&str], concerned: impl Fn(&Source) -> bool) {
    for source in sources().iter().filter(|source| concerned(source)) {
        let code = if words == VENDORS { source.code.to_lowercase() } else { source.code.clone() };
        let found: Vec<_> = words.iter().filter(|word| code.contains(**word)).collect();
        assert!(found.is_empty(), "{} has {found:?}", source.path);
    }
}

/// The rooms in the order of the page, each with those it may know.
fn rooms_of_the_page() -> Vec<(String, BTreeSet<String>)> {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, block) = page.split_once("```rooms\n").expect("a block of rooms");
    let (block, _) = block.split_once("```").expect("its end");
    let room = |line: &str| {
        let (room, known) = line.split_once("->").expect("an arrow in each line");
        (room.trim().to_owned(), known.split_whitespace().map(str::to_owned).collect())
    };
    block.lines().map(room).collect()
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join("src"), &mut paths);
    paths.into_iter().filter(|path| !path.ends_with("main.rs")).map(|path| read(&path)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn read(path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap();
    let path = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().to_owned();
    let room = path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
    let is_test = ["tests", "fixture", "testing"].iter().any(|part| path.contains(part));
    // A module of tests inside the file is its end; one that is only named is a file of its own.
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code = code.lines().filter(is_code).collect::<Vec<_>>().join("\n");
    Source { path, room, code, lines: text.lines().count(), is_test }
}

/// `chat` of `chat::Chat`; `chat` and `crm` of `{chat, crm};`.
fn named(after_crate: &str) -> Vec<String> {
    let word = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    match after_crate.strip_prefix('{').and_then(|group| group.split_once("};")) {
        Some((group, _)) => group.split(',').map(word).collect(),
        None => vec![word(after_crate)],
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
