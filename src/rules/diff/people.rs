//! Who takes the handoffs: reps and teams.

use super::named::{Pairs, pair};
use super::{Notes, came_and_went, or_none};
use crate::model::{Rep, fold};
use crate::rules::definition::{Member, NobodyAvailable, OffShift, Rules, Team};
use crate::rules::values::format_duration;
use crate::rules::words::{absence_words, holiday_words, pick_words, shift_words};

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
    for (at, other) in pairs.both {
        if let Some((before, after)) = old.get(at).zip(new.get(other)) {
            rep(notes, before, after);
        }
    }
}

fn rep(notes: &mut Notes<'_>, old: &Rep, new: &Rep) {
    let subject = |what: &str| format!("rep {}: {what}", old.name);
    let mut values = |what: &str, old: &str, new: &str| notes.say_values("rep", &subject(what), old, new);
    values("name", &old.name, &new.name);
    values("time zone", old.hours.timezone.name(), new.hours.timezone.name());
    values("shifts", &shift_words(&old.hours.shifts), &shift_words(&new.hours.shifts));
    values("at most open", &or_none(old.max_open), &or_none(new.max_open));
    values("at most a day", &or_none(old.max_per_day), &or_none(new.max_per_day));
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
    let pairs = pair(&old.teams, &new.teams, |team| &team.name, |a, b| changes(a, b, old, new).is_empty());
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
        if let Some((before, after)) = old.teams.get(*was).zip(new.teams.get(*is)) {
            for text in changes(before, after, old, new) {
                notes.say("team", format!("team {}: {text}", before.name));
            }
        }
    }
    pairs
}

fn email(member: &Member, rules: &Rules) -> String {
    rules.reps.get(member.rep.0).map_or_else(String::new, |rep| rep.email.clone())
}

/// Each difference between two teams.
fn changes(before: &Team, after: &Team, old: &Rules, new: &Rules) -> Vec<String> {
    let mut texts = Vec::new();
    let mut values = |what: &str, was: &str, is: &str| {
        if was != is {
            texts.push(super::arrow(what, was, is));
        }
    };
    values("picks", pick_words(before.pick), pick_words(after.pick));
    values("off shift", off_shift(before.off_shift), off_shift(after.off_shift));
    values("when nobody is available", nobody(before.nobody_available), nobody(after.nobody_available));
    let same_company = |team: &Team| or_none(team.same_company.map(format_duration));
    values("people of a company stay with a rep for", &same_company(before), &same_company(after));
    values("manager", &or_none(before.manager.as_ref()), &or_none(after.manager.as_ref()));
    let members = pair(
        &before.members.iter().map(|member| (email(member, old), member.weight)).collect::<Vec<_>>(),
        &after.members.iter().map(|member| (email(member, new), member.weight)).collect::<Vec<_>>(),
        |(email, _)| email,
        |_, _| false,
    );
    for (was, is) in &members.both {
        if let Some((was, is)) = before.members.get(*was).zip(after.members.get(*is)) {
            values(&format!("weight of {}", email(is, new)), &was.weight.to_string(), &is.weight.to_string());
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

fn off_shift(off_shift: OffShift) -> &'static str {
    match off_shift {
        OffShift::Wait => "wait for the next shift",
        OffShift::Assign => "assign anyway",
    }
}

fn nobody(nobody: NobodyAvailable) -> &'static str {
    match nobody {
        NobodyAvailable::Wait => "wait",
        NobodyAvailable::NextRoute => "try the next route",
    }
}

/// Whether two e-mails are one person's.
pub(super) fn same_person(a: &Rep, b: &Rep) -> bool {
    fold(&a.email) == fold(&b.email)
}
