//! The reference of everything that can be written and met: keys, operators, standard fields, environment variables, exit
//! codes, findings. All of it follows from the tables that the program itself works by.

use crate::cli::EXIT_CODES;
use crate::model::STANDARD_FIELDS;
use crate::rules::{CODES, ConnectorTable, OPERATORS, TableSpec, definition_tables};

/// What the program reads from the environment whatever the connectors.
const VARIABLES: [(&str, &str); 3] = [
    (
        "HANDOFF_NOW",
        "The time of the run, for tests: a moment such as 2026-11-23T10:00:00Z. Refused unless every server is on this machine.",
    ),
    ("NO_COLOR", "Not empty: no colours on a terminal."),
    ("USER", "Who silences escalations, unless `silence --by` says so."),
];

/// What only the rooms of the connectors know.
pub(crate) struct Connectors {
    pub(crate) crm: Vec<ConnectorTable>,
    pub(crate) chat: Vec<ConnectorTable>,
    /// The property behind a standard field in a kind of CRM.
    pub(crate) default_property: fn(kind: &str, field: &str) -> Option<&'static str>,
}

/// The whole reference as Markdown.
pub(crate) fn reference(connectors: &Connectors) -> String {
    let mut page = vec![
        "# Reference\n\n\
        Every key of rules.toml, and all that goes with it. `handoff docs --reference` wrote this page.\n"
            .to_owned(),
    ];
    page.push("\n## Keys of rules.toml\n".to_owned());
    let mut outer = "";
    for spec in definition_tables() {
        let is_inner = spec.name.starts_with('`');
        let title = if is_inner { format!("{outer} {}", spec.name) } else { spec.name.to_owned() };
        outer = if is_inner { outer } else { spec.name };
        table(&mut page, &title, spec);
    }
    for (title, connectors) in [("CRMs", &connectors.crm), ("Chats", &connectors.chat)] {
        page.push(format!("\n## {title}\n"));
        for connector in connectors {
            table(&mut page, connector.keys.name, connector.keys);
        }
    }
    operators(&mut page);
    standard_fields(&mut page, connectors);
    let of_connectors = connectors.crm.iter().chain(&connectors.chat).flat_map(|table| table.variables);
    let variables =
        VARIABLES.iter().chain(of_connectors).map(|(name, doc)| vec![code(name), (*doc).to_owned()]);
    section(&mut page, "Environment variables", &["variable", "meaning"], variables);
    page.push(
        "\nA secret may also stand in a file: the variable with `_FILE` at the end of its name says which.\n"
            .to_owned(),
    );
    let codes = EXIT_CODES.iter().map(|(code, doc)| vec![code.to_string(), (*doc).to_owned()]);
    section(&mut page, "Exit codes", &["code", "meaning"], codes);
    let findings = CODES.iter().map(|(code, doc)| vec![(*code).to_owned(), (*doc).to_owned()]);
    section(&mut page, "Findings", &["code", "meaning"], findings);
    page.push("\n`handoff check --explain CODE` says more of one of them.\n".to_owned());
    page.concat()
}

fn table(page: &mut Vec<String>, title: &str, spec: &TableSpec) {
    page.push(format!("\n### {}\n\n{}\n", title, spec.doc));
    if !spec.keys.is_empty() {
        let rows = spec.keys.iter().map(|key| {
            let default = match (key.default, key.is_required) {
                (Some(default), _) => code(default),
                (None, true) => "required".to_owned(),
                (None, false) => String::new(),
            };
            vec![code(key.name), key.takes(), default, key.since.to_owned(), key.doc.to_owned()]
        });
        rows_of(page, &["key", "takes", "default", "since", "meaning"], rows);
    }
    let sentences: Vec<String> = spec.relations.iter().map(crate::rules::Relation::sentence).collect();
    if !sentences.is_empty() {
        page.push(format!("\n{}\n", sentences.join(" ")));
    }
}

fn operators(page: &mut Vec<String>) {
    page.push("\n## Conditions\n\nA condition is a table of fields with a value, or with operators; all of it must hold. \
         `all` and `any` take a list of conditions, `not` takes one. Fields of the company stand under `company`. Text \
         compares without case; a missing value makes every test false, save `is_set = false`.\n".to_owned());
    let rows = OPERATORS.iter().map(|operator| {
        let kinds: Vec<&str> = operator.takes.kinds().iter().map(|kind| kind.name()).collect();
        vec![
            code(operator.name),
            kinds.join(", "),
            operator.takes.words().to_owned(),
            operator.doc.to_owned(),
        ]
    });
    rows_of(page, &["operator", "for fields of type", "takes", "holds when"], rows);
    page.push("\nA span of time is a number and a unit, `90s`, `5m`, `8h`, `30d` or `2w`, or several in a row such as `1h30m`.\n".to_owned());
}

fn standard_fields(page: &mut Vec<String>, connectors: &Connectors) {
    let mut header = vec!["field".to_owned(), "type".to_owned()];
    header.extend(connectors.crm.iter().map(|crm| format!("crm.{}", crm.kind)));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rows = STANDARD_FIELDS.iter().map(|field| {
        let mut row = vec![code(field.name), field.kind.name().to_owned()];
        row.extend(connectors.crm.iter().map(|crm| {
            let property = (connectors.default_property)(crm.kind, field.name);
            property.map_or_else(|| "none: map it in [fields]".to_owned(), code)
        }));
        row
    });
    section(page, "Standard fields", &header, rows);
}

fn section(page: &mut Vec<String>, title: &str, header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    page.push(format!("\n## {title}\n"));
    rows_of(page, header, rows);
}

fn rows_of(page: &mut Vec<String>, header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    page.push(format!("\n| {} |\n|{}\n", header.join(" | "), " --- |".repeat(header.len())));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        page.push(format!("| {} |\n", cells.join(" | ")));
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
