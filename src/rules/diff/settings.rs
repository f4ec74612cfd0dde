//! The parts around the rules: which CRM and chat, limits, the monitor.

use std::collections::BTreeMap;

use super::{Notes, Rules, or_none};
use crate::rules::definition::Connection;
use crate::rules::item::{Node, Table};
use crate::rules::values::format_duration;
use crate::rules::words::one_lead_words;

/// `[crm.KIND]` and `[chat.KIND]`.
pub(super) fn connections(notes: &mut Notes<'_>) {
    let (old, new) = (notes.old, notes.new);
    connection(notes, "crm", Some(&old.crm), Some(&new.crm));
    connection(notes, "chat", old.chat.as_ref(), new.chat.as_ref());
}

fn connection(notes: &mut Notes<'_>, part: &'static str, old: Option<&Connection>, new: Option<&Connection>) {
    let kind = |connection: Option<&Connection>| or_none(connection.map(|connection| &connection.kind));
    if kind(old) != kind(new) {
        notes.say_values(part, part, &kind(old), &kind(new));
        return;
    }
    let settings = |connection: Option<&Connection>| {
        let mut settings = BTreeMap::new();
        if let Some(connection) = connection {
            flatten("", &connection.table, &mut settings);
        }
        settings
    };
    let (was, is) = (settings(old), settings(new));
    let keys: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    for key in keys {
        let subject = format!("{part} {}: {key}", kind(old));
        notes.say_values(part, &subject, &or_none(was.get(key)), &or_none(is.get(key)));
    }
}

/// Every setting by its dotted key.
fn flatten(prefix: &str, table: &Table, settings: &mut BTreeMap<String, String>) {
    for entry in &table.entries {
        let key = format!("{prefix}{}", entry.key);
        match &entry.item.node {
            Node::Table(table) => flatten(&format!("{key}."), table, settings),
            node @ (Node::Text(_)
            | Node::Integer(_)
            | Node::Float(_)
            | Node::Bool(_)
            | Node::Datetime(_)
            | Node::List(_)) => drop(settings.insert(key, shown(node))),
        }
    }
}

fn shown(node: &Node) -> String {
    match node {
        Node::Text(text) | Node::Datetime(text) => text.clone(),
        Node::Integer(number) => number.to_string(),
        Node::Float(number) => number.to_string(),
        Node::Bool(flag) => flag.to_string(),
        Node::List(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(&item.node)).collect();
            format!("[{}]", items.join(", "))
        }
        Node::Table(table) => {
            let mut settings = BTreeMap::new();
            flatten("", table, &mut settings);
            let settings: Vec<String> =
                settings.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
            format!("{{ {} }}", settings.join(", "))
        }
    }
}

/// `[limits]`, `[bursts]`, `[duplicates]` and `[monitor]`.
pub(super) fn limits(notes: &mut Notes<'_>) {
    let (old, new) = (notes.old, notes.new);
    for part in ["limits", "bursts", "duplicates", "monitor"] {
        notes.say_section(part, "");
    }
    let wait = |rules: &Rules| or_none(rules.bursts.map(format_duration));
    notes.say_values("bursts", "people of one company wait for each other:", &wait(old), &wait(new));
    let one_lead = |rules: &Rules| one_lead_words(rules.duplicates);
    notes.say_values("duplicates", "one lead:", &one_lead(old), &one_lead(new));
}
