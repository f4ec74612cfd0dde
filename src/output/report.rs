//! What a run did, for a terminal or as JSON. A run under cron that had nothing to complain about prints nothing.

use std::collections::HashSet;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Cell, Printable, Printer, table};
use crate::cli::{Format, Global};
use crate::handoff::report::{Acted, HandedOff, RunReport, Waiting};
use crate::model::{Untrusted, one_line};
use crate::store::Store;

/// Names of things that went wrong are listed up to here; `status` has the rest.
const LISTED_MAX: usize = 10;

/// Longest text from outside in one cell of a table.
const CELL_CHARS_MAX: usize = 240;

/// Longest summary of a write.
const SUMMARY_CHARS_MAX: usize = 160;

/// Prints a report where somebody will read it: on a terminal, when a format was asked for, or for a dry run.
///
/// `told`: what of the lasting troubles nobody was told yet.
pub(crate) fn print(
    report: &RunReport,
    told: Option<&[String]>,
    store: &Store,
    global: &Global,
    printer: &mut Printer,
) -> Result<()> {
    let is_wanted = global.format.is_some() || report.dry_run || printer.data_is_terminal();
    if is_wanted && !printer.is_quiet() {
        let text = match global.format {
            Some(Format::Json) => Printable::json(&as_json(report, store)?)?,
            Some(Format::Table | Format::Github | Format::Sarif | Format::Prometheus | Format::Csv)
            | None => as_text(report, store)?,
        };
        printer.data(&text);
    }
    for warning in &report.warnings {
        printer.warn(warning);
    }
    for note in &report.notes {
        printer.note(note);
    }
    let is_watched = is_wanted || printer.is_verbose() || printer.talk_is_terminal();
    complain(report, told.filter(|_| !is_watched), printer);
    Ok(())
}

/// What a person has to know of, on stderr. Under cron, what lasts is told as `told` says.
fn complain(report: &RunReport, told: Option<&[String]>, printer: &mut Printer) {
    match told {
        Some(told) => told.iter().for_each(|line| printer.error(line)),
        None => report.lasting().iter().for_each(|line| printer.error(line)),
    }
    for failure in report.failures().iter().skip(report.troubles().len()).take(LISTED_MAX) {
        printer.error(failure);
    }
    let unseen = report.delivered.unseen;
    if unseen > 0 {
        printer.warn(&format!(
            "not seen, though they may have been delivered: {unseen} writes; they are looked for once more before they are sent again"
        ));
    }
    let unclear = report.evaluated.map_or(0, |evaluated| evaluated.unclear);
    if unclear > 0 {
        printer.warn(&format!(
            "{unclear} contacts are held back: it is unclear whether they are disqualified, for a value cannot be read; `handoff status` lists them"
        ));
    }
    let baseline = report.evaluated.map_or(0, |evaluated| evaluated.baseline);
    if baseline > 0 {
        printer.warn(&format!(
            "{baseline} contacts already qualified at the first sync: counted, not handed off; `handoff evaluate --all` shows them, with --apply it hands them off"
        ));
    }
}

fn as_text(report: &RunReport, store: &Store) -> Result<Printable> {
    let mut parts = Vec::new();
    if !report.handed_off.is_empty() {
        let rows = report.handed_off.iter().map(handed_off);
        parts.push(table(&["Handed off", "To", "Due", "Why"], rows));
    }
    if !report.waiting.is_empty() {
        let mut said = HashSet::new();
        let rows = report.waiting.iter().map(|row| waiting(row, &mut said));
        parts.push(table(&["Waiting", "Tier", "Until", "Why"], rows));
    }
    parts.extend(acted("What happened", &report.outcomes));
    parts.extend(acted("Escalated", &report.escalated));
    if report.dry_run {
        parts.extend(planned(store)?);
    }
    parts.push(summary(report));
    Ok(Printable::laid_out(&parts.join("\n\n")))
}

fn handed_off(row: &HandedOff) -> [Cell; 4] {
    let others = row.together_with.len();
    let more = if others > 0 { format!(" and {others} more") } else { String::new() };
    let contact = format!("{}{more}", row.contact.for_terminal(CELL_CHARS_MAX));
    [
        Cell::stacked([contact, shown(row.company.as_ref())]),
        row.owner.clone().into(),
        row.due_local.clone().unwrap_or_else(|| "no SLA".to_owned()).into(),
        Cell::stacked([format!("{}: {}", row.tier, row.seen.join(", ")), row.why_owner.clone()]),
    ]
}

/// Often many wait for the same reps: why each of them was passed over is said once.
fn waiting(row: &Waiting, said: &mut HashSet<String>) -> [Cell; 4] {
    let passed = row.passed_over.iter().map(|passed| format!("{} {}", passed.rep, passed.reason));
    let passed = Some(passed.collect::<Vec<_>>().join("; ")).filter(|passed| said.insert(passed.clone()));
    let until = row.until.map(|until| until.format("%a %-d %b %H:%M UTC").to_string());
    [
        Cell::stacked([row.contact.for_terminal(CELL_CHARS_MAX), shown(row.company.as_ref())]),
        row.tier.clone().into(),
        until.unwrap_or_else(|| "a rep is free".to_owned()).into(),
        Cell::stacked([row.why.clone(), passed.unwrap_or_default()]),
    ]
}

