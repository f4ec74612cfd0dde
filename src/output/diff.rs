//! What changed in meaning, for people and for programs.

use serde_json::{Value, json};

use super::{Printable, table};
use crate::model::one_line;
use crate::qualify::Moves;
use crate::rules::Diff;

/// Names come from the files; nobody reads more than this in one sentence.
const SENTENCE_CHARS_MAX: usize = 400;

/// How many stored contacts a difference moves.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) contacts: u64,
    pub(crate) qualified_before: u64,
    pub(crate) qualified_after: u64,
    pub(crate) all: Moves,
    /// One for each change; `None`: it does not touch who qualifies.
    pub(crate) alone: Vec<Option<Moves>>,
}

/// One sentence a line; with counts, a table of them and the sum of it all.
pub(crate) fn text(diff: &Diff, counted: Option<&Counted>) -> Printable {
    if diff.changes.is_empty() {
        return Printable::line("no change in meaning");
    }
    let sentences = diff.changes.iter().map(|change| one_line(&change.text, SENTENCE_CHARS_MAX));
    let Some(counted) = counted else {
        return Printable::lines(sentences);
    };
    let rows = sentences.zip(&counted.alone).map(|(sentence, alone)| {
        let cell = |number: fn(&Moves) -> u64| alone.as_ref().map(number).map_or_else(String::new, shown);
        vec![
            sentence,
            cell(|moves| moves.newly_in),
            cell(|moves| moves.newly_out),
            cell(|moves| moves.moved_tier),
        ]
    });
    let all = &counted.all;
    let sum =
        ["all of it together".to_owned(), shown(all.newly_in), shown(all.newly_out), shown(all.moved_tier)];
    let moves = table(&["change, alone", "in", "out", "other tier"], rows.chain([sum.to_vec()]));
    let mut lines = vec![String::new()];
    lines.push(format!(
        "of {} stored contacts {} qualify, before {}",
        counted.contacts, counted.qualified_after, counted.qualified_before
    ));
    if !diff.new_fields.is_empty() {
        let names = one_line(&diff.new_fields.join(", "), SENTENCE_CHARS_MAX);
        lines.push(format!("new in conditions: {names}; missing in contacts that were stored without"));
    }
    Printable::laid_out(&moves).above(&Printable::lines(lines))
}

fn shown(count: u64) -> String {
    count.to_string()
}

pub(crate) fn json(diff: &Diff, counted: Option<&Counted>) -> Value {
    let changes = diff.changes.iter().enumerate().map(|(at, change)| {
        let alone = counted.and_then(|counted| counted.alone.get(at).copied().flatten());
        json!({ "part": change.part, "text": change.text, "moves": alone })
    });
    let counted = counted.map(|counted| {
        json!({
            "contacts": counted.contacts,
            "qualified_before": counted.qualified_before,
            "qualified_after": counted.qualified_after,
            "moves": counted.all,
        })
    });
    json!({
        "changes": changes.collect::<Vec<_>>(),
        "new_fields": diff.new_fields,
        "stored": counted,
    })
}
