//! `[crm.file]`: which files, and how they are written.

use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use super::kinds::{KINDS, Says, kinds};
use crate::model::Kind;
use crate::rules::KeyKind::{Special, Text, TextThat, Word};
use crate::rules::{Finding, Findings, Item, Reader, SourceDefaults, Table, TableSpec, key};

/// `[crm.file]`, with every path resolved.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) contacts: Source,
    pub(super) companies: Option<Source>,
    pub(super) activity: Option<Source>,
    /// How the activity is read.
    pub(super) activity_says: Says,
    /// The folder that updates and tasks are written to.
    pub(super) out: PathBuf,
    pub(super) account: String,
    /// By the definition, and not after the file.
    pub(super) is_named: bool,
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

    /// Where its columns are named; without a line, in every row.
    pub(super) fn header_place(&self, line: Option<u64>) -> String {
        line.map_or_else(|| self.name.clone(), |line| self.place(line))
    }

    /// A line of it, for people: `contacts.csv:17`.
    pub(super) fn place(&self, line: u64) -> String {
        format!("{}:{line}", self.name)
    }
}

/// The rows of the table.
pub(super) static KEYS: TableSpec = TableSpec::new(
    "[crm.file]",
    "Contacts from files: for a try-out, for exports, for a CRM without a connector.",
    &[
        key("contacts", Text, "A .csv or .jsonl file, beside the definition.").required(),
        key("companies", Text, "Joined by company_id, else by domain."),
        key("activity", Text, "What reps did: at, contact, by, kind, note."),
        key(
            "activity_kinds",
            Special(&KINDS),
            "What the activity file calls the kinds: { Anruf = \"call\" }.",
        ),
        key("out", Text, "The folder for tasks.jsonl and contacts.jsonl.").default("out"),
        key(
            "account",
            Text,
            "The account's name, part of every key; without it, the name of the contacts file.",
        ),
        key("record_url", TextThat(check_record_url), "A link to a contact with {id} in it."),
        key("timezone", Text, "Of times that name no zone, where a field does not say its own.")
            .default("UTC"),
        key("decimal", Word(&[(".", ""), (",", "")]), "What separates the fraction of a number.")
            .default("."),
        key("encoding", TextThat(check_encoding), "Such as \"windows-1252\"; without it, UTF-8."),
        key(
            "delimiter",
            TextThat(check_delimiter),
            "One character, or \"tab\"; without it, what the header uses most.",
        ),
    ],
);

impl Config {
    /// Reads the table; `folder` is where `rules.toml` lies. `None` when it is unusable, with findings that say why.
    pub(super) fn read(table: &Table, folder: &Path, findings: &mut Findings) -> Option<Self> {
        let reader = Reader::new(table, &KEYS, findings);
        let encoding = reader.text("encoding").and_then(find_encoding);
        // Plain UTF-8 is read as it stands, so that a row that is not UTF-8 is seen and set aside.
        let encoding = encoding.filter(|encoding| *encoding != encoding_rs::UTF_8);
        let delimiter = reader.text("delimiter").and_then(find_delimiter);
        let source = |key: &'static str| {
            let name = reader.text(key)?;
            Some(Source { path: folder.join(name), name: name.to_owned(), key, encoding, delimiter })
        };
        let (contacts, companies, activity) = (source("contacts"), source("companies"), source("activity"));
        let out = folder.join(reader.text("out").unwrap_or_default());
        let account = reader.text("account").map(str::to_owned);
        let record_url = reader.text("record_url").map(str::to_owned);
        // A number of JSON is read as it is written, and `1.234` would be a thousand times as much.
        let is_json = [&contacts, &companies].into_iter().flatten().any(Source::is_json);
        if is_json && let Some(span) = reader.place("decimal").filter(|_| reader.text("decimal") == Some(","))
        {
            findings.add(Finding::error(
                "H005",
                span,
                "JSON writes numbers with a point: take `decimal` out, or give CSV files",
            ));
        }
        let kinds = kinds(reader.item("activity_kinds").and_then(Item::as_table));
        let contacts = contacts?;
        let file_name = contacts.path.file_name().unwrap_or(contacts.path.as_os_str());
        let is_named = account.is_some();
        let account = account.unwrap_or_else(|| file_name.to_string_lossy().into_owned());
        let times = SourceDefaults::read(table, &mut Findings::default()).reading("at", Kind::DateTime);
        let activity_says = Says { times, kinds };
        Some(Self { contacts, companies, activity, activity_says, out, account, is_named, record_url })
    }
}

fn find_encoding(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes())
}

fn check_encoding(label: &str) -> Result<(), &'static str> {
    let why = "must name an encoding such as \"utf-8\", \"windows-1252\" or \"utf-16le\"";
    find_encoding(label).map(drop).ok_or(why)
}

fn find_delimiter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        b"tab" => Some(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Some(*byte),
        _ => None,
    }
}

fn check_delimiter(text: &str) -> Result<(), &'static str> {
    let why = "must be one character such as \",\" or \";\", or \"tab\"";
    find_delimiter(text).map(drop).ok_or(why)
}

fn check_record_url(url: &str) -> Result<(), &'static str> {
    if url.contains("{id}") && url.starts_with("http") {
        return Ok(());
    }
    Err("must be a web address with {id} in it, such as \"https://crm.example/contacts/{id}\"")
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
