//! A `rules.toml` cut at every byte: findings or a definition, never a panic; and a broken one never starts a run.

use std::path::Path;

use handoff::rules::{Connectors, Source, load};
use handoff::{chat, crm};

use crate::support::Place;
use crate::support::process::RUN;

fn connectors() -> Connectors {
    Connectors {
        crm: &crm::KINDS,
        chat: &chat::KINDS,
        default_property: crm::default_property,
        check_crm: crm::check_config,
        check_chat: chat::check_config,
    }
}

/// Loads every prefix of the project's file `name`.
fn cut_everywhere(name: &str) {
    let now = "2026-11-23T10:00:00Z".parse().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let whole = Source::read(&path).unwrap();
    assert!(load(&whole, &connectors(), now).0.is_some(), "{name} is broken");
    let mut broken = 0;
    for end in 0..whole.text.len() {
        // A cut within a character is no text and never gets here: `Source::read` refuses it.
        let Some(text) = whole.text.get(..end) else { continue };
        let source = Source::of(&path, text);
        let (rules, findings) = load(&source, &connectors(), now);
        assert_eq!(rules.is_none(), findings.has_errors(), "{name} cut at {end}");
        broken += usize::from(rules.is_none());
    }
    assert!(broken > whole.text.len() / 2, "{name}: only {broken} cuts were noticed");
}

#[test]
fn the_project_s_definition_cut_at_any_byte_is_a_definition_or_has_findings() {
    cut_everywhere("rules.toml");
}

#[test]
fn the_quickstart_s_definition_cut_at_any_byte_is_a_definition_or_has_findings() {
    cut_everywhere("examples/quickstart/rules.toml");
}

#[test]
fn a_definition_cut_short_never_starts_a_run() {
    let whole = Place::quickstart().bytes("rules.toml");
    // A prime, so that the cuts fall everywhere.
    for end in (0..whole.len()).step_by(397) {
        let place = Place::quickstart();
        place.write_bytes("rules.toml", &whole[..end]);
        let checked = place.handoff(&["check"]);
        assert!(checked.is_orderly(), "cut at {end}: {}", checked.all());
        let ran = place.handoff(RUN);
        assert!(ran.is_orderly(), "cut at {end}: {}", ran.all());
        if checked.all().contains("error[") {
            assert_eq!(ran.status, 2, "cut at {end}: {}", ran.all());
            assert!(!place.exists("handoff.db") && !place.exists("out"), "cut at {end}: something was done");
        }
    }
}

#[test]
fn a_definition_that_is_not_text_not_a_file_or_not_there_is_refused_by_name() {
    let place = Place::quickstart();
    place.write_bytes("rules.toml", b"version = 1\n# caf\xe9\n");
    let ran = place.handoff(RUN);
    assert_eq!(ran.status, 2, "{}", ran.all());
    assert!(ran.stderr.contains("rules.toml"), "{}", ran.stderr);
    for path in [".", "absent.toml", "contacts.csv/rules.toml"] {
        let ran = place.handoff(&["run", "--rules", path]);
        assert_eq!(ran.status, 2, "{}", ran.all());
        assert!(ran.stderr.contains(path), "{}", ran.stderr);
    }
    assert!(!place.exists("handoff.db"));
}
