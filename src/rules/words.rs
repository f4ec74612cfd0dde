//! Parts of a definition in words, for pages and for comparisons. Spelled as `rules.toml` spells them where it can.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;

use super::condition::Condition;
use super::definition::{Pick, Route, RouteTarget, Rules};
use super::leaf_words::leaf_words;
use super::values::format_duration;
use crate::model::{Absence, Clock, Mailboxes, Shift, SlaStep, StepAction, StepAt, StepTarget};

/// `records with the same e-mail, whatever the plus-tag`.
pub fn one_lead_words(duplicates: Option<Mailboxes>) -> String {
    let Some(mailboxes) = duplicates else {
        return "every record by itself".to_owned();
    };
    let through: Vec<&str> = [(mailboxes.plus_tags, "plus-tags"), (mailboxes.gmail_dots, "Gmail's dots")]
        .into_iter()
        .filter_map(|(is_on, what)| is_on.then_some(what))
        .collect();
    let but =
        if through.is_empty() { String::new() } else { format!(", whatever the {}", through.join(" and ")) };
    format!("records with the same e-mail{but}")
}

/// A condition as one sentence: `score at least 65 and (plan is pro or seats above 20)`.
pub fn condition_words(condition: &Condition) -> String {
    match condition {
        Condition::All(parts) if parts.is_empty() => "always".to_owned(),
        Condition::Any(parts) if parts.is_empty() => "never".to_owned(),
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Not(part) => format!("not ({})", condition_words(part)),
        Condition::Leaf(leaf) => leaf_words(leaf),
    }
}

fn joined(parts: &[Condition], word: &str) -> String {
    if let [only] = parts {
        return condition_words(only);
    }
    let parts: Vec<String> = parts.iter().map(nested).collect();
    parts.join(word)
}

/// A part among others: in brackets when it has several parts of its own.
fn nested(part: &Condition) -> String {
    let words = condition_words(part);
    match part {
        Condition::All(parts) | Condition::Any(parts) if parts.len() > 1 => format!("({words})"),
        Condition::All(_) | Condition::Any(_) | Condition::Not(_) | Condition::Leaf(_) => words,
    }
}

/// `mon-thu 08:30-17:00, fri 08:30-15:00`; the order and the grouping of the file do not matter.
pub fn shift_words(shifts: &[Shift]) -> String {
    let mut by_hours: BTreeMap<(NaiveTime, NaiveTime), BTreeSet<u8>> = BTreeMap::new();
    for shift in shifts {
        by_hours.entry((shift.from, shift.to)).or_default().insert(number(shift.day));
    }
    let mut groups: Vec<(&BTreeSet<u8>, String)> = by_hours
        .iter()
        .map(|((from, to), days)| (days, format!("{} {}", day_words(days), hours(*from, *to))))
        .collect();
    groups.sort_by_key(|(days, _)| days.first().copied());
    let groups: Vec<String> = groups.into_iter().map(|(_, words)| words).collect();
    if groups.is_empty() { "at any time".to_owned() } else { groups.join(", ") }
}

/// Monday is 0.
fn number(day: Weekday) -> u8 {
    u8::try_from(day.num_days_from_monday()).unwrap_or_default()
}

fn hours(from: NaiveTime, to: NaiveTime) -> String {
    let to = if to == NaiveTime::MIN { "24:00".to_owned() } else { to.format("%H:%M").to_string() };
    format!("{}-{to}", from.format("%H:%M"))
}

/// Runs of days as ranges: `mon-wed,fri`.
fn day_words(days: &BTreeSet<u8>) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let name = |day: u8| DAYS.get(usize::from(day)).copied().unwrap_or_default();
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for day in days.iter().copied() {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            Some(_) | None => runs.push((day, day)),
        }
    }
    let runs: Vec<String> =
        runs.into_iter()
            .map(|(first, last)| {
                if first == last { name(first).to_owned() } else { format!("{}-{}", name(first), name(last)) }
            })
            .collect();
    runs.join(",")
}

/// `2026-12-21..2027-01-04`, or a span of hours on the clocks of `timezone`.
pub fn absence_words(absence: &Absence, timezone: Tz) -> String {
    match absence {
        Absence::Days { first, last } => range(*first, *last),
        Absence::Span { from, until } => {
            let shown = |at: &crate::model::Timestamp| {
                at.with_timezone(&timezone).format("%Y-%m-%dT%H:%M").to_string()
            };
            format!("{}..{}", shown(from), shown(until))
        }
    }
}

/// Days off, runs of them as ranges.
pub fn holiday_words(days: impl IntoIterator<Item = NaiveDate>) -> Vec<String> {
    let mut runs: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if last.succ_opt() == Some(day) => *last = day,
            Some(_) | None => runs.push((day, day)),
        }
    }
    runs.into_iter().map(|(first, last)| range(first, last)).collect()
}

