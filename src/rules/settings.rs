//! The parts that need nothing else: the agreement, the connections, the limits, the monitor.

use chrono::NaiveDate;

use super::codes::{BAD_VALUE, MISSING, REVIEW_OVERDUE, UNKNOWN_CONNECTOR};
use super::definition::{Agreement, Connection, Limits};
use super::finding::{Finding, Findings};
use super::item::{Node, Table};
use super::reader::{Reader, format_duration, wrong_type};
use super::suggest::did_you_mean;
use crate::model::Timestamp;

/// The version of the language that this program reads.
const VERSION: i64 = 1;

pub(super) fn version(root: &mut Reader<'_>, findings: &mut Findings) {
    let Some(item) = root.item("version") else {
        root.missing("version", findings);
        return;
    };
    match item.node {
        Node::Integer(VERSION) => {}
        Node::Integer(other) => {
            let finding =
                Finding::error(BAD_VALUE, item.span.clone(), format!("version {other} is not known"));
            findings.add(finding.help(format!("this handoff reads version = {VERSION}")));
        }
        Node::Text(_)
        | Node::Float(_)
        | Node::Bool(_)
        | Node::Datetime(_)
        | Node::List(_)
        | Node::Table(_) => wrong_type("version", "a whole number", item, findings),
    }
}

/// `[definition]`; warns when the agreement is due for another look.
pub(super) fn agreement(root: &mut Reader<'_>, now: Timestamp, findings: &mut Findings) -> Agreement {
    let Some(table) = root.table("definition", findings) else {
        return Agreement::default();
    };
    let mut reader = Reader::new(table, "[definition]");
    let mut text = |key| reader.text(key, findings).map(str::to_owned);
    let (name, marketing, sales) = (text("name"), text("marketing"), text("sales"));
    let agreed_on = agreed_on(&mut reader, findings);
    let review_every = reader.duration("review_every", findings);
    let review = reader.item("review_every").map(|item| item.span.clone());
    if reader.item("agreed_on").is_none() && review.is_some() {
        reader.missing("agreed_on", findings);
    }
    reader.finish(findings);
    if let (Some(agreed_on), Some(every), Some(span)) = (agreed_on, review_every, review) {
        let due = agreed_on.checked_add_signed(every);
        if due.is_some_and(|due| due < now.date_naive()) {
            let message = format!(
                "the definition was agreed on {agreed_on} and is due for review every {}",
                format_duration(every)
            );
            let finding = Finding::warning(REVIEW_OVERDUE, span, message);
            findings.add(finding.help("look at it together, then set agreed_on to that day"));
        }
    }
    Agreement { name, marketing, sales, agreed_on, review_every }
}

fn agreed_on(reader: &mut Reader<'_>, findings: &mut Findings) -> Option<NaiveDate> {
    let item = reader.item("agreed_on")?;
    let date = match &item.node {
        Node::Datetime(text) | Node::Text(text) => text.trim().parse().ok(),
        Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::List(_) | Node::Table(_) => None,
    };
    if date.is_none() {
        wrong_type("agreed_on", "a day such as 2026-10-01", item, findings);
    }
    date
}

/// `[crm.KIND]` or `[chat.KIND]`: the one connector that is named, if it is known.
pub(super) fn connection(
    table: &Table,
    what: &str,
    known: &[&'static str],
    findings: &mut Findings,
) -> Option<Connection> {
    let Some((first, others)) = table.entries.split_first() else {
        let finding = Finding::error(MISSING, table.span.clone(), format!("[{what}] names no connector"));
        findings.add(finding.help(choices(what, known)));
        return None;
    };
    for other in others {
        let message = format!("both {what}.{} and {what}.{}: there can be only one", first.key, other.key);
        findings.error(BAD_VALUE, other.key_span.clone(), message);
    }
    if !known.contains(&first.key.as_str()) {
        let message = format!("no connector for {what} '{}'", first.key);
        let finding = Finding::error(UNKNOWN_CONNECTOR, first.key_span.clone(), message);
        findings.add(finding.help(did_you_mean(&first.key, known.iter().copied())));
        return None;
    }
    let Node::Table(settings) = &first.item.node else {
        wrong_type(&format!("{what}.{}", first.key), "a table", &first.item, findings);
        return None;
    };
    Some(Connection { kind: first.key.clone(), table: settings.clone() })
}

/// The connectors that `[crm.…]` or `[chat.…]` can name.
pub(super) fn choices(what: &str, known: &[&str]) -> String {
    let names: Vec<String> = known.iter().map(|kind| format!("[{what}.{kind}]")).collect();
    format!("write one of {}", names.join(", "))
}

pub(super) fn limits(root: &mut Reader<'_>, findings: &mut Findings) -> Limits {
    let default = Limits::default();
    let Some(table) = root.table("limits", findings) else {
        return default;
    };
    let mut reader = Reader::new(table, "[limits]");
    let limits = Limits {
        handoffs_per_run: reader.count("handoffs_per_run", 1, findings).unwrap_or(default.handoffs_per_run),
        handoffs_per_rep_per_run: reader.count("handoffs_per_rep_per_run", 1, findings),
    };
    reader.finish(findings);
    limits
}

/// `[monitor] heartbeat`.
pub(super) fn heartbeat(root: &mut Reader<'_>, findings: &mut Findings) -> Option<String> {
    let table = root.table("monitor", findings)?;
    let mut reader = Reader::new(table, "[monitor]");
    let url = reader.text("heartbeat", findings);
    let span = reader.item("heartbeat").map(|item| item.span.clone());
    reader.finish(findings);
    let url = url?;
    if !is_web_address(url) {
        let message = "`heartbeat` must be a web address that begins with https://";
        findings.error(BAD_VALUE, span?, message);
        return None;
    }
    Some(url.to_owned())
}

fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty()) && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}
