//! What says who qualifies: the score, disqualifiers, tiers, the ICP.

use super::condition::{edits, same};
use super::leaf::Sides;
use super::named::{Pairs, pair};
use super::ordered::ordered;
use super::{Notes, Rules, arrow, or_none, plain};
use crate::model::Sla;
use crate::rules::definition::{Disqualifier, PointSheet, Points, Tier};
use crate::rules::values::format_duration;
use crate::rules::words::condition_words;

/// `[score]`.
pub(super) fn score(notes: &mut Notes<'_>) {
    notes.say_section("score", "score: ");
    sheets(notes, "score", "the CRM's field", |rules| &mut rules.score, (&notes.old.score, &notes.new.score));
}

/// `[icp]`.
pub(super) fn icp(notes: &mut Notes<'_>) {
    let (old, new) = (&notes.old.icp, &notes.new.icp);
    for edit in edits(notes.sides(), &old.when, &new.when) {
        let text = format!("ICP: {}", edit.text);
        notes.say_moving("icp", text, |rules| rules.icp.when = edit.when);
    }
    if old.minimum_fit != new.minimum_fit {
        let text = arrow("ICP: minimum fit", &or_none(old.minimum_fit), &or_none(new.minimum_fit));
        notes.say_moving("icp", text, |rules| rules.icp.minimum_fit = new.minimum_fit);
    }
    notes.say_section("icp", "ICP: ");
    sheets(notes, "fit", "the CRM's field", |rules| &mut rules.icp.points, (&old.points, &new.points));
}

type SheetOf = fn(&mut Rules) -> &mut Option<PointSheet>;

/// A sum of points, or the CRM's field in its place.
fn sheets(
    notes: &mut Notes<'_>,
    part: &'static str,
    otherwise: &str,
    of: SheetOf,
    (old, new): (&Option<PointSheet>, &Option<PointSheet>),
) {
    match (old, new) {
        (None, None) => {}
        (Some(old), Some(new)) => sheet(notes, part, of, old, new),
        (Some(_), None) | (None, Some(_)) => {
            let words = |sheet: &Option<PointSheet>| match sheet {
                Some(sheet) => format!("the sum of {} entries of points", sheet.points.len()),
                None => otherwise.to_owned(),
            };
            let text = arrow(&format!("{part}: from"), &words(old), &words(new));
            notes.say_moving(part, text, |rules| of(rules).clone_from(new));
        }
    }
}

fn sheet(notes: &mut Notes<'_>, part: &'static str, of: SheetOf, old: &PointSheet, new: &PointSheet) {
    let edit_sheet = move |rules: &mut Rules, edit: &dyn Fn(&mut PointSheet)| {
        if let Some(sheet) = of(rules) {
            edit(sheet);
        }
    };
    if old.cap != new.cap {
        let text = arrow(&format!("{part}: cap"), &or_none(old.cap), &or_none(new.cap));
        notes.say_moving(part, text, |rules| edit_sheet(rules, &|sheet| sheet.cap = new.cap));
    }
    let sides = notes.sides();
    let pairs = pair(&old.points, &new.points, |points| &points.name, |a, b| same_points(sides, a, b));
    for (was, is) in
        pairs.renamed.iter().filter_map(|(was, is)| old.points.get(*was).zip(new.points.get(*is)))
    {
        notes.say(part, format!("{part}: '{}' is now called '{}'", was.name, is.name));
    }
    for at in pairs.went {
        let Some(gone) = old.points.get(at) else { continue };
        let text = format!("{part}: '{}' ({} points) removed", gone.name, gone.points);
        notes.say_moving(part, text, |rules| edit_sheet(rules, &|sheet| drop(sheet.points.remove(at))));
    }
    for came in pairs.came.into_iter().filter_map(|at| new.points.get(at)) {
        let when = condition_words(&came.when);
        let text = format!("{part}: '{}' added: {} points when {when}", came.name, came.points);
        notes.say_moving(part, text, |rules| edit_sheet(rules, &|sheet| sheet.points.push(came.clone())));
    }
    for (at, other) in pairs.both {
        let Some((before, after)) = old.points.get(at).zip(new.points.get(other)) else { continue };
        for (text, points) in entry_changes(sides, before, after) {
            let text = format!("{part}: '{}': {text}", before.name);
            notes.say_moving(part, text, |rules| {
                edit_sheet(rules, &|sheet| {
                    if let Some(entry) = sheet.points.get_mut(at) {
                        entry.clone_from(&points);
                    }
                });
            });
        }
    }
}