fn range(first: NaiveDate, last: NaiveDate) -> String {
    if first == last { first.to_string() } else { format!("{first}..{last}") }
}

/// `at 50%: remind the rep`.
pub(super) fn step_words(step: &SlaStep) -> String {
    format!("{}: {}", at_words(step.at), action_words(&step.action))
}

/// `at 50%`, or `after 2h`.
pub fn at_words(at: StepAt) -> String {
    match at {
        StepAt::Percent(percent) => format!("at {percent}%"),
        StepAt::After(span) => format!("after {}", format_duration(span)),
    }
}

pub fn action_words(action: &StepAction) -> String {
    match action {
        StepAction::Remind => "remind the rep".to_owned(),
        StepAction::Notify { to } => {
            let words: Vec<&str> = to.iter().map(recipient_words).collect();
            format!("notify {}", words.join(" and "))
        }
        StepAction::Reassign => "reassign to the next rep of the team".to_owned(),
        StepAction::Return => "return to the pool, to be routed anew".to_owned(),
    }
}

fn recipient_words(target: &StepTarget) -> &str {
    match target {
        StepTarget::Owner => "the rep",
        StepTarget::Manager => "the team's manager",
        StepTarget::Team => "the whole team",
        StepTarget::Rep(who) | StepTarget::Channel(who) => who,
    }
}

/// How often the steps start over.
pub fn repeat_words(repeat: u32) -> String {
    match repeat {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        _ => format!("{repeat} times"),
    }
}

/// How long a touch stops the steps.
pub fn ack_words(ack_expires: Option<TimeDelta>) -> String {
    ack_expires.map_or_else(|| "never".to_owned(), |span| format!("after {}", format_duration(span)))
}

/// Where a route leads, such as `team emea`.
pub fn target_words(route: &Route, rules: &Rules) -> String {
    let skills = if route.skills.is_empty() {
        String::new()
    } else {
        format!(", who has {}", route.skills.join(" and "))
    };
    let target = match &route.to {
        RouteTarget::OwnerOfContact => "the owner of the contact".to_owned(),
        RouteTarget::OwnerOfCompany => "the owner of the company".to_owned(),
        RouteTarget::AccountIn(list) => format!("the rep that list {} names for the account", list.name),
        RouteTarget::Team(at) => {
            format!("team {}", rules.teams.get(*at).map_or("", |team| team.name.as_str()))
        }
        RouteTarget::Rep(rep) => {
            format!("rep {}", rules.reps.get(rep.0).map_or("", |rep| rep.name.as_str()))
        }
    };
    target + &skills
}

pub fn pick_words(pick: Pick) -> &'static str {
    match pick {
        Pick::RoundRobin => "round robin by weight",
        Pick::LeastLoaded => "fewest open handoffs for the weight",
    }
}

pub fn clock_words(clock: Clock) -> &'static str {
    match clock {
        Clock::Working => "working time of the owner",
        Clock::Wall => "every minute of the day",
    }
}

#[cfg(test)]
mod tests {
    use super::super::hours::{absence, shifts};
    use super::*;

    #[test]
    fn shifts_read_the_same_however_they_are_grouped() {
        let read = |texts: &[&str]| {
            let all: Vec<Shift> = texts.iter().flat_map(|text| shifts(text).unwrap()).collect();
            shift_words(&all)
        };
        assert_eq!(
            read(&["fri 08:30-15:00", "mon,tue 08:30-17:00", "wed-thu 08:30-17:00"]),
            "mon-thu 08:30-17:00, fri 08:30-15:00"
        );
        assert_eq!(read(&["sat 22:00-24:00", "mon 00:00-24:00"]), "mon 00:00-24:00, sat 22:00-24:00");
        assert_eq!(read(&["mon,wed-fri,sun 09:00-17:00"]), "mon,wed-fri,sun 09:00-17:00");
        assert_eq!(read(&[]), "at any time");
    }

    #[test]
    fn absences_are_spelled_as_they_are_read() {
        for text in ["2026-12-24", "2026-12-21..2027-01-04", "2026-12-24T12:00..2026-12-24T18:00"] {
            let zone = Tz::Europe__Berlin;
            assert_eq!(absence_words(&absence(text, zone).unwrap(), zone), text);
        }
    }

    #[test]
    fn neighbouring_holidays_are_one_range() {
        let days = ["2026-12-25", "2026-12-26", "2027-01-01"].map(|day| day.parse().unwrap());
        assert_eq!(holiday_words(days), ["2026-12-25..2026-12-26", "2027-01-01"]);
    }
}
