//! A condition that stands outside the definition and names what is in it: whom a silence mutes.

use super::catalogue::Catalogue;
use super::codes::BAD_VALUE;
use super::compile::{Names, Scope, compile};
use super::condition::Condition;
use super::definition::Rules;
use super::finding::Findings;
use super::keys::SEGMENT;
use super::lists::Lists;
use super::parse::parse;
use super::reader::Reader;
use super::source::Source;

/// A condition as somebody typed it at `place`, with or without its braces, as a text that findings can show.
pub fn segment_source(place: &str, typed: &str) -> Source {
    let typed = typed.trim();
    let condition = if typed.starts_with('{') { typed.to_owned() } else { format!("{{ {typed} }}") };
    Source::of(place, format!("when = {condition}"))
}

/// Reads what [`segment_source`] made, as any `when` of the definition is read. One that asks nothing is refused: it would
/// take everybody.
pub fn segment(source: &Source, rules: &Rules) -> (Option<Condition>, Findings) {
    let mut findings = Findings::default();
    let mut condition = None;
    if let Some(document) = parse(&source.text, &mut findings) {
        let mut names = Names {
            fields: Catalogue::of(rules.fields.all()),
            lists: Lists::of(&rules.lists),
            score_from_points: rules.score.is_some(),
            fit_from_points: rules.icp.points.is_some(),
        };
        let root = Reader::new(&document, &SEGMENT, &mut findings);
        if let Some(table) = root.table("when") {
            if table.entries.is_empty() {
                findings.error(
                    BAD_VALUE,
                    table.span.clone(),
                    "the condition asks nothing, so it takes everybody",
                );
            }
            condition = Some(compile(table, Scope::Plain, &mut names, &mut findings));
        }
    }
    findings.sort();
    (condition.filter(|_| !findings.has_errors()), findings)
}
