//! The parts that need nothing else: the agreement, the connections, the limits, bursts, duplicates, the monitor.

use chrono::TimeDelta;

use super::codes::{BAD_VALUE, MISSING, REVIEW_OVERDUE, UNKNOWN_CONNECTOR};
use super::definition::{Agreement, Connection, Limits};
use super::finding::{Finding, Findings};
use super::item::{Node, Table};
use super::reader::Reader;
use super::suggest::did_you_mean;
use super::values::{format_duration, wrong_type};
use crate::model::{Mailboxes, Timestamp};

/// `[definition]`; warns when the agreement is due for another look.
pub(super) fn agreement(reader: Reader<'_>, now: Timestamp, findings: &mut Findings) -> Agreement {
    let text = |key| reader.text(key).map(str::to_owned);
    let agreement = Agreement {
        name: text("name"),
        marketing: text("marketing"),
        sales: text("sales"),
        agreed_on: reader.day("agreed_on"),
        review_every: reader.duration("review_every"),
    };
    if let (Some(agreed_on), Some(every)) = (agreement.agreed_on, agreement.review_every)
        && agreed_on.checked_add_signed(every).is_some_and(|due| due < now.date_naive())
    {
        let message = format!(
            "the definition was agreed on {agreed_on} and is due for review every {}",
            format_duration(every)
        );
        let span = reader.place("review_every").unwrap_or_default();
        let finding = Finding::warning(REVIEW_OVERDUE, span, message);
        findings.add(finding.help("look at it together, then set agreed_on to that day"));
    }
    agreement
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
        findings.add(wrong_type(&format!("{what}.{}", first.key), "a table", &first.item));
        return None;
    };
    Some(Connection { kind: first.key.clone(), table: settings.clone() })
}

/// The connectors that `[crm.…]` or `[chat.…]` can name.
pub(super) fn choices(what: &str, known: &[&str]) -> String {
    let names: Vec<String> = known.iter().map(|kind| format!("[{what}.{kind}]")).collect();
    format!("write one of {}", names.join(", "))
}

pub(super) fn limits(reader: Reader<'_>) -> Limits {
    Limits {
        handoffs_per_run: reader.count("handoffs_per_run").unwrap_or(u32::MAX),
        handoffs_per_rep_per_run: reader.count("handoffs_per_rep_per_run"),
    }
}

/// `[bursts]`: how long the first of a company waits for others; `None`: everybody goes alone. A part of its own and no key
/// of a route: the company has to be together before a route can be chosen for it.
pub(super) fn bursts(reader: Reader<'_>) -> Option<TimeDelta> {
    reader.text("group_by")?;
    reader.duration("group_wait")
}

/// `[duplicates]`: by default one e-mail, whatever its case, is one lead. `None`: every record is a lead of its own.
pub(super) fn duplicates(reader: Reader<'_>) -> Option<Mailboxes> {
    let is_on = |key| reader.flag(key).unwrap_or_default();
    let mailboxes = Mailboxes { plus_tags: is_on("plus_tags"), gmail_dots: is_on("gmail_dots") };
    is_on("email").then_some(mailboxes)
}

/// `[monitor] heartbeat`.
pub(super) fn heartbeat(reader: Reader<'_>) -> Option<String> {
    reader.text("heartbeat").map(str::to_owned)
}
