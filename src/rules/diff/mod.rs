//! What changed in meaning between two definitions, as sentences. Formatting, comments, the order of keys and the letter
//! case of texts say nothing. Pure: a comparison of two [`Rules`].

mod align;
mod condition;
mod handling;
mod judging;
mod leaf;
mod lists;
mod named;
mod ordered;
mod people;
mod plain;
mod settings;

use super::condition::{Condition, Leaf, Operand, Test};
use super::definition::Rules;
use super::reader::Reader;
use crate::model::Field;

/// Two definitions over the same fields, and what is different.
#[derive(Debug)]
pub struct Diff {
    /// Both definitions, and every [`Change::alone`], judge contacts that were read with these.
    pub fields: Vec<Field>,
    pub old: Rules,
    /// A tier that was only renamed has its old name here.
    pub new: Rules,
    /// In the order of the definition's parts; empty when both mean the same.
    pub changes: Vec<Change>,
    /// Names of fields that conditions look at only since the change.
    pub new_fields: Vec<String>,
}

/// One difference.
#[derive(Debug)]
pub struct Change {
    /// The part of the definition: `tier`, `route`, `list`, ….
    pub part: &'static str,
    /// The sentence: `hand-raiser: score at least 65 → 60`.
    pub text: String,
    /// The old definition with this change and no other; `None` when it does not touch who qualifies.
    pub alone: Option<Box<Rules>>,
}

/// Compares two definitions.
pub fn diff(old: &Rules, new: &Rules) -> Diff {
    let aligned = align::align(old, new);
    let mut notes = Notes { old: &aligned.old, new: &aligned.new, changes: Vec::new() };
    notes.say_section("definition", "definition: ");
    settings::connections(&mut notes);
    align::mappings(&mut notes, old, new);
    lists::lists(&mut notes);
    judging::score(&mut notes);
    judging::disqualifiers(&mut notes);
    let slas = handling::pair_slas(&notes);
    let renamed = judging::tiers(&mut notes, &slas);
    judging::icp(&mut notes);
    people::reps(&mut notes);
    let teams = people::teams(&mut notes);
    handling::routes(&mut notes, &teams);
    handling::slas(&mut notes, &slas);
    handling::outcome(&mut notes);
    settings::limits(&mut notes);
    let changes = notes.changes;
    let mut new = aligned.new;
    for (before, after) in renamed {
        if let (Some(before), Some(after)) = (aligned.old.tiers.get(before), new.tiers.get_mut(after)) {
            after.name.clone_from(&before.name);
        }
    }
    Diff { fields: aligned.fields, old: aligned.old, new, changes, new_fields: aligned.new_fields }
}

/// The sides of a comparison, and what was found so far.
struct Notes<'a> {
    old: &'a Rules,
    new: &'a Rules,
    changes: Vec<Change>,
}

impl<'a> Notes<'a> {
    fn sides(&self) -> leaf::Sides<'a> {
        leaf::Sides { old: self.old, new: self.new }
    }

    fn say(&mut self, part: &'static str, text: impl Into<String>) {
        self.changes.push(Change { part, text: text.into(), alone: None });
    }

    /// A change that can move contacts; `apply` makes it, and nothing else, in the old definition.
    fn say_moving(&mut self, part: &'static str, text: impl Into<String>, apply: impl FnOnce(&mut Rules)) {
        self.say_exactly(part, text, |alone| {
            apply(alone);
            align::adopt(alone, self.old, self.new);
        });
    }

    /// As [`Notes::say_moving`], of a change that is itself one of the fields.
    fn say_exactly(&mut self, part: &'static str, text: impl Into<String>, apply: impl FnOnce(&mut Rules)) {
        let mut alone = self.old.clone();
        apply(&mut alone);
        self.changes.push(Change { part, text: text.into(), alone: Some(Box::new(alone)) });
    }

    /// Every plain value of two tables that is another now; the subject stands before what it is called.
    fn say_plain(&mut self, part: &'static str, subject: &str, old: Reader<'_>, new: Reader<'_>) {
        for changed in plain::changes(old, new) {
            self.say(part, arrow(&format!("{subject}{}", changed.what), &changed.old, &changed.new));
        }
    }

    /// As [`Notes::say_plain`], of the section that both definitions have at a key.
    fn say_section(&mut self, part: &'static str, subject: &str) {
        let section = |rules| plain::root(rules).section(part);
        self.say_plain(part, subject, section(self.old), section(self.new));
    }

    /// `{subject} old → new` when the two are not the same.
    fn say_values(&mut self, part: &'static str, subject: &str, old: &str, new: &str) {
        if old != new {
            self.say(part, arrow(subject, old, new));
        }
    }
}

fn arrow(subject: &str, old: &str, new: &str) -> String {
    format!("{subject} {old} → {new}")
}

/// An optional value in words.
fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// `+ IT, − GB`, at most a dozen of each; empty when nothing came or went.
fn came_and_went(came: Vec<String>, went: Vec<String>) -> String {
    let came = several("+", came);
    let went = several("−", went);
    let parts: Vec<String> = [came, went].into_iter().flatten().collect();
    parts.join(", ")
}

fn several(sign: &str, mut texts: Vec<String>) -> Option<String> {
    const SHOWN_MAX: usize = 12;
    let more = texts.len().saturating_sub(SHOWN_MAX);
    texts.sort();
    texts.truncate(SHOWN_MAX);
    if texts.is_empty() {
        return None;
    }
    let rest = if more > 0 { format!(", … ({more} more)") } else { String::new() };
    Some(format!("{sign} {}{rest}", texts.join(", ")))
}

impl Rules {
    /// The conditions that say who qualifies.
    fn judging_conditions(&mut self) -> Vec<&mut Condition> {
        let score = self.score.iter_mut().flat_map(|sheet| &mut sheet.points);
        let fit = self.icp.points.iter_mut().flat_map(|sheet| &mut sheet.points);
        let points = score.chain(fit).map(|points| &mut points.when);
        let disqualifiers = self.disqualifiers.iter_mut().map(|rule| &mut rule.when);
        let tiers = self.tiers.iter_mut().map(|tier| &mut tier.when);
        points.chain(disqualifiers).chain(tiers).chain([&mut self.icp.when]).collect()
    }
}

impl Condition {
    fn for_each_leaf(&mut self, change: &mut impl FnMut(&mut Leaf)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.for_each_leaf(change);
                }
            }
            Self::Not(part) => part.for_each_leaf(change),
            Self::Leaf(leaf) => change(leaf),
        }
    }
}
