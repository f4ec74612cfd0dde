//! docs/reference.md is what the program says of itself, and the definitions that people start from offer only what there is.
//!
//! `BLESS=1 cargo test --test house reference` writes the page anew.

use std::fs;
use std::path::{Path, PathBuf};

use handoff::{chat, crm};

use super::support::bless::assert_holds;

fn reference() -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_handoff"))
        .args(["docs", "--reference"])
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Every file of a folder and of the folders in it.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The words of a text that begin so, as far as they are made of these characters.
fn words<'a>(text: &'a str, start: &'a str, goes_on: fn(char) -> bool) -> impl Iterator<Item = &'a str> {
    text.match_indices(start).map(move |(at, _)| {
        let word = &text[at..];
        let end = word[start.len()..].find(|c| !goes_on(c)).map_or(word.len(), |end| start.len() + end);
        &word[..end]
    })
}

#[test]
fn the_page_is_what_the_program_prints() {
    assert_holds("docs/reference.md", &reference());
}

#[test]
fn every_variable_that_the_source_names_is_in_the_page() {
    let page = reference();
    let mut sources = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let mut named = 0;
    for path in sources.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let source = fs::read_to_string(path).unwrap();
        for variable in words(&source, "\"HANDOFF_", |c| c.is_ascii_uppercase() || c == '_') {
            let variable = variable.trim_start_matches('"').trim_end_matches("_FILE");
            assert!(page.contains(&format!("`{variable}`")), "{}: {variable}", path.display());
            named += 1;
        }
    }
    assert!(named >= 6, "{named}");
}

#[test]
fn no_definition_offers_a_connector_that_does_not_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages =
        vec![root.join("rules.toml"), root.join("README.md"), root.join("src/commands/init/rules.toml")];
    files(&root.join("examples"), &mut pages);
    for path in pages {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (start, kinds) in
            [("[crm.", &crm::KINDS[..]), ("[chat.", &chat::KINDS[..]), (" crm.", &crm::KINDS[..])]
        {
            for word in words(&text, start, |c| c.is_ascii_alphanumeric() || c == '_') {
                let kind = word.strip_prefix(start).unwrap();
                let is_address = word.starts_with(' ') && kind == "example";
                assert!(kinds.contains(&kind) || is_address, "{} offers {word}", path.display());
            }
        }
    }
}
