//! A definition for contacts that are there: which column is which field, and how it is read, as far as the file shows it.

use std::collections::BTreeMap;
use std::iter;
use std::path::Path;

use anyhow::Result;

use super::RULES;
use crate::commands::Time;
use crate::commands::fields::survey;
use crate::crm;
use crate::history::History;
use crate::pipeline::connectors;
use crate::rules::{Source, load};

/// A definition, and what it leaves to whoever reads it.
pub(super) struct Begun {
    pub(super) text: String,
    pub(super) notes: Vec<String>,
}

/// What the definition says of a file.
struct Says<'a> {
    file: &'a str,
    /// Lines of `[crm.file]`.
    source: Vec<String>,
    /// Lines of `[fields]`, by the field.
    fields: BTreeMap<String, String>,
}

/// Begins a definition for the contacts in a file of the folder. What it proposes was tried on every row.
pub(super) fn begin(folder: &Path, file: &str, time: Time) -> Result<Begun> {
    let mapped = crm::fields_in(&folder.join(file))?.into_iter();
    let line = |(field, column): (&str, String)| {
        (field.to_owned(), format!("{field} = {}", serde_json::Value::from(column)))
    };
    let mut says = Says { file, source: Vec::new(), fields: mapped.map(line).collect() };
    let mut notes = Vec::new();
    for is_last in [false, true] {
        let text = says.definition();
        let source = Source::of(folder.join("rules.toml"), text);
        let (Some(rules), _) = load(&source, &connectors(), time.now) else { break };
        let report = match survey(&mut History::of_crm(&rules)?, &rules, &source.text, time.now) {
            Ok(report) => report,
            Err(error) => {
                notes.push(format!("{error:#}"));
                break;
            }
        };
        for attention in report.attention {
            match (attention.table, attention.write.as_slice()) {
                (Some(table), [line]) if !is_last && !line.contains('…') => says.add(table, line),
                (_, lines) if is_last => {
                    notes.push(attention.text);
                    notes.extend(lines.iter().map(|line| format!("  {line}")));
                }
                _ => {}
            }
        }
    }
    Ok(Begun { text: says.definition(), notes })
}

impl Says<'_> {
    fn add(&mut self, table: &str, line: &str) {
        let field = line.split_once(" = ").map_or(line, |(field, _)| field);
        if table == "[fields]" {
            self.fields.insert(field.to_owned(), line.to_owned());
        } else {
            self.source.push(line.to_owned());
        }
    }

    /// The definition that `init` writes, of which only that stays for which there is a column.
    fn definition(&self) -> String {
        let needs = [
            ("opted_out = true", "opted_out"),
            ("email_domain.in_list", "email"),
            ("free_mail = ", "email"),
            ("company.employees.at_least", "company.employees"),
            ("score = 70", "score"),
            ("score = 70", "company.employees"),
            ("score = 70", "email"),
        ];
        let is_lacking = |(words, field): &(&str, &str), block: &str| {
            block.contains(words) && !self.fields.contains_key(*field)
        };
        let blocks = RULES.split("\n\n").filter(|block| !needs.iter().any(|need| is_lacking(need, block)));
        let mut text = blocks.collect::<Vec<_>>().join("\n\n");
        let file = serde_json::Value::from(self.file);
        let source = iter::once(format!("contacts = {file}")).chain(self.source.iter().cloned());
        text = text.replace("contacts = \"contacts.csv\"", &source.collect::<Vec<_>>().join("\n"));
        if !self.fields.contains_key("score") {
            text = text.replace("{ score.at_least = 65 }", "{ id.is_set = true }  # say who is one");
        }
        let fields = self.fields.values().map(String::as_str).collect::<Vec<_>>().join("\n");
        let fields =
            format!("[fields]                           # field = column of the file\n{fields}\n\n[[mql]]");
        text.replacen("[[mql]]", &fields, 1)
    }
}
