//! What holds of every row.

use super::*;
use crate::rules::finding::Findings;
use crate::rules::item::Item;
use crate::rules::parse::parse;
use crate::rules::reader::{Reader, asked};
use crate::rules::tests::load_text;

fn rows() -> impl Iterator<Item = (&'static TableSpec, &'static Key)> {
    definition_tables().into_iter().flat_map(|spec| spec.keys.iter().map(move |key| (spec, key)))
}

/// The value that a default stands for, as the file would have it.
fn item(key: &Key, text: &str) -> Item {
    let quoted = format!("key = {text:?}");
    let is_bare = matches!(key.kind, Kind::Flag | Kind::Number | Kind::Positive | Kind::Count(_));
    let text = if is_bare { format!("key = {text}") } else { quoted };
    let table = parse(&text, &mut Findings::default()).unwrap();
    table.get("key").unwrap().item.clone()
}

/// What holds of the rows of every table, the definition's own and a connector's.
pub(crate) fn assert_sound(spec: &'static TableSpec) {
    for key in spec.keys {
        let place = format!("{} {}", spec.name, key.name);
        assert!(key.doc.ends_with('.'), "{place}: no sentence");
        assert_eq!(spec.keys.iter().filter(|other| other.name == key.name).count(), 1, "{place}");
        assert!(!key.since.is_empty(), "{place}");
        let Some(default) = key.default else { continue };
        let problem = problem(key, &item(key, default));
        assert!(problem.is_none(), "the default of {place}: {problem:?}");
        assert!(!key.is_required, "{place} is required and has a default");
    }
    for relation in spec.relations {
        let names: Vec<&str> = match *relation {
            Relation::Needs { keys, other, .. } => keys.iter().copied().chain([other]).collect(),
            Relation::NeedsWhere { key, other, .. } => vec![key, other],
            Relation::OnlyWhere { keys, key, .. } => keys.iter().copied().chain([key]).collect(),
            Relation::OneOf { keys, .. } => keys.to_vec(),
            Relation::NotEmpty(_) => Vec::new(),
        };
        for name in names {
            assert!(spec.key(name).is_some(), "{} has no `{name}`", spec.name);
        }
    }
}

/// How a source writes its values is read with `[fields]`, not by the connector.
const OF_VALUES: [&str; 2] = ["timezone", "decimal"];

/// That a connector has asked for each row of its table.
pub(crate) fn assert_read(spec: &'static TableSpec) {
    let names = spec.keys.iter().map(|key| key.name).filter(|name| !OF_VALUES.contains(name));
    let unread: Vec<&str> = names.filter(|name| !asked::was(spec, name)).collect();
    assert!(unread.is_empty(), "of {} nobody reads {unread:?}", spec.name);
}

#[test]
fn every_row_of_the_definition_is_sound() {
    definition_tables().into_iter().for_each(assert_sound);
    assert!(rows().filter(|(_, key)| key.default.is_some()).count() > 10);
}

/// With what the project's own definition does not have.
const MORE: &str = "
[[example]]
name = \"x\"
at = 2026-11-23
contact = {}
loads = { \"ana@acme.example\" = { open = 1 } }
expect = { verdict = \"qualified\" }
[[sla]]
name = \"x\"
respond_within = \"5m\"
step = [{ at = \"50%\", do = \"notify\", to = \"rep\" }]
";

#[test]
fn every_row_is_read() {
    load_text(&format!("{}{MORE}", include_str!("../../../rules.toml")));
    let unread: Vec<String> = rows()
        .filter(|(spec, key)| !asked::was(spec, key.name))
        .map(|(spec, key)| format!("{} {}", spec.name, key.name))
        .collect();
    // The version is nothing but checked.
    assert_eq!(unread, ["the definition version"]);
}

#[test]
fn a_key_without_a_row_is_unknown_and_is_not_read() {
    static SPEC: TableSpec = TableSpec::new("[x]", "", &[key("a", Kind::Text, "")]);
    let mut findings = Findings::default();
    let table = parse("a = \"1\"\nb = \"2\"", &mut findings).unwrap();
    let reader = Reader::new(&table, &SPEC, &mut findings);
    assert_eq!(reader.text("a"), Some("1"));
    assert_eq!(findings.as_slice()[0].message, "unknown key `b` in [x]");
    let unread = std::panic::catch_unwind(|| reader.text("b"));
    assert!(unread.is_err(), "a test that reads a key without a row fails");
}
