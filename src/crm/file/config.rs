//! `[crm.file]`: which files, and how they are written.

use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use serde_json::{Value, json};

use crate::rules::{Findings, Item, Node, Reader, Table, schema};

/// `[crm.file]`, with every path resolved.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) contacts: Source,
    pub(super) companies: Option<Source>,
    pub(super) activity: Option<Source>,
    /// The folder that updates and tasks are written to.
    pub(super) out: PathBuf,
    pub(super) account: String,
    /// Has `{id}` in it.
    pub(super) record_url: Option<String>,
}

/// A file to read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// As `rules.toml` spells it; what findings and reasons call it.
    pub(super) name: String,
    /// The key in `[crm.file]` that names it.
    pub(super) key: &'static str,
    /// `None`: UTF-8, or what the byte order mark says.
    pub(super) encoding: Option<&'static Encoding>,
    /// `None`: whichever of comma, semicolon, tab and bar the header uses most.
    pub(super) delimiter: Option<u8>,
}

impl Source {
    /// One JSON object a line, rather than CSV.
    pub(super) fn is_json(&self) -> bool {
        let extension = self.path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| {
            extension.eq_ignore_ascii_case("jsonl") || extension.eq_ignore_ascii_case("ndjson")
        })
    }

    /// A line of it, for people: `contacts.csv:17`.
    pub(super) fn place(&self, line: u64) -> String {
        format!("{}:{line}", self.name)
    }
}

/// The JSON Schema of the table.
pub(super) fn schema() -> Value {
    schema::table(
        "Contacts from files: for a try-out, for exports, for a CRM without a connector.",
        &["contacts"],
        &json!({
            "contacts": schema::text("A .csv or .jsonl file, beside the definition."),
            "companies": schema::text("Joined by company_id, else by domain."),
            "activity": schema::text("What reps did: at, contact, by, kind, note."),
            "out": schema::text("The folder for tasks.jsonl and contacts.jsonl; by default out."),
            "account": schema::text("The account's name, part of every key; by default the name of the contacts file."),
            "record_url": schema::text("A link to a contact with {id} in it."),
            "encoding": schema::text("Such as \"windows-1252\"; by default UTF-8."),
            "delimiter": schema::text("One character, or \"tab\"; by default what the header uses most."),
        }),
    )
}

impl Config {
    /// Reads the table; `folder` is where `rules.toml` lies. `None` when it is unusable, with findings that say why.
    pub(super) fn read(table: &Table, folder: &Path, findings: &mut Findings) -> Option<Self> {
        let mut reader = Reader::new(table, "[crm.file]");
        let encoding = reader.item("encoding");
        let encoding = encoding.and_then(|item| read_encoding(item, findings));
        let delimiter = reader.item("delimiter");
        let delimiter = delimiter.and_then(|item| read_delimiter(item, findings));
        let source = |key, name: &str| Source {
            path: folder.join(name),
            name: name.to_owned(),
            key,
            encoding,
            delimiter,
        };
        let contacts = reader.required_text("contacts", findings);
        let contacts = contacts.map(|name| source("contacts", name));
        let companies = reader.text("companies", findings);
        let companies = companies.map(|name| source("companies", name));
        let activity = reader.text("activity", findings);
        let activity = activity.map(|name| source("activity", name));
        let out = folder.join(reader.text("out", findings).unwrap_or("out"));
        let account = reader.text("account", findings).map(str::to_owned);
        let record_url = reader.item("record_url");
        let record_url = record_url.and_then(|item| read_record_url(item, findings));
        reader.finish(findings);
        let contacts = contacts?;
        let file_name = contacts.path.file_name().unwrap_or(contacts.path.as_os_str());
        let account = account.unwrap_or_else(|| file_name.to_string_lossy().into_owned());
        Some(Self { contacts, companies, activity, out, account, record_url })
    }
}

fn read_encoding(item: &Item, findings: &mut Findings) -> Option<&'static Encoding> {
    let found = match &item.node {
        Node::Text(label) => Encoding::for_label_no_replacement(label.as_bytes()),
        Node::Integer(_)
        | Node::Float(_)
        | Node::Bool(_)
        | Node::Datetime(_)
        | Node::List(_)
        | Node::Table(_) => None,
    };
    if found.is_none() {
        let message = "`encoding` must name an encoding such as \"utf-8\", \"windows-1252\" or \"utf-16le\"";
        findings.error("H005", item.span.clone(), message);
    }
    // Plain UTF-8 is read as it stands, so that a row that is not UTF-8 is seen and set aside.
    found.filter(|encoding| *encoding != encoding_rs::UTF_8)
}

fn read_delimiter(item: &Item, findings: &mut Findings) -> Option<u8> {
    let found = match &item.node {
        Node::Text(text) => match text.as_bytes() {
            b"tab" => Some(b'\t'),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Some(*byte),
            _ => None,
        },
        Node::Integer(_)
        | Node::Float(_)
        | Node::Bool(_)
        | Node::Datetime(_)
        | Node::List(_)
        | Node::Table(_) => None,
    };
    if found.is_none() {
        let message = "`delimiter` must be one character such as \",\" or \";\", or \"tab\"";
        findings.error("H005", item.span.clone(), message);
    }
    found
}

fn read_record_url(item: &Item, findings: &mut Findings) -> Option<String> {
    match &item.node {
        Node::Text(url) if url.contains("{id}") && url.starts_with("http") => Some(url.clone()),
        Node::Text(_)
        | Node::Integer(_)
        | Node::Float(_)
        | Node::Bool(_)
        | Node::Datetime(_)
        | Node::List(_)
        | Node::Table(_) => {
            let message = "`record_url` must be a web address with {id} in it, such as \"https://crm.example/contacts/{id}\"";
            findings.error("H005", item.span.clone(), message);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::file::fixture::table;

    fn read(entries: &[(&str, &str)]) -> (Option<Config>, Vec<String>) {
        let mut findings = Findings::default();
        let config = Config::read(&table(entries), Path::new("rules"), &mut findings);
        let messages = findings.as_slice().iter().map(|finding| finding.message.clone());
        (config, messages.collect())
    }

    #[test]
    fn paths_are_relative_to_the_folder_of_the_rules() {
        let (config, messages) = read(&[("contacts", "data/contacts.csv"), ("activity", "/abs/a.jsonl")]);
        let config = config.unwrap();
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(config.contacts.path, Path::new("rules/data/contacts.csv"));
        assert_eq!(config.account, "contacts.csv");
        assert_eq!(config.out, Path::new("rules/out"));
        let activity = config.activity.unwrap();
        assert_eq!(activity.path, Path::new("/abs/a.jsonl"));
        assert!(activity.is_json());
    }

    #[test]
    fn every_mistake_is_found_at_once() {
        let (config, messages) = read(&[
            ("contcts", "contacts.csv"),
            ("encoding", "klingon"),
            ("delimiter", "::"),
            ("record_url", "https://crm.example/contacts"),
        ]);
        assert!(config.is_none());
        assert_eq!(messages.len(), 5, "{messages:#?}");
        assert!(messages.contains(&"[crm.file] needs `contacts`".to_owned()));
        assert!(messages.contains(&"unknown key `contcts` in [crm.file]".to_owned()));
    }
}
