//! Who takes the handoffs: reps and teams.

use super::named::{Pairs, pair};
use super::plain::{self, with_tables};
use super::{Notes, came_and_went};
use crate::model::{Rep, fold};
use crate::rules::definition::{Member, Rules, Team};
use crate::rules::reader::Reader;
use crate::rules::words::{absence_words, holiday_words, shift_words};

/// `[[rep]]`: the e-mail says who it is.
pub(super) fn reps(notes: &mut Notes<'_>) {
    let (old, new) = (&notes.old.reps, &notes.new.reps);
    let pairs = pair(old, new, |rep| &rep.email, |_, _| false);
    for gone in pairs.went.into_iter().filter_map(|at| old.get(at)) {
        notes.say("rep", format!("rep {} <{}> removed", gone.name, gone.email));
    }
    for came in pairs.came.into_iter().filter_map(|at| new.get(at)) {
        let shifts = shift_words(&came.hours.shifts);
        notes.say("rep", format!("rep {} <{}> added, on shift {shifts}", came.name, came.email));
    }
    let (old, new) = (with_tables(old, notes.old, "rep"), with_tables(new, notes.new, "rep"));
    for (at, other) in pairs.both {
        if let Some((before, after)) = old.get(at).zip(new.get(other)) {
            notes.say_plain("rep", &format!("rep {}: ", before.0.name), before.1, after.1);
            rep(notes, before.0, after.0);
        }
    }
}

/// What is no plain value of a rep.
fn rep(notes: &mut Notes<'_>, old: &Rep, new: &Rep) {
    let subject = |what: &str| format!("rep {}: {what}", old.name);
    let (was, is) = (shift_words(&old.hours.shifts), shift_words(&new.hours.shifts));
    notes.say_values("rep", &subject("shifts"), &was, &is);
    let holidays = |a: &Rep, b: &Rep| {
        let (a, b) = (&a.hours.holidays, &b.hours.holidays);
        holiday_words(a.keys().filter(|day| !b.contains_key(day)).copied())
    };
    let days = came_and_went(holidays(new, old), holidays(old, new));
    let away = |rep: &Rep| -> Vec<String> {
        rep.hours.away.iter().map(|absence| absence_words(absence, rep.hours.timezone)).collect()
    };
    let away = lists(&away(old), &away(new));
    let skills = lists(&old.skills, &new.skills);
    for (what, text) in [("holidays", days), ("away", away), ("skills", skills)] {
        if !text.is_empty() {
            notes.say("rep", format!("{}: {text}", subject(what)));
        }
    }
}

/// What came and went between two lists whose order does not count.
pub(super) fn lists(old: &[String], new: &[String]) -> String {
    let without = |a: &[String], b: &[String]| a.iter().filter(|text| !b.contains(text)).cloned().collect();
    came_and_went(without(new, old), without(old, new))
}

/// `[[team]]`; gives which team is which.
pub(super) fn teams(notes: &mut Notes<'_>) -> Pairs {
    let (old, new) = (notes.old, notes.new);
    let before = with_tables(&old.teams, old, "team");
    let after = with_tables(&new.teams, new, "team");
    let pairs = pair(&before, &after, |(team, _)| &team.name, |a, b| changes(*a, *b, old, new).is_empty());
    for (was, is) in &pairs.renamed {
        if let Some((before, after)) = old.teams.get(*was).zip(new.teams.get(*is)) {
            notes.say("team", format!("team {} is now called {}", before.name, after.name));
        }
    }
    for gone in pairs.went.iter().filter_map(|at| old.teams.get(*at)) {
        notes.say("team", format!("team {} removed", gone.name));
    }
    for came in pairs.came.iter().filter_map(|at| new.teams.get(*at)) {
        let members: Vec<String> = came.members.iter().map(|member| email(member, new)).collect();
        notes.say("team", format!("team {} added: {}", came.name, members.join(", ")));
    }
    for (was, is) in &pairs.both {
        if let Some((before, after)) = before.get(*was).zip(after.get(*is)) {
            for text in changes(*before, *after, old, new) {
                notes.say("team", format!("team {}: {text}", before.0.name));
            }
        }
    }
    pairs
}

fn email(member: &Member, rules: &Rules) -> String {
    rules.reps.get(member.rep.0).map_or_else(String::new, |rep| rep.email.clone())
}

/// Each difference between two teams, given with their tables.
fn changes(
    (before, old_table): (&Team, Reader<'_>),
    (after, new_table): (&Team, Reader<'_>),
    old: &Rules,
    new: &Rules,
) -> Vec<String> {
    let plain = plain::changes(old_table, new_table).into_iter();
    let mut texts: Vec<String> =
        plain.map(|changed| super::arrow(changed.what, &changed.old, &changed.new)).collect();
    let members = pair(
        &before.members.iter().map(|member| (email(member, old), member.weight)).collect::<Vec<_>>(),
        &after.members.iter().map(|member| (email(member, new), member.weight)).collect::<Vec<_>>(),
        |(email, _)| email,
        |_, _| false,
    );
    for (was, is) in &members.both {
        if let Some((was, is)) = before.members.get(*was).zip(after.members.get(*is)) {
            let what = format!("weight of {}", email(is, new));
            if was.weight != is.weight {
                texts.push(super::arrow(&what, &was.weight.to_string(), &is.weight.to_string()));
            }
        }
    }
    let names = |team: &Team, at: &[usize], rules: &Rules| -> Vec<String> {
        at.iter().filter_map(|at| team.members.get(*at)).map(|member| email(member, rules)).collect()
    };
    let moved = came_and_went(names(after, &members.came, new), names(before, &members.went, old));
    if !moved.is_empty() {
        texts.push(format!("members {moved}"));
    }
    if !members.in_order() {
        let order: Vec<String> = after.members.iter().map(|member| email(member, new)).collect();
        texts.push(format!("of equals the first is picked, now in the order {}", order.join(", ")));
    }
    texts
}

/// Whether two e-mails are one person's.
pub(super) fn same_person(a: &Rep, b: &Rep) -> bool {
    fold(&a.email) == fold(&b.email)
}