fn same_points(sides: Sides<'_>, old: &Points, new: &Points) -> bool {
    entry_changes(sides, old, new).is_empty()
}

/// Each change of one entry, with the entry as that change alone makes it.
#[expect(clippy::float_cmp, reason = "the same meaning is the same number; both were parsed, not computed")]
fn entry_changes(sides: Sides<'_>, old: &Points, new: &Points) -> Vec<(String, Points)> {
    let mut changes = Vec::new();
    for edit in edits(sides, &old.when, &new.when) {
        changes.push((edit.text, Points { when: edit.when, ..old.clone() }));
    }
    if old.points != new.points {
        let text = arrow("points", &old.points.to_string(), &new.points.to_string());
        changes.push((text, Points { points: new.points, ..old.clone() }));
    }
    let decay = |points: &Points, rules: &Rules| {
        let decay = points.decay.as_ref()?;
        let field = rules.fields.get(decay.since).map_or("", |field| field.name.as_str());
        Some(format!("{} since {field}", format_duration(decay.half_life)))
    };
    let (was, is) = (decay(old, sides.old), decay(new, sides.new));
    if was != is {
        let text = arrow("half-life", &or_none(was), &or_none(is));
        changes.push((text, Points { decay: new.decay.clone(), ..old.clone() }));
    }
    changes
}

/// `[[disqualify]]`.
pub(super) fn disqualifiers(notes: &mut Notes<'_>) {
    let (old, new) = (&notes.old.disqualifiers, &notes.new.disqualifiers);
    let sides = notes.sides();
    let pairs = pair(old, new, |rule| &rule.name, |a, b| same(sides, &a.when, &b.when));
    let name = |rule: &Disqualifier| rule.name.clone();
    ordered(
        notes,
        "disqualifier",
        (old, new),
        &pairs,
        name,
        |rule| condition_words(&rule.when),
        |rules| &mut rules.disqualifiers,
    );
    for (at, other) in pairs.both {
        let Some((before, after)) = old.get(at).zip(new.get(other)) else { continue };
        for edit in edits(sides, &before.when, &after.when) {
            let text = format!("disqualifier '{}': {}", before.name, edit.text);
            notes.say_moving("disqualifier", text, |rules| {
                if let Some(rule) = rules.disqualifiers.get_mut(at) {
                    rule.when = edit.when;
                }
            });
        }
    }
}

/// `[[mql]]`; gives the positions of tiers that were only renamed.
pub(super) fn tiers(notes: &mut Notes<'_>, slas: &Pairs) -> Vec<(usize, usize)> {
    let (old, new) = (&notes.old.tiers, &notes.new.tiers);
    let sides = notes.sides();
    let same_sla = |a: &Tier, b: &Tier| match (a.sla, b.sla) {
        (Some(a), Some(b)) => slas.are(a, b),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let same_tier =
        |a: &Tier, b: &Tier| same(sides, &a.when, &b.when) && same_sla(a, b) && a.priority == b.priority;
    let pairs = pair(old, new, |tier| &tier.name, same_tier);
    let name = |tier: &Tier| tier.name.clone();
    ordered(
        notes,
        "tier",
        (old, new),
        &pairs,
        name,
        |tier| condition_words(&tier.when),
        |rules| &mut rules.tiers,
    );
    let sla_name =
        |rules: &Rules, at: Option<usize>| or_none(at.and_then(|at| rules.slas.get(at)).map(sla_name));
    for (at, other) in &pairs.both {
        let Some((before, after)) = old.get(*at).zip(new.get(*other)) else { continue };
        for edit in edits(sides, &before.when, &after.when) {
            notes.say_moving("tier", format!("{}: {}", before.name, edit.text), |rules| {
                if let Some(tier) = rules.tiers.get_mut(*at) {
                    tier.when = edit.when;
                }
            });
        }
        if !same_sla(before, after) {
            let (was, is) = (sla_name(notes.old, before.sla), sla_name(notes.new, after.sla));
            notes.say("tier", arrow(&format!("{}: SLA", before.name), &was, &is));
        }
        let table = |rules, at: usize| plain::root(rules).tables("mql").get(at).copied();
        if let Some((was, is)) = table(notes.old, *at).zip(table(notes.new, *other)) {
            notes.say_plain("tier", &format!("{}: ", before.name), was, is);
        }
    }
    pairs.renamed
}

fn sla_name(sla: &Sla) -> &str {
    &sla.name
}