fn shown(text: Option<&Untrusted>) -> String {
    text.map(|text| text.for_terminal(CELL_CHARS_MAX)).unwrap_or_default()
}

fn acted(title: &str, rows: &[Acted]) -> Option<String> {
    let cells = rows.iter().map(|row| {
        let shown = |text: &Untrusted| text.for_terminal(CELL_CHARS_MAX);
        [shown(&row.contact), row.what.clone(), shown(&row.detail)]
    });
    (!rows.is_empty()).then(|| table(&[title, "What", "Detail"], cells))
}

/// The writes that a dry run would have sent.
fn planned(store: &Store) -> Result<Option<String>> {
    let effects = store.read().planned_effects()?;
    let rows = effects.iter().map(|effect| {
        [effect.write.kind().name().to_owned(), effect.write.contact().to_owned(), effect.write.summary()]
    });
    Ok((!effects.is_empty()).then(|| table(&["Would write", "Contact", "What"], rows)))
}

/// The counts, a line a stage.
fn summary(report: &RunReport) -> String {
    let mut lines = Vec::new();
    if let Some(synced) = report.synced {
        let aside = some(synced.set_aside, "set aside as unreadable");
        let missed = synced.missed.map_or(String::new(), |missed| format!(", {missed} missed before"));
        lines
            .push(format!("{} contacts read, {} new or changed{missed}{aside}", synced.read, synced.changed));
    }
    if let Some(evaluated) = report.evaluated {
        let verdicts = format!(
            ": {} qualified, {} not yet, {} outside the ICP, {} disqualified{}{}{}",
            evaluated.qualified,
            evaluated.not_yet,
            evaluated.outside_icp,
            evaluated.disqualified,
            some(evaluated.unclear, "unclear"),
            some(evaluated.held, "held"),
            some(evaluated.linked, "linked as duplicates")
        );
        let verdicts = if evaluated.contacts > 0 { verdicts } else { String::new() };
        lines.push(format!("{} judged{verdicts}", evaluated.contacts));
    }
    let waiting = some(report.waiting.len(), "waiting");
    let acts = some(report.acts_set_aside, "acts of reps set aside as unreadable");
    let delivered = if report.dry_run {
        "; dry run, nothing was written".to_owned()
    } else {
        some(report.delivered.done + report.delivered.found, "writes delivered")
    };
    lines.push(format!("{} handed off{waiting}{acts}{delivered}", report.handed_off.len()));
    lines.join("\n")
}

fn some(count: usize, what: &str) -> String {
    if count > 0 { format!(", {count} {what}") } else { String::new() }
}

fn as_json(report: &RunReport, store: &Store) -> Result<Value> {
    let mut value = serde_json::to_value(report)?;
    let delivered = &report.delivered;
    if let Some(object) = value.as_object_mut() {
        object.insert(
            "delivered".to_owned(),
            json!({
                "done": delivered.done, "found": delivered.found, "unseen": delivered.unseen, "postponed": delivered.postponed,
                "failed": delivered.failed, "forbidden": delivered.forbidden, "unauthorized": delivered.unauthorized,
                "out_of_time": delivered.out_of_time,
            }),
        );
        if report.dry_run {
            let effects = store.read().planned_effects()?;
            let planned: Vec<Value> = effects
                .iter()
                .map(|effect| json!({ "key": effect.key, "kind": effect.write.kind().name(), "write": effect.write }))
                .collect();
            object.insert("would_write".to_owned(), Value::from(planned));
        }
    }
    Ok(value)
}

impl crate::model::Write {
    /// One clean line that says what the write does.
    pub(crate) fn summary(&self) -> String {
        let text = match self {
            Self::Update(update) => {
                let owner = update.owner.as_deref().map(|owner| format!("owner = {owner}"));
                let set = update.set.iter().map(|(property, value)| format!("{property} = {value}"));
                owner.into_iter().chain(set).collect::<Vec<_>>().join(", ")
            }
            Self::Task(task) => {
                format!(
                    "for {}, due {}: {}",
                    task.owner,
                    task.due.format("%Y-%m-%d %H:%M UTC"),
                    task.brief.title.for_terminal(SUMMARY_CHARS_MAX)
                )
            }
            Self::Message(message) => {
                let title = message.brief.title.for_terminal(SUMMARY_CHARS_MAX);
                format!("to {}: {title}", message.mention.email)
            }
            Self::Reply(reply) => reply.text.for_terminal(SUMMARY_CHARS_MAX),
            Self::Mark(mark) => mark.state.for_terminal(SUMMARY_CHARS_MAX),
        };
        one_line(&text, SUMMARY_CHARS_MAX)
    }
}
