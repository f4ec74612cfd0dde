//! Whole definitions: the project's own, typical mistakes, every operator, and text that is no definition at all.

mod codes;
mod diff;
mod mistakes;
mod operators;
mod robustness;
mod whole;

use std::path::{Path, PathBuf};

use super::{
    Connection, Connectors, Finding, Findings, KeyKind, Reader, Rules, Source, TableSpec, key, load,
};
use crate::model::{STANDARD_FIELDS, Timestamp};

/// The moment every test is at.
fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

/// Every standard field is a property of its own name; the CRM `plain` has no page views.
fn default_property(kind: &str, field: &str) -> Option<&'static str> {
    let known = STANDARD_FIELDS.iter().find(|standard| standard.name == field)?;
    (kind != "plain" || field != "page_views").then_some(known.name)
}

fn check_crm(connection: &Connection, findings: &mut Findings) {
    static KEYS: TableSpec = TableSpec::new("", "", &[key("base_url", KeyKind::Text, "")]);
    Reader::called(&connection.table, &KEYS, &format!("[crm.{}]", connection.kind), findings);
}

fn check_chat(_: &Connection, _: &mut Findings) {}

const CONNECTORS: Connectors = Connectors {
    crm: &["hubspot", "plain"],
    chat: &["slack", "console"],
    default_property,
    check_crm,
    check_chat,
};

/// A text as `rules.toml` at the root of the project, beside the files that it names.
fn source(text: &str) -> Source {
    Source::of(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules.toml"), text)
}

pub(in crate::rules) fn load_text(text: &str) -> (Option<Rules>, Findings) {
    load(&source(text), &CONNECTORS, now())
}

/// The least definition that works.
const LEAST: &str = r#"version = 1
crm.plain = {}
fields.plan = "plan"
fields.seats = { property = "seats", type = "number" }
fields.trial_at = { property = "trial_at", type = "datetime" }
[[mql]]
name = "engaged"
when = { score.at_least = 65 }
[[rep]]
name = "Ana"
email = "ana@acme.example"
[[route]]
name = "All"
to = { rep = "ana@acme.example" }
"#;

/// Each finding on a line: code, the marked source, the message, the way out.
fn shown(text: &str) -> String {
    let (_, findings) = load_text(text);
    let line = |finding: &Finding| {
        let marked = finding.span.clone().map_or("", |span| &text[span]);
        let help = finding.help.as_deref().map(|help| format!(" [{help}]"));
        format!(
            "{} {}: {marked:?}: {}{}\n",
            finding.code,
            finding.severity.name(),
            finding.message,
            help.unwrap_or_default()
        )
    };
    let lines: String = findings.as_slice().iter().map(line).collect();
    lines.replace(env!("CARGO_MANIFEST_DIR"), "…")
}

/// The findings of the least definition with one more part.
fn with(more: &str) -> String {
    shown(&format!("{LEAST}{more}"))
}

/// The findings of the least definition with another condition.
fn when(condition: &str) -> String {
    shown(&LEAST.replace("score.at_least = 65", condition))
}

/// A definition in a folder of its own, with other files.
fn in_folder(text: &str, files: &[(&str, &[u8])]) -> (tempfile::TempDir, Source) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let path: PathBuf = folder.path().join("rules.toml");
    let source = Source::of(path, text);
    (folder, source)
}
